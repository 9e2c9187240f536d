//! Messages and configurations as Python gives them: bytes first, since what was inspected is then what is parsed.

use std::borrow::Cow;
use std::path::PathBuf;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList, PyMemoryView, PyString, PyTuple};
use vanguard_core::config::{self, Config};
use vanguard_core::{Action, Confidence, DenyAs, Flow, Framing, Layer, Profile, Severity};

use crate::{errors, layer, several};

/// A message's bytes: those of a Python object where it holds them, so that nothing is copied.
pub(crate) enum Input<'py> {
    Bytes(Bound<'py, PyBytes>),
    Text(Bound<'py, PyString>),
    Written(Vec<u8>),
}

impl<'py> Input<'py> {
    /// `bytes`, `bytearray`, `memoryview`, `str`, or what `json.dumps` makes of a mapping or a list.
    pub(crate) fn of(message: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = message.py();
        if let Ok(bytes) = message.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if let Ok(text) = message.cast::<PyString>() {
            text.to_str().map_err(|error| errors::decode_because(py, error))?;
            return Ok(Self::Text(text.clone()));
        }
        if let Ok(bytes) = message.cast::<PyByteArray>() {
            return Ok(Self::Written(bytes.to_vec()));
        }
        if message.is_instance_of::<PyMemoryView>() {
            let bytes =
                message.call_method0(intern!(py, "tobytes")).map_err(|error| errors::decode_because(py, error))?;
            return Ok(Self::Bytes(bytes.cast_into()?));
        }
        if message.is_instance_of::<PyDict>() || message.is_instance_of::<PyList>() {
            return dumps(message).map(Self::Written).map_err(|error| errors::decode_because(py, error));
        }
        let name = message.get_type().qualname()?;
        Err(errors::decode(py, format!("a message is bytes, str or dict, not {name}")))
    }

    /// The bytes that are judged.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(),
            // `Input::of` has seen that it is UTF-8.
            Self::Text(text) => text.to_str().unwrap_or_default().as_bytes(),
            Self::Written(bytes) => bytes,
        }
    }
}

/// A function of Python's `json`.
fn json<'py>(py: Python<'py>, name: &str, cell: &'static PyOnceLock<Py<PyAny>>) -> PyResult<&'py Bound<'py, PyAny>> {
    cell.get_or_try_init(py, || Ok(py.import("json")?.getattr(name)?.unbind())).map(|function| function.bind(py))
}

/// A message that Python holds as objects, written as the SDKs write it. A cycle, NaN, an object can't be.
fn dumps(message: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = message.py();
    let write = |ascii: bool| -> PyResult<Bound<'_, PyAny>> {
        let options = PyDict::new(py);
        options.set_item(intern!(py, "ensure_ascii"), ascii)?;
        options.set_item(intern!(py, "allow_nan"), false)?;
        options.set_item(intern!(py, "separators"), (",", ":"))?;
        json(py, "dumps", &DUMPS)?.call((message,), Some(&options))
    };
    let written = || -> PyResult<Vec<u8>> {
        let text = write(false)?.cast_into::<PyString>()?;
        match text.to_str() {
            Ok(text) => Ok(text.as_bytes().to_vec()),
            // A lone surrogate: as an escape it is JSON, and the engine says what it thinks of it.
            Err(_) => Ok(write(true)?.cast_into::<PyString>()?.to_str()?.as_bytes().to_vec()),
        }
    };
    written()
}

/// A configuration that JSON can't hold.
fn not_json(py: Python<'_>, cause: PyErr) -> PyErr {
    if layer::is_interrupt(py, &cause) {
        return cause;
    }
    let wrong = PyTypeError::new_err(format!("a configuration is a dict that JSON can hold: {}", cause.value(py)));
    wrong.set_cause(py, Some(cause));
    wrong
}

/// Python's objects for a JSON text.
pub(crate) fn loads<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    json(py, "loads", &LOADS)?.call1((text,))
}

/// What `Verdict.apply` gives back: the very object if nothing changed, else the same type.
pub(crate) fn same_type<'py>(message: &Bound<'py, PyAny>, bytes: Cow<'_, [u8]>) -> PyResult<Bound<'py, PyAny>> {
    let py = message.py();
    let Cow::Owned(bytes) = bytes else { return Ok(message.clone()) };
    let text = || std::str::from_utf8(&bytes).map_err(|error| errors::decode(py, error.to_string()));
    if message.is_instance_of::<PyString>() {
        return Ok(PyString::new(py, text()?).into_any());
    }
    if message.is_instance_of::<PyDict>() || message.is_instance_of::<PyList>() {
        return loads(py, text()?);
    }
    Ok(PyBytes::new(py, &bytes).into_any())
}

/// What an inspector is configured by: nothing, a file, a mapping, or several of these, of which later ones win; and what the environment
/// says of a model.
pub(crate) fn configuration(py: Python<'_>, given: Option<&Bound<'_, PyAny>>) -> PyResult<Config> {
    let mut config = given.map(files).transpose()?.unwrap_or_default();
    config.read_environment(|name| std::env::var(name).ok()).map_err(|wrong| errors::environment(py, wrong))?;
    Ok(config)
}

fn files(given: &Bound<'_, PyAny>) -> PyResult<Config> {
    let py = given.py();
    let several = match (given.cast::<PyList>(), given.cast::<PyTuple>()) {
        (Ok(list), _) => list.iter().collect(),
        (_, Ok(tuple)) => tuple.iter().collect(),
        _ => vec![given.clone()],
    };
    let texts = several.iter().map(text_of).collect::<PyResult<Vec<_>>>()?;
    config::load(texts).map_err(|wrong| errors::config(py, &wrong))
}

/// Name and text of one configuration.
fn text_of(given: &Bound<'_, PyAny>) -> PyResult<(String, String)> {
    let py = given.py();
    if given.is_instance_of::<PyDict>() {
        let written = dumps(given).map_err(|error| not_json(py, error))?;
        let text = String::from_utf8(written).map_err(|error| PyValueError::new_err(error.to_string()))?;
        return Ok(("config.json".to_owned(), text));
    }
    let path: PathBuf = given.extract().map_err(|_| match given.get_type().qualname() {
        Ok(name) => PyTypeError::new_err(format!("a configuration is a path or a dict, not {name}")),
        Err(error) => error,
    })?;
    let text = std::fs::read_to_string(&path)
        .map_err(|source| errors::files(py, vanguard_adapters::files::FilesError::Io { path: path.clone(), source }))?;
    Ok((path.display().to_string(), text))
}

/// One of the words of an enumeration.
pub(crate) fn word<T: Copy>(what: &str, given: &str, all: &[(&str, T)]) -> PyResult<T> {
    all.iter().find(|(word, _)| *word == given).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|(word, _)| format!("`{word}`")).collect();
        PyValueError::new_err(format!("`{what}` is {}, not `{given}`", words.join(" or ")))
    })
}

pub(crate) fn flow(given: &str) -> PyResult<Flow> {
    word("flow", given, &[("to_server", Flow::ToServer), ("to_client", Flow::ToClient)])
}

pub(crate) fn framing(given: &str) -> PyResult<Framing> {
    word("framing", given, &[("body", Framing::Body), ("line", Framing::Line)])
}

pub(crate) fn profile(given: &str) -> PyResult<Profile> {
    word("profile", given, &Profile::ALL.map(|profile| (profile.as_str(), profile)))
}

pub(crate) fn deny_as(given: &str) -> PyResult<DenyAs> {
    word("deny_as", given, &[("error", DenyAs::Error), ("tool_result", DenyAs::ToolResult)])
}

pub(crate) fn severity(given: &str) -> PyResult<Severity> {
    use Severity::{Critical, High, Info, Low, Medium};
    word("severity", given, &[Info, Low, Medium, High, Critical].map(|value| (value.as_str(), value)))
}

pub(crate) fn confidence(given: &str) -> PyResult<Confidence> {
    use Confidence::{High, Low, Medium};
    word("confidence", given, &[Low, Medium, High].map(|value| (value.as_str(), value)))
}

/// The word of an enumeration, as an interned string.
pub(crate) fn action(py: Python<'_>, action: Action) -> &Bound<'_, PyString> {
    match action {
        Action::Allow => intern!(py, "allow"),
        Action::Warn => intern!(py, "warn"),
        Action::Edit => intern!(py, "edit"),
        Action::Review => intern!(py, "review"),
        Action::Block => intern!(py, "block"),
    }
}

/// The word of a layer.
pub(crate) fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::L0 => "l0",
        Layer::L1 => "l1",
        Layer::L2 => "l2",
        Layer::L3 => "l3",
        Layer::Policy => "policy",
    }
}

/// Seconds since the Unix epoch.
pub(crate) fn time(seconds: f64) -> PyResult<std::time::Duration> {
    std::time::Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyValueError::new_err(format!("`at` is seconds since 1970, not {seconds}")))
}

/// Headers as a mapping or as pairs, names in lower case.
pub(crate) fn pairs(headers: &Bound<'_, PyAny>) -> PyResult<Vec<(String, PyBackedStr)>> {
    let items = match headers.getattr("items") {
        Ok(items) => items.call0()?,
        Err(_) => headers.clone(),
    };
    let pairs = several::all::<(String, PyBackedStr)>(&items)?;
    Ok(pairs.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
}
