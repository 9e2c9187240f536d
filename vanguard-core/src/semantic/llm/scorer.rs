//! From an inspection to questions, from answers to findings.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::answer::{Judgement, schema};
use super::cache::Cache;
use super::prompt::{self, SYSTEM, VERSION};
use super::provider::host;
use super::subject::{Case, Subject, is_about_intent};
use crate::config::Llm;
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::layers::{KeyHeader, Query};
use crate::message::{Flow, MessageKind};
use crate::policy::Policy;
use crate::redact::{Copies, Secret};
use crate::rules::own;
use crate::verdict::Action;

/// What stands in for a secret.
const MARK: &str = "[SECRET]";

/// The model that is asked: what it is asked with, and what it has answered.
#[derive(Debug)]
pub(crate) struct Scorer {
    llm: Llm,
    secret: Entropy,
    cache: Mutex<Cache>,
}

/// What marks are made from. `Debug` does not show it.
#[derive(Clone, Copy)]
pub(crate) struct Entropy(pub(crate) [u8; 32]);

impl Entropy {
    /// What nobody outside this process knows.
    pub(crate) fn of_this_process() -> Self {
        let mut out = [0; 32];
        for (part, at) in out.chunks_exact_mut(8).zip(0_u64..) {
            part.copy_from_slice(&RandomState::new().hash_one(at).to_le_bytes());
        }
        Self(out)
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy(…)")
    }
}

/// A question, and what is known of its answer.
#[derive(Debug)]
pub(crate) struct Asked {
    subject: Subject,
    key: [u8; 32],
    pub(crate) query: Query,
    known: Option<Judgement>,
}

impl Asked {
    pub(crate) const fn is_known(&self) -> bool {
        self.known.is_some()
    }
}

/// What the scorer is given beside the inspection.
pub(crate) struct Around<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: Option<std::time::Duration>,
    /// Values that are secret whatever rules say.
    pub(crate) known: &'a [Secret],
    /// The secrets that rules find in a text.
    pub(crate) secrets_in: &'a dyn Fn(&str) -> Vec<Secret>,
}

impl Scorer {
    pub(crate) fn new(llm: Llm, secret: Entropy) -> Self {
        let cache = Mutex::new(Cache::new(llm.cache));
        Self { llm, secret, cache }
    }

    /// What there is to ask: nothing, unless the case is open.
    pub(crate) fn plan(&self, inspection: &Inspection<'_>, around: &Around<'_>) -> Vec<Asked> {
        let policy = around.policy;
        let sinks = self.sinks(inspection, policy);
        if inspection.findings().is_empty() && sinks.is_empty() {
            return Vec::new();
        }
        let mut composed = inspection.findings().to_vec();
        if policy.compose(inspection, &mut composed, false, around.now).would >= Action::Review {
            return Vec::new();
        }
        let warns = |finding: &&Finding| {
            finding.action == Action::Warn && matches!(finding.layer, Layer::L1 | Layer::L2) && is_about_intent(finding)
        };
        let open: Vec<&Finding> = composed.iter().filter(warns).collect();
        if open.is_empty() && sinks.is_empty() {
            return Vec::new();
        }
        let held = inspection.findings().iter().filter_map(|finding| finding.held.clone());
        let secrets = copies(held.chain(around.known.iter().cloned()));
        let case = Case { inspection, open, sinks, secrets: secrets.as_ref(), most: self.llm.text };
        let subjects = case.subjects();
        subjects.into_iter().map(|subject| self.asked(subject, inspection.context().intent, around)).collect()
    }

    /// Calls to tools that are configured to run, send or reach out.
    fn sinks(&self, inspection: &Inspection<'_>, policy: &Policy) -> Vec<u32> {
        if !self.llm.sinks || inspection.flow() != Flow::ToServer {
            return Vec::new();
        }
        let elements = (0_u32..).zip(inspection.envelopes());
        let calls = elements.filter(|(_, envelope)| envelope.kind == Some(MessageKind::Request));
        calls.map(|(element, _)| element).filter(|element| policy.is_exposed(inspection, *element)).collect()
    }

    fn asked(&self, mut subject: Subject, intent: Option<&str>, around: &Around<'_>) -> Asked {
        // What rules find only in what is put together: two halves side by side, what a window brought to the front.
        let masked = |text: &str| {
            let found = (around.secrets_in)(text);
            copies(found.into_iter().chain(around.known.iter().cloned())).map(|secrets| secrets.plainly(text))
        };
        if let Some(clean) = masked(&subject.text) {
            subject.text = clean;
        }
        let intent = intent.map(|intent| masked(intent).unwrap_or_else(|| intent.to_owned()));
        let llm = &self.llm;
        let mut content = Sha256::new();
        for part in [llm.provider.as_str(), llm.url(), llm.model(), subject.what, intent.as_deref().unwrap_or_default()]
        {
            content.update((part.len() as u64).to_le_bytes());
            content.update(part);
        }
        content.update(VERSION.to_le_bytes());
        for rule in &subject.found {
            content.update(rule);
            content.update([0]);
        }
        for word in subject.text.split_ascii_whitespace() {
            content.update(word);
            content.update(b" ");
        }
        let key: [u8; 32] = content.finalize().into();
        let mark = prompt::mark(&self.secret.0, &key);
        let user = prompt::user(&subject, intent.as_deref(), &mark);
        let body = llm.provider.body(llm, SYSTEM, &user, &schema());
        let url = llm.provider.endpoint(llm.url());
        let question = format!("what the text at `{}` is for, of {} at {}", subject.pointer, llm.model(), host(&url));
        let (header, prefix) = llm.provider.key_header();
        let key_header = llm.key_env.as_ref().map(|variable| KeyHeader {
            variable: variable.clone(),
            header: header.to_owned(),
            prefix: prefix.to_owned(),
        });
        let id = data_encoding::HEXLOWER.encode(&key);
        let query = Query::new(question, body, llm.timeout).to(url, llm.provider.headers(), key_header, id);
        let known = self.cache.lock().unwrap_or_else(PoisonError::into_inner).take(&key);
        Asked { subject, key, query, known }
    }

    /// What an answer comes to: a finding, nothing, or, as an error, why it is none.
    pub(crate) fn judge(&self, asked: &Asked, body: Option<&[u8]>) -> Result<Option<Finding>, &'static str> {
        let judgement = match (&asked.known, body) {
            (Some(known), _) => known.clone(),
            (None, Some(body)) => {
                let read = self.llm.provider.content(body).and_then(|text| Judgement::read(&text));
                let judgement = read.ok_or("it did not answer in the form that it was asked for")?;
                let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
                cache.put(asked.key, judgement.clone());
                judgement
            }
            (None, None) => return Err("it was not asked"),
        };
        Ok(self.finding(&asked.subject, &judgement))
    }

    fn finding(&self, subject: &Subject, judgement: &Judgement) -> Option<Finding> {
        let severity = match judgement.score {
            score if score >= self.llm.block => Severity::High,
            score if score >= self.llm.warn => Severity::Medium,
            _ => return None,
        };
        // The model's own words go into the evidence only: an error answer is read by models, and who wrote the text that was judged
        // may have had a hand in them.
        let reason =
            format!("a model that was asked takes it for {} ({} of 100)", judgement.category.words(), judgement.score);
        let mut finding = Finding::new(own::SEMANTIC_LLM, Layer::L2, severity, Confidence::Medium)
            .because(reason)
            .at(subject.pointer.clone(), subject.span)
            .seeing(judgement.reason.as_bytes());
        finding.taxonomy = [("owasp-llm", "LLM01")].into_iter().collect();
        Some(finding)
    }
}

fn copies(values: impl Iterator<Item = Secret>) -> Option<Copies> {
    let mut values: Vec<Secret> = values.collect();
    values.sort_unstable();
    values.dedup();
    Copies::of(&values.into_iter().map(|value| (value, MARK.to_owned())).collect::<Vec<_>>())
}
