//! From Rust's errors to Python's: the classes stand in `vanguard._errors`, where they have their documentation.

use pyo3::prelude::*;
use pyo3::types::PyModule;
use vanguard_adapters::files::FilesError;
use vanguard_core::ConfigError;

/// An error of the class `name`.
pub(crate) fn error<'py>(py: Python<'py>, name: &str, args: impl pyo3::call::PyCallArgs<'py>) -> PyErr {
    let made = || -> PyResult<PyErr> {
        let class = PyModule::import(py, "vanguard._errors")?.getattr(name)?;
        Ok(PyErr::from_value(class.call1(args)?))
    };
    made().unwrap_or_else(|failed| failed)
}

/// What a message is not.
pub(crate) fn decode(py: Python<'_>, why: impl Into<String>) -> PyErr {
    error(py, "DecodeError", (why.into(),))
}

/// A `DecodeError` because of another exception, which it shows as its cause. What is no `Exception` (an interrupt) goes on as it is.
pub(crate) fn decode_because(py: Python<'_>, cause: PyErr) -> PyErr {
    if crate::layer::is_interrupt(py, &cause) {
        return cause;
    }
    let decode = decode(py, format!("not a JSON message: {}", cause.value(py)));
    decode.set_cause(py, Some(cause));
    decode
}

/// All problems of a configuration.
pub(crate) fn config(py: Python<'_>, wrong: &ConfigError) -> PyErr {
    let problems = serde_json::to_string(wrong.problems()).unwrap_or_default();
    match crate::input::loads(py, &problems) {
        Ok(problems) => error(py, "ConfigError", (wrong.to_string(), problems)),
        Err(failed) => failed,
    }
}

/// What is wrong with an environment variable.
pub(crate) fn environment(py: Python<'_>, wrong: String) -> PyErr {
    error(py, "ConfigError", (wrong, pyo3::types::PyList::empty(py)))
}

/// A configuration that could not be read, or all of its problems.
pub(crate) fn files(py: Python<'_>, wrong: FilesError) -> PyErr {
    match wrong {
        FilesError::Config(wrong) => config(py, &wrong),
        FilesError::Io { path, source } | FilesError::Pack { path, source, .. } => {
            // `OSError(number, text, file)` chooses the class: FileNotFoundError, PermissionError, …
            let Some(number) = source.raw_os_error() else { return PyErr::from(source) };
            let text = source.to_string();
            let text = text.split(" (os error").next().unwrap_or_default().to_owned();
            pyo3::exceptions::PyOSError::new_err((number, text, path.display().to_string()))
        }
        other => pyo3::exceptions::PyOSError::new_err(other.to_string()),
    }
}
