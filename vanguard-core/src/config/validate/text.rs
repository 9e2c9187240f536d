//! Is a text of the form its key asks for?

use crate::behavior::Sequence;
use crate::config::destination::Destination;
use crate::config::exception::{Expiry, PointerPattern};
use crate::config::keys::Text as Form;
use crate::config::pattern::{MAX_PATTERN, Pattern};
use crate::config::problem::Problems;
use crate::config::reader::Text;
use crate::config::tree::{Key, Node, Value};
use crate::message::Span;
use crate::rules::pattern;
use crate::semantic::llm::url_problem;

/// Reports if `text` is not of the form.
pub(super) fn check(text: &Text<'_>, form: Form, problems: &mut Problems) {
    if form == Form::Canary {
        return canary(text, problems);
    }
    if form == Form::Variable {
        return variable(text, problems);
    }
    let Err((message, help, within)) = judge(text.text, form) else { return };
    let at = within.map_or(text.span(), |within| text.node.place_in(problems.text(), within));
    let problem = problems.error(at, message);
    problem.help = help;
}

/// As [`check`], for a key that is the user's own.
pub(super) fn check_key(key: &Key, form: Form, problems: &mut Problems) {
    let node = Node { span: key.span, value: Value::String(key.name.clone()) };
    check(&Text { text: &key.name, node: &node }, form, problems);
}

/// Shortest and longest canary: nothing honest holds it by chance.
const CANARY: std::ops::RangeInclusive<usize> = 8..=256;

/// A canary's line is not shown with the problem: it holds the canary.
fn canary(text: &Text<'_>, problems: &mut Problems) {
    if !CANARY.contains(&text.text.len()) {
        let line = problems.line_of(text.span().start);
        problems
            .error_overall(format!("the canary on line {line} (`redaction.canaries`) has {} bytes", text.text.len()))
            .help("from 8 to 256, of which none is found in honest messages");
    }
}

/// A line that should name a variable is not shown with the problem: it may hold the key.
fn variable(text: &Text<'_>, problems: &mut Problems) {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let first = text.text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    if !first || text.text.len() > 128 || !text.text.bytes().all(inside) {
        let line = problems.line_of(text.span().start);
        problems
            .error_overall(format!("line {line} (`key_env`) is not the name of an environment variable"))
            .help("write the variable's name, `OPENAI_API_KEY`, and put the key itself into the environment");
    }
}

/// Whether this can be a type of secrets.
fn is_type(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= 64 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(inside)
}

/// Whether this has the form of an Ed25519 public key: the fixed head of its DER, and 32 bytes, in base64.
fn is_public_key(text: &str) -> bool {
    let rest = text.strip_prefix("MCowBQYDK2VwAyEA").and_then(|rest| rest.strip_suffix('='));
    rest.is_some_and(|rest| {
        rest.len() == 43 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    })
}

type Verdict = Result<(), (String, Option<String>, Option<Span>)>;

fn judge(text: &str, form: Form) -> Verdict {
    let wrong = |message: &str, help: &str| Err((message.to_owned(), Some(help.to_owned()), None));
    match form {
        Form::Pattern => {
            Pattern::new(text).map(drop).map_err(|error| (error.message, error.help.map(str::to_owned), Some(error.at)))
        }
        Form::Name if text.is_empty() => Err(("a name must not be empty".to_owned(), None, None)),
        Form::Name if text.chars().count() > MAX_PATTERN => Err(("the name is too long".to_owned(), None, None)),
        Form::Path if text.is_empty() => wrong("a path must not be empty", "`.` is the present directory"),
        Form::Path if text.contains('\0') => Err(("a path must not contain NUL".to_owned(), None, None)),
        Form::Prose if text.trim().is_empty() => {
            wrong("the text is blank", "say why, for whoever reads the record a year from now")
        }
        Form::Date => Expiry::parse(text).map(drop).or_else(|(message, help)| wrong(message, help)),
        Form::Pointer if PointerPattern::parse(text).is_none() => {
            let help = "write it as `/params/arguments/path`; `~1` stands for `/` and `~0` for `~` in a name";
            wrong("expected a JSON pointer", help)
        }
        Form::Destination => Destination::new(text).map(drop).or_else(|why| wrong(&why.message, why.help)),
        Form::SecretType if !is_type(text) => {
            wrong("expected the name of a type", "small letters, digits and `-`, at most 64: `employee-id`")
        }
        Form::Regex => pattern::Pattern::new(text)
            .map(drop)
            .map_err(|error| (format!("the pattern can't be used: {error}"), None, None)),
        Form::Sequence => Sequence::parse(text).map(drop).map_err(|why| (why.message, Some(why.help), None)),
        Form::Events => Sequence::events(text).map(drop).map_err(|why| (why.message, Some(why.help), None)),
        Form::PublicKey if !is_public_key(text) => wrong(
            "expected an Ed25519 public key",
            "the line between `BEGIN` and `END` of the `.pub` file that `vanguard keygen` writes: 60 characters from `MCowBQYDK2VwAyEA` on",
        ),
        Form::Url => url_problem(text).map_or(Ok(()), |problem| Err((problem.to_owned(), None, None))),
        Form::PublicKey
        | Form::SecretType
        | Form::Canary
        | Form::Variable
        | Form::Name
        | Form::Path
        | Form::Prose
        | Form::Pointer => Ok(()),
    }
}
