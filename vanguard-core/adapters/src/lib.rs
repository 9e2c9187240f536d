//! What Vanguard's engine asks for and can't do itself, since it does no I/O. Each adapter is a feature.
//!
//! | feature | what it brings |
//! | --- | --- |
//! | `files` | [`files::load`]: configuration files and the rule packs they name |
//! | `http` | `http::Answerer`: a model that is asked, over HTTP |
//! | `identity` | [`identity::of_command`]: which program and package a command line runs |
//! | `jail` | [`jail::Jail`]: the kernel's word on where a path leads |
//! | `redis` | [`redis::RedisStore`]: counters of behaviour that several processes share |
//! | `sigstore` | `sigstore::verify`: who signed a file, by a Sigstore bundle, and where it was built |
//! | `rmcp` | `Guard::transport`, `Guard::service`: servers and clients of the official Rust SDK, guarded |
//! | `tower` | `Guard::layer`: Streamable HTTP, guarded by its bytes |
//! | `sandbox` | [`sandbox::Plan`]: what a process may do, enforced by Landlock |
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

#[cfg(feature = "files")]
pub mod files;
#[cfg(any(feature = "rmcp", feature = "tower"))]
mod guard;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "identity")]
pub mod identity;
#[cfg(feature = "jail")]
pub mod jail;
#[cfg(feature = "sigstore")]
mod provenance;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "rmcp")]
pub mod rmcp;
#[cfg(feature = "sandbox")]
pub mod sandbox;
#[cfg(feature = "sigstore")]
pub mod sigstore;
#[cfg(feature = "tower")]
pub mod tower;

#[cfg(any(feature = "rmcp", feature = "tower"))]
pub use guard::Guard;

/// The README's Rust, run as a test.
#[cfg(all(doctest, feature = "rmcp", feature = "tower"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
