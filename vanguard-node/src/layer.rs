//! JavaScript functions as layers of the engine.

use std::cell::Cell;
use std::fmt;
use std::time::Duration;

use napi::Env;
use napi::bindgen_prelude::FunctionRef;
use serde::Deserialize;
use vanguard_core::{Answer, Confidence, Finding, Inspection, Layer, LayerError, Query, SemanticLayer, Severity, Span};

/// A function from an inspection to what it asks and to findings, all as JSON: `{"inspection": …, "answers": …}` to a list. Without
/// answers it plans.
pub(crate) type Judge = FunctionRef<String, String>;

thread_local! {
    /// The environment of the JavaScript that asked for the inspection that runs on this thread.
    static ASKING: Cell<Option<Env>> = const { Cell::new(None) };
    /// Why the plan that was just made failed: without questions, the layer is asked for its judgement next.
    static FAILED: Cell<Option<LayerError>> = const { Cell::new(None) };
    /// How many layers are being asked on this thread, one within the other.
    static WITHIN: Cell<u32> = const { Cell::new(0) };
}

/// How many layers may inspect within one another: far above any use, far below what a stack holds.
const DEEPEST: u32 = 8;

/// Runs an inspection on the thread of JavaScript, so that its layers can be called.
pub(crate) fn attached<T>(env: Env, run: impl FnOnce() -> T) -> T {
    let before = ASKING.replace(Some(env));
    let done = run();
    ASKING.set(before);
    done
}

/// A JavaScript function as a layer.
pub(crate) struct JsLayer {
    pub(crate) judge: Judge,
    /// Whether it asks before it judges.
    pub(crate) plans: bool,
}

impl fmt::Debug for JsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsLayer")
    }
}

impl JsLayer {
    fn call<T: for<'a> Deserialize<'a>>(&self, given: &serde_json::Value) -> Result<Vec<T>, LayerError> {
        let failed = |why: &dyn fmt::Display| LayerError::Failed(format!("a layer in JavaScript: {why}"));
        let env = ASKING.get().ok_or_else(|| failed(&"it can be asked on the thread of JavaScript only"))?;
        let within = WITHIN.get();
        if within >= DEEPEST {
            return Err(failed(&"it inspects messages, which asks it again, without an end"));
        }
        let judge = self.judge.borrow_back(&env).map_err(|error| failed(&error.reason))?;
        WITHIN.set(within + 1);
        let found = judge.call(given.to_string());
        WITHIN.set(within);
        let found = found.map_err(|error| failed(&error.reason))?;
        if found.starts_with('{') {
            return Err(failed(&serde_json::from_str::<Thrown>(&found).map_err(|error| failed(&error))?.failed));
        }
        serde_json::from_str(&found).map_err(|error| failed(&error))
    }
}

impl SemanticLayer for JsLayer {
    fn plan(&self, inspection: &Inspection<'_>) -> Vec<Query> {
        if !self.plans {
            return Vec::new();
        }
        let asked = self.call::<Asked>(&serde_json::json!({"inspection": told(inspection)}));
        let asked = asked.and_then(|asked| asked.into_iter().map(Asked::core).collect());
        asked.unwrap_or_else(|error| {
            FAILED.set(Some(error));
            Vec::new()
        })
    }

    fn judge(&self, inspection: &Inspection<'_>, answers: &[Answer]) -> Result<Vec<Finding>, LayerError> {
        if let Some(error) = FAILED.take() {
            return Err(error);
        }
        let answers = answers.iter().map(|answer| match answer {
            Ok(body) => serde_json::json!({"body": data_encoding::BASE64.encode(body)}),
            Err(error) => serde_json::json!({"error": error.to_string()}),
        });
        let given = serde_json::json!({"inspection": told(inspection), "answers": answers.collect::<Vec<_>>()});
        Ok(self.call::<Given>(&given)?.into_iter().map(Given::core).collect())
    }
}

/// What a layer answers that threw.
#[derive(Deserialize)]
struct Thrown {
    failed: String,
}

/// A question as JavaScript gives it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    question: String,
    #[serde(default)]
    body: String,
    deadline: f64,
}

impl Asked {
    fn core(self) -> Result<Query, LayerError> {
        let deadline = Duration::try_from_secs_f64(self.deadline);
        let deadline = deadline.map_err(|_| LayerError::Failed("`deadline` is a number of seconds".to_owned()))?;
        let body = data_encoding::BASE64.decode(self.body.as_bytes());
        Ok(Query::new(self.question, body.map_err(|error| LayerError::Failed(error.to_string()))?, deadline))
    }
}

/// A finding as JavaScript gives it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    rule: String,
    #[serde(default = "high")]
    severity: Severity,
    #[serde(default = "sure")]
    confidence: Confidence,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    pointer: String,
    #[serde(default)]
    span: (u32, u32),
    #[serde(default)]
    evidence: String,
    #[serde(default)]
    taxonomy: std::collections::BTreeMap<String, Vec<String>>,
    retry_after: Option<u64>,
}

fn high() -> Severity {
    Severity::High
}

fn sure() -> Confidence {
    Confidence::High
}

impl Given {
    fn core(self) -> Finding {
        let mut core = Finding::new(self.rule, Layer::L2, self.severity, self.confidence)
            .because(self.reason)
            .at(self.pointer, Span::new(self.span.0, self.span.1))
            .seeing(self.evidence.as_bytes());
        let tags =
            self.taxonomy.iter().flat_map(|(scheme, ids)| ids.iter().map(move |id| (scheme.as_str(), id.as_str())));
        (core.taxonomy, core.retry_after) = (tags.collect(), self.retry_after);
        core
    }
}

/// An inspection as JSON.
fn told(inspection: &Inspection<'_>) -> serde_json::Value {
    let context = inspection.context();
    let fields = inspection.fields().map(
        |field| serde_json::json!({"kind": field.kind().as_str(), "pointer": field.pointer(), "text": field.text()}),
    );
    let kind = inspection.kind().map(crate::verdict::kind);
    serde_json::json!({
        "flow": inspection.flow().as_str(), "kind": kind, "method": inspection.method(0), "target": inspection.target(0),
        "server": context.server, "session": context.session, "principal": context.principal,
        "message": String::from_utf8_lossy(inspection.bytes()),
        "fields": fields.collect::<Vec<_>>(), "findings": inspection.findings(),
    })
}
