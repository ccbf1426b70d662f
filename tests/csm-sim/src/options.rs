//! What kind of site is simulated, and how fast, how strict and how faulty it is.

use std::{fs::File, io::BufReader, time::Duration};

use serde::Deserialize;

use crate::state::DetailField;

/// How the site behaves where published pages and reported sites differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Site {
    /// As published: tasks run side by side, end FINISHED, and name what failed.
    #[default]
    Documented,
    /// As reported of live sites: one task at a time, bare messages, FAILED tasks that worked.
    Live,
}

/// Which of the two published request shapes the bulk endpoints accept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Dialect {
    /// Either one, but not a mixture inside one request.
    #[default]
    Both,
    /// `organizationProfiles` / `customerProfiles`, association as an object (API reference).
    Reference,
    /// `organizations` / `customers`, association as a list of ids (import guide).
    Guide,
}

/// What is not at the address. Which answer a site gives is reported, not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Missing {
    /// The site: every request is answered 404 in the form of Atlassian's gateway.
    Site,
    /// Customer Service Management: 404 in the form of its own errors.
    Csm,
}

/// Detail fields that a site starts with; an entity that is left out has the default ones.
///
/// ```json
/// { "customers": [ { "name": "region", "type": { "name": "SELECT", "options": ["EU"] } } ] }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FirstFields {
    /// Those of organizations.
    pub organizations: Option<Vec<DetailField>>,
    /// Those of customers.
    pub customers: Option<Vec<DetailField>>,
}

/// Everything that can be chosen before the simulator starts.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The only cloud id that is answered; without it every cloud id is.
    #[arg(long)]
    pub cloud_id: Option<String>,
    /// What the site behaves like.
    #[arg(long, value_enum, default_value_t)]
    pub site: Site,
    /// Request shapes that are accepted.
    #[arg(long, value_enum, default_value_t)]
    pub dialect: Dialect,
    /// The only bearer token that is accepted; without it any credentials are.
    #[arg(long, env = "CSM_SIM_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Seed of every random choice: ids, task durations.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Open tasks the site allows at once (documented: 5; another copy of the page says 10).
    #[arg(long, default_value_t = 5)]
    pub task_limit: usize,
    /// Mean duration of a task in seconds; by default 1, on a live site 3.
    #[arg(long, value_parser = seconds)]
    pub task_seconds: Option<f64>,
    /// Seconds until a new customer is found by search; by default 0, on a live site 5.
    #[arg(long, value_parser = seconds)]
    pub index_seconds: Option<f64>,
    /// Requests a second before 429 is answered; 0 means no limit.
    #[arg(long, default_value_t = 0)]
    pub rate_limit: u32,
    /// Every how many profile tasks one ends FAILED although it worked; by default 0 (never), on a
    /// live site 4 (reported of live sites).
    #[arg(long)]
    pub failed_every: Option<u32>,
    /// Every how many customer associations one does nothing; by default 0 (never), on a live site
    /// 20 (reported of live sites).
    #[arg(long)]
    pub drop_association_every: Option<u32>,
    /// Characters a detail value may have (not published; 255 is an assumption).
    #[arg(long, default_value_t = 255)]
    pub value_length: usize,
    /// Start without any detail field; documented: not every site has the default ones.
    #[arg(long)]
    pub bare: bool,
    /// A JSON file with the detail fields to start with, such as `{"customers":[{"name":"region",
    /// "type":{"name":"SELECT","options":["EU"]}}]}`; an entity that is left out has the default ones.
    #[arg(long, value_name = "FILE", value_parser = FirstFields::read)]
    pub fields: Option<FirstFields>,
    /// Text fields that organizations and customers have besides, named `Filler 1` and so on.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    pub filler_fields: usize,
    /// What is missing at the address, so that everything is answered 404.
    #[arg(long, value_enum)]
    pub missing: Option<Missing>,
    /// Refuse a resent idempotency key whose task exists, even with the same body (reported of
    /// live sites, against the documentation).
    #[arg(long)]
    pub refuse_resent_keys: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(value).map_err(|error| error.to_string())?;
    Ok(value)
}

impl FirstFields {
    /// Reads them from a JSON file.
    ///
    /// # Errors
    /// Says why it cannot be read, or what is wrong in it.
    pub fn read(path: &str) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        serde_json::from_reader(BufReader::new(file)).map_err(|error| error.to_string())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            cloud_id: None,
            site: Site::Documented,
            dialect: Dialect::Both,
            token: None,
            seed: 1,
            task_limit: 5,
            task_seconds: None,
            index_seconds: None,
            rate_limit: 0,
            failed_every: None,
            drop_association_every: None,
            value_length: 255,
            bare: false,
            fields: None,
            filler_fields: 0,
            missing: None,
            refuse_resent_keys: false,
        }
    }
}

impl Options {
    /// A site that behaves as published.
    pub fn documented() -> Self {
        Self::default()
    }

    /// A site that behaves as reported of live ones.
    pub fn live() -> Self {
        Self { site: Site::Live, ..Self::default() }
    }

    /// The value that was chosen, or the one that belongs to the kind of site.
    fn by_site<T>(&self, chosen: Option<T>, documented: T, live: T) -> T {
        chosen.unwrap_or(match self.site {
            Site::Documented => documented,
            Site::Live => live,
        })
    }

    pub(crate) fn task_duration(&self) -> Duration {
        duration(self.by_site(self.task_seconds, 1.0, 3.0))
    }

    pub(crate) fn index_delay(&self) -> Duration {
        duration(self.by_site(self.index_seconds, 0.0, 5.0))
    }

    pub(crate) fn fails_task(&self, ordinal: u64) -> bool {
        is_nth(ordinal, self.by_site(self.failed_every, 0, 4))
    }

    pub(crate) fn drops_association(&self, ordinal: u64) -> bool {
        is_nth(ordinal, self.by_site(self.drop_association_every, 0, 20))
    }
}

fn is_nth(ordinal: u64, every: u32) -> bool {
    every > 0 && ordinal.is_multiple_of(u64::from(every))
}

/// Nonsensical numbers become zero: a simulator that refuses to start helps nobody.
pub(crate) fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
