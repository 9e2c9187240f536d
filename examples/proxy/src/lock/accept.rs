//! `--update`: which changes are accepted, by name or by asking.

use super::show;
use crate::cli::Lock as Arguments;
use crate::exit::{Failure, USAGE};
use crate::output;
use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal, Write};
use vanguard_core::config::suggest::closest;
use vanguard_core::integrity::{Drift, EntryKind, ServerLock};

/// What came of it.
pub(crate) struct Chosen {
    /// What is to be locked.
    pub(crate) server: ServerLock,
    /// The changes that were not accepted.
    pub(crate) left: Vec<Drift>,
}

/// What is accepted or not as a whole: one definition, or (`None`) the server itself.
type Unit = Option<(EntryKind, String)>;

fn unit(change: &Drift) -> Unit {
    change.entry.zip(change.name.clone())
}

/// Takes the accepted changes into `locked`.
pub(crate) fn choose(
    arguments: &Arguments,
    mut locked: ServerLock,
    now: &ServerLock,
    changes: &[Drift],
) -> Result<Chosen, Failure> {
    let units: BTreeSet<Unit> = changes.iter().map(unit).collect();
    let named = arguments.accept_all || arguments.accept_server || !arguments.accept.is_empty();
    for name in &arguments.accept {
        if !units.iter().flatten().any(|(_, changed)| changed == name) {
            let near = closest(name, units.iter().flatten().map(|(_, name)| name.as_str()));
            let hint = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            return Err(Failure::Code(USAGE, format!("nothing called `{name}` has changed{hint}")));
        }
    }
    let mut asker = match (named, io::stdin().is_terminal()) {
        (true, _) => None,
        (false, true) => Some(Asker::default()),
        (false, false) if changes.is_empty() => None,
        (false, false) => {
            let why = "--update needs a terminal to ask on, or --accept NAME, --accept-server, --accept-all";
            return Err(Failure::Code(USAGE, why.to_owned()));
        }
    };
    let mut accepted = BTreeSet::new();
    for unit in units {
        let own: Vec<&Drift> = changes.iter().filter(|change| self::unit(change) == unit).collect();
        let yes = match (&mut asker, &unit) {
            (Some(asker), _) => asker.ask(&own),
            (None, None) => arguments.accept_server || arguments.accept_all,
            (None, Some((_, name))) => arguments.accept_all || arguments.accept.contains(name),
        };
        if yes {
            match &unit {
                Some((kind, name)) => locked.accept(*kind, name, now),
                None => locked.accept_introduction(now),
            }
            accepted.insert(unit);
        }
    }
    let left = changes.iter().filter(|change| !accepted.contains(&unit(change))).cloned().collect();
    Ok(Chosen { server: locked, left })
}

/// Asks on a terminal.
#[derive(Default)]
struct Asker {
    /// The answer to all that is still to be asked.
    all: Option<bool>,
}

impl Asker {
    fn ask(&mut self, changes: &[&Drift]) -> bool {
        if let Some(all) = self.all {
            return all;
        }
        output::aside(show::group(changes));
        loop {
            output::aside("accept? [y]es, [n]o, [a]ll, [q]uit: ");
            let _ = io::stderr().flush();
            let mut line = String::new();
            let read = io::stdin().lock().read_line(&mut line).unwrap_or(0);
            match line.trim() {
                "y" | "yes" => return true,
                "n" | "no" => return false,
                "a" | "all" => return *self.all.insert(true),
                "q" | "quit" => return *self.all.insert(false),
                _ if read == 0 => return *self.all.insert(false),
                _ => {}
            }
        }
    }
}
