//! Program names and classes, as a rule lists them.

use super::super::glob::{Glob, Globs, ShellPattern};
use super::super::model::Command;
use super::super::programs::{Classes, Place, Sum, class_named, exact_place_of, known_at, known_name};
use super::super::scratch::Shell;
use serde::{Deserialize, Serialize};

/// Program names and class words, written as one list. A word that is no class is a program's base name; `*` and `?` are
/// allowed in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Names {
    classes: Classes,
    names: Globs,
    /// Those of the names that the table of programs has.
    places: Vec<Place>,
    /// Names it does not have, and where it would have them.
    unknown: Vec<(Place, String)>,
    /// Those that are patterns.
    patterns: Globs,
    /// Whether `*` is one of them.
    any: bool,
}

impl From<Vec<String>> for Names {
    fn from(words: Vec<String>) -> Self {
        let (mut classes, mut names) = (Classes::default(), Vec::<Glob>::new());
        for word in words {
            match class_named(&word) {
                Some(class) => classes = classes.union(Classes::of(&[class])),
                None => names.push(Glob::new(word.to_ascii_lowercase())),
            }
        }
        let (mut places, mut unknown, mut patterns, mut any) = (Vec::new(), Vec::new(), Vec::new(), false);
        for name in &names {
            let text = name.as_str();
            match exact_place_of(text.as_bytes()) {
                Ok(place) => places.push(place),
                Err(_) if text == "*" => any = true,
                Err(home) if name.is_literal() => unknown.push((home, text.to_owned())),
                Err(_) => patterns.push(name.clone()),
            }
        }
        Self { classes, names: names.into(), places, unknown, patterns: patterns.into(), any }
    }
}

impl From<Names> for Vec<String> {
    fn from(names: Names) -> Self {
        let classes = names.classes.iter().map(|class| class.as_str().to_owned());
        classes.chain(names.names.iter().map(|name| name.as_str().to_owned())).collect()
    }
}

impl<'a> FromIterator<&'a str> for Names {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        words.into_iter().map(str::to_owned).collect::<Vec<_>>().into()
    }
}

impl Names {
    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty() && self.names.is_empty()
    }

    /// The classes among the words.
    #[must_use]
    pub const fn classes(&self) -> Classes {
        self.classes
    }

    /// The program names among the words.
    #[must_use]
    pub fn names(&self) -> &[Glob] {
        &self.names
    }

    /// Names that the table of programs does not know: a linter asks whether they are typing errors.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .filter(|name| name.is_literal())
            .map(Glob::as_str)
            .filter(|name| known_name(name.as_bytes()).is_none())
    }

    /// Whether the command's program is listed.
    #[must_use]
    pub fn matches(&self, shell: Shell<'_>, command: &Command) -> bool {
        self.classes.meets(command.classes)
            || command.place.is_some_and(|place| self.places.contains(&place))
            || self.is_open() && self.is_open_to(shell, command)
            || shell.is_globbed(command) && self.may_be(shell.name(command))
    }

    /// Whether a pattern, or a name nobody knows, covers the command's program.
    pub(super) fn is_open_to(&self, shell: Shell<'_>, command: &Command) -> bool {
        let name = shell.name(command);
        if name.is_empty() {
            return false;
        }
        // What a name is known under begins as the name does.
        let covered = || {
            self.patterns.may(name) && {
                let known = command.place.and_then(known_at).map(|known| known.name.as_bytes());
                let any = |name: &[u8]| self.patterns.iter().any(|wanted| wanted.matches(name));
                any(name) || known.is_some_and(|known| known != name && any(known))
            }
        };
        self.any || self.unknown.iter().any(|(_, wanted)| wanted.as_bytes() == name) || covered()
    }

    /// Whether a program that is spelled as a pattern may be one of these.
    pub(super) fn may_be(&self, pattern: &[u8]) -> bool {
        ShellPattern::of_name(pattern).is_some_and(|pattern| self.names.iter().any(|name| name.is_meant_by(pattern)))
    }

    /// Whether programs count that nobody knows.
    pub(super) fn is_open(&self) -> bool {
        self.any || !self.unknown.is_empty() || !self.patterns.is_empty()
    }

    /// Whether a program of any name may be listed.
    pub(super) fn is_any(&self) -> bool {
        self.any || !self.patterns.is_empty()
    }

    /// Where the table of programs has the listed ones, or would have them. A text that runs one of them has its place.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        self.places.iter().chain(self.unknown.iter().map(|(home, _)| home)).copied()
    }

    /// Whether some command of the text may be listed; if not, none is.
    pub(super) fn may(&self, sum: &Sum) -> bool {
        self.classes.meets(sum.classes)
            || self.any
            || !self.patterns.is_empty()
            || sum.globbed
            || self.places.iter().any(|place| sum.may_have(*place))
            || self.unknown.iter().any(|(home, _)| sum.may_have(*home))
    }
}
