//! The guarded client runs the guarded server, over stdio.

use std::path::Path;
use std::process::Command;

#[test]
fn the_client_shows_what_passes() {
    // The client looks for the server beside itself.
    assert!(Path::new(env!("CARGO_BIN_EXE_guarded-server")).exists());
    let output = Command::new(env!("CARGO_BIN_EXE_guarded-client")).output().unwrap();
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    let [today, keys, make, curl] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}{told}") };
    assert!(today.ends_with(r#": "Water the plants.""#), "{today}");
    assert!(keys.contains("REDACTED") && !keys.contains("ghp_"), "{keys}");
    assert!(make.ends_with(r#": "would run: make test""#), "{make}");
    assert!(curl.contains("CMD-DOWNLOAD-EXEC") && !curl.contains("would run"), "{curl}");
    assert!(told.contains("on record: block") && told.contains("CMD-DOWNLOAD-EXEC"), "{told}");
}
