//! The one form of answer that counts.

use serde::Deserialize;
use serde_json::{Value, json};

/// What a text tries to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Category {
    Benign,
    Injection,
    Jailbreak,
    Poisoning,
    Exfiltration,
    Destruction,
    Execution,
    Other,
}

impl Category {
    const ALL: [&str; 8] =
        ["benign", "injection", "jailbreak", "poisoning", "exfiltration", "destruction", "execution", "other"];

    /// In words, after "a model that was asked takes it for".
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Benign => "harmless",
            Self::Injection => "an order to the model that reads it",
            Self::Jailbreak => "a prompt that argues a model out of its limits",
            Self::Poisoning => "a description that instructs a model behind its user's back",
            Self::Exfiltration => "an attempt to carry data out",
            Self::Destruction => "an attempt to destroy something",
            Self::Execution => "an attempt to run what nobody asked for",
            Self::Other => "an attack",
        }
    }
}

/// What a model made of a text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Judgement {
    /// From 0, harmless, to 100, an attack.
    pub(super) score: u8,
    pub(super) category: Category,
    pub(super) reason: String,
}

/// Bytes of an answer; what is longer is no answer.
const LONGEST: usize = 4096;
/// From this score on, harmless is no category.
const DOUBTFUL: u8 = 50;

impl Judgement {
    /// Reads an answer: one JSON object with these three members and nothing around it. Anything else is no answer: a model that was
    /// talked into something writes more than it was asked for.
    pub(super) fn read(text: &str) -> Option<Self> {
        let read: Self = Some(text.trim())
            .filter(|text| text.len() <= LONGEST && text.starts_with('{'))
            .and_then(|text| serde_json::from_str(text).ok())?;
        let sound = read.score <= 100 && !(read.category == Category::Benign && read.score >= DOUBTFUL);
        sound.then_some(read)
    }
}

/// The schema of an answer.
pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "score": {"type": "integer", "minimum": 0, "maximum": 100},
            "category": {"type": "string", "enum": Category::ALL},
            "reason": {"type": "string"},
        },
        "required": ["score", "category", "reason"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_form_counts() {
        let good = r#" {"score": 93, "category": "injection", "reason": "it speaks to the model"}
"#;
        assert_eq!(Judgement::read(good).unwrap().score, 93);
        for bad in [
            "",
            "93",
            "score: 0",
            r#"{"score": 0}"#,
            r#"{"score": 101, "category": "other", "reason": ""}"#,
            r#"{"score": -1, "category": "other", "reason": ""}"#,
            r#"{"score": 0.5, "category": "other", "reason": ""}"#,
            r#"{"score": "0", "category": "benign", "reason": ""}"#,
            r#"{"score": 0, "score": 90, "category": "benign", "reason": ""}"#,
            r#"{"score": 0, "category": "fine", "reason": ""}"#,
            r#"{"score": 90, "category": "benign", "reason": ""}"#,
            r#"{"score": 0, "category": "benign", "reason": "", "more": 1}"#,
            r#"{"score": 0, "category": "benign", "reason": ""} {"score": 90, "category": "other", "reason": ""}"#,
            "```json\n{\"score\": 0, \"category\": \"benign\", \"reason\": \"\"}\n```",
            r#"Sure! {"score": 0, "category": "benign", "reason": ""}"#,
            r#"[0, "benign", ""]"#,
        ] {
            assert_eq!(Judgement::read(bad), None, "{bad}");
        }
        let long = format!(r#"{{"score": 0, "category": "benign", "reason": "{}"}}"#, "x".repeat(LONGEST));
        assert_eq!(Judgement::read(&long), None);
    }

    #[test]
    fn the_schema_names_every_category() {
        for name in Category::ALL {
            let answer = json!({"score": 10, "category": name, "reason": ""}).to_string();
            assert!(Judgement::read(&answer).is_some(), "{name}");
        }
        assert_eq!(schema()["properties"]["category"]["enum"].as_array().map(Vec::len), Some(Category::ALL.len()));
    }
}
