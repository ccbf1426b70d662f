//! The site that is imported into: a simulated one in this process, or a real one.

use csm_sim::{Options, Sim};

use crate::args::Args;
use crate::error::LocalError;

/// What the functions are told about the site, and the simulator if there is one.
#[derive(Debug)]
pub struct Target {
    /// Address up to and including the cloud id.
    pub url: String,
    /// What the functions authenticate with.
    pub token: String,
    simulator: Option<Sim>,
}

impl Target {
    /// Takes the site that was named, or starts a simulator.
    pub async fn start(args: &Args) -> Result<Self, LocalError> {
        if let Some((url, token)) = args.site_address()? {
            return Ok(Self { url, token, simulator: None });
        }
        let mut options = match args.site {
            csm_sim::Site::Documented => Options::documented(),
            csm_sim::Site::Live => Options::live(),
        };
        let token = "simulated".to_owned();
        options.fields.clone_from(&args.fields);
        options.token = Some(token.clone());
        options.task_seconds = args.task_seconds.or(options.task_seconds);
        options.task_limit = args.task_limit.unwrap_or(options.task_limit);
        let simulator =
            Sim::start(options).await.map_err(LocalError::io("starting the simulator"))?;
        Ok(Self { url: simulator.base_url(), token, simulator: Some(simulator) })
    }

    /// Ends the simulator.
    pub async fn stop(self) {
        if let Some(simulator) = self.simulator {
            simulator.stop().await;
        }
    }
}
