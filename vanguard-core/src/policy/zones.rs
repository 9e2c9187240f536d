//! Safe zones of the configuration, and what a tool can do by its configuration or its name.

use std::collections::BTreeMap;

use super::Policy;
use crate::analyzers::path::{Access, Zone, Zones};
use crate::config::problem::Problems;
use crate::config::{Capabilities, Capability, Config, ConfigError, Pattern, SafeZones};
use crate::message::for_each_word;

/// The zones of the tools of a server.
#[derive(Debug, Default)]
pub(super) struct ZoneSet {
    all: Zones,
    /// In place of `all`, by pattern over `tool` or `tool/argument`.
    tools: Vec<(Pattern, Zones)>,
}

/// The zones for every server, and those of servers that have their own.
pub(super) fn read(config: &Config) -> Result<(ZoneSet, BTreeMap<String, ZoneSet>), ConfigError> {
    let mut problems = Problems::new();
    let mut compile = |read: &[String], write: &[String]| {
        let mut compiled = Zones::closed();
        let mut zone = |text: &String| match Zone::new(text) {
            Ok(zone) => Some(zone),
            Err(error) => {
                problems.error_overall(error.to_string()).help("write the folder's absolute path");
                None
            }
        };
        for readable in read.iter().filter_map(&mut zone) {
            compiled = compiled.read(readable);
        }
        for writable in write.iter().filter_map(&mut zone) {
            compiled = compiled.write(writable);
        }
        compiled
    };
    let mut set = |zones: &SafeZones| {
        let all = compile(&zones.read, &zones.write);
        let tools = zones.tools.iter().map(|(pattern, own)| (pattern.clone(), compile(&own.read, &own.write)));
        ZoneSet { all, tools: tools.collect() }
    };
    let general = config.safe_zones.as_ref().map(&mut set).unwrap_or_default();
    let own = config.servers.iter().filter_map(|(name, server)| Some((name.clone(), server.safe_zones.as_ref()?)));
    let servers = own.map(|(name, zones)| (name, set(zones))).collect();
    if problems.has_errors() { Err(ConfigError::new(problems)) } else { Ok((general, servers)) }
}

impl Policy {
    fn zone_set(&self, server: Option<&str>) -> &ZoneSet {
        server.and_then(|server| self.server_zones.get(server)).unwrap_or(&self.zones)
    }

    /// Whether any path given to `server` must lie anywhere.
    pub(crate) fn has_zones(&self, server: Option<&str>) -> bool {
        let set = self.zone_set(server);
        !set.all.is_empty() || !set.tools.is_empty()
    }

    /// The zones that a path must lie in that is given to `tool` of `server` as its argument `key`.
    pub(crate) fn zones(&self, server: Option<&str>, tool: Option<&str>, key: &[u8]) -> &Zones {
        let set = self.zone_set(server);
        let Some(tool) = tool.filter(|_| !set.tools.is_empty()) else { return &set.all };
        let argument = format!("{tool}/{}", String::from_utf8_lossy(key));
        let mut tools = set.tools.iter();
        let own = tools.find(|(pattern, _)| pattern.matches(tool) || pattern.matches(&argument));
        own.map_or(&set.all, |(_, zones)| zones)
    }

    /// What a call does with a path that it gets as its argument `key`, where paths are held to zones: it writes, unless it is
    /// known that it only reads.
    pub(crate) fn access(&self, tool: Option<&str>, key: &[u8]) -> Access {
        let reads = tool.is_some_and(|tool| {
            self.capabilities(tool).is_some_and(|can| !can.contains(Capability::Write))
                || copies(tool) && is_source(key)
        });
        if reads { Access::Read } else { Access::Write }
    }

    /// What a tool can do: as configured, else by its name where that says it plainly. `None`: nobody knows, so that
    /// rules which ask for a capability judge it all the same.
    pub(crate) fn capabilities(&self, tool: &str) -> Option<Capabilities> {
        let reads = || reads_only(tool).then_some(Capabilities::NONE.with(Capability::Read));
        self.config.capabilities_of(tool).or_else(reads)
    }

    /// What a call certainly does with its arguments: as the tool is configured, else by its name and the keys of its arguments.
    /// Where nothing says so it is nothing. [`done_with`] says it of one of them.
    pub(crate) fn does<'k>(&self, tool: &str, mut keys: impl Iterator<Item = &'k [u8]>) -> Capabilities {
        let by_name = || {
            let changes = writes(tool) || !reads_only(tool) && keys.any(is_content);
            Capabilities::NONE.with(if changes { Capability::Write } else { Capability::Read })
        };
        self.config.capabilities_of(tool).unwrap_or_else(by_name)
    }
}

/// What a call that does this to its arguments does with the argument `key`.
pub(crate) fn done_with(key: &[u8], call: Capabilities) -> Capabilities {
    if is_source(key) { Capabilities::NONE.with(Capability::Read) } else { call }
}

/// Whether one of a tool's words says that it changes files: `write_file`, `appendText`, `search_and_replace`.
fn writes(tool: &str) -> bool {
    let mut writes = false;
    for_each_word(tool.as_bytes(), |word| {
        writes |= matches!(
            word,
            b"write"
                | b"create"
                | b"edit"
                | b"append"
                | b"save"
                | b"store"
                | b"put"
                | b"update"
                | b"insert"
                | b"replace"
                | b"patch"
                | b"modify"
                | b"move"
                | b"rename"
                | b"copy"
                | b"symlink"
                | b"touch"
                | b"overwrite"
        );
    });
    writes
}

/// Whether a tool leaves what it starts from as it was: `copy_file`, `compare_files`. A move does not.
fn copies(tool: &str) -> bool {
    let (mut copies, mut moves) = (false, false);
    for_each_word(tool.as_bytes(), |word| {
        copies |= matches!(word, b"copy" | b"cp" | b"compare" | b"diff" | b"convert" | b"import" | b"upload");
        moves |= matches!(word, b"move" | b"mv" | b"rename" | b"delete" | b"sync" | b"swap");
    });
    copies && !moves
}

/// Whether an argument is what a file is to hold: beside it a path is written to.
fn is_content(key: &[u8]) -> bool {
    const CONTENT: [&[u8]; 14] = [
        b"content",
        b"contents",
        b"filecontent",
        b"filetext",
        b"newstring",
        b"newstr",
        b"newtext",
        b"newcontent",
        b"oldstring",
        b"oldstr",
        b"edits",
        b"patch",
        b"diff",
        b"inserttext",
    ];
    let plain = || key.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    CONTENT.iter().any(|word| plain().eq(word.iter().copied()))
}

/// Whether an argument is what a move or copy starts from.
fn is_source(key: &[u8]) -> bool {
    let mut source = false;
    for_each_word(key, |word| {
        source |= matches!(word, b"source" | b"src" | b"from" | b"old" | b"origin" | b"original")
    });
    source
}

/// Whether a tool's first word says that it only looks: `read_file`, `listDirectory`.
fn reads_only(tool: &str) -> bool {
    const LOOKS: [&str; 9] = ["read", "get", "list", "stat", "view", "find", "cat", "head", "tail"];
    const CHANGES: [&str; 14] = [
        "write", "creat", "delet", "updat", "remov", "mov", "edit", "set", "put", "append", "sav", "renam", "patch",
        "modif",
    ];
    let looks = LOOKS.iter().any(|word| {
        let rest = tool
            .get(..word.len())
            .filter(|start| start.eq_ignore_ascii_case(word))
            .and_then(|_| tool.get(word.len()..));
        rest.is_some_and(|rest| !rest.starts_with(|char: char| char.is_ascii_lowercase()))
    });
    // Nobody's tool has a longer name, and this is asked for every path of a message.
    const LONGEST: usize = 256;
    let holds =
        |word: &&str| tool.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    looks && tool.len() <= LONGEST && !CHANGES.iter().any(holds)
}

#[cfg(test)]
mod tests {
    use super::{copies, is_content, is_source, reads_only, writes};

    #[test]
    fn the_first_word_of_a_name_says_what_it_does() {
        for name in ["read_file", "listDirectory", "get-info", "cat"] {
            assert!(reads_only(name), "{name}");
        }
        for name in ["write_file", "appendText", "search-and-replace", "create_directory"] {
            assert!(writes(name), "{name}");
        }
        for name in ["read_file", "typewriter", "credit", "movement", "é", ""] {
            assert!(!writes(name), "{name}");
        }
        for name in
            ["write_file", "readjust", "get_or_create_file", "read_and_delete", "catalogue_add", "create_list", "", "é"]
        {
            assert!(!reads_only(name), "{name}");
        }
    }

    #[test]
    fn keys_say_what_is_written_and_where_from() {
        assert!(is_content(b"file_text") && is_content(b"newString") && !is_content(b"context") && !is_content(b""));
        assert!(
            copies("copy_file") && copies("fs.compareFiles") && !copies("move_or_copy") && !copies("copyright_check")
        );
        assert!(is_source(b"source_path") && is_source(b"oldPath") && !is_source(b"resource") && !is_source(b"path"));
    }
}
