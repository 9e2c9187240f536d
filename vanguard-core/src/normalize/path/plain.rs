//! The common case: a path that already is its own canonical form, read in one pass.

use super::names::is_dos_device;
use super::notes::PathRoot;
use super::reading::NAME_MAX;
use super::{Data, EMPTY};
use crate::message::Span;

/// Whether a byte means the same to every reader wherever it stands in a name.
#[expect(clippy::indexing_slicing, reason = "evaluated when the crate is built")]
const ORDINARY: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b' ' as usize;
    while byte < 0x7F {
        table[byte] = !matches!(byte as u8, b'\\' | b':' | b';' | b'#' | b'~' | b'$' | b'%' | b'|' | b'?' | b'*');
        byte += 1;
    }
    table
};

/// Reads `text` if every reader takes it for the same names, none of them dots, devices or dropped endings. Otherwise leaves
/// the buffers as they were.
pub(super) fn read(text: &[u8], bytes: &mut Vec<u8>, segments: &mut Vec<Span>) -> Option<Data> {
    let (base, first) = (bytes.len(), segments.len());
    let absolute = text.first() == Some(&b'/');
    let from = usize::from(absolute);
    // Below these lie links that lead elsewhere.
    let linked = text.starts_with(b"/proc/") || text.starts_with(b"/dev/");
    if linked
        || has_hex(text)
        || text.len() <= from
        || text.first() == Some(&b' ')
        || !names(text, from, base, segments)
    {
        segments.truncate(first);
        return None;
    }
    let last = segments.len();
    let shift = u32::try_from(text.len()).ok()?;
    bytes.extend_from_slice(text);
    bytes.extend_from_slice(text);
    if let Some(folded) = bytes.get_mut(base + text.len()..) {
        folded.make_ascii_lowercase();
    }
    segments.extend_from_within(first..last);
    for span in segments.iter_mut().skip(last) {
        *span = Span::new(span.start.saturating_add(shift), span.end.saturating_add(shift));
    }
    let end = base + text.len();
    Some(Data {
        canonical: Span::of_usize(base, end),
        segments: Span::of_usize(first, last),
        folded: Span::of_usize(end, end + text.len()),
        folded_segments: Span::of_usize(last, segments.len()),
        root: if absolute { PathRoot::Posix } else { PathRoot::Relative },
        absolute,
        ..EMPTY
    })
}

/// Notes where each name of `text[from..]` will stand once it is copied to `base`. `false` if one of them is not plain.
fn names(text: &[u8], from: usize, base: usize, segments: &mut Vec<Span>) -> bool {
    let mut start = from;
    for name in text.get(from..).unwrap_or_default().split(|byte| *byte == b'/') {
        let [.., last] = name else { return false };
        let ordinary = name.iter().all(|byte| ORDINARY.get(usize::from(*byte)) == Some(&true));
        if !ordinary || matches!(last, b'.' | b' ' | b'+') || name.len() > NAME_MAX || is_dos_device(name) {
            return false;
        }
        segments.push(Span::of_usize(base + start, base + start + name.len()));
        start += name.len() + 1;
    }
    true
}

/// Whether `0x` occurs, with which spelled-out separators begin.
fn has_hex(text: &[u8]) -> bool {
    memchr::memchr_iter(b'x', text).any(|at| at.checked_sub(1).and_then(|before| text.get(before)) == Some(&b'0'))
}
