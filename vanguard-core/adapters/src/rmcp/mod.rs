//! Hooks for `rmcp`, the official Rust SDK: a transport that is guarded, and a service that is.
//!
//! | hook | sees | fits |
//! | --- | --- | --- |
//! | [`Guard::transport`] | every message of both directions | clients of any transport; servers over stdio and other streams |
//! | [`Guard::service`] | what is asked of a server or client and its answers, not what it sends by itself | whatever is given to `serve` |
//! | `Guard::layer` (feature `tower`) | the bytes of requests and answers over HTTP | servers over Streamable HTTP, which rmcp gives no transport to wrap |
//!
//! The SDK has parsed messages by then: what is judged is what its user would see. Only `Guard::layer` sees what two parsers
//! could read differently.
//!
//! ```
//! use rmcp::{ServerHandler, ServiceExt, model::ServerConfig};
//! use vanguard_adapters::Guard;
//! use vanguard_core::Inspector;
//!
//! struct Files;
//!
//! impl ServerHandler for Files {
//!     fn get_info(&self) -> ServerConfig {
//!         ServerConfig::default()
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let guard = Guard::new(Inspector::builder().build()?).server("files");
//! let (client, server) = tokio::io::duplex(4096); // over stdio: `rmcp::transport::stdio()`
//! let (client, server) = tokio::join!(
//!     ().serve(guard.transport(client)),
//!     Files.serve(guard.transport(server)),
//! );
//! assert!(client?.list_all_tools().await?.is_empty());
//! # drop(server);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod service;
mod transport;
mod wire;

pub use service::GuardedService;
pub use transport::GuardedTransport;

use ::rmcp::service::ServiceRole;
use ::rmcp::transport::{IntoTransport, Transport};

use crate::Guard;

impl Guard {
    /// Guards a transport, a client's or a server's: `client.serve(guard.transport(child)).await`. Every message of both directions is
    /// seen. Each transport is a session of its own, unless [`Guard::session`] names one.
    pub fn transport<R, T, E, A>(&self, transport: T) -> GuardedTransport<R, impl Transport<R, Error = E> + 'static>
    where
        R: ServiceRole,
        T: IntoTransport<R, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        GuardedTransport::new(transport.into_transport(), self.carrier(None, None, false))
    }

    /// Guards a service, a client's or a server's, whatever transport it will be served on: `guard.service(handler).serve(stdio()).await`.
    /// It sees what is asked of the service and its answers; for what the service sends by itself (progress, logging, sampling)
    /// take [`Guard::transport`].
    pub fn service<S>(&self, service: S) -> GuardedService<S> {
        GuardedService::new(service, self.carrier(None, None, true))
    }
}
