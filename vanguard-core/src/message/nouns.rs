//! The nouns that say what an argument is, whatever the tool, and a table that finds one in a step: every key of every
//! message is looked up.

use super::FieldKind;

const NOUNS: [(&str, FieldKind); 169] = [
    ("path", FieldKind::Path),
    ("paths", FieldKind::Path),
    ("file", FieldKind::Path),
    ("files", FieldKind::Path),
    ("filename", FieldKind::Path),
    ("filepath", FieldKind::Path),
    ("dir", FieldKind::Path),
    ("directory", FieldKind::Path),
    ("directories", FieldKind::Path),
    ("folder", FieldKind::Path),
    ("cwd", FieldKind::Path),
    ("workdir", FieldKind::Path),
    ("root", FieldKind::Path),
    ("pathname", FieldKind::Path),
    ("dirname", FieldKind::Path),
    ("destination", FieldKind::Path),
    ("dest", FieldKind::Path),
    ("dst", FieldKind::Path),
    ("src", FieldKind::Path),
    ("url", FieldKind::Url),
    ("urls", FieldKind::Url),
    ("uri", FieldKind::Url),
    ("uris", FieldKind::Url),
    ("href", FieldKind::Url),
    ("link", FieldKind::Url),
    ("endpoint", FieldKind::Url),
    ("webhook", FieldKind::Url),
    ("callback", FieldKind::Url),
    ("host", FieldKind::Host),
    ("hostname", FieldKind::Host),
    ("domain", FieldKind::Host),
    ("ip", FieldKind::Host),
    ("server", FieldKind::Host),
    ("command", FieldKind::Command),
    ("commands", FieldKind::Command),
    ("argv", FieldKind::Command),
    ("cmd", FieldKind::Command),
    ("cmdline", FieldKind::Command),
    ("shell", FieldKind::Command),
    ("bash", FieldKind::Command),
    ("code", FieldKind::Code),
    ("snippet", FieldKind::Code),
    ("javascript", FieldKind::Code),
    ("python", FieldKind::Code),
    ("js", FieldKind::Code),
    ("script", FieldKind::Code),
    ("program", FieldKind::Code),
    ("expression", FieldKind::Code),
    ("formula", FieldKind::Code),
    ("equation", FieldKind::Code),
    ("sql", FieldKind::Sql),
    ("statement", FieldKind::Sql),
    ("statements", FieldKind::Sql),
    ("content", FieldKind::Text),
    ("contents", FieldKind::Text),
    ("text", FieldKind::Text),
    ("message", FieldKind::Text),
    ("messages", FieldKind::Text),
    ("body", FieldKind::Text),
    ("description", FieldKind::Text),
    ("title", FieldKind::Text),
    ("desc", FieldKind::Text),
    ("details", FieldKind::Text),
    ("pickaxe", FieldKind::Text),
    ("comment", FieldKind::Text),
    ("summary", FieldKind::Text),
    ("prompt", FieldKind::Text),
    ("subject", FieldKind::Text),
    ("note", FieldKind::Text),
    ("notes", FieldKind::Text),
    ("markdown", FieldKind::Text),
    ("html", FieldKind::Text),
    ("caption", FieldKind::Text),
    ("thought", FieldKind::Text),
    ("question", FieldKind::Text),
    ("answer", FieldKind::Text),
    ("reason", FieldKind::Text),
    ("instructions", FieldKind::Text),
    ("observations", FieldKind::Text),
    ("diff", FieldKind::Text),
    ("delimiter", FieldKind::Text),
    ("separator", FieldKind::Text),
    ("sep", FieldKind::Text),
    ("quotechar", FieldKind::Text),
    ("log", FieldKind::Text),
    ("logs", FieldKind::Text),
    ("line", FieldKind::Text),
    ("traceback", FieldKind::Text),
    ("stacktrace", FieldKind::Text),
    ("stdout", FieldKind::Text),
    ("stderr", FieldKind::Text),
    ("transcript", FieldKind::Text),
    ("patch", FieldKind::Text),
    ("id", FieldKind::Identifier),
    ("ids", FieldKind::Identifier),
    ("name", FieldKind::Identifier),
    ("type", FieldKind::Identifier),
    ("format", FieldKind::Identifier),
    ("language", FieldKind::Identifier),
    ("lang", FieldKind::Identifier),
    ("status", FieldKind::Identifier),
    ("branch", FieldKind::Identifier),
    ("encoding", FieldKind::Identifier),
    ("sha", FieldKind::Identifier),
    ("ref", FieldKind::Identifier),
    ("tag", FieldKind::Identifier),
    ("tags", FieldKind::Identifier),
    ("label", FieldKind::Identifier),
    ("labels", FieldKind::Identifier),
    ("owner", FieldKind::Identifier),
    ("repo", FieldKind::Identifier),
    ("repository", FieldKind::Identifier),
    ("user", FieldKind::Identifier),
    ("username", FieldKind::Identifier),
    ("email", FieldKind::Identifier),
    ("mode", FieldKind::Identifier),
    ("timezone", FieldKind::Identifier),
    ("date", FieldKind::Identifier),
    ("version", FieldKind::Identifier),
    ("model", FieldKind::Identifier),
    ("sort", FieldKind::Identifier),
    ("order", FieldKind::Identifier),
    ("state", FieldKind::Identifier),
    ("container", FieldKind::Identifier),
    ("containers", FieldKind::Identifier),
    ("pod", FieldKind::Identifier),
    ("pods", FieldKind::Identifier),
    ("namespace", FieldKind::Identifier),
    ("package", FieldKind::Identifier),
    ("packages", FieldKind::Identifier),
    ("tz", FieldKind::Identifier),
    ("locale", FieldKind::Identifier),
    ("region", FieldKind::Identifier),
    ("bucket", FieldKind::Identifier),
    ("service", FieldKind::Identifier),
    ("printer", FieldKind::Identifier),
    ("device", FieldKind::Identifier),
    ("interface", FieldKind::Identifier),
    ("cluster", FieldKind::Identifier),
    ("volume", FieldKind::Identifier),
    ("database", FieldKind::Identifier),
    ("table", FieldKind::Identifier),
    ("column", FieldKind::Identifier),
    ("columns", FieldKind::Identifier),
    ("group", FieldKind::Identifier),
    ("role", FieldKind::Identifier),
    ("channel", FieldKind::Identifier),
    ("session", FieldKind::Identifier),
    ("account", FieldKind::Identifier),
    ("customer", FieldKind::Identifier),
    ("sku", FieldKind::Identifier),
    ("currency", FieldKind::Identifier),
    ("codec", FieldKind::Identifier),
    ("theme", FieldKind::Identifier),
    ("workspace", FieldKind::Identifier),
    ("environment", FieldKind::Identifier),
    ("stack", FieldKind::Identifier),
    ("project", FieldKind::Identifier),
    ("job", FieldKind::Identifier),
    ("queue", FieldKind::Identifier),
    ("voice", FieldKind::Identifier),
    ("phone", FieldKind::Identifier),
    ("zip", FieldKind::Identifier),
    ("postcode", FieldKind::Identifier),
    ("country", FieldKind::Identifier),
    ("uid", FieldKind::Identifier),
    ("gid", FieldKind::Identifier),
    ("pid", FieldKind::Identifier),
    ("dn", FieldKind::Identifier),
];

/// Places of the table: a few times the nouns, so that most have one of their own.
const PLACES: usize = 512;

/// Where each noun is looked for: its index in [`NOUNS`] and one, at the first free place from its hash on.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const TABLE: [u8; PLACES] = {
    let mut table = [0; PLACES];
    let mut noun = 0;
    while noun < NOUNS.len() {
        let mut place = hash(NOUNS[noun].0.as_bytes());
        while table[place] != 0 {
            place = (place + 1) % PLACES;
        }
        noun += 1;
        table[place] = noun as u8;
    }
    table
};

/// FNV-1a, folded to a place.
#[expect(clippy::indexing_slicing, reason = "the index is below the length")]
const fn hash(word: &[u8]) -> usize {
    let mut hash = 0x811C_9DC5_u32;
    let mut at = 0;
    while at < word.len() {
        hash = (hash ^ word[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash ^ hash >> 16) as usize % PLACES
}

/// What an argument is whose key's last word, in lower case, is `word`.
pub(super) fn kind(word: &[u8]) -> Option<FieldKind> {
    let mut place = hash(word);
    loop {
        let index = TABLE.get(place).copied().unwrap_or(0).checked_sub(1)?;
        let (noun, kind) = NOUNS.get(usize::from(index))?;
        if noun.as_bytes() == word {
            return Some(*kind);
        }
        place = (place + 1) % PLACES;
    }
}

#[cfg(test)]
mod tests {
    use super::{NOUNS, kind};

    #[test]
    fn every_noun_is_found_and_nothing_else() {
        for (noun, expected) in NOUNS {
            assert_eq!(kind(noun.as_bytes()), Some(expected), "{noun}");
            assert_eq!(kind(format!("{noun}x").as_bytes()), None, "{noun}");
        }
        assert_eq!(kind(b""), None);
    }
}
