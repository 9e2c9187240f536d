//! Every input that once broke a fuzz target, as an ordinary test: `fuzz/crashes/<target>/<name>`.

mod targets;

use std::fs;
use std::path::Path;

#[test]
fn what_once_broke_stays_mended() {
    let crashes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/crashes");
    for folder in fs::read_dir(crashes).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let name = folder.file_name().into_string().unwrap();
        for crash in fs::read_dir(folder.path()).unwrap() {
            let path = crash.unwrap().path();
            println!("{}", path.display());
            targets::run(&name, &fs::read(path).unwrap());
        }
    }
}

#[test]
fn every_target_takes_the_plainest_inputs() {
    for (name, target) in targets::TARGETS {
        for input in
            [&b""[..], b"\0", b"{}", b"\x04{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", b"a: 1\n", &[0xFF; 64]]
        {
            println!("{name}");
            target(input);
        }
    }
}
