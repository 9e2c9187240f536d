//! DSSE, the Dead Simple Signing Envelope: a payload with its type, and signatures over both.

use data_encoding::{BASE64, BASE64URL};

use super::{PrivateKey, PublicKey, SignatureError};
use crate::integrity::{Document, Json};

/// The type of in-toto statements.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// Signatures looked at; a file has one signer or a few.
const MOST: usize = 16;

/// What is signed: the type and the payload with their lengths, so that neither can be taken for a part of the other.
fn pre_authentication(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// The envelope of `payload`, signed.
pub(super) fn seal(key: &PrivateKey, payload: &str) -> String {
    let signature = key.sign(&pre_authentication(payload.as_bytes()));
    let envelope = serde_json::json!({
        "payloadType": PAYLOAD_TYPE,
        "payload": BASE64.encode(payload.as_bytes()),
        "signatures": [{"keyid": key.public().id(), "sig": BASE64.encode(&signature)}],
    });
    format!("{envelope}\n")
}

/// The payload of an envelope that one of `keys` has signed, and that key.
pub(super) fn open(envelope: &str, keys: &[PublicKey]) -> Result<(Vec<u8>, PublicKey), SignatureError> {
    let wrong = SignatureError::Envelope;
    let document = Document::parse(envelope).ok_or(wrong("it is not JSON that every reader understands alike"))?;
    let root = document.json();
    if root.member("payloadType").and_then(Json::str) != Some(PAYLOAD_TYPE) {
        return Err(wrong("its `payloadType` is not that of an in-toto statement"));
    }
    let payload = root.member("payload").and_then(Json::str).ok_or(wrong("`payload` is missing"))?;
    let payload = base64(payload).ok_or(wrong("`payload` is not base64"))?;
    let signed = pre_authentication(&payload);
    let signatures: Vec<_> = root.member("signatures").into_iter().flat_map(Json::elements).take(MOST).collect();
    for signature in &signatures {
        let Some(bytes) = signature.member("sig").and_then(Json::str).and_then(base64) else { continue };
        // The key's name is a hint that nobody has signed: each trusted key is tried.
        if let Some(key) = keys.iter().find(|key| key.verifies(&signed, &bytes)) {
            return Ok((payload, *key));
        }
    }
    let names: Vec<_> = signatures.iter().filter_map(|signature| signature.member("keyid")?.str()).collect();
    let names = names.iter().map(|name| crate::config::problem::quoted(name)).collect::<Vec<_>>().join(", ");
    Err(SignatureError::Stranger(if names.is_empty() { "none".to_owned() } else { names }))
}

/// Either alphabet: DSSE allows both.
fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.as_bytes()).or_else(|_| BASE64URL.decode(text.as_bytes())).ok()
}

#[cfg(test)]
mod tests {
    use super::super::PrivateKey;
    use super::{open, pre_authentication, seal};

    #[test]
    fn the_lengths_are_part_of_what_is_signed() {
        let signed = String::from_utf8(pre_authentication(b"hello world")).unwrap();
        assert_eq!(signed, "DSSEv1 28 application/vnd.in-toto+json 11 hello world");
    }

    #[test]
    fn a_second_signature_is_enough() {
        let (one, two) = (PrivateKey::from_seed([1; 32]), PrivateKey::from_seed([2; 32]));
        let (first, second) = (seal(&one, "{}"), seal(&two, "{}"));
        let list = |text: &str| text[text.find("[{").unwrap() + 1..text.find("}]").unwrap() + 1].to_owned();
        let both = first.replace(&list(&first), &format!("{},{}", list(&first), list(&second)));
        assert_eq!(open(&both, &[two.public()]).unwrap(), (b"{}".to_vec(), two.public()));
    }
}
