//! A value that is never shown.

use std::fmt;
use std::sync::Arc;

/// Bytes of a secret. `Debug` does not show them, and nothing serializes them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Secret(Arc<[u8]>);

impl Secret {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The value itself: to look for it, never to show it.
    pub(crate) fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn nothing_is_shown() {
        assert_eq!(format!("{:?}", Secret::new(b"hunter22")), "Secret(…)");
    }
}
