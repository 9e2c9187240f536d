//! JavaScript functions as layers of the engine.

use std::cell::Cell;
use std::fmt;

use napi::Env;
use napi::bindgen_prelude::FunctionRef;
use serde::Deserialize;
use vanguard_core::{Answer, Confidence, Finding, Inspection, Layer, LayerError, SemanticLayer, Severity, Span};

/// A function from an inspection to findings, both as JSON.
pub(crate) type Judge = FunctionRef<String, String>;

thread_local! {
    /// The environment of the JavaScript that asked for the inspection that runs on this thread.
    static ASKING: Cell<Option<Env>> = const { Cell::new(None) };
}

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
}

impl fmt::Debug for JsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsLayer")
    }
}

impl SemanticLayer for JsLayer {
    fn judge(&self, inspection: &Inspection<'_>, _: &[Answer]) -> Result<Vec<Finding>, LayerError> {
        let failed = |why: &dyn fmt::Display| LayerError::Failed(format!("a layer in JavaScript: {why}"));
        let env = ASKING.get().ok_or_else(|| failed(&"it can be asked on the thread of JavaScript only"))?;
        let judge = self.judge.borrow_back(&env).map_err(|error| failed(&error.reason))?;
        let found = judge.call(told(inspection)).map_err(|error| failed(&error.reason))?;
        let found: Vec<Given> = serde_json::from_str(&found).map_err(|error| failed(&error))?;
        Ok(found.into_iter().map(Given::core).collect())
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
        (core.taxonomy, core.retry_after) = (self.taxonomy, self.retry_after);
        core
    }
}

/// An inspection as JSON.
fn told(inspection: &Inspection<'_>) -> String {
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
    .to_string()
}
