//! Inspections that may ask: questions go out as data, answers come back, and until then nothing is counted.
//!
//! A message that waits is inspected anew when its answers are there: that takes microseconds, holds no buffer while a model thinks,
//! and judges by what is known then.

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspector::{Effects, Engine, Inspector, Judged};
use crate::layers::{Answer, Answers, Consultation, LayerError, Query};
use crate::message::Message;
use crate::redact::Secret;
use crate::rules::own;
use crate::scratch::Scratch;
use crate::semantic::llm::{Around, Scorer};
use crate::verdict::{Undecided, Verdict};

impl Inspector {
    /// Judges a message as [`Inspector::inspect`] does, but where a layer has something to ask that `answers` doesn't hold, gives the
    /// questions back and changes nothing. The first call is made without answers.
    ///
    /// ```
    /// use vanguard_core::{Answers, Consultation, Inspector, LayerError, Message};
    /// let inspector = Inspector::builder().config_text("c.yaml", "semantic: {llm: {provider: ollama}}").build()?;
    /// let message = Message::to_server(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#);
    /// let mut answers = Answers::default();
    /// let verdict = loop {
    ///     match inspector.consult(&message, &answers) {
    ///         Consultation::Decided(verdict) => break verdict,
    ///         // Here an HTTP client sends each question.
    ///         Consultation::Asks(queries) => queries.iter().for_each(|query| answers.put(query, Err(LayerError::Deadline))),
    ///     }
    /// };
    /// assert!(!verdict.is_blocked());
    /// # Ok::<(), vanguard_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn consult(&self, message: &Message<'_>, answers: &Answers) -> Consultation {
        match self.decided(message, answers) {
            Ok(verdict) => Consultation::Decided(Box::new(verdict)),
            Err(queries) => Consultation::Asks(queries),
        }
    }

    /// The same, without a box for the verdict.
    pub(crate) fn decided(&self, message: &Message<'_>, answers: &Answers) -> Result<Verdict, Vec<Query>> {
        let engine = self.engine();
        let (slot, mut scratch) = engine.pool.take();
        let decided = engine.consult(&mut scratch, message, Asking::May(answers), Effects::Kept);
        engine.pool.put(slot, scratch);
        decided
    }

    /// What [`Inspector::consult`] would ask about a message; changes no state.
    #[must_use]
    pub fn questions(&self, message: &Message<'_>) -> Vec<Query> {
        let answers = Answers::default();
        let asking = Asking::May(&answers);
        self.engine().consult(&mut Scratch::new(), message, asking, Effects::None).err().unwrap_or_default()
    }

    /// As [`Inspector::inspect`], and asks what the layers want to ask: `answerer` sends a query and brings the answer,
    /// or [`LayerError::Deadline`] when the query's deadline has passed. Runs on any executor.
    pub async fn inspect_async(&self, message: &Message<'_>, answerer: impl AsyncFn(&Query) -> Answer) -> Verdict {
        let mut answers = Answers::default();
        loop {
            match self.consult(message, &answers) {
                Consultation::Decided(verdict) => return *verdict,
                Consultation::Asks(queries) => {
                    for query in &queries {
                        answers.put(query, answerer(query).await);
                    }
                }
            }
        }
    }
}

/// Whether layers may ask.
#[derive(Clone, Copy)]
pub(crate) enum Asking<'a> {
    /// What they would have asked is reported.
    No,
    /// They have these answers so far.
    May(&'a Answers),
}

impl Asking<'_> {
    fn to(&self, query: &Query) -> Option<&Answer> {
        match self {
            Self::No => None,
            Self::May(answers) => answers.to(query),
        }
    }

    fn may_ask(&self) -> bool {
        matches!(self, Self::May(answers) if !answers.is_full())
    }
}

/// A layer's place in the order.
pub(crate) enum Step<'a> {
    /// One of the host's.
    Layer(usize),
    /// The model that is asked.
    Scorer(&'a Scorer),
}

impl Engine {
    /// The verdict on a message, or on the call that it stands for, or what there is to ask first.
    pub(crate) fn consult(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_>,
        asking: Asking<'_>,
        effects: Effects,
    ) -> Result<Verdict, Vec<Query>> {
        let Some(restored) = self.restored(message) else { return self.run(scratch, message, (asking, &[]), effects) };
        let call = Message::new(message.flow(), &restored.bytes).with_context(*message.context());
        let verdict = self.run(scratch, &call, (asking, restored.secrets()), effects)?;
        Ok(restored.verdict(verdict))
    }

    /// `known`: values that are secret whatever rules say.
    fn run(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_>,
        (asking, known): (Asking<'_>, &[Secret]),
        effects: Effects,
    ) -> Result<Verdict, Vec<Query>> {
        let mut judged = self.begin(scratch, message);
        for step in self.steps() {
            let asks = match step {
                Step::Layer(at) => self.step(at, asking, scratch, message, &mut judged),
                Step::Scorer(scorer) => self.score(scorer, (asking, known), scratch, message, &mut judged),
            };
            if !asks.is_empty() {
                return Err(asks);
            }
        }
        Ok(self.finish(judged, scratch, message, effects))
    }

    fn step(
        &self,
        at: usize,
        asking: Asking<'_>,
        scratch: &Scratch,
        message: &Message<'_>,
        judged: &mut Judged,
    ) -> Vec<Query> {
        let mut queries = self.plan(at, scratch, message, judged);
        let answers: Vec<_> = queries.iter().filter_map(|query| asking.to(query)).cloned().collect();
        if answers.len() == queries.len() {
            self.judge(at, &answers, scratch, message, judged);
            return Vec::new();
        }
        if asking.may_ask() {
            queries.retain(|query| asking.to(query).is_none());
            return queries;
        }
        let layer = self.layer(at);
        judged.undecided.extend(queries.into_iter().map(|query| Undecided { layer, question: query.question }));
        Vec::new()
    }

    fn score(
        &self,
        scorer: &Scorer,
        (asking, known): (Asking<'_>, &[Secret]),
        scratch: &Scratch,
        message: &Message<'_>,
        judged: &mut Judged,
    ) -> Vec<Query> {
        if !scratch.tape.is_complete() {
            return Vec::new();
        }
        let secrets_in = |text: &str| self.secrets_in(text);
        let around = Around { policy: &self.policy, now: self.now(message), known, secrets_in: &secrets_in };
        let asked = scorer.plan(&Self::inspection(scratch, message, &judged.findings), &around);
        let open = asked.iter().filter(|asked| !asked.is_known() && asking.to(&asked.query).is_none());
        let open: Vec<_> = open.map(|asked| asked.query.clone()).collect();
        if !open.is_empty() && asking.may_ask() {
            return open;
        }
        for asked in asked {
            let answer = asking.to(&asked.query);
            let why = match (asked.is_known(), answer) {
                (false, Some(Err(error))) => error.to_string(),
                (false, None) => String::new(),
                (_, answer) => {
                    let body = answer.and_then(|answer| answer.as_deref().ok());
                    match scorer.judge(&asked, body) {
                        Ok(found) => {
                            judged.findings.extend(found);
                            continue;
                        }
                        Err(why) => why.to_owned(),
                    }
                }
            };
            let mut question = asked.query.question;
            if !why.is_empty() {
                question = format!("{question}: {why}");
            }
            judged.undecided.push(Undecided { layer: Layer::L2, question });
        }
        Vec::new()
    }

    /// The secrets that the rules find in a text, as in a tool's answer.
    fn secrets_in(&self, text: &str) -> Vec<Secret> {
        let result = serde_json::json!({"content": [{"type": "text", "text": text}]});
        let bytes = serde_json::json!({"jsonrpc": "2.0", "id": 1, "result": result}).to_string();
        let judged = self.begin(&mut Scratch::new(), &Message::to_client(bytes.as_bytes()));
        judged.findings.into_iter().filter_map(|finding| finding.held).collect()
    }
}

/// A finding that a layer failed.
pub(crate) fn layer_failed(layer: Layer, error: &LayerError) -> Finding {
    Finding::new(own::LAYER_FAILED, layer, Severity::High, Confidence::High)
        .because(format!("a layer could not judge the message: {error}"))
}
