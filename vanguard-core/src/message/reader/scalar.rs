//! Numbers and words.

use super::Reader;
use crate::message::Span;
use crate::message::issue::IssueKind;
use crate::message::tape::NodeKind;

impl Reader<'_> {
    #[inline]
    pub(super) fn literal(&mut self, word: &[u8], kind: NodeKind) -> Result<(), IssueKind> {
        if !self.rest().starts_with(word) {
            return Err(IssueKind::Syntax);
        }
        let start = self.at;
        self.at += word.len();
        self.push(kind, start, Span::default(), (false, false)).map(drop)
    }

    /// RFC 8259 section 6. Returns whether the value is finite as a double.
    #[inline]
    pub(super) fn number(&mut self) -> Result<bool, IssueKind> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(IssueKind::Syntax),
        }
        let integer_end = self.at;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let mut exponent = false;
        if matches!(self.peek(), Some(b'e' | b'E')) {
            exponent = true;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        // 309 digits before the point or an exponent are the only ways to leave the range of a double.
        if !exponent && integer_end - start <= 308 {
            return Ok(true);
        }
        let text = self.bytes.get(start..self.at).and_then(|text| std::str::from_utf8(text).ok());
        Ok(text.and_then(|text| text.parse::<f64>().ok()).is_some_and(f64::is_finite))
    }

    fn digits(&mut self) -> Result<(), IssueKind> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(IssueKind::Syntax) } else { Ok(()) }
    }
}
