//! The kernel's word on paths, with real links in a folder of their own.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;
use vanguard_adapters::jail::Jail;
use vanguard_core::{Action, Crossing, Inspector, Message, PathResolver, Resolved, Sharing};

/// A folder with a zone and what is beside it.
struct Ground {
    _folder: TempDir,
    root: PathBuf,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for folder in ["zone/sub", "other", "secret/deep"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in ["zone/a.txt", "zone/sub/b.txt", "other/c.txt", "secret/key"] {
            fs::write(root.join(file), "x").unwrap();
        }
        Self { _folder: folder, root }
    }

    fn path(&self, name: &str) -> String {
        self.root.join(name).to_str().unwrap().to_owned()
    }

    fn link(&self, name: &str, to: impl AsRef<Path>) {
        symlink(to, self.root.join(name)).unwrap();
    }

    /// What an absolute path below the ground comes to with the zone `zone`.
    fn ask(&self, name: &str) -> Resolved {
        jail().resolve(self.path(name).as_bytes(), &[self.path("zone").as_bytes()])
    }

    fn out(&self, to: &str, by: Crossing) -> Resolved {
        Resolved::Outside { to: self.path(to).into_bytes(), by }
    }
}

fn jail() -> Jail {
    Jail::new().unwrap()
}

fn why(resolved: Resolved) -> String {
    match resolved {
        Resolved::Unknown(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_in_the_zone_is_inside() {
    let ground = Ground::new();
    ground.link("zone/near", "sub/b.txt");
    ground.link("zone/absolute", ground.path("zone/sub"));
    ground.link("zone/sub/back", "../a.txt");
    ground.link("entry", "zone");
    for name in [
        "zone",
        "zone/",
        "zone/a.txt",
        "zone//sub/./b.txt",
        "zone/near",
        // The kernel refuses absolute links when it looks beneath a folder; they are honest all the same.
        "zone/absolute",
        "zone/absolute/b.txt",
        "zone/absolute/../a.txt",
        "zone/sub/back",
        // In by another way.
        "entry/a.txt",
        "secret/../zone/a.txt",
        // Not there yet.
        "zone/new",
        "zone/new/and/deeper",
        "zone/absolute/new",
        "zone/new/../a.txt",
        "zone/new/../../zone/new",
        // Nothing can be there.
        "zone/a.txt/x",
        "zone/a.txt/../../secret/key",
    ] {
        assert_eq!(ground.ask(name), Resolved::Inside, "{name}");
    }
    assert_eq!(ground.ask(&format!("zone/{}", "x".repeat(300))), Resolved::Inside);
    assert_eq!(ground.ask(&format!("zone/{}", "x/".repeat(5000))), Resolved::Inside);
}

#[test]
fn what_a_link_leads_to_is_outside() {
    let ground = Ground::new();
    ground.link("zone/file", ground.path("secret/key"));
    ground.link("zone/up", "..");
    ground.link("zone/folder", "../secret");
    ground.link("zone/twice", "folder/key");
    ground.link("zone/sub/dangling", "../../secret/new");
    ground.link("zone/lost", "/nowhere/at/all");
    ground.link("zone/root", "/");
    for (name, to) in [
        ("zone/file", "secret/key"),
        ("zone/up", ""),
        ("zone/up/secret/key", "secret/key"),
        ("zone/twice", "secret/key"),
        // `..` behind a link is not where the text says.
        ("zone/folder/../other/c.txt", "other/c.txt"),
        ("zone/folder/deep/../key", "secret/key"),
        // What would be made lies outside.
        ("zone/folder/new", "secret/new"),
        ("zone/folder/new/deeper", "secret/new/deeper"),
        ("zone/sub/dangling", "secret/new"),
        ("zone/new/../folder/x", "secret/x"),
        ("zone/new/../../secret/key", "secret/key"),
        // No link at all, and no longer in the zone by its text.
        ("secret/key", "secret/key"),
        ("zone2", "zone2"),
    ] {
        let to = to.trim_end_matches('/');
        let to = if to.is_empty() { ground.root.clone() } else { ground.root.join(to) };
        let expected = Resolved::Outside { to: to.to_str().unwrap().into(), by: Crossing::Link };
        assert_eq!(ground.ask(name), expected, "{name}");
    }
    for (name, to) in [("zone/lost", "/nowhere/at/all"), ("zone/root", "/"), ("zone/root/etc/../x", "/x")] {
        assert_eq!(ground.ask(name), Resolved::Outside { to: to.into(), by: Crossing::Link }, "{name}");
    }
    // Another zone is as good.
    let (zone, secret) = (ground.path("zone"), ground.path("secret"));
    let both = [zone.as_bytes(), secret.as_bytes()];
    assert_eq!(jail().resolve(ground.path("zone/twice").as_bytes(), &both), Resolved::Inside);
}

#[test]
fn a_link_that_only_the_kernel_follows_is_outside() {
    let ground = Ground::new();
    for (name, to) in [("cwd", "/proc/self/cwd"), ("fd", "/proc/self/fd/0"), ("exe", "/proc/self/exe")] {
        ground.link(&format!("zone/{name}"), to);
        let out = ground.ask(&format!("zone/{name}"));
        assert!(matches!(out, Resolved::Outside { by: Crossing::MagicLink, .. }), "{name}: {out:?}");
    }
    ground.link("zone/root", "/proc/self/root");
    // Though it comes back.
    for name in ["zone/root/etc/passwd", &format!("zone/root{}", ground.path("zone/a.txt"))] {
        assert_eq!(ground.ask(name), Resolved::Outside { to: b"/".to_vec(), by: Crossing::MagicLink }, "{name}");
    }
    let direct = format!("/proc/self/root{}", ground.path("zone/a.txt"));
    let zone = ground.path("zone");
    assert!(matches!(jail().resolve(direct.as_bytes(), &[zone.as_bytes()]), Resolved::Outside { .. }));
}

#[test]
fn what_can_t_be_followed_is_unknown() {
    let ground = Ground::new();
    ground.link("zone/one", "two");
    ground.link("zone/two", "one");
    assert!(why(ground.ask("zone/one")).contains("more than 40 links"));
    assert!(why(ground.ask("zone/one/x")).contains("more than 40 links"));
    // No end of names, though each is there.
    assert!(why(ground.ask(&format!("zone/{}missing", "sub/../".repeat(400)))).contains("more than 512 names"));
    let path = ground.path("gone/x");
    assert!(why(jail().resolve(path.as_bytes(), &[ground.path("gone").as_bytes()])).contains("the safe zone"));
    assert!(why(jail().resolve(b"x", &[])).contains("no safe zone"));
    assert!(why(jail().resolve(b"~bob/x", &[b"/"])).contains("home"));
    assert!(why(ground.ask("zone/a\0b")).contains("can't be looked at"));
    // Root may look anywhere, so that this says nothing to it.
    fs::create_dir(ground.root.join("zone/closed")).unwrap();
    fs::set_permissions(ground.root.join("zone/closed"), fs::Permissions::from_mode(0o000)).unwrap();
    match ground.ask("zone/closed/x") {
        Resolved::Inside if File::open(ground.root.join("zone/closed/x")).unwrap_err().raw_os_error() == Some(2) => {}
        other => assert!(why(other).contains("denied")),
    }
    fs::set_permissions(ground.root.join("zone/closed"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_link_that_is_swapped_is_seen_at_the_next_look() {
    let ground = Ground::new();
    ground.link("zone/current", "sub");
    assert_eq!(ground.ask("zone/current/b.txt"), Resolved::Inside);
    ground.link("zone/next", "../secret");
    fs::rename(ground.root.join("zone/next"), ground.root.join("zone/current")).unwrap();
    assert_eq!(ground.ask("zone/current/key"), ground.out("secret/key", Crossing::Link));
}

#[test]
fn other_names_and_other_mounts_are_noted() {
    let ground = Ground::new();
    fs::hard_link(ground.root.join("secret/key"), ground.root.join("zone/key")).unwrap();
    ground.link("zone/by-link", ground.path("zone/key"));
    for name in ["zone/key", "zone/by-link"] {
        assert_eq!(ground.ask(name), Resolved::Shared(Sharing::HardLink { names: 2 }), "{name}");
    }
    // Folders have many names by nature.
    assert_eq!(ground.ask("zone/sub"), Resolved::Inside);
    assert_eq!(jail().resolve(b"/proc/self/status", &[b"/"]), Resolved::Shared(Sharing::Mount));
}

#[test]
fn relative_paths_are_followed_from_where_servers_take_them() {
    let ground = Ground::new();
    ground.link("zone/sub/out", "../../secret");
    ground.link("zone/out", "../secret");
    let zone = ground.path("zone");
    let ask = |jail: &Jail, path: &str| jail.resolve(path.as_bytes(), &[zone.as_bytes()]);
    assert_eq!(ask(&jail(), "a.txt"), Resolved::Inside);
    assert_eq!(ask(&jail(), "out/key"), ground.out("secret/key", Crossing::Link));
    assert_eq!(ask(&jail(), "sub/../new"), Resolved::Inside);
    let started = jail().starting_in(ground.path("zone/sub"));
    assert_eq!(ask(&started, "b.txt"), Resolved::Inside);
    assert_eq!(ask(&started, "out/key"), ground.out("secret/key", Crossing::Link));
    let astray = jail().starting_in(ground.path("other"));
    assert_eq!(ask(&astray, "b.txt"), ground.out("other", Crossing::CurrentFolder));
    assert_eq!(ask(&astray, &ground.path("zone/a.txt")), Resolved::Inside);
    let home = jail().home(ground.path("zone"));
    assert_eq!(home.resolve(b"~/out/key", &[b"~"]), ground.out("secret/key", Crossing::Link));
    assert_eq!(home.resolve(b"~", &[b"~/"]), Resolved::Inside);
}

#[test]
fn an_inspector_blocks_what_it_finds() {
    let ground = Ground::new();
    ground.link("zone/notes", "../secret");
    fs::hard_link(ground.root.join("other/c.txt"), ground.root.join("zone/c.txt")).unwrap();
    let inspector = Inspector::builder().safe_zone(ground.path("zone")).path_resolver(jail()).build().unwrap();
    let call = |path: &str| {
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"read_file","arguments":{{"path":"{path}"}}}}}}"#
        );
        inspector.inspect(&Message::to_server(call.as_bytes()))
    };
    let verdict = call(&ground.path("zone/notes/key"));
    assert_eq!((verdict.action, verdict.findings[0].rule.as_str()), (Action::Block, "POLICY-ZONE-LINK"));
    assert!(verdict.findings[0].reason.contains(&ground.path("secret/key")), "{verdict}");
    assert_eq!(call(&ground.path("zone/sub/b.txt")).action, Action::Allow);
    let noted = call(&ground.path("zone/c.txt"));
    assert_eq!((noted.action, noted.findings[0].rule.as_str()), (Action::Allow, "POLICY-ZONE-SHARED"));
}

/// Names that occur in the random trees.
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// A link's name, and where it leads.
fn links() -> impl Strategy<Value = Vec<(String, String)>> {
    let place = prop::sample::select(vec!["zone/", "zone/a/", "zone/a/b/", "out/", "out/a/"]);
    let name = prop::sample::select(NAMES.to_vec());
    let to = prop::collection::vec(prop::sample::select(vec!["..", "a", "b", "c", ".", "zone", "out"]), 1..6);
    let link = (place, name, any::<bool>(), to).prop_map(|(place, name, absolute, to)| {
        (format!("{place}{name}"), format!("{}{}", if absolute { "/" } else { "" }, to.join("/")))
    });
    prop::collection::vec(link, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
    /// What the resolver says is what happens to who opens or makes the file.
    #[test]
    fn it_says_what_the_kernel_does(
        links in links(),
        path in prop::collection::vec(prop::sample::select(vec!["..", "a", "b", "c", "d", "zone", "out", "."]), 0..7),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for made in ["zone/a/b", "out/a"] {
            fs::create_dir_all(root.join(made)).unwrap();
        }
        for (name, to) in &links {
            // Absolute links stay below our root.
            let to = to.strip_prefix('/').map_or(PathBuf::from(to), |to| root.join(to));
            let _ = symlink(to, root.join(name));
        }
        let zone = root.join("zone");
        let asked = format!("{}/{}", zone.display(), path.join("/"));
        let said = jail().resolve(asked.as_bytes(), &[zone.to_str().unwrap().as_bytes()]);
        let there = fs::canonicalize(&asked);
        let really = match &there {
            Ok(real) => Some(real.clone()),
            // A new file: where is it when it has been made?
            Err(_) => File::options().write(true).create(true).truncate(true).open(&asked).ok().and_then(|_| fs::canonicalize(&asked).ok()),
        };
        match really {
            Some(real) if real.starts_with(&zone) => prop_assert_eq!(said, Resolved::Inside, "{} {:?}", asked, real),
            Some(real) => {
                let to = real.to_str().unwrap().as_bytes().to_vec();
                prop_assert_eq!(said, Resolved::Outside { to, by: Crossing::Link }, "{}", asked);
            }
            // It can neither be opened nor made, as things are.
            None => {}
        }
    }

    #[test]
    fn any_bytes_get_an_answer(path in prop::collection::vec(any::<u8>(), 0..200), zone in "(/|~|)[a-z/.~]{0,8}") {
        let _ = jail().resolve(&path, &[zone.as_bytes()]);
    }
}
