//! Runs the simulator until it is interrupted.

use std::io::{self, Write};

use clap::Parser;
use csm_sim::{Options, Sim};

/// A simulator of the Customer Service Management bulk API, on 127.0.0.1.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let Arguments { options } = Arguments::parse();
    let sim = Sim::start(options).await?;
    // The first line is what scripts wait for.
    writeln!(io::stdout(), "{}", sim.base_url())?;
    writeln!(io::stderr(), "state: {}/_sim/state", sim.root_url())?;
    tokio::signal::ctrl_c().await?;
    sim.stop().await;
    Ok(())
}
