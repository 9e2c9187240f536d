//! Small sets of named facts: what a parser noted, what a table said. One word, `Copy`, written as a list of names in rules.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A fact that a [`Flags`] set can hold: an enum of at most 32 plain variants.
pub trait Flag: Copy + fmt::Debug + Serialize + DeserializeOwned + 'static {
    /// Every fact, in declaration order.
    const ALL: &'static [Self];

    /// The fact's place in [`Flag::ALL`].
    fn index(self) -> u32;
}

/// Implements [`Flag`] for an enum from the list of its variants, in declaration order.
macro_rules! flag {
    ($name:ident: $($variant:ident),+ $(,)?) => {
        impl $crate::normalize::flags::Flag for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn index(self) -> u32 {
                self as u32
            }
        }
    };
}
pub(crate) use flag;

/// A set of facts. In a rule it is written as a list: `notes: [nul, unc]`.
pub struct Flags<F>(u32, PhantomData<F>);

impl<F: Flag> Flags<F> {
    /// The set without a fact.
    #[must_use]
    pub const fn none() -> Self {
        Self(0, PhantomData)
    }

    /// The set of the given facts.
    #[must_use]
    pub fn of(facts: &[F]) -> Self {
        let mut set = Self::none();
        facts.iter().for_each(|fact| set.insert(*fact));
        set
    }

    /// Adds a fact.
    pub fn insert(&mut self, fact: F) {
        self.0 |= 1 << fact.index();
    }

    /// Whether the fact is in the set.
    #[must_use]
    pub fn has(self, fact: F) -> bool {
        self.0 & (1 << fact.index()) != 0
    }

    /// Whether the sets share a fact.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0, PhantomData)
    }

    /// Whether the set has no fact.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The facts in the set, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = F> {
        F::ALL.iter().copied().filter(move |fact| self.has(*fact))
    }
}

impl<F> Clone for Flags<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Flags<F> {}

impl<F> Default for Flags<F> {
    fn default() -> Self {
        Self(0, PhantomData)
    }
}

impl<F> PartialEq for Flags<F> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<F> Eq for Flags<F> {}

impl<F: Flag> fmt::Debug for Flags<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}

impl<F: Flag> FromIterator<F> for Flags<F> {
    fn from_iter<I: IntoIterator<Item = F>>(facts: I) -> Self {
        let mut set = Self::none();
        facts.into_iter().for_each(|fact| set.insert(fact));
        set
    }
}

impl<F: Flag> Serialize for Flags<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, F: Flag> Deserialize<'de> for Flags<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<F>::deserialize(deserializer).map(|facts| facts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::{Flag, Flags};

    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        DarkBlue,
    }
    flag!(Colour: Red, DarkBlue);

    #[test]
    fn a_set_is_written_as_its_names() {
        let set: Flags<Colour> = serde_json::from_str(r#"["dark_blue"]"#).unwrap();
        assert!(set.has(Colour::DarkBlue) && !set.has(Colour::Red) && !set.is_empty());
        assert_eq!(serde_json::to_string(&set.union(Flags::of(&[Colour::Red]))).unwrap(), r#"["red","dark_blue"]"#);
        assert!(serde_json::from_str::<Flags<Colour>>(r#"["green"]"#).is_err());
        assert_eq!(Colour::ALL.iter().map(|c| c.index()).collect::<Vec<_>>(), [0, 1]);
    }
}
