//! What judges texts by their meaning.

use std::time::Duration;

use crate::semantic::llm::Provider;

/// The `semantic` section.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Semantic {
    /// Whether the embedded model judges. By default it does.
    pub model: bool,
    /// The model that is asked where the case is open. By default none is.
    pub llm: Option<Llm>,
}

/// A model that is asked, and how. No key: who sends questions takes it from the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Llm {
    /// The protocol that its server speaks.
    pub provider: Provider,
    /// Where its server is; `None` is the provider's own.
    pub url: Option<String>,
    /// Its name; `None` is a small one of the provider's.
    pub model: Option<String>,
    /// The environment variable that holds the key, if it takes one.
    pub key_env: Option<String>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Whether calls to tools that run, send or reach out are asked about even if nothing was found.
    pub sinks: bool,
    /// The most bytes of one text that are sent.
    pub text: usize,
    /// From which score on an answer is a warning.
    pub warn: u8,
    /// From which score on it blocks in `balanced`.
    pub block: u8,
    /// Questions at once.
    pub calls: usize,
    /// Messages that may wait for answers.
    pub queue: usize,
    /// How often a question is sent again.
    pub retries: u32,
    /// Answers that are remembered.
    pub cache: usize,
}

impl Default for Llm {
    fn default() -> Self {
        Self {
            provider: Provider::default(),
            url: None,
            model: None,
            key_env: None,
            timeout: Duration::from_secs(5),
            sinks: true,
            text: 4096,
            warn: 50,
            block: 80,
            calls: 4,
            queue: 256,
            retries: 1,
            cache: 4096,
        }
    }
}

impl Llm {
    /// Where its server is.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_deref().unwrap_or(self.provider.url())
    }

    /// Its name.
    #[must_use]
    pub fn model(&self) -> &str {
        self.model.as_deref().unwrap_or(self.provider.model())
    }

    /// How much a [`Desk`](crate::semantic::llm::Desk) for it takes.
    #[must_use]
    pub const fn limits(&self) -> crate::semantic::llm::DeskLimits {
        crate::semantic::llm::DeskLimits { calls: self.calls, queue: self.queue, retries: self.retries }
    }
}

impl Default for Semantic {
    fn default() -> Self {
        Self { model: true, llm: None }
    }
}
