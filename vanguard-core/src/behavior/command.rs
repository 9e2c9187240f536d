//! What a command line does to files and the net: enough to tell a download from its run. Whether it is harmful by itself, L1 has said.

use super::act::{Act, Acts};
use super::hash::hash;

/// Words that are looked at; longer lines are scripts.
const WORDS: usize = 256;

/// What a command line does.
#[derive(Debug, Default)]
pub(crate) struct Deeds {
    pub(crate) acts: Acts,
    /// It sends what stands in it, where to it doesn't say: to the repository's home, to a forge, wherever a line of a script goes.
    pub(crate) tells: bool,
    /// A line of a script stands in it.
    scripts: bool,
    /// Names of files that it brings from elsewhere, writes, and runs, as [`name_of`].
    pub(crate) downloads: Vec<u64>,
    pub(crate) writes: Vec<u64>,
    pub(crate) runs: Vec<u64>,
}

/// A file's name without its folders, hashed: a command may have gone to the folder first. Nothing for very short ones.
pub(crate) fn name_of(path: &str) -> Option<u64> {
    let name = path.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.split(['?', '#']).next().unwrap_or(name);
    (name.len() > 1 && !name.starts_with('-')).then(|| hash(name.to_ascii_lowercase().as_bytes()))
}

/// Reads a command line: words, and what parts commands.
pub(crate) fn read(line: &str) -> Deeds {
    let mut deeds = Deeds::default();
    deeds.acts.add(Act::Execute, true);
    let mut words: Vec<&str> = Vec::new();
    for part in line.split(['\n', ';', '|', '&', '`', '(', ')', '{', '}']).take(WORDS) {
        words.clear();
        let quotes: &[char] = &['"', '\''];
        words.extend(
            part.split_whitespace().take(WORDS).map(|word| word.trim_matches(quotes)).filter(|word| !word.is_empty()),
        );
        one(&words, &mut deeds);
    }
    deeds.tells |= deeds.scripts && line.contains("://");
    deeds
}

fn one(words: &[&str], deeds: &mut Deeds) {
    let assigned = |word: &&&str| {
        !word.starts_with('-')
            && word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            })
    };
    let skipped = words
        .iter()
        .take_while(|word| {
            assigned(word) || matches!(**word, "sudo" | "nohup" | "time" | "exec" | "env" if words.len() > 1)
        })
        .count();
    let Some((program, rest)) = words.get(skipped..).and_then(<[_]>::split_first) else {
        return;
    };
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program).trim_end_matches(".exe");
    let has = |wanted: &[&str]| rest.iter().any(|word| wanted.contains(word));
    let begins = |wanted: &[&str]| rest.iter().any(|word| wanted.iter().any(|lead| word.starts_with(lead)));
    let behind =
        |wanted: &[&str]| rest.iter().position(|word| wanted.contains(word)).and_then(|at| rest.get(at + 1)).copied();
    let redirected = || {
        behind(&[">", ">>"]).or_else(|| rest.iter().find_map(|word| word.strip_prefix('>')).filter(|to| to.len() > 1))
    };
    let url = || rest.iter().find(|word| word.contains("://")).copied();
    let mut acts = Acts::NONE;
    deeds.tells |= match name {
        "git" | "hg" | "jj" => has(&["push"]),
        "npm" | "pnpm" | "yarn" | "cargo" | "gem" | "twine" | "docker" | "podman" => {
            has(&["publish", "push", "upload"])
        }
        "gh" | "glab" | "hub" | "tea" => has(&["create", "comment", "edit", "review", "api", "close", "merge"]),
        _ => false,
    };
    deeds.scripts |= matches!(
        name,
        "python" | "python3" | "node" | "perl" | "ruby" | "php" | "deno" | "bun" | "pwsh" | "powershell"
    ) && has(&["-c", "-e", "-E", "-r", "-ne", "-pe", "--eval", "eval", "-Command", "-command"]);
    match name {
        "curl" | "wget" | "http" | "https" | "xh" | "iwr" | "invoke-webrequest" | "Invoke-WebRequest"
        | "Invoke-RestMethod" | "aria2c" | "fetch" => {
            acts = acts.with(Act::Network);
            let sends = begins(&[
                "-d", "--data", "-F", "--form", "-T", "--upload", "--json", "--post", "--body", "-Body", "-InFile",
            ]) || has(&["POST", "PUT", "PATCH", "-XPOST", "-XPUT"]);
            acts.add(Act::NetworkSend, sends);
            let to = behind(&["-o", "-O", "--output", "--output-document", "-OutFile", "-d"])
                .filter(|_| !sends)
                .or_else(redirected);
            let to = to.filter(|to| !to.contains("://") && *to != "-").or_else(|| {
                url().filter(|_| {
                    name != "http"
                        && !sends
                        && (name == "wget" || begins(&["-O", "-LO", "-fsSLO", "-sLO", "--remote-name"]))
                })
            });
            deeds.downloads.extend(to.and_then(name_of));
            acts.add(Act::Download, to.is_some());
        }
        "scp" | "rsync" | "sftp" | "ftp" | "rclone" | "gsutil" | "aws" | "az" | "s3cmd" => {
            acts = acts.with(Act::Network);
            let remote = |word: &&str| {
                word.contains("://")
                    || word.split_once(':').is_some_and(|(host, _)| host.contains('@') || host.contains('.'))
            };
            acts.add(Act::NetworkSend, rest.last().is_some_and(remote));
        }
        "nc" | "ncat" | "netcat" | "socat" | "telnet" | "mail" | "mailx" | "sendmail" | "mutt" => {
            acts = acts.with(Act::Network).with(Act::NetworkSend);
        }
        "dig" | "nslookup" | "host" | "ping" | "ssh" | "drill" => acts = acts.with(Act::Network),
        "env" if rest.is_empty() => acts = acts.with(Act::EnvRead),
        "printenv" | "getenv" => acts = acts.with(Act::EnvRead),
        "set" | "export" if rest.iter().all(|word| *word == "-p") => acts = acts.with(Act::EnvRead),
        "cat" | "head" | "tail" | "less" | "more" | "type" | "strings" | "xxd" | "od" => acts = acts.with(Act::Read),
        "ls" | "find" | "tree" | "dir" | "fd" => acts = acts.with(Act::List),
        "tee" | "cp" | "mv" | "install" => {
            acts = acts.with(Act::Write);
            deeds.writes.extend(rest.last().copied().and_then(name_of));
        }
        "bash" | "sh" | "zsh" | "dash" | "ksh" | "source" | "." | "python" | "python3" | "node" | "perl" | "ruby"
        | "php" | "pwsh" | "powershell" | "cmd" | "osascript" | "deno" | "bun" | "chmod" | "msiexec" | "rundll32"
        | "java" | "start" | "dpkg" | "rpm" => {
            let is_mode =
                |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit() || b"augorwx+=,".contains(&byte));
            let makes_run = name != "chmod"
                || rest
                    .iter()
                    .find(is_mode)
                    .is_some_and(|mode| mode.contains("x") || mode.starts_with(|char: char| char.is_ascii_digit()));
            let file = rest.iter().find(|word| !(word.starts_with(['-', '+']) || name == "chmod" && is_mode(word)));
            deeds.runs.extend(file.copied().filter(|_| makes_run).and_then(name_of));
        }
        _ if program.contains(['/', '\\']) && !program.starts_with("/usr/") && !program.starts_with("/bin/") => {
            deeds.runs.extend(name_of(program));
        }
        _ => {}
    }
    if let Some(to) = redirected().filter(|to| !to.starts_with("/dev/") && !to.starts_with('&')) {
        acts.add(Act::Write, true);
        deeds.writes.extend(name_of(to));
    }
    deeds.acts = deeds.acts.union(acts);
}

#[cfg(test)]
mod tests {
    use super::{name_of, read};
    use crate::behavior::act::Act;

    #[test]
    fn a_download_and_a_run_name_the_same_file() {
        let file = name_of("/tmp/x.sh").unwrap();
        for line in [
            "wget -O /tmp/x.sh https://dl.example/a",
            "curl -fsSL https://dl.example/a -o x.sh",
            "curl https://dl.example/a > /tmp/x.sh",
            "cd /tmp && wget -q https://dl.example/x.sh",
            "curl -O https://dl.example/x.sh?v=2",
        ] {
            let deeds = read(line);
            assert!(deeds.downloads.contains(&file) && deeds.acts.has(Act::Download), "{line}");
            assert!(!deeds.acts.has(Act::NetworkSend), "{line}");
        }
        for line in [
            "bash /tmp/x.sh",
            "cd /tmp; ./x.sh --now",
            "chmod +x x.sh",
            "chmod 755 /tmp/x.sh",
            "sudo sh -e x.sh",
            "A=1 /tmp/x.sh",
            "python3 -u x.sh",
            ". ./x.sh",
        ] {
            assert!(read(line).runs.contains(&file), "{line}");
        }
        for line in ["cat x.sh", "chmod -w x.sh", "ls -l /tmp/x.sh", "git add x.sh"] {
            assert!(!read(line).runs.contains(&file), "{line}");
        }
    }

    #[test]
    fn what_leaves_is_told_from_what_comes() {
        for line in [
            "curl -d @f https://x.example",
            "curl -X POST https://x.example",
            "nc x.example 80 < f",
            "scp f u@x.example:/in",
            "wget --post-file=f https://x.example",
            "aws s3 cp f s3://b/",
        ] {
            assert!(read(line).acts.has(Act::NetworkSend), "{line}");
        }
        for line in
            ["curl https://x.example/doc", "scp u@x.example:/out f", "aws s3 cp s3://b/f .", "npm test", "git status"]
        {
            assert!(!read(line).acts.has(Act::NetworkSend), "{line}");
        }
        assert!(read("env | sort").acts.has(Act::EnvRead) && read("printenv").acts.has(Act::EnvRead));
        assert!(!read("env FOO=1 make").acts.has(Act::EnvRead) && !read("set -e").acts.has(Act::EnvRead));
    }
}
