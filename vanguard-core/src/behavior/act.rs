//! What a message does, in the words of sequences.

use std::fmt;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// Something that a message does or is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Act { $($(#[$doc])* $name,)* }

        impl Act {
            /// Every act.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word used in sequences.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

acts! {
    /// Calls a tool or reads a resource.
    Call = "call";
    /// Reads local data.
    Read = "read";
    /// Reads what is secret by its place or by its tool, or a result holds a secret that passed.
    SensitiveRead = "sensitive_read";
    /// Reads environment variables.
    EnvRead = "env_read";
    /// Lists names: files, tables, users.
    List = "list";
    /// Changes local data.
    Write = "write";
    /// Writes something that reaches out or hides what it does when it is run.
    RiskyWrite = "risky_write";
    /// Runs a command or code.
    Execute = "execute";
    /// Runs a file that was written in this session.
    RunsWritten = "runs_written";
    /// Runs a file that was written in this session with something that reaches out or hides what it does.
    RunsRisky = "runs_risky";
    /// Runs a file that was downloaded in this session.
    RunsDownloaded = "runs_downloaded";
    /// Brings a file from another machine.
    Download = "download";
    /// Reaches another machine.
    Network = "network";
    /// Takes something to another machine.
    NetworkSend = "network_send";
    /// Takes something to people.
    Message = "message";
    /// Takes something away that nobody can read: ciphertext, archives, encoded noise.
    OpaqueSend = "opaque_send";
    /// Takes something to a place that only a stranger's text has named.
    ToldDestination = "told_destination";
    /// Asks a database.
    Database = "database";
    /// A result that is not for everybody.
    Private = "private";
    /// A result that strangers wrote.
    Untrusted = "untrusted";
    /// A result in which orders to a model were found, and that passed.
    Injection = "injection";
    /// A message that needed approval.
    Review = "review";
    /// A message that was put on record.
    Warned = "warned";
    /// A message that was blocked.
    Blocked = "blocked";
}

/// A set of acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Acts(u32);

impl Acts {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// The set of one act.
    #[must_use]
    pub const fn of(act: Act) -> Self {
        Self(1 << act as u32)
    }

    /// The set with `act` in it.
    #[must_use]
    pub const fn with(self, act: Act) -> Self {
        Self(self.0 | 1 << act as u32)
    }

    /// Adds `act` if `holds`.
    pub(crate) fn add(&mut self, act: Act, holds: bool) {
        self.0 |= u32::from(holds) << act as u32;
    }

    /// The set without `act`.
    #[must_use]
    pub const fn without(self, act: Act) -> Self {
        Self(self.0 & !(1 << act as u32))
    }

    /// Whether `act` is in it.
    #[must_use]
    pub const fn has(self, act: Act) -> bool {
        self.0 & 1 << act as u32 != 0
    }

    /// The numbers of what is in it.
    pub(crate) fn numbers(self) -> impl Iterator<Item = usize> {
        let mut bits = self.0;
        std::iter::from_fn(move || {
            let number = bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
            (number < 32).then_some(number as usize)
        })
    }

    /// Whether they have something in common.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in it, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Act> {
        Act::ALL.iter().copied().filter(move |act| self.has(*act))
    }
}

impl fmt::Display for Acts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, act) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(" or ")?;
            }
            f.write_str(act.as_str())?;
        }
        Ok(())
    }
}
