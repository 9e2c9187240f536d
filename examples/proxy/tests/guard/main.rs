//! `vanguard` as its users run it: a real client end, a real server process, and the guard between them.

mod bytes;
#[path = "../../../../vanguard-core/tests/carrier_suite/mod.rs"]
mod carrier_suite;
mod decisions;
mod ending;
mod lock;
mod pressure;
#[cfg(target_os = "linux")]
mod sandbox;
mod size;
mod support;
#[cfg(target_os = "linux")]
mod zones;
