//! Settings from environment variables, under the names that users of the forerunner know. The core reads no environment: who calls
//! brings the look-up. Keys are not read here either: a setting only says in which variable its key lies.

use std::time::Duration;

use super::{Provider, url_problem};
use crate::config::{Config, Llm};
use crate::verdict::Action;

impl Config {
    /// Takes over what environment variables say of a model that is asked: nothing unless `VANGUARD_SEMANTIC_ENABLED` is true, and nothing
    /// where the configuration has a section `semantic.llm`. The first of these that is there is asked: `VANGUARD_SEMANTIC_CUSTOM_*`,
    /// `VANGUARD_OPENAI_*`, `VANGUARD_MINIMAX_*`, else Ollama.
    ///
    /// # Errors
    /// What is wrong with a variable, in words that don't hold its value.
    pub fn read_environment(&mut self, look_up: impl Fn(&str) -> Option<String>) -> Result<(), String> {
        let look_up = |name: &str| look_up(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        if self.semantic.llm.is_some() || flag(&look_up, "VANGUARD_SEMANTIC_ENABLED")? != Some(true) {
            return Ok(());
        }
        let mut llm = endpoint(&look_up)?;
        if let Some(url) = &llm.url
            && let Some(problem) = url_problem(url)
        {
            return Err(format!("the address of the model in the environment can't be used: {problem}"));
        }
        if let Some(seconds) = number(&look_up, "VANGUARD_SEMANTIC_TIMEOUT_SECS", 0.1..=60.0)? {
            llm.timeout = Duration::from_secs_f64(seconds);
        }
        let percent = |share: f64| (share * 100.0).round() as u8;
        if let Some(share) = number(&look_up, "VANGUARD_SEMANTIC_THRESHOLD_WARN", 0.01..=1.0)? {
            llm.warn = percent(share);
        }
        if let Some(share) = number(&look_up, "VANGUARD_SEMANTIC_THRESHOLD_BLOCK", 0.01..=1.0)? {
            llm.block = percent(share);
        }
        if flag(&look_up, "VANGUARD_SEMANTIC_FAIL_CLOSED")? == Some(true) && self.when_undecided.is_none() {
            self.when_undecided = Some(Action::Block);
        }
        self.semantic.llm = Some(llm);
        Ok(())
    }
}

fn endpoint(look_up: &impl Fn(&str) -> Option<String>) -> Result<Llm, String> {
    let present = |name: &str| look_up(name).map(|_| name.to_owned());
    let (url, model) = (look_up("VANGUARD_SEMANTIC_CUSTOM_URL"), look_up("VANGUARD_SEMANTIC_CUSTOM_MODEL"));
    let key = present("VANGUARD_SEMANTIC_CUSTOM_KEY");
    match (&url, &model, &key) {
        // A server of one's own may need no key.
        (Some(_), Some(_), _) => return Ok(Llm { url, model, key_env: key, ..Llm::default() }),
        (None, None, None) => {}
        _ => {
            let both = "VANGUARD_SEMANTIC_CUSTOM_URL and VANGUARD_SEMANTIC_CUSTOM_MODEL";
            return Err(format!("a model of one's own needs both {both}"));
        }
    }
    for (provider, name) in [(Provider::OpenAi, "OPENAI"), (Provider::MiniMax, "MINIMAX")] {
        if let Some(key) = present(&format!("VANGUARD_{name}_API_KEY")) {
            let url = look_up(&format!("VANGUARD_{name}_BASE_URL"));
            let model = look_up(&format!("VANGUARD_{name}_MODEL"));
            return Ok(Llm { provider, url, model, key_env: Some(key), ..Llm::default() });
        }
    }
    let (url, model) = (look_up("VANGUARD_OLLAMA_URL"), look_up("VANGUARD_OLLAMA_MODEL"));
    Ok(Llm { provider: Provider::Ollama, url, model, ..Llm::default() })
}

fn flag(look_up: &impl Fn(&str) -> Option<String>, name: &str) -> Result<Option<bool>, String> {
    let Some(value) = look_up(name) else { return Ok(None) };
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(Some(true)),
        "0" | "false" | "no" | "off" => Ok(Some(false)),
        _ => Err(format!("{name} must be `true` or `false`")),
    }
}

fn number(
    look_up: &impl Fn(&str) -> Option<String>,
    name: &str,
    within: std::ops::RangeInclusive<f64>,
) -> Result<Option<f64>, String> {
    let Some(value) = look_up(name) else { return Ok(None) };
    let number = value.parse::<f64>().ok().filter(|number| within.contains(number));
    number.map(Some).ok_or_else(|| format!("{name} must be a number from {} to {}", within.start(), within.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let mut config = Config::default();
        let look_up = |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        config.read_environment(look_up).map(|()| config)
    }

    const ON: (&str, &str) = ("VANGUARD_SEMANTIC_ENABLED", "true");
    const OPENAI: (&str, &str) = ("VANGUARD_OPENAI_API_KEY", "sk-hidden");

    #[test]
    fn the_order_is_custom_openai_minimax_ollama() {
        let custom = [
            ("VANGUARD_SEMANTIC_CUSTOM_URL", "https://api.groq.com/openai/v1"),
            ("VANGUARD_SEMANTIC_CUSTOM_MODEL", "llama"),
        ];
        let minimax = ("VANGUARD_MINIMAX_API_KEY", "mm-hidden");
        let llm = |variables: &[(&str, &str)]| read(variables).unwrap().semantic.llm.unwrap();
        let all = llm(&[ON, OPENAI, minimax, custom[0], custom[1]]);
        assert_eq!((all.url(), all.model(), all.key_env.as_deref()), ("https://api.groq.com/openai/v1", "llama", None));
        let openai = llm(&[ON, OPENAI, minimax]);
        assert_eq!((openai.provider, openai.key_env.as_deref()), (Provider::OpenAi, Some("VANGUARD_OPENAI_API_KEY")));
        assert_eq!(openai.model(), "gpt-4o-mini");
        assert_eq!(llm(&[ON, minimax]).provider, Provider::MiniMax);
        let ollama = llm(&[ON, ("VANGUARD_OLLAMA_MODEL", "qwen3")]);
        assert_eq!(
            (ollama.provider, ollama.url(), ollama.model()),
            (Provider::Ollama, "http://localhost:11434", "qwen3")
        );
    }

    #[test]
    fn nothing_is_asked_unless_switched_on() {
        assert!(read(&[OPENAI]).unwrap().semantic.llm.is_none());
        assert!(read(&[("VANGUARD_SEMANTIC_ENABLED", "false"), OPENAI]).unwrap().semantic.llm.is_none());
        assert!(read(&[("VANGUARD_SEMANTIC_ENABLED", "maybe")]).is_err());
    }

    #[test]
    fn numbers_are_taken_and_no_key_is() {
        let closed = ("VANGUARD_SEMANTIC_FAIL_CLOSED", "true");
        let (time, block) = (("VANGUARD_SEMANTIC_TIMEOUT_SECS", "2.5"), ("VANGUARD_SEMANTIC_THRESHOLD_BLOCK", "0.9"));
        let config = read(&[ON, OPENAI, closed, time, block]).unwrap();
        let llm = config.semantic.llm.as_ref().unwrap();
        assert_eq!((llm.timeout, llm.warn, llm.block), (Duration::from_millis(2500), 50, 90));
        assert_eq!(config.when_undecided, Some(Action::Block));
        assert!(!format!("{config:?}").contains("sk-hidden"));
        let wrong =
            read(&[ON, ("VANGUARD_OPENAI_API_KEY", "k"), ("VANGUARD_OPENAI_BASE_URL", "https://u:hidden@x/v1")]);
        assert!(wrong.is_err_and(|message| !message.contains("hidden")));
        assert!(
            read(&[ON, ("VANGUARD_SEMANTIC_CUSTOM_KEY", "hidden")]).is_err_and(|message| !message.contains("hidden"))
        );
    }
}
