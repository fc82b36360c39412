//! The program: arguments, then the command.

use creatorcrm::server::command;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    command::run().await
}
