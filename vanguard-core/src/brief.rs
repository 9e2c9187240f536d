//! A plain allow in a few bytes of text, for hosts in which an object that owns memory outside of them costs more than the inspection.

use std::fmt::Write;
use std::sync::Arc;

use crate::inspector::Inspector;
use crate::message::{Flow, MessageKind};
use crate::session::{Name, Origin, RequestId};
use crate::verdict::{Action, Ids, Verdict};

const KINDS: [(Option<MessageKind>, u8); 5] = [
    (Some(MessageKind::Request), b'r'),
    (Some(MessageKind::Notification), b'n'),
    (Some(MessageKind::Result), b'a'),
    (Some(MessageKind::Error), b'e'),
    (None, b'-'),
];

impl Verdict {
    /// A plain allow as a short text, from which [`Inspector::recall`] makes the same verdict again. `None` for a verdict that says
    /// more.
    ///
    /// ```
    /// use vanguard_core::{Inspector, Message};
    /// let inspector = Inspector::builder().build()?;
    /// let verdict = inspector.inspect(&Message::to_server(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#));
    /// let brief = verdict.brief().unwrap();
    /// assert_eq!(inspector.recall(&brief).unwrap().origin, verdict.origin);
    /// # Ok::<(), vanguard_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn brief(&self) -> Option<String> {
        let Self { action, would, findings, omitted, edits, undecided, origin, answers, flow, kind, ids, .. } = self;
        let plain = *action == Action::Allow && *would == Action::Allow && *omitted == 0;
        if !plain || !findings.is_empty() || !edits.is_empty() || !undecided.is_empty() {
            return None;
        }
        let mut brief = String::with_capacity(96);
        brief.push(if *flow == Flow::ToServer { 's' } else { 'c' });
        brief.push(char::from(KINDS.iter().find(|(one, _)| one == kind)?.1));
        match ids {
            Ids::None => {}
            Ids::One(RequestId::Number(id)) => write!(brief, "#{id}").ok()?,
            Ids::One(RequestId::String(id)) => {
                brief.push('"');
                line(&mut brief, id.as_str())?;
            }
            Ids::Batch { .. } => return None,
        }
        let told = match (origin, answers) {
            (origin, None) if origin.is_none() || !is_answer(*kind) => origin,
            (None, answers) if is_answer(*kind) => answers,
            _ => return None,
        };
        if let Some(origin) = told {
            // The id stands before: of a request and of its answer it is the same.
            self.id().filter(|id| *id == origin.id())?;
            brief.push('\n');
            line(&mut brief, origin.method())?;
            if let Some(target) = origin.target() {
                brief.push('\n');
                line(&mut brief, target)?;
            }
        }
        Some(brief)
    }
}

/// Whether what is told beside it is the request that it answers, and not the one that it is.
fn is_answer(kind: Option<MessageKind>) -> bool {
    matches!(kind, Some(MessageKind::Result | MessageKind::Error))
}

/// Adds what is one line; `None` if it is more.
fn line(brief: &mut String, text: &str) -> Option<()> {
    if text.contains('\n') {
        return None;
    }
    brief.push_str(text);
    Some(())
}

impl Inspector {
    /// The verdict of this inspector that [`Verdict::brief`] gave the text of. `None` for any other text.
    #[must_use]
    pub fn recall(&self, brief: &str) -> Option<Verdict> {
        let mut lines = brief.split('\n');
        let head = lines.next()?;
        let (flow, rest) = (head.get(..1)?, head.get(1..)?);
        let flow = if flow == "s" { Flow::ToServer } else { Flow::ToClient };
        let kind = KINDS.iter().find(|(_, letter)| rest.as_bytes().first() == Some(letter))?.0;
        let id = match rest.get(1..2) {
            None => None,
            Some("#") => Some(RequestId::Number(rest.get(2..)?.parse().ok()?)),
            Some(_) => Some(RequestId::String(Name::new(rest.get(2..)?))),
        };
        let told = match (id.clone(), lines.next()) {
            (Some(id), Some(method)) => Some(Origin::new(id, method, lines.next())),
            _ => None,
        };
        let (origin, answers) = if is_answer(kind) { (None, told) } else { (told, None) };
        Some(Verdict {
            action: Action::Allow,
            would: Action::Allow,
            findings: Vec::new(),
            omitted: 0,
            edits: Vec::new(),
            undecided: Vec::new(),
            versions: Arc::clone(self.versions()),
            origin,
            answers,
            flow,
            kind,
            deny_as: self.config().deny_as,
            ids: id.map_or(Ids::None, Ids::One),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{DenyAs, Flow, Inspector, Message, Verdict};

    fn judged(inspector: &Inspector, flow: Flow, message: &str) -> Verdict {
        inspector.inspect(&Message::new(flow, message.as_bytes()))
    }

    #[test]
    fn a_plain_allow_comes_back_as_it_was() {
        let inspector = Inspector::builder().deny_as(DenyAs::ToolResult).build().unwrap();
        for message in [
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":-9,"method":"tools/call","params":{"name":"add","arguments":{"a":1}}}"#,
            r#"{"jsonrpc":"2.0","id":"","method":"tools/list"}"#,
            r##"{"jsonrpc":"2.0","id":"#7","method":"x","params":{"name":""}}"##,
            r#"{"jsonrpc":"2.0","id":"é-\"1\"","method":"resources/read","params":{"uri":"file:///srv/é.txt"}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":3,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":"3","error":{"code":1,"message":"no"}}"#,
            r#"{"jsonrpc":"2.0","error":{"code":1,"message":"no"}}"#,
            r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
        ] {
            for flow in [Flow::ToServer, Flow::ToClient] {
                let verdict = judged(&inspector, flow, message);
                let Some(brief) = verdict.brief() else { panic!("{message}: {verdict}") };
                let again = inspector.recall(&brief).unwrap();
                assert_eq!(format!("{verdict:?}"), format!("{again:?}"), "{message}");
            }
        }
    }

    #[test]
    fn what_says_more_has_none() {
        let inspector = Inspector::builder().build().unwrap();
        for message in [
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":"a\nb","method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"a\nb"}}"#,
            "{",
        ] {
            let verdict = judged(&inspector, Flow::ToServer, message);
            assert_eq!(verdict.brief(), None, "{message}");
        }
    }

    #[test]
    fn an_answer_comes_back_with_what_it_answers() {
        let inspector = Inspector::builder().build().unwrap();
        for (asked, answer) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
            (
                r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"add","arguments":{}}}"#,
                r#"{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":"no"}}"#,
            ),
        ] {
            let asked = judged(&inspector, Flow::ToServer, asked);
            let answer = Message::to_client(answer.as_bytes());
            let verdict = inspector.inspect(&answer.in_reply_to(asked.origin.as_ref().unwrap()));
            assert!(verdict.answers.is_some());
            let again = inspector.recall(&verdict.brief().unwrap()).unwrap();
            assert_eq!(format!("{verdict:?}"), format!("{again:?}"));
        }
    }

    #[test]
    fn no_other_text_is_one() {
        let inspector = Inspector::builder().build().unwrap();
        for text in ["", "s", "é", "sx", "sr#", "sr#x", "sré", "s\nr"] {
            let recalled = inspector.recall(text);
            assert!(recalled.is_none_or(|verdict| verdict.brief().is_some()), "{text}");
        }
    }
}
