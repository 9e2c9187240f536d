//! Command lines whose beginning is told elsewhere: `args: ["-c", "core.pager=…"]` given to a tool called `run_git`, and a variable or a
//! setting that stands as a name beside a value.
//!
//! Neither says much by itself; whoever acts on it puts the two together first.

use crate::message::{Field, FieldKind, Flow, NodeId, NodeKind, Tape, for_each_word};

use super::analyze::quote;
use super::argv;

/// Programs that work elsewhere by commands of their own: what is told a tool of theirs as a command is one of those.
const REMOTE: [&[u8]; 8] = [b"aws", b"az", b"gcloud", b"git", b"helm", b"kubectl", b"redis-cli", b"terraform"];

/// Variables that have whatever starts next load or run something.
const VARIABLES: [&[u8]; 15] = [
    b"LD_PRELOAD",
    b"LD_AUDIT",
    b"DYLD_INSERT_LIBRARIES",
    b"BASH_ENV",
    b"PROMPT_COMMAND",
    b"PERL5OPT",
    b"RUBYOPT",
    b"GIT_SSH_COMMAND",
    b"GIT_EXTERNAL_DIFF",
    b"GIT_PROXY_COMMAND",
    b"GIT_ASKPASS",
    b"NODE_OPTIONS",
    b"PYTHONSTARTUP",
    b"JAVA_TOOL_OPTIONS",
    b"LESSOPEN",
];

/// Sections of `git`'s configuration in which programs are named.
const SECTIONS: [&[u8]; 10] =
    [b"alias", b"core", b"credential", b"diff", b"filter", b"gpg", b"init", b"merge", b"sequence", b"uploadpack"];

/// Names of what a value is set for.
const NAMES: [&str; 5] = ["name", "key", "variable", "setting", "var"];

/// A tape says where a literal stands, not which one it is; `false` is longer.
const TRUE: &str = "true";

/// Longest name of an argument that is one of these.
const LONGEST_ROLE: usize = 16;

/// Longest name of a setting.
const LONGEST_NAME: usize = 64;

/// The program that a tool hands its arguments to, by a word of its name.
fn program_of(word: &[u8]) -> Option<&'static [u8]> {
    Some(match word {
        b"apt" => b"apt",
        b"aws" => b"aws",
        b"az" => b"az",
        b"cargo" => b"cargo",
        b"crontab" => b"crontab",
        b"curl" => b"curl",
        b"docker" => b"docker",
        b"ffmpeg" => b"ffmpeg",
        b"find" => b"find",
        b"gcloud" => b"gcloud",
        b"git" => b"git",
        b"helm" => b"helm",
        b"kubectl" => b"kubectl",
        b"make" => b"make",
        b"man" => b"man",
        b"nmap" => b"nmap",
        b"node" => b"node",
        b"npm" => b"npm",
        b"npx" => b"npx",
        b"openssl" => b"openssl",
        b"perl" => b"perl",
        b"pip" => b"pip",
        b"pnpm" => b"pnpm",
        b"podman" => b"podman",
        b"psql" => b"psql",
        b"python" => b"python3",
        b"redis" => b"redis-cli",
        b"rg" => b"rg",
        b"ripgrep" => b"rg",
        b"rsync" => b"rsync",
        b"sed" => b"sed",
        b"ssh" => b"ssh",
        b"tar" => b"tar",
        b"tcpdump" => b"tcpdump",
        b"terraform" => b"terraform",
        b"vim" => b"vim",
        b"wget" => b"wget",
        b"yarn" => b"yarn",
        b"zip" => b"zip",
        _ => return None,
    })
}

/// Whether a word of a tool's name says that it works on a cluster.
fn is_cluster(word: &[u8]) -> bool {
    matches!(word, b"kubectl" | b"k8s" | b"kubernetes" | b"kube")
}

/// Whether a word of a tool's name says that it hands requests to a store that is asked over HTTP.
fn is_store(word: &[u8]) -> bool {
    matches!(word, b"elasticsearch" | b"elastic" | b"opensearch" | b"es")
}

/// What of a message may be told elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Nothing: it is no call.
    #[default]
    Nothing,
    /// Values of settings.
    Settings,
    /// Those, and what a tool is handed whose name says where it goes.
    Tool,
}

impl Telling {
    /// Of a message that travels `flow` and calls `tool`.
    pub(crate) fn of(flow: Flow, tool: Option<&str>) -> Self {
        let Some(tool) = tool.filter(|_| flow == Flow::ToServer) else { return Self::Nothing };
        let mut known = false;
        for_each_word(tool.as_bytes(), |word| {
            known |= program_of(word).is_some() || is_cluster(word) || is_store(word);
        });
        if known { Self::Tool } else { Self::Settings }
    }
}

/// Whether what a field says hangs on a name that stands beside it, or on the tool's.
#[inline]
pub(super) fn hangs_on_name(field: &Field, tape: &Tape, telling: Telling) -> bool {
    role_of(field, tape, telling).is_some()
}

/// Whether it is known which program a field is handed to, though not what the field is by itself.
pub(crate) fn is_handed_on(field: &Field, tape: &Tape, telling: Telling) -> bool {
    telling == Telling::Tool
        && match role_of(field, tape, telling) {
            Some(Role::Arguments | Role::Command | Role::Script) => program(field, tape).is_some(),
            Some(Role::Resource) => tool_has(field, tape, is_cluster),
            _ => false,
        }
}

/// What a field is to a line that something else begins.
#[inline]
fn role_of(field: &Field, tape: &Tape, telling: Telling) -> Option<Role> {
    // A member's name stands before its value.
    let before = || tape.arena().get(..(field.text.start as usize).saturating_sub(1)).unwrap_or_default();
    let may = match telling {
        Telling::Nothing => false,
        Telling::Settings => matches!(
            before(),
            [.., b'v' | b'V', b'a' | b'A', b'l' | b'L']
                | [.., b'v' | b'V', b'a' | b'A', b'l' | b'L', b'u' | b'U', b'e' | b'E']
        ),
        Telling::Tool => true,
    };
    if may { role_there(field, tape, telling) } else { None }
}

#[inline(never)]
fn role_there(field: &Field, tape: &Tape, telling: Telling) -> Option<Role> {
    if matches!(field.kind, FieldKind::Text | FieldKind::Sql) {
        return None;
    }
    let node = tape.node(field.node).filter(|node| node.kind == NodeKind::String)?;
    let first = tape.node(node.parent)?.kind == NodeKind::Object || argv::begins(node.parent, field.node, tape);
    match role(tape.key_of(field.node)).filter(|_| first) {
        Some(Role::Value) => Some(Role::Value),
        // Most addresses name one thing.
        Some(Role::Place) if !names_all(field.text.of(tape.arena())) => None,
        role => role.filter(|_| telling == Telling::Tool),
    }
}

/// The name beside a value, if it is that of a variable that runs something.
pub(super) fn variable<'t>(field: &Field, tape: &'t Tape, telling: Telling) -> Option<&'t [u8]> {
    if role_of(field, tape, telling) != Some(Role::Value) {
        return None;
    }
    let (name, _) = setting(field, tape)?;
    VARIABLES.iter().find(|known| **known == name).copied()
}

/// Puts together the line that such a field ends, if it does. Returns whether it did.
pub(super) fn join(field: &Field, tape: &Tape, telling: Telling, line: &mut Vec<u8>) -> bool {
    let Some(role) = role_of(field, tape, telling) else { return false };
    let text = field.text.of(tape.arena());
    match role {
        Role::Value => {
            let Some((name, section)) = setting(field, tape) else { return false };
            let first = section.unwrap_or_else(|| name.split(|byte| *byte == b'.').next().unwrap_or_default());
            let known = SECTIONS.iter().any(|known| first.eq_ignore_ascii_case(known));
            if !known || section.is_none() && !name.contains(&b'.') {
                return false;
            }
            line.clear();
            line.extend_from_slice(b"git config ");
            let dotted = section.map_or(name.len(), |section| section.len() + 1 + name.len());
            if dotted > LONGEST_NAME {
                return false;
            }
            let mut full = [0_u8; LONGEST_NAME];
            let parts = section.into_iter().flatten().chain(section.map(|_| &b'.')).chain(name);
            full.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
            quote(full.get(..dotted).unwrap_or_default(), line);
            line.push(b' ');
            quote(text, line);
            true
        }
        Role::Place => {
            let deletes = |text: &[u8]| text.eq_ignore_ascii_case(b"DELETE");
            let method = tape.node(field.node).and_then(|node| {
                ["method", "verb"].iter().find_map(|name| string(tape, tape.member_in_any_case(node.parent, name)?))
            });
            if !method.is_some_and(deletes) || !tool_has(field, tape, is_store) {
                return false;
            }
            line.clear();
            line.extend_from_slice(b"curl -XDELETE localhost:9200");
            quote(text, line);
            true
        }
        Role::Resource => {
            if !tool_has(field, tape, is_cluster) || !tool_has(field, tape, |word| word == b"delete") {
                return false;
            }
            let Some(object) = tape.node(field.node).map(|node| node.parent) else { return false };
            line.clear();
            line.extend_from_slice(b"kubectl delete ");
            quote(text, line);
            for name in ["name", "namespace"] {
                if let Some(given) = tape.member_in_any_case(object, name).and_then(|at| string(tape, at)) {
                    line.extend_from_slice(if name == "name" { b" " } else { b" -n " });
                    quote(given, line);
                }
            }
            let all = tape.member_in_any_case(object, "all").and_then(|at| tape.node(at));
            if all.is_some_and(|node| node.kind == NodeKind::Bool && node.source.len() == TRUE.len()) {
                line.extend_from_slice(b" --all");
            }
            true
        }
        Role::Arguments | Role::Command | Role::Script => {
            let Some(program) = program(field, tape) else { return false };
            // One that is named is read by itself.
            let first = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            if first == program {
                return false;
            }
            whole(field, tape, (role, program), line)
        }
    }
}

/// Puts the program before what its tool was handed.
fn whole(field: &Field, tape: &Tape, (role, program): (Role, &[u8]), line: &mut Vec<u8>) -> bool {
    let text = field.text.of(tape.arena());
    let Some(parent) =
        tape.node(field.node).and_then(|node| tape.node(node.parent).map(|parent| (node.parent, parent)))
    else {
        return false;
    };
    let begin = |line: &mut Vec<u8>| {
        line.clear();
        line.extend_from_slice(program);
        // A search without a place to search reads its first option as one.
        line.extend_from_slice(if program == b"find" { b" . " } else { b" " });
    };
    match (parent.1.kind, role) {
        (NodeKind::Array, _) if argv::begins(parent.0, field.node, tape) => {
            begin(line);
            // A list that begins with an option has its command beside it; those of `git` say before the command what it runs.
            let command = tape.member_in_any_case(parent.1.parent, "command").and_then(|at| string(tape, at));
            let apart = text.starts_with(b"-") && program != b"git" && REMOTE.contains(&program);
            if let Some(command) = command.filter(|_| apart) {
                line.extend_from_slice(command);
            }
            argv::words(parent.0, tape, line);
            true
        }
        (NodeKind::Object, Role::Command) => {
            // A program that takes what stands in `command` for its own; the line it has run in a container is no such thing.
            if !REMOTE.contains(&program) && !is_containers_own(program, text, field, tape) {
                return false;
            }
            begin(line);
            line.extend_from_slice(text);
            let given = argv::ARGUMENTS.iter().find_map(|name| tape.member_in_any_case(parent.0, name));
            if let Some(list) = given {
                argv::words(list, tape, line);
            }
            true
        }
        (NodeKind::Object, Role::Script) if program == b"sed" => {
            begin(line);
            quote(text, line);
            true
        }
        (NodeKind::Object, Role::Script) if program == b"find" => {
            begin(line);
            line.extend_from_slice(text);
            true
        }
        (NodeKind::Object, Role::Arguments) => {
            begin(line);
            line.extend_from_slice(text);
            true
        }
        _ => false,
    }
}

/// Whether a command is one that a program for containers has itself: `run -v /:/host alpine`, given to a tool called no more than that.
fn is_containers_own(program: &[u8], text: &[u8], field: &Field, tape: &Tape) -> bool {
    const OWN: [&[u8]; 12] = [
        b"run",
        b"exec",
        b"create",
        b"rm",
        b"rmi",
        b"volume",
        b"system",
        b"container",
        b"image",
        b"network",
        b"compose",
        b"cp",
    ];
    let first = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    matches!(program, b"docker" | b"podman")
        && OWN.contains(&first)
        && !tool_has(field, tape, |word| matches!(word, b"run" | b"exec" | b"container" | b"compose"))
}

/// What a field is to a line that something else begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// What is handed to the program.
    Arguments,
    /// A command of the program's own.
    Command,
    /// What the program reads as its first argument.
    Script,
    /// What a name beside it is set to.
    Value,
    /// What a request is about.
    Place,
    /// The kind of what a cluster holds.
    Resource,
}

fn role(key: &[u8]) -> Option<Role> {
    let mut small = [0_u8; LONGEST_ROLE];
    let small = small.get_mut(..key.len())?;
    small.copy_from_slice(key);
    small.make_ascii_lowercase();
    Some(match &*small {
        b"args" | b"arguments" | b"argv" | b"flags" | b"options" | b"extra_args" | b"extraargs" => Role::Arguments,
        b"command" | b"cmd" | b"subcommand" => Role::Command,
        b"script" | b"expression" => Role::Script,
        b"value" | b"val" => Role::Value,
        b"path" | b"endpoint" | b"url" => Role::Place,
        b"resource" | b"kind" | b"resourcetype" | b"resource_type" => Role::Resource,
        _ => return None,
    })
}

/// The name that a value is set for, and the section it stands in.
fn setting<'t>(field: &Field, tape: &'t Tape) -> Option<(&'t [u8], Option<&'t [u8]>)> {
    let object = tape.node(field.node).filter(|node| node.kind == NodeKind::String)?.parent;
    tape.node(object).filter(|node| node.kind == NodeKind::Object)?;
    let name = NAMES.iter().find_map(|name| string(tape, tape.member_in_any_case(object, name)?))?;
    let section = tape.member_in_any_case(object, "section").and_then(|at| string(tape, at));
    Some((name, section)).filter(|(name, _)| name.len() <= LONGEST_NAME)
}

fn string(tape: &Tape, at: NodeId) -> Option<&[u8]> {
    tape.node(at).filter(|node| node.kind == NodeKind::String).map(|_| tape.text(at))
}

/// Whether an address is that of everything: `/_all`, `/*`, `/logs-*`.
fn names_all(text: &[u8]) -> bool {
    text.len() <= LONGEST_NAME && text.first() == Some(&b'/') && (text.starts_with(b"/_all") || text.contains(&b'*'))
}

/// Whether the name of the tool whose argument a field is has such a word.
fn tool_has(field: &Field, tape: &Tape, is: impl Fn(&[u8]) -> bool) -> bool {
    let mut has = false;
    if let Some(tool) = tool(field, tape) {
        for_each_word(tool, |word| has |= is(word));
    }
    has
}

/// The name of the tool whose argument a field is, or is the first of.
fn tool<'t>(field: &Field, tape: &'t Tape) -> Option<&'t [u8]> {
    let node = tape.node(field.node).filter(|node| node.kind == NodeKind::String)?;
    let list = tape.node(node.parent).is_some_and(|parent| parent.kind == NodeKind::Array);
    let value = if list { node.parent } else { field.node };
    let arguments = tape.node(value)?.parent;
    if tape.key_of(arguments) != b"arguments" {
        return None;
    }
    let params = tape.node(arguments)?.parent;
    tape.member(params, "name").and_then(|at| string(tape, at))
}

/// The program that such a tool is for.
fn program(field: &Field, tape: &Tape) -> Option<&'static [u8]> {
    let tool = tool(field, tape)?;
    let mut found = None;
    let mut elsewhere = false;
    for_each_word(tool, |word| {
        // What is run in a container or on another host is a line of its own.
        elsewhere |= word == b"exec";
        found = found.or_else(|| program_of(word));
    });
    found.filter(|program| !elsewhere || !matches!(*program, b"docker" | b"kubectl" | b"podman" | b"ssh"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, read};

    /// The lines that the strings of a call's arguments end.
    fn joined(tool: &str, arguments: &str) -> Vec<String> {
        let text = format!(r#"{{"params":{{"name":"{tool}","arguments":{arguments}}}}}"#);
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &Limits::default(), &mut tape);
        let mut line = Vec::new();
        let strings = (0..).zip(tape.nodes()).filter(|(_, node)| node.kind == NodeKind::String);
        let lines = strings.filter_map(|(at, node)| {
            let field = Field { node: at, text: node.text, kind: FieldKind::Unknown, element: 0 };
            let telling = Telling::of(Flow::ToServer, Some(tool));
            join(&field, &tape, telling, &mut line).then(|| String::from_utf8_lossy(&line).into_owned())
        });
        lines.collect()
    }

    #[test]
    fn a_tools_name_begins_a_line() {
        for (tool, arguments, line) in [
            ("run_git", r#"{"args":["-c","core.pager=sh x","log"]}"#, "git -c 'core.pager=sh x' log"),
            ("ripgrep", r#"{"pattern":"x","args":["--pre","/tmp/x"]}"#, "rg --pre /tmp/x"),
            ("redis_command", r#"{"command":"FLUSHALL"}"#, "redis-cli FLUSHALL"),
            ("redis", r#"{"cmd":"CONFIG","args":["SET","dir","/srv"]}"#, "redis-cli CONFIG SET dir /srv"),
            ("kubectl", r#"{"command":"delete ns --all"}"#, "kubectl delete ns --all"),
            ("sed_edit", r#"{"file":"a","script":"1e id"}"#, "sed '1e id'"),
            ("es_api", r#"{"method":"DELETE","path":"/_all"}"#, "curl -XDELETE localhost:9200/_all"),
            ("k8s_delete", r#"{"kind":"ns","all":true}"#, "kubectl delete ns --all"),
            ("kubectl_delete", r#"{"resource":"pod","name":"a"}"#, "kubectl delete pod a"),
            ("find_files", r#"{"expression":"-name x -delete"}"#, "find . -name x -delete"),
            ("run_git", r#"{"Args":["",7,"-c","core.pager=sh x"]}"#, "git -c 'core.pager=sh x'"),
            ("redis", r#"{"Command":"FLUSHALL"}"#, "redis-cli FLUSHALL"),
            ("docker", r#"{"command":"run -v /:/h a"}"#, "docker run -v /:/h a"),
        ] {
            assert!(
                joined(tool, arguments).contains(&line.to_owned()),
                "{tool} {arguments} {:?}",
                joined(tool, arguments)
            );
        }
    }

    #[test]
    fn a_setting_is_read_with_its_name() {
        for (arguments, line) in [
            (r#"{"key":"core.fsmonitor","value":"sh x"}"#, "git config core.fsmonitor 'sh x'"),
            (r#"{"section":"core","key":"hooksPath","value":"/tmp/h"}"#, "git config core.hooksPath /tmp/h"),
            (r#"{"Key":"core.fsmonitor","VALUE":"sh x"}"#, "git config core.fsmonitor 'sh x'"),
        ] {
            assert_eq!(joined("t", arguments), [line], "{arguments}");
        }
    }

    #[test]
    fn what_names_its_program_or_is_for_no_program_is_left() {
        for (tool, arguments) in [
            ("kubectl", r#"{"command":"kubectl get pods"}"#),
            ("docker_exec", r#"{"args":["ls"]}"#),
            ("docker_run", r#"{"command":"npm test"}"#),
            ("github_issue", r#"{"args":["x"]}"#),
            ("run", r#"{"command":"ls"}"#),
            ("set", r#"{"key":"theme.color","value":"x"}"#),
            ("set", r#"{"name":"core","value":"x"}"#),
            ("git", r#"{"message":"x"}"#),
            ("es_api", r#"{"method":"GET","path":"/_all"}"#),
            ("http_api", r#"{"method":"DELETE","path":"/_all"}"#),
            ("es_api", r#"{"method":"DELETE","path":"/logs-1"}"#),
            ("kubectl_get", r#"{"resource":"ns"}"#),
            ("delete_pod", r#"{"resource":"ns"}"#),
            ("git", r#"{"o":{"args":["x"]}}"#),
        ] {
            assert!(joined(tool, arguments).is_empty(), "{tool} {arguments} {:?}", joined(tool, arguments));
        }
    }
}
