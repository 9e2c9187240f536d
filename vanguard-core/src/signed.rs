//! Rule packs and who signed them: where a configuration names keys, each pack needs the signature of one.

use crate::config::problem::{Problems, quoted};
use crate::config::{Config, PackFile};

/// A rule pack as it was given: its name for error messages, its YAML, and the signature beside it.
#[derive(Debug)]
pub(crate) struct Pack {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) signature: Option<String>,
}

/// A problem for each pack that none of the trusted keys has signed; none where no key is named.
pub(crate) fn check(config: &Config, packs: &[Pack]) -> Problems {
    let mut problems = Problems::new();
    if config.trusted_keys.is_empty() {
        return problems;
    }
    let keys = keys(config, &mut problems);
    for pack in packs {
        let Err(why) = verify(pack, &keys) else { continue };
        let file = config.packs.iter().find(|file| file.resolved().as_os_str() == pack.name.as_str());
        let message = format!("the rule pack {} may not be used: {why}", quoted(&pack.name));
        let problem = match file.and_then(|file: &PackFile| file.place.as_ref()) {
            Some(place) => {
                problems.enter(place.source.clone());
                problems.error(place.span, message)
            }
            None => {
                problems.leave();
                problems.error_overall(message)
            }
        };
        problem.help(format!(
            "look at it, then `vanguard sign --key KEY {}` with the key of one of `rules.trusted_keys`",
            quoted(&pack.name).trim_matches('`')
        ));
    }
    problems
}

#[cfg(feature = "signatures")]
use crate::integrity::signature::PublicKey;

/// The keys that can be used; a problem for each that can't.
#[cfg(feature = "signatures")]
fn keys(config: &Config, problems: &mut Problems) -> Vec<PublicKey> {
    let mut keys = Vec::new();
    for trusted in &config.trusted_keys {
        match (PublicKey::from_base64(&trusted.key), &trusted.place) {
            (Ok(key), _) => keys.push(key),
            (Err(error), Some(place)) => {
                problems.enter(place.source.clone());
                problems.error(place.span, error.to_string());
            }
            (Err(error), None) => drop(problems.error_overall(error.to_string())),
        }
    }
    keys
}

#[cfg(feature = "signatures")]
fn verify(pack: &Pack, keys: &[PublicKey]) -> Result<(), String> {
    use crate::integrity::signature::{Subject, verify};
    let signature = pack.signature.as_ref().ok_or("it is not signed")?;
    verify(signature, keys, Subject::Rules, pack.text.as_bytes()).map(drop).map_err(|error| error.to_string())
}

/// A key that no build without the feature can have.
#[cfg(not(feature = "signatures"))]
enum PublicKey {}

/// Without the feature nobody can be trusted.
#[cfg(not(feature = "signatures"))]
fn keys(config: &Config, problems: &mut Problems) -> Vec<PublicKey> {
    for trusted in &config.trusted_keys {
        let Some(place) = &trusted.place else { continue };
        problems.enter(place.source.clone());
        problems.error(place.span, "this build can't check signatures (feature `signatures`)");
    }
    Vec::new()
}

#[cfg(not(feature = "signatures"))]
fn verify(pack: &Pack, _: &[PublicKey]) -> Result<(), String> {
    Err(match pack.signature {
        Some(_) => "its signature can't be checked".to_owned(),
        None => "it is not signed".to_owned(),
    })
}

#[cfg(all(test, feature = "signatures"))]
mod tests {
    use crate::Inspector;
    use crate::integrity::signature::{PrivateKey, Subject, sign};

    const PACK: &str = "rules:\n- id: TEAM-WORD\n  title: A word\n  severity: low\n  confidence: high\n  on: {fields: [text]}\n  regex: 'xyzzyword'\n  fix: none\n  tests: {hit: [xyzzyword, 'a xyzzyword', 'xyzzyword b'], miss: [xyzzy, word, 'xyzzy word']}\n";

    fn key(seed: u8) -> PrivateKey {
        PrivateKey::from_seed([seed; 32])
    }

    fn config(keys: &[u8]) -> String {
        let lines: Vec<_> = keys
            .iter()
            .map(|seed| format!("'{}'", key(*seed).public().to_pem().lines().nth(1).unwrap_or_default()))
            .collect();
        format!("rules:\n  packs: [team.yaml]\n  trusted_keys: [{}]\n", lines.join(", "))
    }

    fn build(keys: &[u8], signature: Option<String>) -> Result<(), String> {
        let builder = Inspector::builder().config_text("conf/vanguard.yaml", config(keys));
        let builder = match signature {
            Some(signature) => builder.signed_pack("conf/team.yaml", PACK, signature),
            None => builder.pack("conf/team.yaml", PACK),
        };
        builder.build().map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn a_pack_needs_the_signature_of_a_trusted_key() {
        let by = |seed: u8, text: &str| Some(sign(&key(seed), Subject::Rules, "team.yaml", text.as_bytes()));
        assert_eq!(build(&[], None), Ok(()));
        assert_eq!(build(&[1, 2], by(2, PACK)), Ok(()));
        for (signature, says) in [
            (None, "it is not signed"),
            (by(3, PACK), "none of the given keys made the signature"),
            (by(1, "rules: []"), "the file is not the one that was signed"),
            (Some(sign(&key(1), Subject::Lock, "team.yaml", PACK.as_bytes())), "a rule pack is asked for"),
            (Some("{}".to_owned()), "this is no signature"),
        ] {
            let error = build(&[1, 2], signature).unwrap_err();
            assert!(error.contains(says), "{error}");
            assert!(
                error.contains("--> conf/vanguard.yaml:2:11") && error.contains("= help: look at it, then"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_key_that_is_none_is_an_error_at_its_place() {
        let wrong = |key: &str| {
            let text = format!("rules:\n  trusted_keys: ['{key}']\n");
            Inspector::builder().config_text("v.yaml", text).build().map(drop).unwrap_err().to_string()
        };
        let error = wrong("no key");
        assert!(error.contains("expected an Ed25519 public key") && error.contains("v.yaml:2:18"), "{error}");
        // The neutral element, by which anybody's signature holds.
        let error = wrong("MCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert!(error.contains("not an Ed25519 key") && error.contains("v.yaml:2:18"), "{error}");
    }
}
