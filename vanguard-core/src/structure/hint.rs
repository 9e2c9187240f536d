//! What a tool's hints say and its definition takes back: that it only reads, that it destroys nothing, that it reaches nobody.
//!
//! Hints are copied from example to example, and `destructiveHint: false` stands honestly on what appends, creates and updates. So the last two
//! are judged only where a tool's name, its description and its arguments agree, and nothing in them takes it back; and they only warn.

use std::sync::LazyLock;

use memchr::memmem::Finder;

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
/// Arguments that are looked at.
const ARGUMENTS: usize = 64;

/// Adds what is wrong with the hints of a tool.
pub(super) fn judge(inspection: &Inspection<'_>, tool: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let Some(hints) = tape.member(tool, "annotations") else { return };
    let claims = |name: &str, value: &[u8]| {
        tape.member(hints, name).filter(|claim| {
            let bool = tape.node(*claim).filter(|node| node.kind == NodeKind::Bool);
            bool.is_some_and(|node| node.source.of(inspection.bytes()) == value)
        })
    };
    let start = findings.len();
    if let Some(claim) = claims("readOnlyHint", b"true") {
        reads(inspection, tool, claim, findings);
    }
    // One lie about destroying is told once.
    if let Some(claim) = claims("destructiveHint", b"false").filter(|_| findings.len() == start) {
        keeps(inspection, tool, claim, findings);
    }
    if let Some(claim) = claims("openWorldHint", b"false") {
        stays(inspection, tool, claim, findings);
    }
}

fn reads(inspection: &Inspection<'_>, tool: NodeId, claim: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
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
        harmless |= first.is_some() && is_among(word, HARMLESS);
        at += 1;
    });
    first.filter(|_| !harmless && table)
}

/// What makes a deed one that is only spoken of, planned or looked at; or one done to a text in hand.
const HARMLESS: &str = "preview simulate simulation dry dryrun check validate plan can list get count find search history \
    log logs audit estimate cost explain docs help status duplicates background undo example examples \
    mock draft style distance whitespace text string prompt template guide url link impact confirm";

/// Bytes of a description that tell what its tool does.
const HEAD: usize = 240;

/// What words begin with that say that something is for good.
static FOR_GOOD: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| [Finder::new("permanently"), Finder::new("irrev")]);

/// Whether a description's first word may be one that destroys, or a later one says that it is for good: most texts are told apart here.
fn may_tell(head: &[u8]) -> bool {
    let mut small = [0; HEAD];
    let Some(small) = small.get_mut(..head.len()) else { return true };
    small.copy_from_slice(head);
    small.make_ascii_lowercase();
    let first = small.iter().find(|byte| byte.is_ascii_alphabetic());
    first.is_some_and(|first| b"dewtpu".contains(first)) || FOR_GOOD.iter().any(|word| word.find(small).is_some())
}

/// What a description says that its tool does: by its first words, and wherever it is for good.
fn deed_of_description(text: &[u8]) -> Option<Deed> {
    let (mut at, mut deed, mut harmless, mut permanently, mut negated) = (0, None, false, false, 0_u8);
    let head = text.get(..text.len().min(HEAD)).unwrap_or_default();
    if !may_tell(head) {
        return None;
    }
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

/// Bytes of a description that are read for what it takes back.
const TOLD: usize = 1024;

/// `destructiveHint: false`.
fn keeps(inspection: &Inspection<'_>, tool: NodeId, claim: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let text = |name: &str| tape.member(tool, name).and_then(|node| words(tape, node)).unwrap_or_default();
    let (name, description) = (text("name"), text("description"));
    let destroys = match (deed_of_name(name), destroys_first(description)) {
        (Some(Deed::Destroys), Some(_)) => true,
        // A name can say nothing; then only what is destroyed for good counts.
        (_, how) => how == Some(true),
    };
    if destroys && !is_softened(name) && !is_softened(description) && !is_rehearsal(inspection, tool) {
        let reason = "the tool says that it destroys nothing, and that it deletes";
        findings.push(DOUBTFUL_HINT.at(inspection, claim, description, reason));
    }
}

/// `openWorldHint: false`.
fn stays(inspection: &Inspection<'_>, tool: NodeId, claim: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let text = |name: &str| tape.member(tool, name).and_then(|node| words(tape, node)).unwrap_or_default();
    let (name, description) = (text("name"), text("description"));
    let of_name = reach(name, 64);
    if of_name & (FETCHES | SENDS | SEARCHES) == 0 {
        return;
    }
    let told = reach(description, TOLD);
    // What takes an address, and what an address may be, stands in the schema.
    let mut takes = 0;
    let arguments = tape.path(tool, &["inputSchema", "properties"]);
    for (key, _) in arguments.into_iter().flat_map(|node| tape.members(node)).take(ARGUMENTS) {
        for_each_word(tape.text(key), |word| {
            takes |= match word {
                b"url" | b"urls" | b"uri" | b"webhook" | b"endpoint" | b"href" | b"link" => LINK,
                b"to" | b"recipient" | b"recipients" | b"email" | b"phone" => PERSON,
                b"query" | b"q" | b"search" => QUERY,
                _ => 0,
            };
        });
    }
    let both = |asked: u16| of_name & asked != 0 && told & asked != 0;
    let reaches = both(FETCHES) && takes & LINK != 0 && told & WORLD != 0
        || both(SENDS) && takes & PERSON != 0 && told & LETTER != 0
        || both(SEARCHES) && takes & QUERY != 0 && of_name & WORLD != 0 && told & WORLD != 0;
    if reaches && (of_name | told) & NEAR == 0 {
        let reason = "the tool says that it reaches nobody outside, and that it fetches or sends";
        findings.push(DOUBTFUL_HINT.at(inspection, claim, description, reason));
    }
}

/// What a tool's words say of the world, and what its arguments take, as bits.
const FETCHES: u16 = 1;
const SENDS: u16 = 1 << 1;
const SEARCHES: u16 = 1 << 2;
const WORLD: u16 = 1 << 3;
const LETTER: u16 = 1 << 4;
const NEAR: u16 = 1 << 5;
const LINK: u16 = 1 << 6;
const PERSON: u16 = 1 << 7;
const QUERY: u16 = 1 << 8;

fn reach(text: &[u8], bytes: usize) -> u16 {
    let mut says = 0;
    for piece in text.get(..text.len().min(bytes)).unwrap_or_default().chunks(240) {
        for_each_word(piece, |word| {
            says |= match word {
                b"fetch" | b"fetches" | b"download" | b"downloads" | b"crawl" | b"crawls" | b"scrape" | b"scrapes"
                | b"browse" | b"browses" | b"navigate" | b"navigates" | b"visit" | b"visits" | b"http" | b"request"
                | b"requests" | b"post" | b"posts" | b"get" | b"gets" | b"retrieve" | b"retrieves" | b"upload"
                | b"uploads" | b"open" | b"opens" => FETCHES,
                b"send" | b"sends" | b"mail" | b"mails" | b"forward" | b"forwards" => SENDS,
                b"search" | b"searches" => SEARCHES,
                b"internet" | b"web" | b"website" | b"websites" | b"webpage" | b"webpages" | b"any" | b"arbitrary"
                | b"google" | b"bing" | b"duckduckgo" | b"online" => WORLD,
                b"email" | b"emails" | b"sms" | b"smtp" | b"whatsapp" => LETTER,
                b"local" | b"localhost" | b"internal" | b"intranet" | b"allowed" | b"allowlist" | b"allowlisted"
                | b"whitelist" | b"whitelisted" | b"configured" | b"sandbox" | b"sandboxed" | b"mock" | b"mocked"
                | b"simulated" | b"simulate" | b"simulates" | b"private" | b"offline" | b"cached" | b"cache"
                | b"index" | b"indexed" | b"archive" | b"archived" | b"own" | b"our" | b"project" | b"workspace"
                | b"company" | b"organization" | b"draft" | b"drafts" | b"queue" | b"without" | b"never"
                | b"preview" | b"fake" | b"test" => NEAR,
                _ => 0,
            };
        });
    }
    says
}

/// Whether a description begins with destroying; and if so, whether for good.
fn destroys_first(text: &[u8]) -> Option<bool> {
    let (mut open, mut found, mut for_good, mut at) = (true, false, false, 0);
    for_each_word(text.get(..text.len().min(240)).unwrap_or_default(), |word| {
        at += 1;
        if !open || at > 8 {
            return;
        }
        match word {
            b"permanently" | b"irreversibly" | b"irrevocably" => for_good = true,
            b"deletes" | b"delete" | b"erases" | b"erase" | b"wipes" | b"wipe" | b"destroys" | b"destroy"
            | b"truncates" | b"truncate" | b"purges" | b"purge" | b"shreds" | b"shred" => (found, open) = (true, false),
            // Of these two only what is done for good is no everyday word.
            b"removes" | b"remove" | b"drops" | b"drop" => (found, open) = (true, false),
            _ => open = is_among(word, LEADS),
        }
    });
    found.then_some(for_good || !is_softened(text) && says_for_good(text))
}

/// Words before what a tool does: `This tool will permanently delete`.
const LEADS: &str = "this tool the a an will can to use used is lets you allows immediately force forcibly danger dangerous     destructive warning caution command operation for";

/// Whether it is said that nothing brings it back.
fn says_for_good(text: &[u8]) -> bool {
    let (mut negated, mut for_good) = (0_u8, false);
    each_word(text, |word| {
        for_good |= match word {
            b"permanently" | b"irreversibly" | b"irrevocably" | b"irreversible" | b"unrecoverable"
            | b"irrecoverable" => negated == 0,
            _ => negated > 0 && is_among(word, BRINGS_BACK),
        };
        negated = if is_among(word, NEGATES) { 6 } else { negated.saturating_sub(1) };
    });
    for_good
}

/// Whether something is said that makes destroying harmless, and is not denied: `moved to the trash`, but not `cannot be restored`.
fn is_softened(text: &[u8]) -> bool {
    let (mut negated, mut softened) = (0_u8, false);
    each_word(text, |word| {
        softened |= is_among(word, HARMLESS_THINGS) || negated == 0 && is_among(word, BRINGS_BACK);
        negated = if is_among(word, NEGATES) { 6 } else { negated.saturating_sub(1) };
    });
    softened
}

fn each_word(text: &[u8], mut f: impl FnMut(&[u8])) {
    text.get(..text.len().min(TOLD)).unwrap_or_default().chunks(240).for_each(|piece| for_each_word(piece, &mut f));
}

const NEGATES: &str =
    "not cannot t never no without bypass bypasses bypassing skip skips skipping nor unable instead rather";

/// What brings back what was deleted.
const BRINGS_BACK: &str = "restore restored restores restorable recover recovered recoverable recovery undo undone undoable     reversible reversed revert reverted trash recycle bin archive archives archived soft backup backups backed undelete     snapshot hide hides hidden unlinks detach detaches";

/// What is nobody's loss, or only looked at.
const HARMLESS_THINGS: &str = "cache cached caches draft drafts temporary temp tmp tab tabs selection breakpoint breakpoints     session sessions timer timers preview previews simulate simulates simulated dry mock mocked sandbox scratch whitespace     characters character string text duplicates accents punctuation comments prefix suffix ephemeral expired reaction     marker markers watch highlight cursor plan planned plans";

/// Whether a call without more words is a rehearsal: `dry_run`, on by default.
fn is_rehearsal(inspection: &Inspection<'_>, tool: NodeId) -> bool {
    let tape = inspection.tape();
    let arguments = tape.path(tool, &["inputSchema", "properties"]);
    arguments.into_iter().flat_map(|node| tape.members(node)).take(ARGUMENTS).any(|(key, value)| {
        let mut rehearses = false;
        for_each_word(tape.text(key), |word| {
            rehearses |= matches!(word, b"dry" | b"dryrun" | b"preview" | b"simulate");
        });
        rehearses && is_true(tape, tape.member(value, "default"), inspection.bytes())
    })
}

fn is_true(tape: &Tape, node: Option<NodeId>, bytes: &[u8]) -> bool {
    node.and_then(|node| tape.node(node)).is_some_and(|node| node.source.of(bytes) == b"true")
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
    fn what_is_deleted_for_good_is_told_from_what_comes_back() {
        for (text, for_good) in [
            ("Permanently deletes a repository.", true),
            ("This tool will irreversibly erase the volume", true),
            ("Deletes a message. This cannot be undone.", true),
            ("Delete the account. Bypasses the trash.", true),
            ("Deletes a label", false),
            ("Drops a table and its rows.", false),
        ] {
            assert_eq!(destroys_first(text.as_bytes()), Some(for_good), "{text}");
            assert!(!is_softened(text.as_bytes()), "{text}");
        }
        for text in [
            "Archives a project. To permanently delete it, use delete_project.",
            "Creates a snapshot; old ones are deleted.",
            "Appends a line",
            "",
        ] {
            assert_eq!(destroys_first(text.as_bytes()), None, "{text}");
        }
        for text in [
            "Deletes a note; it stays in the trash for 30 days.",
            "Deletes a file. It can be restored later.",
            "Deletes the cached copy",
            "Delete a draft",
            "Soft delete: the row is only marked.",
        ] {
            assert!(is_softened(text.as_bytes()), "{text}");
        }
    }
}
