use super::*;
use crate::normalize::path::{self, PathScratch};

fn places(text: &str) -> Vec<Place> {
    let mut scratch = PathScratch::default();
    path::parse(text.as_bytes(), &mut scratch);
    PathView::new(scratch.path()).places().iter().collect()
}

fn matches(query: &str, text: &str) -> bool {
    let query: PathQuery = serde_json::from_str(query).unwrap();
    let mut scratch = PathScratch::default();
    path::parse(text.as_bytes(), &mut scratch);
    query.matches(&scratch.path()).is_some()
}

#[test]
fn sensitive_places_however_they_are_written() {
    use Place::*;
    let cases: &[(Place, &[&str])] = &[
        (
            SystemAccounts,
            &[
                "/etc/passwd",
                "/etc/shadow",
                "//etc//shadow",
                "/etc/./shadow",
                "/var/../etc/shadow",
                "../../../etc/passwd",
                "..\\..\\..\\etc\\passwd",
                "....//....//etc/passwd",
                "file:///etc/passwd",
                "file:/etc/passwd",
                "file://localhost/etc/%73hadow",
                "/proc/self/root/etc/shadow",
                "/proc/1/root/etc/shadow",
                "/host/etc/shadow",
                "/private/etc/master.passwd",
                "/System/Volumes/Data/private/etc/sudoers",
                "/Volumes/backup/etc/passwd",
                "/@fs/etc/passwd",
                "/etc/passwd\0.png",
                "x\0../../etc/passwd",
                "/ETC/PASSWD",
                "/etc/passwd ",
                "/etc/passwd.",
                "/..0x2f..0x2fetc/passwd",
                ".../.../.../etc/passwd",
                r"./\/././\/./etc/passwd",
                r".\/\.\.\/\.\.\/etc/passwd",
                "0x2e0x2e0x5cetc/passwd",
                r"C:\Windows\System32\config\SAM",
                "%SystemRoot%\\System32\\config\\SAM",
                r"\\?\C:\Windows\System32\config\SAM",
                r"\\.\C:\Windows\repair\sam",
                r"\\srv\c$\Windows\NTDS\ntds.dit",
                "/mnt/c/Windows/System32/config/SYSTEM",
                "..\\..\\windows\\system32\\config\\sam",
                r"\\wsl$\Ubuntu\etc\shadow",
                "repo://x/../../etc/passwd",
                "file://etc/passwd/../../etc/passwd",
                r"C:\WINDOWS\system32\config\SAM::$DATA",
                "/etc/sudoers.d/90-cloud",
                "/etc/shadow-",
                "~/../../etc/shadow",
            ],
        ),
        (
            Keys,
            &[
                "~/.ssh/id_rsa",
                "/home/u/.ssh/id_ed25519",
                "/root/.ssh/id_rsa",
                "/Users/me/.ssh/id_rsa",
                "C:\\Users\\me\\.ssh\\id_rsa",
                "$HOME/.ssh/id_rsa",
                "%USERPROFILE%\\.ssh\\id_rsa",
                ".ssh/id_rsa",
                "../.ssh/id_rsa",
                "~bob/.ssh/work_key",
                "/home/u/.ssh",
                "/home/u/.SSH/ID_RSA",
                "~/.ssh./id_rsa. ",
                r"C:\Users\me\SSH~1\ID_RSA~1",
                "/home/u/.gnupg/private-keys-v1.d/x.key",
                "/etc/ssh/ssh_host_rsa_key",
                "/etc/ssl/private/x.key",
                "backup/id_rsa",
                "/home/u/\u{200C}.ssh/id_rsa",
                "~/.bitcoin/wallet.dat",
                "/tmp/krb5cc_1000",
            ],
        ),
        (
            Credentials,
            &[
                "~/.netrc",
                "/.netrc",
                "~/.docker/config.json",
                "/home/u/.git-credentials",
                "vault/x.kdbx",
                "C:\\Windows\\Panther\\Unattend.xml",
                "C:/unattend.xml",
                "C:\\xampp\\phpMyAdmin\\config.inc.php",
                "C:/windows/system32/sysprepunattend.txt",
                "~/Library/Keychains/login.keychain-db",
                "%APPDATA%\\Microsoft\\Credentials\\X",
                "C:/documents and settings/administrator/ntuser.dat",
                "~/.claude/.credentials.json",
            ],
        ),
        (
            Cloud,
            &[
                "~/.aws/credentials",
                "/root/.aws/credentials",
                ".aws/credentials",
                "~/.config/gcloud/credentials.db",
                "~/.kube/config",
                "/var/run/secrets/kubernetes.io/serviceaccount/token",
                "/run/secrets/db",
                "~/.azure/msal_token_cache.json",
                "C:\\Users\\me\\AppData\\Roaming\\gcloud\\x",
                "$XDG_CONFIG_HOME/gcloud/x",
            ],
        ),
        (
            Browser,
            &[
                "~/.mozilla/firefox/x.default/logins.json",
                "%LOCALAPPDATA%\\Google\\Chrome\\User Data\\Default\\Login Data",
                "~/Library/Application Support/Google/Chrome/Default/Cookies",
                "profile/key4.db",
            ],
        ),
        (
            History,
            &[
                "~/.bash_history",
                "/.bash_history",
                "/root/.zsh_history",
                "~/.ssh/known_hosts",
                "~/.ssh/config",
                "~/.local/share/fish/fish_history",
            ],
        ),
        (
            ProcSecrets,
            &[
                "/proc/self/environ",
                "/proc/1/environ",
                "/proc/self/mem",
                "/proc/self/fd/10",
                "/proc/self/cmdline",
                "../../../proc/self/environ",
            ],
        ),
        (System, &["/etc/hosts", "C:\\boot.ini", "../../../../boot.ini", "..\\..\\windows\\win.ini", "/etc/issue"]),
        (
            Persistence,
            &[
                "~/.bashrc",
                "/home/u/.ssh/authorized_keys",
                "/etc/cron.d/x",
                "/etc/systemd/system/x.service",
                "repo/.git/hooks/pre-commit",
                ".git/config",
                "~/Library/LaunchAgents/x.plist",
                "C:\\Users\\me\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\x.bat",
                r"repo\GIT~1\hooks\pre-commit",
                "/etc/ld.so.preload",
                "/etc/profile.d/x.sh",
            ],
        ),
        (ToolSettings, &["~/.gitconfig", "/home/u/.vimrc", "~/.config/nvim/init.lua", "~/.cargo/config.toml"]),
        (
            Devices,
            &[
                "/dev/sda",
                "/dev/nvme0n1",
                "/dev/mem",
                r"\\.\PhysicalDrive0",
                r"\\.\pipe\docker_engine",
                "/var/run/docker.sock",
                "/dev/tcp/1.2.3.4/80",
            ],
        ),
        (
            AgentConfig,
            &[".cursor/mcp.json", "~/.claude/settings.json", ".vscode/mcp.json", "claude_desktop_config.json"],
        ),
        (Ci, &[".github/workflows/ci.yml", "repo/.gitlab-ci.yml", "Jenkinsfile"]),
        (
            ProjectSecrets,
            &[".env", "app/.env.production", "/srv/app/.env.local", "wp-config.php", "../.env", ".env:12"],
        ),
        (
            ServerFiles,
            &[
                "/var/log/apache2/access.log",
                "C:\\xampp\\apache\\logs\\access.log",
                "../../../var/log/auth.log",
                "/etc/php/8.2/php.ini",
            ],
        ),
        (KeyFiles, &["certs/server.key", "/srv/tls/privkey1.pem", "deploy.ppk"]),
    ];
    for (place, texts) in cases {
        for text in *texts {
            assert!(places(text).contains(place), "{text:?} is in {:?}, not {place:?}", places(text));
        }
    }
}

#[test]
fn honest_places_are_not_sensitive() {
    for text in [
        ".env.example",
        "app/.env.sample",
        ".env.local.example",
        "environment.ts",
        "env/config.ts",
        "src/.environment",
        "docs/passwd.md",
        "etc/passwd.md",
        "/home/u/project/etc/shadow.rs",
        "/home/u/project/etc/passwd",
        "src/etc/passwd",
        "src/.ssh_config_parser.ts",
        "src/ssh/id.rs",
        "~/.config/app/settings.json",
        "node_modules/..bin",
        "a/../b/c.txt",
        "v1..v2",
        "...",
        "README.md",
        "/workspace/src/main.rs",
        "/srv/project/package.json",
        "docs/aws/credentials.md",
        "/home/u/project/aws/credentials",
        "src/cloud/gcloud/config.ts",
        "tests/certs/server.key",
        "tests/fixtures/private.pem",
        "/dev/null",
        "/dev/stdin",
        "/dev/urandom",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/proc/self/fd/1",
        "https://example.com/etc/passwd",
        "https://github.com/o/r/blob/main/.env",
        "http://x.example/.ssh/id_rsa",
        "~/Documents/notes.md",
        "~/projects/app/src/index.ts",
        "C:\\Users\\me\\project\\src\\main.rs",
        "/home/u/project/.bashrc.md",
        "/usr/local/lib/python3/site.py",
        "src/history/.history_test.rs",
        "/etc2/passwd",
        "/data/etc/passwd",
        "/tmp/x.txt",
        "lib/cookies.ts",
        "src/keys/mod.rs",
        "keychain.swift",
        "src/login data.md",
        "id_rsa.pub",
        "id_rsa_test.go",
        "~/.ssh/id_rsa.pub.md/x",
    ] {
        let found = places(text);
        assert!(found.is_empty() || text.starts_with("~/.ssh/"), "{text:?}: {found:?}");
    }
    // What of `.ssh` is public is no key.
    assert_eq!(places("~/.ssh/id_rsa.pub"), []);
}

#[test]
fn a_name_too_long_to_exist_hides_nothing() {
    let text = format!("{}/../etc/passwd", "A".repeat(300));
    assert_eq!(places(&text), [Place::SystemAccounts]);
    assert_eq!(places("AAAA/../etc/passwd"), []);
}

#[test]
fn queries() {
    assert!(matches(r#"{"climbs": true}"#, "../x") && !matches(r#"{"climbs": true}"#, "a/../b"));
    assert!(matches(r#"{"min_climbs": 3}"#, "../../../x") && !matches(r#"{"min_climbs": 3}"#, "../../x"));
    assert!(matches(r#"{"climbs": true, "sensitive": ["system_accounts"]}"#, "../../etc/passwd"));
    assert!(!matches(r#"{"climbs": true, "sensitive": ["system_accounts"]}"#, "/etc/passwd"));
    assert!(matches(r#"{"notes": ["nul", "device"]}"#, "a\0b") && !matches(r#"{"notes": ["nul"]}"#, "ab"));
    assert!(matches(r#"{"root": ["unc"]}"#, r"\\a\b") && !matches(r#"{"root": ["unc"]}"#, "/a/b"));
    assert!(matches("{}", "x") && PathQuery::default().is_empty());
    assert!(serde_json::from_str::<PathQuery>(r#"{"climb": true}"#).is_err());
    assert!(serde_json::from_str::<PathQuery>(r#"{"sensitive": ["secrets"]}"#).is_err());
}

#[test]
fn globs_see_homes_and_climbs() {
    let glob = |glob: &str, text: &str| matches(&format!(r#"{{"glob": ["{glob}"]}}"#), text);
    for text in [
        "~/.config/x/token",
        "/home/u/.config/x/token",
        "/Users/U/.Config/x/token",
        "C:\\Users\\u\\.config\\x\\token",
        "../../home/u/.config/x/token",
    ] {
        assert!(glob("~/.config/*/token", text), "{text}");
    }
    assert!(glob("/etc/**", "../../etc/x") && glob("/etc/**", "/etc") && glob("/etc/**", "/host/etc/x"));
    assert!(
        !glob("/etc/**", "etc/x")
            && !glob("/etc/**", "/srv/etc/x")
            && !glob("~/.config/*/token", "/srv/.config/x/token")
    );
    assert!(glob("c:/windows/**", r"D:\Windows\x") && glob("c:/windows/**", "/mnt/c/windows/x"));
    assert!(glob("**/*.pem", "a/b/x.PEM") && !glob("*.pem", "a/x.pem"));
}

#[test]
fn zones_in_a_query() {
    let query: PathQuery = serde_json::from_str(r#"{"outside_zones": "write"}"#).unwrap();
    let zones = Zones::none().write(Zone::new("/srv/project").unwrap());
    let mut scratch = PathScratch::default();
    path::parse(b"/srv/other", &mut scratch);
    let view = PathView::new(scratch.path());
    assert_eq!(query.matches_view(&view, &zones), Some(Span::new(0, 10)));
    assert_eq!(query.matches(&scratch.path()), None);
}

#[test]
fn a_path_of_many_sensitive_names_stays_linear() {
    let text = "/.ssh/.env/.git/hooks/proc".repeat(20_000);
    assert!(!places(&text).is_empty());
}
