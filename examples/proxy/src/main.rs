//! The `vanguard` command.

fn main() -> std::process::ExitCode {
    vanguard_proxy::run()
}
