//! `vanguard verify --bundle`, as its users have it.

use std::path::Path;
use std::process::Command;

#[test]
fn a_bundle_tells_who_signed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vanguard-core/adapters/tests/sigstore");
    let verify = |identity: &str, more: &[&str]| {
        let mut run = Command::new(env!("CARGO_BIN_EXE_vanguard"));
        run.args(["verify", "--bundle", "conda-signed-package-2.1.0.json", "--identity", identity]);
        run.args(["--issuer", "https://token.actions.githubusercontent.com", "signed-package-2.1.0-hb0f4dca_0.conda"]);
        run.args(more);
        let output = run.current_dir(&data).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let workflow = "https://github.com/prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main";
    let (code, text) = verify(workflow, &[]);
    assert!(code == 0 && text.contains("signed by https://github.com/prefix-dev/"), "{code} {text}");
    let (code, text) = verify("https://github.com/prefix-dev/sigstore-example", &[]);
    assert!(code == 1 && text.contains(&format!("it was signed by `{workflow}`")), "{code} {text}");
    let repository = "https://github.com/prefix-dev/sigstore-example";
    let (code, text) = verify(workflow, &["--source-repository", repository, "--json"]);
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(code == 0 && told["source_repository"] == repository && told["error"].is_null(), "{code} {text}");
    assert_eq!(told["predicate_type"], "https://schemas.conda.org/attestations-publish-1.schema.json");
    let (code, text) = verify(workflow, &["--source-repository", "https://github.com/prefix-dev/other"]);
    assert!(code == 1 && text.contains(&format!("its source repository is `{repository}`, not")), "{code} {text}");
    let (code, text) = verify(workflow, &["--builder", "https://github.com/actions/runner/github-hosted"]);
    assert!(code == 1 && text.contains("its builder is not told, not"), "{code} {text}");
}
