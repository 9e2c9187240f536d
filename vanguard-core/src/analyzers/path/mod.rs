//! Paths judged: what a rule can ask about a path, which places are sensitive, which are safe.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `place` | the classes of sensitive places |
//! | `table` | the places, as data |
//! | `stands` | where in a path a root, drive or home begins |
//! | `sensitive` | the lookup |
//! | `wildcard` | the lookup where a path holds a shell's patterns |
//! | `zones` | the path jail, by text |

mod place;
mod sensitive;
mod stands;
mod table;
mod wildcard;
mod zones;

use serde::{Deserialize, Serialize};

pub use place::{Place, Places};
use stands::Stands;
pub use zones::{Access, Zone, ZoneError, Zones};

use super::glob::{Heads, Lead, PathGlobs};
use crate::message::Span;
use crate::normalize::flags::Flags;
use crate::normalize::path::{PathFacts, PathNotes, PathReading, PathRoot};

/// What a rule asks about a path. Every key that is given must hold, in one and the same reading of the path; within a list
/// one entry is enough.
///
/// ```yaml
/// path: {climbs: true, sensitive: [system_accounts, keys]}
/// path: {glob: ["/etc/**", "~/.config/*/token"]}
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathQuery {
    /// `true`: the path leaves its start by `..` (for an absolute path: goes above its root).
    pub climbs: bool,
    /// At least this many `..` leave the start. One is common in honest work, three are not.
    pub min_climbs: u32,
    /// It lies in a place of one of these classes: `[keys, cloud]`.
    pub sensitive: Places,
    /// It matches one of these patterns in its canonical form, case-folded. `~/x` also matches below `/home/*`, `/Users/*`,
    /// `C:\Users\*` and the like; `/x` also matches after a climb out of sight.
    pub glob: PathGlobs,
    /// One of these stands out in its spelling: `[nul, device]`.
    pub notes: PathNotes,
    /// It starts at one of these: `[unc, device]`.
    pub root: Flags<PathRoot>,
    /// It is outside the safe zones for this access. Never holds while no zone is configured.
    pub outside_zones: Option<Access>,
}

impl PathQuery {
    /// Whether nothing is asked; such a query holds for every path.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Where the path is as asked; no zone is known. See [`PathQuery::matches_view`].
    #[must_use]
    pub fn matches(&self, facts: &PathFacts<'_>) -> Option<Span> {
        self.matches_view(&PathView::new(*facts), &Zones::none())
    }

    /// Where the path is as asked: the whole text, since each part of a path depends on the others.
    #[must_use]
    pub fn matches_view(&self, view: &PathView<'_>, zones: &Zones) -> Option<Span> {
        let facts = view.facts;
        let about_all = (self.notes.is_empty() || self.notes.meets(facts.notes()))
            && (self.sensitive.is_empty() || self.sensitive.meets(view.all))
            && (self.root.is_empty() || self.root.meets(view.roots))
            && self.min_climbs.max(u32::from(self.climbs)) <= view.climbs
            && (self.glob.is_empty() || self.glob.may_match(&view.heads))
            && self.outside_zones.is_none_or(|access| !zones.contains(&facts, access));
        let holds =
            about_all && facts.readings().zip(&view.places).any(|(reading, at)| self.holds(reading, at, &view.heads));
        holds.then(|| facts.source_span())
    }

    fn holds(&self, reading: PathReading<'_>, at: &At, heads: &Heads) -> bool {
        (!self.climbs || reading.climbs() > 0)
            && reading.climbs() >= self.min_climbs
            && (self.sensitive.is_empty() || self.sensitive.meets(at.places))
            && (self.root.is_empty() || self.root.has(reading.root()))
            && (self.glob.is_empty() || self.glob_matches(reading, at.stands, heads))
    }

    fn glob_matches(&self, reading: PathReading<'_>, stands: Stands, heads: &Heads) -> bool {
        let mut found = false;
        each_start(reading, stands, |lead, tail| {
            found = found || self.glob.may_match_behind(lead, heads) && self.glob.match_behind(lead, tail);
        });
        found
    }
}

/// Calls `tell` with each lead that a reading has or stands behind, and with what stands behind that.
fn each_start(reading: PathReading<'_>, stands: Stands, mut tell: impl FnMut(Lead, &[u8])) {
    let form = reading.folded();
    let (lead, tail) = Lead::split(form);
    tell(lead, tail);
    // From its own root it was told.
    let own = u16::from(reading.root() == PathRoot::Posix && reading.climbs() == 0);
    let starts = [(stands.root & !own, Lead::Root), (stands.home, Lead::Home), (stands.drive, Lead::Drive)];
    let all = starts.iter().fold(0, |all, (starts, _)| all | starts);
    if all == 0 {
        return;
    }
    // The names are one run at the form's end. A start behind the last name is the place itself.
    let names = reading.folded_segments();
    let length: usize = names.clone().map(|name| name.len() + 1).sum();
    let mut at = form.len().saturating_sub(length.saturating_sub(1));
    for (start, name) in (0..u16::BITS - all.leading_zeros()).zip(names.map(Some).chain([None])) {
        let tail = name.and_then(|_| form.get(at..)).unwrap_or_default();
        at += name.map_or(0, |name| name.len() + 1);
        for (_, lead) in starts.iter().filter(|(starts, _)| starts & 1 << start != 0) {
            tell(*lead, tail);
        }
    }
}

/// The most readings of one path.
const MAX_READINGS: usize = 32;

/// A path with the classes of places it lies in, so that many queries share one lookup.
#[derive(Clone, Copy, Debug)]
pub struct PathView<'s> {
    facts: PathFacts<'s>,
    places: [At; MAX_READINGS],
    /// Of all readings: the classes they lie in, where they start, the most climbs, what patterns may begin with. Most questions end here.
    all: Places,
    roots: Flags<PathRoot>,
    climbs: u32,
    heads: Heads,
}

/// Where one reading of a path lies.
#[derive(Clone, Copy, Debug, Default)]
struct At {
    places: Places,
    stands: Stands,
}

impl<'s> PathView<'s> {
    /// Looks the path's places up: a hash per name of each reading.
    #[must_use]
    pub fn new(facts: PathFacts<'s>) -> Self {
        let mut view = Self {
            facts,
            places: [At::default(); MAX_READINGS],
            all: Places::none(),
            roots: Flags::none(),
            climbs: 0,
            heads: Heads::default(),
        };
        for (slot, reading) in view.places.iter_mut().zip(facts.readings()) {
            let stands = stands::of(reading, facts.notes());
            *slot = At { places: sensitive::places(reading, facts.notes(), stands), stands };
            view.all = view.all.union(slot.places);
            view.roots.insert(reading.root());
            view.climbs = view.climbs.max(reading.climbs());
            each_start(reading, stands, |lead, tail| view.heads.add(lead, tail));
        }
        view
    }

    /// The same path where it tells a tool which credential to log in with: it is no secret place then. Accounts of the system
    /// stay one.
    #[must_use]
    pub fn lent(mut self) -> Self {
        let lent = Places::of(&[Place::Credentials, Place::Keys, Place::KeyFiles, Place::Cloud, Place::History]);
        for at in &mut self.places {
            at.places = at.places.iter().filter(|place| !lent.has(*place)).collect();
        }
        self.all = self.all.iter().filter(|place| !lent.has(*place)).collect();
        self
    }

    /// The path.
    #[must_use]
    pub fn facts(&self) -> PathFacts<'s> {
        self.facts
    }

    /// The classes of places it lies in, in any reading.
    #[must_use]
    pub const fn places(&self) -> Places {
        self.all
    }
}

#[cfg(test)]
mod tests;
