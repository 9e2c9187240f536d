//! Gaps in patterns: repetitions of nearly anything.

use regex_syntax::ast::{self, Ast, ClassPerlKind, ClassSet, RepetitionKind, RepetitionRange, Visitor, parse::Parser};

use crate::{
    config::{problem::Problems, tree::Node},
    message::Span,
};

/// Widest gap that is not talked about: two lines of prose.
const WIDE: u32 = 200;

/// Reports every gap of a pattern, at its place.
pub(super) fn report(node: &Node, text: &str, problems: &mut Problems) {
    let Ok(ast) = Parser::new().parse(text) else { return };
    // The visitor keeps its own stack, so that no pattern is too deep.
    let gaps = ast::visit(&ast, Gaps::default()).unwrap_or_default();
    for (span, max) in gaps {
        let at = node.place_in(problems.text(), span);
        let (message, help) = match max {
            None => ("the gap has no bound".to_owned(), format!("bound it: `{{0,{WIDE}}}`")),
            Some(max) => (
                format!("the gap is up to {max} bytes wide"),
                format!("what belongs together seldom stands {WIDE} bytes apart"),
            ),
        };
        problems.warning(at, message).help(help);
    }
}

#[derive(Default)]
struct Gaps(Vec<(Span, Option<u32>)>);

impl Visitor for Gaps {
    type Output = Vec<(Span, Option<u32>)>;
    type Err = ();

    fn finish(self) -> Result<Self::Output, ()> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        let Ast::Repetition(repetition) = ast else { return Ok(()) };
        let max = match &repetition.op.kind {
            RepetitionKind::ZeroOrOne => Some(1),
            RepetitionKind::ZeroOrMore
            | RepetitionKind::OneOrMore
            | RepetitionKind::Range(RepetitionRange::AtLeast(_)) => None,
            RepetitionKind::Range(RepetitionRange::Exactly(max) | RepetitionRange::Bounded(_, max)) => Some(*max),
        };
        if is_wide(&repetition.ast) && max.is_none_or(|max| max > WIDE) {
            let span = &repetition.span;
            self.0.push((Span::of_usize(span.start.offset, span.end.offset), max));
        }
        Ok(())
    }
}

/// Whether it is one of nearly all bytes.
fn is_wide(ast: &Ast) -> bool {
    match ast {
        Ast::Dot(_) => true,
        Ast::ClassPerl(class) => class.negated && class.kind != ClassPerlKind::Space,
        Ast::ClassBracketed(class) => {
            // `[^\s"]` is a word of some sort, and ends where words end.
            let ends = |set: &ClassSet| format!("{set:?}").contains("Space");
            class.negated && !ends(&class.kind)
        }
        Ast::Group(group) => is_wide(&group.ast),
        _ => false,
    }
}
