//! What a tool's definition says in one place and takes back in another: hints that it only reads, arguments that gather what the tool
//! has no use for.

use super::{Sign, is_among, words};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{NodeId, NodeKind, Tape, for_each_word};
use crate::rules::own;

const FALSE_HINT: Sign = Sign {
    rule: own::META_FALSE_HINT,
    severity: Severity::High,
    confidence: Confidence::Medium,
    taxonomy: &[
        ("owasp-mcp", "MCP03"),
        ("owasp-agentic", "ASI04"),
        ("mcp-38", "MCP-10"),
        ("atlas", "AML.T0110"),
        ("cwe", "451"),
    ],
};
/// Authors copy hints, and some of what is written is nobody's.
const DOUBTFUL_HINT: Sign = Sign { severity: Severity::Medium, ..FALSE_HINT };
const GATHERS: Sign = Sign {
    rule: own::META_GATHERS,
    severity: Severity::High,
    confidence: Confidence::Medium,
    taxonomy: &[
        ("owasp-mcp", "MCP03"),
        ("owasp-mcp", "MCP10"),
        ("owasp-agentic", "ASI02"),
        ("mcp-38", "MCP-11"),
        ("atlas", "AML.T0086"),
        ("cwe", "200"),
    ],
};

/// Bytes of a description that tell what a tool is for.
const TOLD: usize = 2048;
/// Arguments that are looked at.
const ARGUMENTS: usize = 256;

/// Adds what is wrong with the definition of a tool.
pub(super) fn judge(inspection: &Inspection<'_>, tool: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    hint(inspection, tool, findings);
    let arguments = tape.path(tool, &["inputSchema", "properties"]);
    let mut related = None;
    for (key, value) in arguments.into_iter().flat_map(|node| tape.members(node)).take(ARGUMENTS) {
        let Some(gathered) = gathers(tape.text(key)) else { continue };
        let about = *related.get_or_insert_with(|| topics(tape, tool));
        if about & gathered == 0 {
            findings.push(GATHERS.at(
                inspection,
                value,
                tape.text(key),
                "the argument takes what this tool has no use for",
            ));
        }
    }
}

fn hint(inspection: &Inspection<'_>, tool: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let Some(claim) = tape.path(tool, &["annotations", "readOnlyHint"]) else { return };
    let is_true = tape
        .node(claim)
        .is_some_and(|node| node.kind == NodeKind::Bool && node.source.of(inspection.bytes()) == b"true");
    if !is_true {
        return;
    }
    let text = |name: &str| tape.member(tool, name).and_then(|node| words(tape, node)).unwrap_or_default();
    let (name, description) = (text("name"), text("description"));
    let named = deed_of_name(name);
    let told = deed_of_description(description);
    let (sign, seen, reason) = match (named, told) {
        (_, Some(Deed::Destroys)) => {
            (&FALSE_HINT, description, "the tool says that it only reads, and that it destroys")
        }
        (Some(Deed::Destroys), _) => {
            (&FALSE_HINT, name, "the tool says that it only reads, and is named after destroying")
        }
        (Some(Deed::Writes), _) => {
            (&DOUBTFUL_HINT, name, "the tool says that it only reads, and is named after writing or sending")
        }
        _ => return,
    };
    findings.push(sign.at(inspection, claim, seen, reason));
}

/// What a tool does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Destroys,
    Writes,
}

/// What a name's first word does, unless another word makes it harmless.
fn deed_of_name(name: &[u8]) -> Option<Deed> {
    let (mut first, mut harmless, mut table) = (None, false, false);
    let mut at = 0;
    for_each_word(name, |word| {
        if at == 0 {
            first = match word {
                b"delete" | b"destroy" | b"truncate" | b"purge" | b"erase" | b"wipe" | b"uninstall" | b"unlink"
                | b"rm" | b"rmdir" | b"shred" | b"overwrite" | b"drop" => Some(Deed::Destroys),
                b"write" | b"edit" | b"send" | b"upload" | b"publish" | b"pay" | b"install" | b"chmod" => {
                    Some(Deed::Writes)
                }
                _ => None,
            };
            table = word != b"drop";
        }
        table |= matches!(
            word,
            b"table"
                | b"tables"
                | b"database"
                | b"db"
                | b"collection"
                | b"index"
                | b"schema"
                | b"column"
                | b"view"
                | b"user"
        );
        harmless |= is_among(word, HARMLESS);
        at += 1;
    });
    first.filter(|_| !harmless && table)
}

/// What makes a deed one that is only spoken of, planned or looked at; or one done to a text in hand.
const HARMLESS: &str = "preview simulate simulation dry dryrun check validate plan can list get count find search history \
    log logs audit estimate cost explain docs help status duplicates background undo example examples \
    mock draft style distance whitespace text string prompt template guide url link impact confirm";

/// What a description says that its tool does: by its first words, and wherever it is for good.
fn deed_of_description(text: &[u8]) -> Option<Deed> {
    let (mut at, mut deed, mut harmless, mut permanently, mut negated) = (0, None, false, false, 0_u8);
    let head = text.get(..text.len().min(240)).unwrap_or_default();
    for_each_word(head, |word| {
        let destroys = matches!(
            word,
            b"deletes"
                | b"delete"
                | b"erases"
                | b"erase"
                | b"wipes"
                | b"wipe"
                | b"destroys"
                | b"destroy"
                | b"truncates"
                | b"purges"
                | b"purge"
                | b"uninstalls"
                | b"removes"
                | b"remove"
                | b"drops"
        );
        if destroys && (at == 0 && !matches!(word, b"removes" | b"remove" | b"drops") || permanently) && negated == 0 {
            deed = Some(Deed::Destroys);
        }
        permanently = matches!(word, b"permanently" | b"irreversibly" | b"irrevocably");
        negated = match word {
            b"not" | b"never" | b"without" | b"no" | b"doesn" | b"lists" | b"list" | b"shows" | b"show" | b"finds"
            | b"returns" | b"get" | b"gets" | b"would" | b"whether" | b"if" | b"were" => 6,
            _ => negated.saturating_sub(1),
        };
        harmless |= at < 12
            && matches!(
                word,
                b"whitespace"
                    | b"characters"
                    | b"character"
                    | b"spaces"
                    | b"duplicates"
                    | b"punctuation"
                    | b"string"
                    | b"text"
                    | b"accents"
                    | b"prefix"
                    | b"suffix"
                    | b"comments"
                    | b"tags"
                    | b"stopwords"
                    | b"background"
                    | b"noise"
                    | b"copy"
                    | b"preview"
                    | b"simulate"
                    | b"dry"
                    | b"array"
                    | b"input"
            );
        at += 1;
    });
    deed.filter(|_| !harmless)
}

/// Subjects of tools, as bits.
const TALK: u8 = 1;
const MODEL: u8 = 2;
const TOOLS: u8 = 4;
const SECRETS: u8 = 8;

/// What the words of an argument's name speak of, as bits.
const CONVERSATION: u32 = 1;
const RECORD: u32 = 1 << 1;
const MESSAGES: u32 = 1 << 2;
const ALL: u32 = 1 << 3;
const SYSTEM: u32 = 1 << 4;
const PROMPT: u32 = 1 << 5;
const THOUGHT: u32 = 1 << 6;
const INNER: u32 = 1 << 7;
const TOOL: u32 = 1 << 8;
const CALLS: u32 = 1 << 9;
const USER: u32 = 1 << 10;
const SECRET: u32 = 1 << 11;
const CONTEXT: u32 = 1 << 12;
const READER: u32 = 1 << 13;
const YOURS: u32 = 1 << 14;

/// The subjects of which one is needed for an argument of this name to make sense, if it gathers what few tools may have.
fn gathers(name: &[u8]) -> Option<u8> {
    let (mut has, mut count) = (0, 0);
    for_each_word(name, |word| {
        count += 1;
        has |= match word {
            b"conversation" | b"conversations" | b"dialog" | b"dialogue" | b"chat" => CONVERSATION,
            b"history" | b"transcript" | b"log" | b"logs" | b"dump" => RECORD,
            b"message" | b"messages" | b"turns" => MESSAGES,
            b"previous" | b"prior" | b"past" | b"earlier" | b"all" | b"full" | b"entire" | b"complete" | b"whole"
            | b"other" | b"available" => ALL,
            b"system" | b"developer" | b"initial" | b"hidden" => SYSTEM,
            b"prompt" | b"prompts" | b"instructions" => PROMPT,
            b"thought" | b"thoughts" | b"reasoning" | b"cot" | b"scratchpad" => THOUGHT,
            b"chain" | b"internal" | b"private" => INNER,
            b"tool" | b"tools" => TOOL,
            b"call" | b"calls" | b"names" | b"list" => CALLS,
            b"user" | b"stored" | b"saved" => USER,
            b"secret" | b"secrets" | b"passwords" | b"credentials" => SECRET,
            b"context" | b"memory" => CONTEXT,
            b"llm" | b"assistant" | b"model" | b"agent" | b"ai" | b"claude" | b"gpt" => READER,
            b"your" | b"so" | b"far" | b"verbatim" | b"contents" | b"content" => YOURS,
            _ => 0,
        };
    });
    if !(2..=6).contains(&count) {
        return None;
    }
    let both = |one: u32, other: u32| has & one != 0 && has & other != 0;
    let pair = |one, other| count == 2 && both(one, other);
    if both(CONVERSATION, RECORD | MESSAGES | ALL | CONTEXT | YOURS) || both(MESSAGES, RECORD) || pair(MESSAGES, ALL) {
        Some(TALK | MODEL)
    } else if both(SYSTEM | YOURS, PROMPT) || both(INNER, THOUGHT) || pair(READER | SYSTEM, CONTEXT | THOUGHT) {
        Some(MODEL)
    } else if both(TOOL, RECORD) && has & CALLS != 0 || count <= 3 && both(TOOL, ALL) {
        Some(MODEL | TOOLS)
    } else {
        both(SECRET, USER | ALL).then_some(SECRETS)
    }
}

/// The subjects that a definition speaks of.
fn topics(tape: &Tape, tool: NodeId) -> u8 {
    let mut about = 0;
    for name in ["name", "title", "description"] {
        let text = tape.member(tool, name).and_then(|node| words(tape, node)).unwrap_or_default();
        // Words are heard of the start of a text only.
        for piece in text.get(..text.len().min(TOLD)).unwrap_or_default().chunks(240) {
            for_each_word(piece, |word| {
                about |= match word {
                    b"chat" | b"chats" | b"conversation" | b"conversations" | b"dialog" | b"dialogue" | b"thread"
                    | b"threads" | b"channel" | b"slack" | b"discord" | b"support" | b"ticket" | b"transcript"
                    | b"summarize" | b"summarise" | b"summarizes" | b"summarises" | b"summary" | b"messages"
                    | b"sentiment" | b"session" | b"sessions" | b"memory" | b"remember" | b"recall" | b"call"
                    | b"meeting" => TALK,
                    b"llm" | b"llms" | b"model" | b"models" | b"gpt" | b"claude" | b"gemini" | b"ai" | b"assistant"
                    | b"agent" | b"agents" | b"subagent" | b"prompt" | b"prompts" | b"completion" | b"generate"
                    | b"generates" | b"think" | b"thinking" | b"reason" | b"reasoning" | b"bot" | b"persona"
                    | b"ask" | b"asks" | b"rag" => MODEL,
                    b"tool" | b"tools" | b"mcp" | b"workflow" | b"orchestrate" => TOOLS,
                    b"secret" | b"secrets" | b"vault" | b"keychain" | b"credential" | b"credentials" | b"passwords"
                    | b"password" => SECRETS,
                    _ => 0,
                };
            });
        }
    }
    about
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_deeds() {
        for name in ["delete_file", "deleteUser", "drop_table", "purge-cache", "wipe_disk", "rm"] {
            assert_eq!(deed_of_name(name.as_bytes()), Some(Deed::Destroys), "{name}");
        }
        for name in ["write_file", "send_email", "upload-image"] {
            assert_eq!(deed_of_name(name.as_bytes()), Some(Deed::Writes), "{name}");
        }
        for name in [
            "get_deleted_items",
            "delete_preview",
            "drop_duplicates",
            "drop_rate",
            "read_file",
            "list_files",
            "edit_distance",
            "writer_info",
            "",
        ] {
            assert_eq!(deed_of_name(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn descriptions_tell_deeds() {
        for text in [
            "Deletes a repository.",
            "Permanently removes the account and all its data",
            "Cleans up: irreversibly erase the volume.",
            "Wipes the device",
        ] {
            assert_eq!(deed_of_description(text.as_bytes()), Some(Deed::Destroys), "{text}");
        }
        for text in [
            "Lists what a clean-up would delete.",
            "Deletes whitespace from a text.",
            "Removes the background of a picture",
            "Reads a file. Does not permanently delete anything.",
            "Shows files that were permanently deleted.",
            "",
        ] {
            assert_eq!(deed_of_description(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn names_of_arguments_tell_what_they_gather() {
        for name in [
            "conversation_history",
            "chatHistory",
            "full_conversation",
            "conversation-so-far",
            "message_history",
            "previous_messages",
            "system_prompt",
            "hidden_context",
            "chain_of_thought",
            "internalReasoning",
            "tool_call_history",
            "all_tools",
            "other_tools_list",
            "user_secrets",
            "llm_context",
            "developer_message_prompt",
            "your_instructions",
        ] {
            assert!(gathers(name.as_bytes()).is_some(), "{name}");
        }
        for name in [
            "conversation_id",
            "history",
            "message",
            "messages",
            "prompt",
            "context",
            "thought",
            "tool",
            "tool_name",
            "secret_name",
            "chat_id",
            "system",
            "log_level",
            "model",
            "all",
            "user_context",
            "commit_message",
            "message_log_level_id_of_the_run_now",
            "instructions",
            "full_text",
            "list_of_names",
        ] {
            assert!(gathers(name.as_bytes()).is_none(), "{name}");
        }
    }
}
