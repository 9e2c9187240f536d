//! `vanguard verify --bundle`, as its users have it.

use std::path::Path;
use std::process::Command;

#[test]
fn a_bundle_tells_who_signed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vanguard-core/adapters/tests/sigstore");
    let verify = |identity: &str| {
        let mut run = Command::new(env!("CARGO_BIN_EXE_vanguard"));
        run.args(["verify", "--bundle", "conda-signed-package-2.1.0.json", "--identity", identity]);
        run.args(["--issuer", "https://token.actions.githubusercontent.com", "signed-package-2.1.0-hb0f4dca_0.conda"]);
        let output = run.current_dir(&data).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let workflow = "https://github.com/prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main";
    let (code, text) = verify(workflow);
    assert!(code == 0 && text.contains("signed by https://github.com/prefix-dev/"), "{code} {text}");
    let (code, text) = verify("https://github.com/prefix-dev/sigstore-example");
    assert!(code == 1 && text.contains(&format!("it was signed by `{workflow}`")), "{code} {text}");
}
