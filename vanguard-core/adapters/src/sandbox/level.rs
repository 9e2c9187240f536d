//! What each kernel's Landlock can enforce, and what none can.

use std::fmt;

use vanguard_core::config::Ports;

use super::plan::Plan;

/// How much Landlock a kernel has: the number of its interface (ABI), as far as it brought new kinds of restriction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

/// From which interface on something is enforced, since which Linux, and what it is.
const STEPS: [(u8, &str, &str); 7] = [
    (1, "5.13", "reading, writing, running, listing, making and removing files"),
    (2, "5.19", "moving and linking files from folder to folder (before: never allowed)"),
    (3, "6.2", "truncating files"),
    (4, "6.7", "TCP: which ports it connects to and listens on"),
    (5, "6.10", "commands to devices (ioctl)"),
    (6, "6.12", "signals to processes outside; abstract UNIX sockets of others"),
    (9, "7.1", "UNIX sockets of others that have a path"),
];

/// What no kernel restricts by Landlock so far.
pub(super) const NEVER: [&str; 3] = [
    "whether a file exists, its size and dates",
    "owner, mode and dates of the user's own files (chmod, utime)",
    "files that are already open when it starts",
];

impl Level {
    /// No Landlock.
    pub const NONE: Self = Self(0);
    /// The newest that is known here.
    pub const NEWEST: Self = Self(9);

    /// The level of an interface by its number.
    #[must_use]
    pub fn of_abi(abi: u8) -> Self {
        Self(STEPS.iter().rev().find(|(step, ..)| *step <= abi).map_or(0, |(step, ..)| *step))
    }

    /// What the running kernel has.
    #[must_use]
    pub fn here() -> Self {
        #[cfg(target_os = "linux")]
        return super::kernel::level();
        #[cfg(not(target_os = "linux"))]
        Self::NONE
    }

    /// The number of the interface that brought its last restriction; 0 for none.
    #[must_use]
    pub fn abi(self) -> u8 {
        self.0
    }

    /// What is enforced at this level.
    pub fn enforced(self) -> impl Iterator<Item = &'static str> {
        STEPS.iter().filter(move |(step, ..)| *step <= self.0).map(|(.., what)| *what)
    }

    /// What newer kernels enforce: since which Linux, and what.
    pub fn missing(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        STEPS.iter().filter(move |(step, ..)| *step > self.0).map(|(_, linux, what)| (*linux, *what))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match STEPS.iter().find(|(step, ..)| *step == self.0) {
            Some((abi, linux, _)) => write!(out, "Landlock as of Linux {linux} (ABI {abi})"),
            None => out.write_str("no Landlock"),
        }
    }
}

/// A kernel that can't enforce what a plan promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    has: Level,
    needs: Level,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { has, needs } = self;
        match (has.0, needs.0) {
            (0, _) => out.write_str(
                "this system has no Landlock, so the server can't be confined. Linux has it from 5.13 on (6.7 for TCP) if `landlock` is among the \
                 kernel's `lsm=` (`cat /sys/kernel/security/lsm`) and the container, if there is one, lets its system calls through",
            ),
            (_, 4..) => write!(
                out,
                "this kernel has {has}, which can't restrict TCP; Linux 6.7 or later can. Without that restriction: `--sandbox-connect any \
                 --sandbox-bind any`",
            ),
            _ => write!(
                out,
                "this kernel has {has}, which can't keep a server from truncating files outside its zones; Linux 6.2 or later can",
            ),
        }
    }
}

impl std::error::Error for Refused {}

impl Plan {
    /// Whether a kernel of this level can enforce all that the plan promises: what files are read and written, and TCP unless
    /// it is free. What newer kernels restrict beyond that comes on top where it can.
    ///
    /// # Errors
    /// If it can't, with what would help.
    pub fn check(&self, has: Level) -> Result<(), Refused> {
        let free = self.connect == Ports::Any && self.bind == Ports::Any;
        let needs = Level(if free { 3 } else { 4 });
        if has < needs { Err(Refused { has, needs }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, Plan, Ports};

    #[test]
    fn a_kernel_that_can_t_is_refused_with_what_would_help() {
        let closed = Plan::default();
        let free = Plan { connect: Ports::Any, bind: Ports::Any, ..Plan::default() };
        let half = Plan { connect: Ports::Any, ..Plan::default() };
        let says = |plan: &Plan, abi| plan.check(Level::of_abi(abi)).map_err(|refused| refused.to_string());
        for abi in 0..12 {
            assert_eq!(says(&closed, abi).is_ok(), abi >= 4, "{abi}");
            assert_eq!(says(&half, abi).is_ok(), abi >= 4, "{abi}");
            assert_eq!(says(&free, abi).is_ok(), abi >= 3, "{abi}");
        }
        for plan in [&closed, &free] {
            let why = says(plan, 0).unwrap_err();
            assert!(why.contains("no Landlock") && why.contains("/sys/kernel/security/lsm"), "{why}");
        }
        let why = says(&closed, 3).unwrap_err();
        assert!(
            why.contains("as of Linux 6.2 (ABI 3)") && why.contains("6.7") && why.contains("--sandbox-connect any"),
            "{why}"
        );
        let why = says(&free, 2).unwrap_err();
        assert!(why.contains("truncating") && why.contains("6.2"), "{why}");
    }

    #[test]
    fn a_level_is_the_last_interface_that_brought_something() {
        let levels: Vec<u8> = (0..12).map(|abi| Level::of_abi(abi).abi()).collect();
        assert_eq!(levels, [0, 1, 2, 3, 4, 5, 6, 6, 6, 9, 9, 9]);
        assert_eq!(Level::NEWEST.missing().count(), 0);
        assert_eq!((Level::NONE.enforced().count(), Level::NONE.missing().count()), (0, 7));
    }
}
