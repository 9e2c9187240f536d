//! Room around what threads change, so that they don't take each other's cache lines.

use std::ops::Deref;

/// A value that shares its cache lines (two: processors fetch pairs) with no other. For the parts of what is divided among locks: a lock next to
/// another's is as slow as one lock for both.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Padded<T>(pub(crate) T);

impl<T> Deref for Padded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
