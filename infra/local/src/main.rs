//! `cargo run -p local -- <files or folders…>`: an import from beginning to end on this machine.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use local::args::Args;
use local::run::{self, Session, interrupted, unless_interrupted};
use local::workspace::Notes;
use local::{LocalError, codes};

const NOTES: Notes = Notes { shown: true };

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let code = Box::pin(command(&args)).await.unwrap_or_else(|error| {
        NOTES.say(&format!("error: {error}"));
        codes::of(&error)
    });
    ExitCode::from(code)
}

async fn command(args: &Args) -> Result<u8, LocalError> {
    let exports = run::exports(args)?;
    let session = unless_interrupted(Box::pin(Session::start(args, &exports))).await?;
    let result = unless_interrupted(Box::pin(async {
        let ledger = session.import(args, &exports).await?;
        print(&if args.json { ledger.json() } else { ledger.text(&args.out) })?;
        Ok(ledger.exit_code())
    }))
    .await;
    if args.keep && result.is_ok() {
        NOTES.say(&session.addresses());
        interrupted().await;
    }
    session.stop().await?;
    result
}

fn print(text: &str) -> Result<(), LocalError> {
    let mut output = std::io::stdout().lock();
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    written.map_err(LocalError::io("printing the ledger"))
}
