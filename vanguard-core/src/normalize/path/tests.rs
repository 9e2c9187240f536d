use proptest::prelude::*;

use super::*;

fn with<R>(text: &[u8], look: impl FnOnce(PathFacts<'_>) -> R) -> R {
    let mut scratch = PathScratch::default();
    parse(text, &mut scratch);
    look(scratch.path())
}

fn canonical(text: &[u8]) -> Vec<u8> {
    with(text, |facts| facts.canonical().to_vec())
}

#[test]
fn one_spelling_for_each_place() {
    use PathRoot::*;
    let cases = [
        ("", ".", Relative, 0),
        (".", ".", Relative, 0),
        ("a", "a", Relative, 0),
        ("./a//b/./c/", "a/b/c", Relative, 0),
        ("a/../b/c.txt", "b/c.txt", Relative, 0),
        ("a/..", ".", Relative, 0),
        ("../x", "../x", Relative, 1),
        ("a/../../x", "../x", Relative, 1),
        ("../../a/../b", "../../b", Relative, 2),
        (r"..\..\x", "../../x", Relative, 2),
        (r".\\..\\.\\..\\etc/passwd", "../../etc/passwd", Relative, 2),
        (".//..//etc/passwd", "../etc/passwd", Relative, 1),
        ("/", "/", Posix, 0),
        ("//etc///passwd", "/etc/passwd", Posix, 0),
        ("/./etc/./passwd", "/etc/passwd", Posix, 0),
        ("/srv/p/../../etc/passwd", "/etc/passwd", Posix, 0),
        ("/../../etc/passwd", "/etc/passwd", Posix, 2),
        (r"\windows\system32", "/windows/system32", Posix, 0),
        (r"C:\Windows\..\x", "c:/x", Drive, 0),
        ("C:", "c:", Drive, 0),
        ("C:/", "c:/", Drive, 0),
        ("c:x\\y", "c:x/y", Drive, 0),
        ("c:..\\y", "c:../y", Drive, 1),
        ("/C:/x", "c:/x", Drive, 0),
        (r"\\Server\Share\a\..\..\b", "//?/unc/server/share/b", Unc, 1),
        (r"\\?\UNC\Server\Share\a", "//?/unc/server/share/a", Unc, 0),
        (r"\\?\C:\x", "c:/x", Drive, 0),
        (r"\\.\C:\x", "c:/x", Drive, 0),
        (r"\??\C:\x", "c:/x", Drive, 0),
        (r"\\.\PhysicalDrive0", "//?/physicaldrive0", Device, 0),
        (r"\\.\pipe\Name", "//?/pipe/Name", Device, 0),
        (r"\\?\GLOBALROOT\Device\X", "//?/globalroot/Device/X", Device, 0),
        ("~", "~", Home, 0),
        ("~/.ssh/id_rsa", "~/.ssh/id_rsa", Home, 0),
        ("~bob/x", "~bob/x", Home, 0),
        ("~/../bob/x", "~/../bob/x", Home, 1),
        ("$HOME/.ssh", "~/.ssh", Home, 0),
        ("${HOME}/.ssh", "~/.ssh", Home, 0),
        ("%USERPROFILE%\\.ssh", "~/.ssh", Home, 0),
        ("%APPDATA%\\x", "~/AppData/Roaming/x", Home, 0),
        ("%SystemRoot%\\System32", "c:/Windows/System32", Drive, 0),
        ("./~/x", "./~/x", Relative, 0),
        ("file:///etc/passwd", "/etc/passwd", Posix, 0),
        ("file:///a/%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", Posix, 1),
        ("file:///C|/x", "c:/x", Drive, 0),
        ("file://host/share/x", "//?/unc/host/share/x", Unc, 0),
        ("repo://docs/../../etc/passwd", "../etc/passwd", Relative, 1),
        ("/proc/self/root/etc/passwd", "/etc/passwd", Posix, 0),
        ("/proc/self/root/proc/1/root/etc/passwd", "/etc/passwd", Posix, 0),
        ("/proc/1/task/1/root/etc", "/etc", Posix, 0),
        ("/proc/self/cwd/../x", "../x", Relative, 1),
        ("../../proc/self/root/etc", "/etc", Posix, 2),
        ("/proc/rooted/root/x", "/proc/rooted/root/x", Posix, 0),
        ("....//....//etc/passwd", "../../etc/passwd", Relative, 2),
        ("..././..././etc/passwd", "../../etc/passwd", Relative, 2),
        (".../.../.../etc/passwd", "../../../etc/passwd", Relative, 3),
        (r"...\...\etc/passwd", "../../etc/passwd", Relative, 2),
        ("a/.../b/.../c", "a/.../b/.../c", Relative, 0),
        ("/..0x2f..0x2fetc0x2fpasswd", "/etc/passwd", Posix, 2),
        (" /etc/passwd \n", "/etc/passwd", Posix, 0),
        ("/home/u/.ssh./id_rsa ", "/home/u/.ssh/id_rsa", Posix, 0),
        ("C:\\inetpub\\web.config::$DATA", "c:/inetpub/web.config", Drive, 0),
    ];
    for (text, form, root, climbs) in cases {
        with(text.as_bytes(), |facts| {
            assert_eq!(String::from_utf8_lossy(facts.canonical()), form, "{text}");
            assert_eq!((facts.root(), facts.main().climbs()), (root, climbs), "{text}");
        });
    }
}

#[test]
fn honest_names_stay_what_they_are() {
    for text in [
        "...",
        "src/.../x",
        "v1..v2",
        "a..b/c",
        "node_modules/..bin",
        "~$draft.docx",
        "src/$types.ts",
        "$lib/server/auth.ts",
        "routes/[id]/+page.svelte",
        "#notes#",
        "a b/c d.txt",
        ".github/workflows/ci.yml",
        "données/été.csv",
        "100%/done.txt",
    ] {
        with(text.as_bytes(), |facts| {
            assert_eq!(String::from_utf8_lossy(facts.canonical()), text);
            assert_eq!((facts.climbs(), facts.notes(), facts.readings().count()), (0, PathNotes::none(), 1), "{text}");
        });
    }
}

#[test]
fn what_stands_out_is_noted() {
    use PathNote::*;
    let cases: [(&[u8], &[PathNote]); 21] = [
        (b"a\0b", &[Nul]),
        (b"x.txt:s", &[Ads]),
        (br"\\.\COM1", &[Device, DosName]),
        (b"src/aux.c", &[DosName]),
        (br"C:\PROGRA~1", &[EightDotThree]),
        (b"a./b", &[Trailing]),
        (br"a/b\c", &[MixedSeparators]),
        (b"//srv/share", &[Unc]),
        (br"\\srv\share", &[Unc]),
        (b"/proc/self/root/x", &[ProcRoot]),
        (b"/proc/self/fd/3", &[ProcFd]),
        (b"/dev/fd/3", &[ProcFd]),
        (b"~/x", &[Home]),
        (b"$OLDPWD/x", &[Variable]),
        (b"file:///x", &[FileUri]),
        (b"res://x/y", &[Uri]),
        (b"https://x.example/a/../b", &[WebUrl, DotDot]),
        (b"....//x", &[DotDot, DotRun]),
        (b"0x2e0x2e/x", &[DotDot, HexSpelling]),
        (br"\.\./x", &[MixedSeparators, DotDot, EscapedDots]),
        (&[b'a'; 256], &[LongName]),
    ];
    for (text, notes) in cases {
        with(text, |facts| {
            assert_eq!(facts.notes().iter().collect::<Vec<_>>(), notes, "{}", String::from_utf8_lossy(text));
        });
    }
}

#[test]
fn every_reader_is_heard() {
    let readings = |text: &[u8]| -> Vec<String> {
        with(text, |facts| facts.readings().map(|r| String::from_utf8_lossy(r.canonical()).into_owned()).collect())
    };
    // Two names for Windows, one for POSIX: the `..` end in different places.
    assert_eq!(readings(br"/srv/p/a\b/../../etc"), ["/srv/p/etc", "/srv/etc"]);
    assert_eq!(readings(b"/srv/p./x"), ["/srv/p/x", "/srv/p./x"]);
    assert_eq!(readings(b"ok.txt\0../../etc/passwd"), ["ok.txt", "../../etc/passwd", "etc/passwd", "etc/passwd"]);
    assert_eq!(readings(b".\0./x"), [".", "x", "../x"]);
    assert_eq!(readings(br"\.\./\.\./etc/x")[2], "../../etc/x");
    let file = readings(b"file://etc/passwd");
    assert!(file.contains(&"//?/unc/etc/passwd".into()) && file.contains(&"/etc/passwd".into()), "{file:?}");
}

#[test]
fn long_and_deep_paths_stay_linear() {
    let deep = "a/".repeat(200_000) + &"../".repeat(200_001);
    with(deep.as_bytes(), |facts| assert_eq!((facts.canonical(), facts.climbs()), (&b".."[..], 1)));
    let dots = "./".repeat(200_000) + "x";
    assert_eq!(canonical(dots.as_bytes()), b"x");
    let links = "/proc/self/root".repeat(50_000) + "/etc/passwd";
    assert!(canonical(links.as_bytes()) == b"/etc/passwd");
    let shields = "~/../".repeat(100_000);
    assert_eq!(canonical(format!("./{shields}").as_bytes()), b".");
}

#[test]
fn a_warm_scratch_does_not_grow() {
    let mut scratch = PathScratch::default();
    let texts: [&[u8]; 3] = [b"/srv/project/src/main.rs", br"C:\Users\me\file.txt", b"file:///srv/a%20b"];
    texts.iter().for_each(|text| parse(text, &mut scratch));
    let before = (scratch.bytes.capacity(), scratch.segments.capacity(), scratch.readings.capacity());
    texts.iter().for_each(|text| parse(text, &mut scratch));
    assert_eq!(before, (scratch.bytes.capacity(), scratch.segments.capacity(), scratch.readings.capacity()));
    parse(&[b'a'; 100_000], &mut scratch);
    scratch.shrink_to(1024);
    assert!(scratch.bytes.capacity() < 2048);
    assert_eq!(scratch.path().canonical(), b"");
}

impl PathScratch {
    fn plain(mut self, text: &[u8]) -> bool {
        plain::read(text, &mut self.bytes, &mut self.segments).is_some()
    }
}

fn pathish() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        &b"/"[..],
        b"\\",
        b".",
        b"..",
        b"...",
        b"....",
        b"a",
        b"B",
        b"~",
        b"$HOME",
        b"${HOME",
        b"}",
        b"%APPDATA%",
        b"C:",
        b":",
        b"?",
        b"\\\\?\\",
        b"\\\\.\\",
        b"\\??\\",
        b"UNC",
        b"file:",
        b"//",
        b"%2e",
        b"\0",
        b" ",
        b"\n",
        b"con",
        b"proc",
        b"self",
        b"root",
        b"cwd",
        b"0x2e",
        b"0x2f",
        b"\xC3\x84",
        b"\xFF",
        b"url:",
        b"x-y://",
        b"~1",
        b"|",
        b"-/",
    ]);
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_are_read(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let length = canonical(&text).len();
        prop_assert!(length > 0 && length <= text.len() + 40);
    }

    #[test]
    fn the_canonical_form_is_its_own(text in pathish()) {
        let once = canonical(&text);
        prop_assert_eq!(canonical(&once), once.clone(), "{}", String::from_utf8_lossy(&text));
        let (root, climbs) = with(&text, |f| (f.root(), f.main().climbs()));
        let again = with(&once, |f| (f.root(), f.main().climbs()));
        prop_assert_eq!(root, again.0);
        prop_assert!(again.1 <= climbs);
    }

    #[test]
    fn names_and_form_agree(text in pathish()) {
        with(&text, |facts| {
            for reading in facts.readings() {
                let names: Vec<_> = reading.segments().collect();
                prop_assert!(reading.canonical().ends_with(&names.join(&b'/')));
                let folded: Vec<_> = reading.folded_segments().collect();
                prop_assert!(reading.folded().ends_with(&folded.join(&b'/')));
                prop_assert_eq!(names.len(), folded.len());
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_short_way_finds_what_the_long_way_finds(text in "[a-zA-Z/]{0,3}([a-cX/.~ :x0-2]{1,3}|con|aux[.]|/proc|/self|/root|/dev|/fd/1|\\.\\./|[ -~]){0,8}") {
        let short = with(text.as_bytes(), |f| format!("{f:?} {:?} {:?}", f.folded(), f.main().folded_segments().collect::<Vec<_>>()));
        // A leading `./` takes the short way away and changes nothing else; a trailing `/` does for absolute paths.
        let detour = if text.starts_with('/') { format!("{text}/") } else { format!("{text}/.") };
        let plain = PathScratch::default().plain(text.as_bytes());
        if plain {
            let long = with(detour.as_bytes(), |f| format!("{f:?} {:?} {:?}", f.folded(), f.main().folded_segments().collect::<Vec<_>>()));
            prop_assert_eq!(short, long, "{}", text);
        }
    }

    #[test]
    fn padding_changes_nothing(names in prop::collection::vec("[a-z]{1,6}|\\.\\.", 1..8), lead in "|/|~/|c:/", pads in prop::collection::vec(0usize..6, 8)) {
        let plain = format!("{lead}{}", names.join("/"));
        let padded = names.iter().zip(&pads).map(|(name, pad)| {
            format!("{name}{}", ["/", "//", "/./", "\\", "\\.\\", "/.//"][*pad])
        }).collect::<String>();
        let padded = format!("{lead}{padded}");
        prop_assert_eq!(canonical(plain.as_bytes()), canonical(padded.as_bytes()));
        prop_assert_eq!(with(plain.as_bytes(), |f| f.main().climbs()), with(padded.as_bytes(), |f| f.main().climbs()));
        prop_assert!(with(padded.as_bytes(), |f| f.climbs()) >= with(plain.as_bytes(), |f| f.climbs()));
    }
}
