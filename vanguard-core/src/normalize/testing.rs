//! What the decoders' tests share.

use super::base;
use super::decoder::Decoder;
use super::expand::run;
use super::limits::ViewLimits;
use super::notes::Notes;
use super::pool::ViewPool;
use super::triggers::triggers;
use super::writer::{Origin, Writer};
use super::{Expansion, expand};
use crate::message::FieldKind;

/// What one decoder makes of `text`, and what it noted.
pub(super) fn decoded(decoder: Decoder, text: &str) -> (Option<String>, Notes) {
    let mut pool = ViewPool::default();
    pool.begin(1 << 20);
    let cap = pool.cap(&ViewLimits::default());
    let mut writer = Writer::new(&mut pool, text.as_bytes(), cap, false);
    let mut runs = Vec::new();
    base::runs(text.as_bytes(), &mut runs);
    let notes = run(decoder, text.as_bytes(), &runs, &mut writer);
    let origin = Origin { source: 0, parent: None, decoder, depth: 1 };
    let view =
        if decoder.extracts() { writer.finish_pieces(origin, notes, 0) } else { writer.finish(origin, notes, 0) };
    (view.map(|view| String::from_utf8(pool.text(view).to_vec()).unwrap()), notes)
}

/// The text one decoder makes of `text`.
pub(super) fn one(decoder: Decoder, text: &str) -> Option<String> {
    decoded(decoder, text).0
}

/// All views of `text` under the default limits.
pub(super) fn all(text: &str, kind: FieldKind) -> (Vec<(Decoder, String)>, Expansion) {
    let mut pool = ViewPool::default();
    pool.begin(text.len());
    let expansion = expand(text.as_bytes(), triggers(text.as_bytes()), kind, 0, &ViewLimits::default(), &mut pool);
    let views = pool.views().iter().map(|view| {
        let text = String::from_utf8(view.span.of(pool.bytes()).to_vec()).unwrap();
        (view.decoder, text)
    });
    (views.collect(), expansion)
}
