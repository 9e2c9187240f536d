//! An MCP server over stdio, guarded by itself: every call of a client is judged before a tool sees it, every answer before it leaves.
//!
//!     cargo run -p vanguard-examples --bin guarded-client

use rmcp::handler::server::wrapper::Parameters;
use rmcp::{ServerHandler, ServiceExt, tool, tool_handler, tool_router};
use vanguard_adapters::Guard;
use vanguard_core::Inspector;

/// A server with two tools.
#[derive(Clone)]
struct Notes;

#[derive(serde::Deserialize, rmcp::schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Note {
    name: String,
}

#[derive(serde::Deserialize, rmcp::schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Command {
    command: String,
}

#[tool_router]
impl Notes {
    /// Reads a note.
    #[tool]
    async fn read_note(&self, Parameters(Note { name }): Parameters<Note>) -> String {
        match name.as_str() {
            "today" => "Water the plants.".to_owned(),
            "keys" => format!("The deploy key is ghp_{}", "Zq8LmN3vXc5Rt7Yw1KpB2sDfG4hJ6uE9aTiO"),
            _ => "There is no such note.".to_owned(),
        }
    }

    /// Says what it would run.
    #[tool]
    async fn run(&self, Parameters(Command { command }): Parameters<Command>) -> String {
        format!("would run: {command}")
    }
}

#[tool_handler]
impl ServerHandler for Notes {}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let guard = Guard::new(Inspector::builder().build()?).server("notes");
    Notes.serve(guard.transport(rmcp::transport::stdio())).await?.waiting().await?;
    Ok(())
}
