//! The native module `vanguard._vanguard`: the engine with Python's types. What a Python user sees stands in `python/vanguard`.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `several` | lists and bytes as Python gives them |
//! | `input` | messages and configurations as Python gives them |
//! | `context` | what comes with a message |
//! | `inspector` | `Inspector` |
//! | `verdict` | `Verdict` and what it holds |
//! | `exchange` | `Exchange`, `Outcome`: for what carries messages |
//! | `ask` | questions to someone outside, and the desk that they go over |
//! | `layer` | Python objects as layers |
//! | `state` | counters of behaviour, and Python objects as their store |
//! | `semantic` | the embedded model's scores |
//! | `command` | the command `vanguard` |
//! | `errors` | from Rust's errors to Python's |

mod ask;
mod command;
mod context;
mod errors;
mod exchange;
mod input;
mod inspector;
mod layer;
mod semantic;
mod several;
mod state;
mod verdict;

use pyo3::prelude::*;

/// The engine.
#[pymodule(gil_used = false)]
mod _vanguard {
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    #[pymodule_export]
    use crate::ask::{Desk, Query};
    #[pymodule_export]
    use crate::command::command;
    #[pymodule_export]
    use crate::exchange::{Exchange, Outcome, Ticket, body_judged, body_kind};
    #[pymodule_export]
    use crate::inspector::Inspector;
    #[pymodule_export]
    use crate::layer::{Field, Inspection};
    #[pymodule_export]
    use crate::semantic::{Score, semantic_score};
    #[pymodule_export]
    use crate::state::{BehaviorExport, CounterKey, Level, MemoryStore, Quota};
    #[pymodule_export]
    use crate::verdict::{Edit, Finding, Origin, Undecided, Verdict, Versions};
}
