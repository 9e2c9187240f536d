//! The language of sequences: `list then 60 distinct read within 200 calls / 1 min`.

use std::fmt;
use std::time::Duration;

use super::act::{Act, Acts};
use crate::config::suggest::closest;

/// Longest sequence and most repetitions; a session keeps a mark for each step.
const STEPS: usize = 5;
const TIMES: u64 = 10_000;
/// Of distinct things no more can be told apart in a mark.
const DISTINCT: u64 = 200;
const CALLS: u64 = 100_000;
const LONGEST: u64 = 7 * 24 * 3600;

/// What happens one after another, within so many messages or so much time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    pub(crate) steps: Vec<Step>,
    /// Calls from the first event to the last, if that is bounded.
    pub(crate) calls: Option<u32>,
    /// Time from the first event to the last, if that is bounded.
    pub(crate) within: Option<Duration>,
}

/// One event of a sequence, or several of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) any: Acts,
    pub(crate) times: u16,
    /// Only with another target each time.
    pub(crate) distinct: bool,
}

/// Why a text is no sequence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SequenceError {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
}

fn error(message: impl Into<String>, help: impl Into<String>) -> SequenceError {
    SequenceError { message: message.into(), help: help.into() }
}

impl Sequence {
    /// Reads a sequence.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub fn parse(text: &str) -> Result<Self, SequenceError> {
        let example = "write it as `sensitive_read then network_send within 10 calls / 5 min`";
        let (steps, bounds) =
            text.split_once(" within ").ok_or_else(|| error("the sequence has no `within`", example))?;
        let steps: Vec<_> = steps.split(" then ").map(step).collect::<Result<_, _>>()?;
        if steps.len() > STEPS {
            return Err(error(format!("{} steps are too many", steps.len()), format!("at most {STEPS}")));
        }
        let mut sequence = Self { steps, calls: None, within: None };
        for bound in bounds.split('/') {
            let words: Vec<_> = bound.split_whitespace().collect();
            let [number, unit] = words.as_slice() else { return Err(error("a bound is a number and a unit", example)) };
            let number = count(number, LONGEST)?;
            let seconds = match *unit {
                "call" | "calls" if sequence.calls.is_none() && number <= CALLS => {
                    sequence.calls = u32::try_from(number).ok();
                    continue;
                }
                "s" | "sec" | "second" | "seconds" => 1,
                "min" | "minute" | "minutes" => 60,
                "h" | "hour" | "hours" => 3600,
                _ => return Err(error(format!("`{}` is no bound", bound.trim()), example)),
            };
            let within = number.saturating_mul(seconds);
            if sequence.within.is_some() || within > LONGEST {
                return Err(error(format!("`{}` is no bound", bound.trim()), "one time, at most a week"));
            }
            sequence.within = Some(Duration::from_secs(within));
        }
        Ok(sequence)
    }

    /// Reads events: words with commas between.
    ///
    /// # Errors
    /// A word that is no event.
    pub fn events(text: &str) -> Result<Vec<Acts>, SequenceError> {
        text.split(',').map(|word| act(word.trim()).map(Acts::of)).collect()
    }
}

fn count(text: &str, most: u64) -> Result<u64, SequenceError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let count = text.parse().ok().filter(|count| digits && (1..=most).contains(count));
    count.ok_or_else(|| error(format!("`{text}` is no number that can be used here"), format!("from 1 to {most}")))
}

fn step(text: &str) -> Result<Step, SequenceError> {
    let mut rest = text.trim();
    let mut step = Step { any: Acts::NONE, times: 1, distinct: false };
    if rest.starts_with(|char: char| char.is_ascii_digit()) {
        let (times, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        step.times = u16::try_from(count(times, TIMES)?).unwrap_or(u16::MAX);
        rest = behind.trim_start();
    }
    if let Some(behind) = rest.strip_prefix("distinct ") {
        if u64::from(step.times) > DISTINCT {
            return Err(error("so many distinct events can't be told apart", format!("at most {DISTINCT}")));
        }
        (step.distinct, rest) = (true, behind);
    }
    for word in rest.split(" or ") {
        step.any = step.any.with(act(word.trim())?);
    }
    Ok(step)
}

fn act(word: &str) -> Result<Act, SequenceError> {
    let known = Act::ALL.iter().copied();
    known.clone().find(|act| act.as_str() == word).ok_or_else(|| {
        let help = match closest(word, known.clone().map(Act::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let words: Vec<_> = known.map(Act::as_str).collect();
                format!("one of {}", words.join(", "))
            }
        };
        error(format!("`{word}` is no event"), help)
    })
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 {
                f.write_str(" then ")?;
            }
            if step.times > 1 {
                write!(f, "{} ", step.times)?;
            }
            if step.distinct {
                f.write_str("distinct ")?;
            }
            write!(f, "{}", step.any)?;
        }
        f.write_str(" within ")?;
        if let Some(calls) = self.calls {
            write!(f, "{calls} calls")?;
        }
        if let Some(within) = self.within {
            write!(f, "{}{} s", if self.calls.is_some() { " / " } else { "" }, within.as_secs())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Sequence;

    #[test]
    fn a_sequence_is_read_and_shown() {
        for (text, shown) in [
            (
                "sensitive_read then network_send within 10 calls / 5 min",
                "sensitive_read then network_send within 10 calls / 300 s",
            ),
            ("8 review within 5 min", "8 review within 300 s"),
            (
                "list then 60 distinct read or write within 9 calls",
                "list then 60 distinct read or write within 9 calls",
            ),
        ] {
            let sequence = Sequence::parse(text).unwrap();
            assert_eq!(sequence.to_string(), shown);
            assert_eq!(Sequence::parse(shown), Ok(sequence));
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_right() {
        for (text, message, help) in [
            ("read then write", "no `within`", "write it as"),
            ("raed within 5 min", "`raed` is no event", "did you mean `read`?"),
            ("read within 5", "a number and a unit", "write it as"),
            ("read within 5 weeks", "`5 weeks` is no bound", "write it as"),
            ("0 read within 5 min", "`0` is no number", "from 1 to"),
            ("900 distinct read within 5 min", "told apart", "at most 200"),
            ("read within 5 min / 6 min", "is no bound", "one time"),
            ("within 5 min", "no `within`", "write it as"),
            ("read then then read within 5 min", "is no event", ""),
        ] {
            let error = Sequence::parse(text).unwrap_err();
            assert!(error.message.contains(message), "{text}: {error}");
            assert!(error.help.contains(help), "{text}: {}", error.help);
        }
        assert!(Sequence::events("read, sensitive_read").is_ok() && Sequence::events("read,").is_err());
    }
}
