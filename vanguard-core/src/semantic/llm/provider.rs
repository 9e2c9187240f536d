//! Who is asked: the request of each kind of server, and where the answer stands in its response.

use serde_json::{Value, json};

use crate::config::Llm;

/// The protocol that a model's server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Provider {
    /// OpenAI's chat completions: OpenAI, Groq, DeepSeek, Mistral, vLLM, llama.cpp and others.
    #[default]
    OpenAi,
    /// MiniMax: chat completions without a JSON mode.
    MiniMax,
    /// Ollama's own chat.
    Ollama,
    /// Anthropic's messages.
    Anthropic,
}

/// Tokens of an answer. Models that think before they answer spend most of them on that.
const ANSWER_TOKENS: u32 = 1024;
/// The version of Anthropic's interface that is spoken.
const ANTHROPIC_VERSION: &str = "2023-06-01";
/// Under this name Anthropic's models give the answer: the only form that they are held to.
const TOOL: &str = "verdict";

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 4] = [Self::OpenAi, Self::MiniMax, Self::Ollama, Self::Anthropic];

    /// The word used in config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::MiniMax => "minimax",
            Self::Ollama => "ollama",
            Self::Anthropic => "anthropic",
        }
    }

    /// Where it is asked if the configuration doesn't say.
    #[must_use]
    pub const fn url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::MiniMax => "https://api.minimax.io/v1",
            Self::Ollama => "http://localhost:11434",
            Self::Anthropic => "https://api.anthropic.com/v1",
        }
    }

    /// Which model is asked if the configuration doesn't say.
    #[must_use]
    pub const fn model(self) -> &'static str {
        match self {
            Self::OpenAi => "gpt-4o-mini",
            Self::MiniMax => "MiniMax-M2.5",
            Self::Ollama => "phi4-mini",
            Self::Anthropic => "claude-haiku-4-5",
        }
    }

    /// What stands before the key in which header.
    pub(crate) const fn key_header(self) -> (&'static str, &'static str) {
        match self {
            Self::Anthropic => ("x-api-key", ""),
            Self::OpenAi | Self::MiniMax | Self::Ollama => ("authorization", "Bearer "),
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::OpenAi | Self::MiniMax => "/chat/completions",
            Self::Ollama => "/api/chat",
            Self::Anthropic => "/messages",
        }
    }

    /// The address of its chat under a base address; a base that names the chat already is taken as it is.
    pub(crate) fn endpoint(self, base: &str) -> String {
        let base = base.trim_end_matches('/');
        if base.ends_with(self.path()) { base.to_owned() } else { format!("{base}{}", self.path()) }
    }

    /// Headers besides the key's.
    pub(crate) fn headers(self) -> Vec<(String, String)> {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if self == Self::Anthropic {
            headers.push(("anthropic-version".to_owned(), ANTHROPIC_VERSION.to_owned()));
        }
        headers
    }

    /// The body that asks for an answer of this schema.
    pub(crate) fn body(self, llm: &Llm, system: &str, user: &str, schema: &Value) -> Vec<u8> {
        let model = llm.model();
        let messages = json!([{"role": "system", "content": system}, {"role": "user", "content": user}]);
        let mut body = match self {
            Self::OpenAi | Self::MiniMax => json!({"model": model, "messages": messages, "stream": false}),
            Self::Ollama => json!({"model": model, "messages": messages, "stream": false, "format": schema,
                "options": {"temperature": 0, "seed": 1, "num_predict": ANSWER_TOKENS}}),
            Self::Anthropic => {
                json!({"model": model, "system": system, "messages": [{"role": "user", "content": user}],
                "max_tokens": ANSWER_TOKENS,
                "tools": [{"name": TOOL, "description": "Gives the verdict.", "input_schema": schema}],
                "tool_choice": {"type": "tool", "name": TOOL}})
            }
        };
        let (tokens, temperature) = match self {
            // OpenAI's own models that think refuse the older name and any temperature.
            Self::OpenAi if thinks(model) => (Some("max_completion_tokens"), false),
            Self::OpenAi | Self::MiniMax => (Some("max_tokens"), true),
            Self::Ollama | Self::Anthropic => (None, false),
        };
        if let Value::Object(body) = &mut body {
            tokens.map(|name| body.insert(name.to_owned(), json!(ANSWER_TOKENS)));
            temperature.then(|| body.insert("temperature".to_owned(), json!(0)));
            (self == Self::OpenAi).then(|| body.insert("response_format".to_owned(), json!({"type": "json_object"})));
        }
        body.to_string().into_bytes()
    }

    /// What the model answered, as JSON text; `None` if the response isn't one of this kind, or the model didn't finish.
    pub(crate) fn content(self, response: &[u8]) -> Option<String> {
        let response: Value = serde_json::from_slice(response).ok()?;
        match self {
            Self::OpenAi | Self::MiniMax => {
                let choice = response.get("choices")?.as_array()?.first()?;
                let whole = matches!(choice.get("finish_reason").and_then(Value::as_str), Some("stop") | None);
                let content = choice.get("message")?.get("content")?.as_str()?;
                whole.then(|| content.to_owned())
            }
            Self::Ollama => {
                let done = response.get("done").and_then(Value::as_bool) == Some(true);
                let content = response.get("message")?.get("content")?.as_str()?;
                done.then(|| content.to_owned())
            }
            Self::Anthropic => {
                let blocks = response.get("content")?.as_array()?;
                let mut uses =
                    blocks.iter().filter(|block| block.get("type").and_then(Value::as_str) == Some("tool_use"));
                let first = uses.next().filter(|block| block.get("name").and_then(Value::as_str) == Some(TOOL))?;
                uses.next().is_none().then(|| first.get("input").map(Value::to_string))?
            }
        }
    }
}

/// Whether a model of OpenAI's thinks before it answers.
fn thinks(model: &str) -> bool {
    ["o1", "o3", "o4", "gpt-5"].iter().any(|family| model.starts_with(family))
}

/// Why an address can't be used, if it can't. It may stand in logs, so nothing secret may stand in it.
pub(crate) fn url_problem(url: &str) -> Option<&'static str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return Some("expected an address that begins with `https://` or `http://`") };
    if rest.contains(['@', '?', '#']) {
        return Some("the address must hold no password, query or fragment: it is shown in logs");
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |text: &str, more: &[u8]| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~:%-".contains(&byte) || more.contains(&byte))
    };
    let good = !host.is_empty() && plain(host, b"[]") && plain(path, b"!$&'()*+,;=/") && url.len() <= 512;
    (!good).then_some("expected an address with a host")
}

/// The host of an address, for people.
pub(super) fn host(url: &str) -> &str {
    url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_response_has_its_place_for_the_answer() {
        let openai = br#"{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"{}"}}]}"#;
        assert_eq!(Provider::OpenAi.content(openai).as_deref(), Some("{}"));
        let cut = br#"{"choices":[{"finish_reason":"length","message":{"content":"{}"}}]}"#;
        assert_eq!(Provider::OpenAi.content(cut), None);
        let ollama = br#"{"model":"m","message":{"role":"assistant","content":"{}"},"done":true}"#;
        assert_eq!(Provider::Ollama.content(ollama).as_deref(), Some("{}"));
        assert_eq!(Provider::Ollama.content(br#"{"message":{"content":"{}"},"done":false}"#), None);
        let anthropic = br#"{"content":[{"type":"text","text":"hm"},{"type":"tool_use","id":"t","name":"verdict","input":{"score":1}}]}"#;
        assert_eq!(Provider::Anthropic.content(anthropic).as_deref(), Some(r#"{"score":1}"#));
        let other = br#"{"content":[{"type":"tool_use","name":"shell","input":{"score":1}}]}"#;
        assert_eq!(Provider::Anthropic.content(other), None);
        for provider in Provider::ALL {
            for garbage in [&b""[..], b"[]", b"{}", b"<html>", b"{\"choices\":[]}", b"{\"error\":{}}", b"null"] {
                assert_eq!(provider.content(garbage), None, "{provider:?}");
            }
        }
    }

    #[test]
    fn models_that_think_are_asked_as_they_want_it() {
        let mut llm = Llm { model: Some("gpt-5-mini".to_owned()), ..Llm::default() };
        let body = |llm: &Llm| String::from_utf8(Provider::OpenAi.body(llm, "s", "u", &json!({}))).unwrap();
        assert!(body(&llm).contains("max_completion_tokens") && !body(&llm).contains("temperature"));
        llm.model = Some("llama-3.3-70b".to_owned());
        assert!(body(&llm).contains("\"max_tokens\"") && body(&llm).contains("\"temperature\":0"));
    }

    #[test]
    fn addresses_hold_nothing_secret() {
        for good in ["http://localhost:11434", "https://api.groq.com/openai/v1", "http://[::1]:8000/v1"] {
            assert_eq!(url_problem(good), None, "{good}");
        }
        for bad in
            ["", "api.openai.com", "ftp://x", "https://", "https://u:p@x.example", "https://x/v1?key=1", "https://x y"]
        {
            assert!(url_problem(bad).is_some(), "{bad}");
        }
        assert_eq!(Provider::OpenAi.endpoint("http://h/v1/"), "http://h/v1/chat/completions");
        assert_eq!(Provider::Ollama.endpoint("http://h/api/chat"), "http://h/api/chat");
    }
}
