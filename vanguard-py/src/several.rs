//! Lists and bytes as Python gives them. PyO3's own `Vec` makes room for as many as `len()` says, and a `len()` that lies ends the process.

use pyo3::conversion::FromPyObjectOwned;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyMemoryView, PyString};

/// What an iterable gives. A text, bytes or a dict is given by mistake.
pub(crate) struct Several<T>(pub(crate) Vec<T>);

/// How many are taken: far above any use, so that what has no end has one.
const MOST: usize = 1 << 16;

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> std::ops::Deref for Several<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'py, T: FromPyObjectOwned<'py>> FromPyObject<'_, 'py> for Several<T> {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyString>() || given.is_instance_of::<PyBytes>() || given.is_instance_of::<PyDict>() {
            let name = given.get_type().qualname()?;
            return Err(PyTypeError::new_err(format!("a list is expected, not {name}")));
        }
        all(&given).map(Self)
    }
}

/// All that an iterable gives.
pub(crate) fn all<'py, T: FromPyObjectOwned<'py>>(given: &Bound<'py, PyAny>) -> PyResult<Vec<T>> {
    let mut several = Vec::new();
    for one in given.try_iter()? {
        if several.len() == MOST {
            return Err(PyValueError::new_err(format!("more than {MOST} values")));
        }
        several.push(one?.extract::<T>().map_err(Into::into)?);
    }
    Ok(several)
}

/// Bytes, of whatever holds them.
#[derive(Default)]
pub(crate) struct Body(pub(crate) Vec<u8>);

impl<'py> FromPyObject<'_, 'py> for Body {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = given.cast::<PyBytes>() {
            return Ok(Self(bytes.as_bytes().to_vec()));
        }
        if let Ok(bytes) = given.cast::<PyByteArray>() {
            return Ok(Self(bytes.to_vec()));
        }
        if given.is_instance_of::<PyMemoryView>() {
            let bytes = given.call_method0(intern!(given.py(), "tobytes"))?;
            return Ok(Self(bytes.cast::<PyBytes>()?.as_bytes().to_vec()));
        }
        let name = given.get_type().qualname()?;
        Err(PyTypeError::new_err(format!("bytes are expected, not {name}")))
    }
}
