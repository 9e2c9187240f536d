//! Arguments of a tool's definition that gather what the tool has no use for.

use super::{Sign, words};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{NodeId, Tape, for_each_word};
use crate::rules::own;

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
    // One word gathers nothing.
    if name.iter().all(u8::is_ascii_lowercase) {
        return None;
    }
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
