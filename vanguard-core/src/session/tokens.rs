//! The values behind placeholders, where the configuration wants them restored. In memory only.

use std::collections::{HashMap, VecDeque};

use crate::redact::Secret;

/// Values kept of one session, and their bytes together; the oldest make room.
const KEPT: usize = 256;
const KEPT_BYTES: usize = 1 << 20;

/// Values by placeholder. A placeholder never means another value.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    values: HashMap<String, Secret>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Tokens {
    /// Keeps what `mark` stands for.
    pub(crate) fn keep(&mut self, mark: &str, secret: &Secret) {
        let len = secret.reveal().len();
        if self.values.contains_key(mark) || len > KEPT_BYTES {
            return;
        }
        self.bytes += len;
        self.values.insert(mark.to_owned(), secret.clone());
        self.order.push_back(mark.to_owned());
        while self.order.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(oldest) = self.order.pop_front() else { break };
            let gone = self.values.remove(&oldest);
            self.bytes -= gone.map_or(0, |secret| secret.reveal().len());
        }
    }

    /// What `mark` stands for.
    pub(crate) fn value(&self, mark: &str) -> Option<Secret> {
        self.values.get(mark).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, KEPT_BYTES, Secret, Tokens};

    #[test]
    fn memory_is_bounded_and_nothing_is_shown() {
        let mut tokens = Tokens::default();
        for number in 0..=KEPT {
            tokens.keep(&format!("[{number}]"), &Secret::new(b"hunter22"));
        }
        assert!(tokens.value("[0]").is_none() && tokens.value("[1]").is_some());
        assert!(!format!("{tokens:?}").contains("hunter"));
        tokens.keep("[big]", &Secret::new(&vec![b'x'; KEPT_BYTES]));
        assert!(tokens.values.len() == 1 && tokens.bytes == KEPT_BYTES);
        tokens.keep("[bigger]", &Secret::new(&vec![b'x'; KEPT_BYTES + 1]));
        assert_eq!(tokens.values.len(), 1);
    }
}
