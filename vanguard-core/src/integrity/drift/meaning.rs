//! What a tool is for, in words that another author's tool for the same thing shares. A model that is offered two such tools by two servers
//! may take the one for the other: that is how a server comes by what was meant for its neighbour.
//!
//! A name is read as a deed and what it is done to (`dispatch_mail` sends an e-mail, as `sendEmail` does), a description as the set of its
//! words without endings and common ones. Nothing is learned, so the answer is the same everywhere; it can only warn.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use crate::integrity::Json;

/// Characters of a description that tell what its tool does; what follows is how to use it.
const TOLD: usize = 600;
/// Words of a description that are kept.
const WORDS: usize = 48;
/// A word in more descriptions than this says little, and is not looked up.
const COMMON: usize = 32;

/// The tools of other servers, to find the one that does what another does.
#[derive(Clone, Debug, Default)]
pub(super) struct Meanings {
    tools: Vec<Meaning>,
    /// By what the name says.
    by_name: HashMap<BTreeSet<String>, usize>,
    /// By each word of a description.
    by_word: HashMap<String, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Meaning {
    tool: String,
    server: String,
    told: Told,
}

/// Two tools for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Same<'m> {
    /// How that shows, in words.
    pub(super) how: &'static str,
    pub(super) tool: &'m str,
    pub(super) server: &'m str,
}

impl Meanings {
    pub(super) fn add(&mut self, server: &str, tool: &str, definition: Json<'_>) {
        let (at, name) = (self.tools.len(), Name::of(tool));
        for key in name.keys() {
            self.by_name.entry(key).or_insert(at);
        }
        let told = Told::of(name, definition);
        for word in &told.words {
            self.by_word.entry(word.clone()).or_default().push(at);
        }
        self.tools.push(Meaning { tool: tool.to_owned(), server: server.to_owned(), told });
    }

    /// The tool that does what `tool` does.
    pub(super) fn of(&self, tool: &str, definition: Json<'_>) -> Option<Same<'_>> {
        let name = Name::of(tool);
        let named = name.keys().into_iter().find_map(|key| self.by_name.get(&key)).and_then(|at| self.tools.get(*at));
        let (how, same) = match named {
            Some(named) => ("does by its name what", named),
            None => ("describes itself as", self.described(&Told::of(name, definition))?),
        };
        Some(Same { how, tool: &same.tool, server: &same.server })
    }

    fn described(&self, told: &Told) -> Option<&Meaning> {
        let telling = told.words.iter().filter_map(|word| self.by_word.get(word)).filter(|tools| tools.len() <= COMMON);
        let mut near: Vec<usize> = telling.flatten().copied().collect();
        near.sort_unstable();
        near.dedup();
        near.into_iter().filter_map(|at| self.tools.get(at)).find(|tool| tool.told.is_same(told))
    }
}

/// What a description says.
#[derive(Clone, Debug)]
struct Told {
    deed: Option<&'static str>,
    /// Words of the name.
    named: Vec<String>,
    words: BTreeSet<String>,
}

impl Told {
    /// Of a tool of that name: what it does stands in the name, or begins the description.
    fn of(name: Name, definition: Json<'_>) -> Self {
        let text = definition.member("description").and_then(Json::str).unwrap_or_default();
        let text: String = text.chars().take(TOLD).flat_map(char::to_lowercase).collect();
        let words = text.split(|char: char| !char.is_alphanumeric()).filter(|word| word.chars().count() > 1);
        let mut words = words.filter_map(meaning).take(WORDS).peekable();
        let deed = name.deed.or_else(|| words.peek().and_then(|word| deed(word)));
        Self { deed, words: words.collect(), named: name.words }
    }

    fn is_same(&self, other: &Self) -> bool {
        // `delete_entities` and `delete_relations` differ in what each is named after.
        let own = |one: &Self, other: &Self| one.named.iter().any(|word| one.words.contains(word) && !other.says(word));
        if own(self, other) && own(other, self) {
            return false;
        }
        let shared = self.words.intersection(&other.words).count();
        let all = self.words.len() + other.words.len() - shared;
        match (self.deed, other.deed) {
            (Some(one), Some(other)) => one == other && shared >= 4 && shared * 3 >= all * 2,
            _ => shared >= 6 && shared * 4 >= all * 3,
        }
    }

    fn says(&self, word: &String) -> bool {
        self.words.contains(word) || self.named.contains(word)
    }
}

/// What a tool's name says.
struct Name {
    deed: Option<&'static str>,
    words: Vec<String>,
}

impl Name {
    fn of(tool: &str) -> Self {
        let parts: Vec<String> = parts(tool).collect();
        let mut words: Vec<String> = parts.iter().filter_map(|word| meaning(word)).collect();
        let mut does = words.iter().find_map(|word| deed(word));
        // Who gets several things lists them.
        if does == Some("read")
            && !parts.iter().any(|part| part == "read")
            && parts.last().is_some_and(|last| stem(last) != *last)
        {
            does = Some("list");
            words.iter_mut().filter(|word| *word == "read").for_each(|word| "list".clone_into(word));
        }
        Self { deed: does, words }
    }

    /// The words without order, and without the first where that is the name of a product (`jira_create_issue`). One word says too little.
    fn keys(&self) -> Vec<BTreeSet<String>> {
        let all: BTreeSet<String> = self.words.iter().cloned().collect();
        let product = self.words.first().filter(|first| all.len() > 2 && self.deed.is_some_and(|deed| deed != *first));
        let rest = product.map(|product| all.iter().filter(|word| *word != product).cloned().collect());
        let all = Some(all).filter(|all| all.len() > 1);
        all.into_iter().chain(rest).collect()
    }
}

/// Words of an identifier, in lower case: `sendEMail2` is `send`, `email2`.
fn parts(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for char in name.chars().take(128) {
        if !char.is_alphanumeric() || char.is_uppercase() && lower {
            words.push(String::new());
        }
        if char.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(char.to_lowercase());
        }
        lower = char.is_lowercase() || char.is_numeric();
    }
    words.into_iter().filter(|word| word.chars().any(char::is_alphabetic))
}

/// What a word stands for: itself without its ending, or the first of those that mean the same. `None` for words that say nothing.
fn meaning(word: &str) -> Option<String> {
    static KNOWN: LazyLock<HashMap<&str, Option<&str>>> = LazyLock::new(|| {
        let rows = DEEDS.iter().chain(THINGS).flat_map(|row| row.split(' ').map(|word| (word, first(row))));
        rows.chain(FILLING.split_ascii_whitespace().map(|word| (word, None))).collect()
    });
    if let Some(known) = KNOWN.get(word) {
        return known.map(str::to_owned);
    }
    let stem = stem(word);
    let known = KNOWN.get(stem.as_str()).copied().flatten();
    Some(known.map_or(stem, str::to_owned))
}

/// The deed that `word` stands for, if it is the first of a row.
fn deed(word: &str) -> Option<&'static str> {
    DEEDS.iter().filter_map(|row| first(row)).find(|deed| *deed == word)
}

fn first(row: &'static str) -> Option<&'static str> {
    row.split(' ').next()
}

/// The word without a plural's or a verb's ending.
fn stem(word: &str) -> String {
    let cut = |ending: &str| word.strip_suffix(ending).filter(|stem| stem.len() > 3);
    if let Some(stem) = cut("ies").or_else(|| cut("ied")) {
        return format!("{stem}y");
    }
    let hissing = || cut("es").filter(|stem| ["ch", "sh", "ss", "x"].iter().any(|end| stem.ends_with(end)));
    let plural = || word.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']));
    cut("ing").or_else(|| cut("ed")).or_else(hissing).or_else(plural).unwrap_or(word).to_owned()
}

/// Deeds: words of a row do the same, the first stands for them.
const DEEDS: &[&str] = &[
    "read get fetch load retrieve retriev view show cat receive receiv",
    "list ls enumerate enumerat",
    "write save sav store stor",
    "create creat add make insert new",
    "update updat edit modify  change chang patch",
    "delete delet remove remov erase eras destroy rm unlink",
    "send dispatch deliver transmit mailout",
    "post publish",
    "search find query lookup grep",
    "run execute execut exec invoke invok",
    "move mov rename renam mv relocate relocat",
    "copy duplicate duplicat clone clon cp",
    "upload",
    "download",
    "transfer pay wire wir",
    "schedule schedul book",
];

/// Things: words of a row are the same, the first stands for them.
const THINGS: &[&str] = &[
    "email mail emails e-mail",
    "message messag msg",
    "folder directory dir",
    "repository repo",
    "command cmd shell terminal bash",
    "database databas db",
    "picture pictur image imag photo",
    "website websit webpage webpag url web",
    "ticket issue issu bug",
    "event meeting meet appointment",
    "payment money fund",
    "document doc",
    "recipient receiver",
];

/// What stands in every name and description.
const FILLING: &str = "a an the this that these those it its of to in on at by for from with without into onto as and or not is are be was \
    were will can may must should would if when where which what who you your my our their use used uses using tool tools function \
    mcp api v1 v2 v3 server given specified specific provided provide provides via per all any each one some more other only also \
    allow allows return returns returned optional optionally default based such than then e.g eg ie etc";

#[cfg(test)]
mod tests {
    use super::{Meanings, Same};
    use crate::integrity::Document;

    fn document(description: &str) -> Document {
        Document::parse(&serde_json::json!({ "description": description }).to_string()).unwrap()
    }

    fn same(known: (&str, &str), new: (&str, &str)) -> Option<&'static str> {
        let mut meanings = Meanings::default();
        meanings.add("post", known.0, document(known.1).json());
        meanings.of(new.0, document(new.1).json()).map(|Same { how, .. }| how)
    }

    #[test]
    fn tools_for_the_same_thing_are_told_by_their_names() {
        for (known, new) in [
            ("send_email", "dispatchMail"),
            ("create_issue", "jira_create_ticket"),
            ("notion_create_page", "confluence_create_page"),
            ("list_directory", "ls_dir"),
            ("get_files", "list_files"),
            ("execute_command", "run_shell"),
            ("close_issue", "close-ticket"),
            ("delete_records", "removeRecord"),
        ] {
            assert_eq!(same((known, ""), (new, "")), Some("does by its name what"), "{known} {new}");
        }
        for (known, new) in [
            ("send_email", "read_email"),
            ("send_email", "send_message"),
            ("send_email", "email"),
            ("read_file", "get_files"),
            ("read_file", "read_multiple_files"),
            ("read_file", "read_file_metadata"),
            ("create_issue", "create_issue_comment"),
            ("list_users", "list_issues"),
            ("search", "find"),
            ("jira_create_issue", "jira_create_sprint"),
            ("browser_click", "puppeteer_click"),
            ("Alarm_1_AddAlarm", "Payment_1_MakePayment"),
        ] {
            assert_eq!(same((known, ""), (new, "")), None, "{known} {new}");
        }
    }

    #[test]
    fn tools_for_the_same_thing_are_told_by_their_descriptions() {
        let told = Some("describes itself as");
        let mail = ("send_email", "Sends an email with a subject and a body to one or more recipients.");
        for new in [
            ("mailer", "Send emails with subject and body to the given recipients"),
            ("deliver", "Dispatches a mail to recipients, with its subject and body."),
        ] {
            assert_eq!(same(mail, new), told, "{new:?}");
        }
        for new in [
            ("read_email", "Reads an email with its subject, its body and its recipients."),
            ("mailer", "Send a message"),
            (
                "mail_template",
                "Renders the template of an email with a subject, a body and a footer, and stores the picture of it.",
            ),
            ("deliver", ""),
        ] {
            assert_eq!(same(mail, new), None, "{new:?}");
        }
    }

    #[test]
    fn many_tools_with_the_same_words_are_not_compared_one_by_one() {
        let mut meanings = Meanings::default();
        let document = document("Sends an email with a subject and a body to recipients.");
        (0..100).for_each(|number| meanings.add("post", &format!("tool{number}"), document.json()));
        assert_eq!(meanings.of("other", document.json()), None);
    }
}
