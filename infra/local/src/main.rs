//! `cargo run -p local -- <files or folders…>`: an import from beginning to end on this machine.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use csm_import::configuration::EXAMPLE;
use local::args::Args;
use local::run::{self, Session, Work, interrupted, unless_interrupted};
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
    if args.print_config {
        print(EXAMPLE)?;
        return Ok(codes::IMPORTED);
    }
    let work = run::check(args)?;
    let session = unless_interrupted(Box::pin(Session::start(args, &work))).await?;
    let result = unless_interrupted(Box::pin(carry_out(&session, args, &work))).await;
    if args.keep && result.is_ok() {
        NOTES.say(&session.addresses());
        interrupted().await;
    }
    session.stop().await?;
    result
}

async fn carry_out(session: &Session, args: &Args, work: &Work) -> Result<u8, LocalError> {
    let ledger = if args.plan {
        let plans = session.plan(args, work).await?;
        let approved = args.approve && plans.can_be_run();
        // With --json there is one document: that of the last thing that was done.
        if !(args.json && approved) {
            print(&if args.json { plans.json() } else { plans.text(&args.out) })?;
        }
        if !approved {
            NOTES.say(match (plans.can_be_run(), args.approve) {
                (true, _) => "Nothing was sent. To run it, give --approve as well.",
                (false, true) => {
                    "Nothing was approved: not everything that was planned can be run."
                }
                (false, false) => "Nothing was sent.",
            });
            return Ok(plans.exit_code());
        }
        session.approve(args, &plans).await?
    } else {
        session.import(args, work).await?
    };
    print(&if args.json { ledger.json() } else { ledger.text(&args.out) })?;
    Ok(ledger.exit_code())
}

fn print(text: &str) -> Result<(), LocalError> {
    let mut output = std::io::stdout().lock();
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    written.map_err(LocalError::io("printing the result"))
}
