//! `vanguard session`: what is known of sessions, and forgetting it.

use serde::Serialize;
use vanguard_core::behavior::BehaviorExport;

use crate::cli::{Known, Session};
use crate::exit::{FOUND, Failure, USAGE};
use crate::judge::read;
use crate::output::{say, tell};
use crate::terminal::visible;

/// A session, and how many processes know it.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    session: BehaviorExport,
    #[serde(skip_serializing_if = "Option::is_none")]
    processes: Option<usize>,
}

/// Runs `vanguard session`. Returns the exit code.
pub(crate) fn run(command: &Session) -> Result<u8, Failure> {
    match command {
        Session::List(known) => {
            let mut rows = rows(known)?;
            rows.sort_by_key(|row| (std::cmp::Reverse(row.session.score), row.session.id.clone()));
            Ok(print(known, &rows, line))
        }
        Session::Show { id, known } => match rows(known)?.into_iter().find(|row| row.session.id == *id) {
            Some(row) => Ok(print(known, &[row], all)),
            None => Ok(unknown(id)),
        },
        Session::Reset { ids, known } => reset(ids, known),
    }
}

fn print(known: &Known, rows: &[Row], text: impl Fn(&Row) -> String) -> u8 {
    for row in rows {
        if known.json {
            say!("{}", serde_json::to_string(row).unwrap_or_default());
        } else {
            text(row).lines().for_each(|line| say!("{}", visible(line)));
        }
    }
    0
}

fn unknown(id: &str) -> u8 {
    tell!("vanguard: there is no session `{}`", visible(id));
    FOUND
}

/// Whether it is a place that guards share, and no file.
fn is_shared(known: &Known) -> bool {
    known.state.contains("://")
}

fn rows(known: &Known) -> Result<Vec<Row>, Failure> {
    if is_shared(known) {
        return shared::rows(&known.state);
    }
    let text = read(known.state.as_ref())?;
    let wrong = |number: usize, error| Failure::Io(format!("{}:{number}: {error}", known.state));
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let row = |(line, number)| match serde_json::from_str(line) {
        Ok(session) => Ok(Row { session, processes: None }),
        Err(error) => Err(wrong(number, error)),
    };
    lines.map(row).collect()
}

fn reset(ids: &[String], known: &Known) -> Result<u8, Failure> {
    if !is_shared(known) {
        let what = format!("`{}` is a copy: only a state that guards share (redis://…) can be reset", known.state);
        return Err(Failure::Code(USAGE, what));
    }
    let is_id = |id: &str| id.len() == 16 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if let Some(wrong) = ids.iter().find(|id| !is_id(id)) {
        return Err(Failure::Code(
            USAGE,
            format!("`{}` is no session's id: 16 digits, as `list` prints them", visible(wrong)),
        ));
    }
    let mut code = 0;
    for (id, was_known) in shared::reset(&known.state, ids)? {
        if known.json {
            say!("{}", serde_json::json!({"id": id, "reset": was_known}));
        } else if was_known {
            say!("{id} is reset");
        }
        if !was_known {
            code = unknown(id);
        }
    }
    Ok(code)
}

fn name(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or("-")
}

fn line(row: &Row) -> String {
    let BehaviorExport { id, tenant, principal, session, calls, blocked, risk, score, .. } = &row.session;
    let names = [tenant, principal, session].map(name).join("  ");
    format!("{id}  {risk:8} {score:5}  {calls} calls, {blocked} blocked  {names}")
}

fn all(row: &Row) -> String {
    let BehaviorExport { id, tenant, principal, session, messages, calls, blocked, risk, score, bytes, last, .. } =
        &row.session;
    let mut lines = vec![
        format!("id         {id}"),
        format!("tenant     {}", name(tenant)),
        format!("principal  {}", name(principal)),
        format!("session    {}", name(session)),
        format!("messages   {messages}, of which {blocked} were blocked"),
        format!("calls      {calls}"),
        format!("risk       {risk} ({score})"),
        format!("memory     {bytes} bytes"),
        format!("last       {last} s since 1970"),
    ];
    lines.extend(row.processes.map(|processes| format!("processes  {processes}")));
    lines.join("\n")
}

#[cfg(feature = "redis")]
mod shared {
    use vanguard_adapters::redis::{Operator, RedisError, SharedSession};

    use super::{Failure, Row};

    fn failed(error: RedisError) -> Failure {
        Failure::Io(error.to_string())
    }

    pub(super) fn rows(url: &str) -> Result<Vec<Row>, Failure> {
        let sessions = Operator::connect(url).and_then(|mut operator| operator.sessions()).map_err(failed)?;
        let row = |SharedSession { session, processes }| Row { session, processes: Some(processes) };
        Ok(sessions.into_iter().map(row).collect())
    }

    pub(super) fn reset<'i>(url: &str, ids: &'i [String]) -> Result<Vec<(&'i str, bool)>, Failure> {
        let mut operator = Operator::connect(url).map_err(failed)?;
        ids.iter().map(|id| Ok((id.as_str(), operator.reset(id).map_err(failed)?))).collect()
    }
}

#[cfg(not(feature = "redis"))]
mod shared {
    use super::{Failure, Row, USAGE};

    fn without<T>() -> Result<T, Failure> {
        Err(Failure::Code(USAGE, "this program was built without the feature `redis`".to_owned()))
    }

    pub(super) fn rows(_: &str) -> Result<Vec<Row>, Failure> {
        without()
    }

    pub(super) fn reset<'i>(_: &str, _: &'i [String]) -> Result<Vec<(&'i str, bool)>, Failure> {
        without()
    }
}
