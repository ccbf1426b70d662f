//! The command line.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use clap::Parser;
use csm_import::configuration::{Configuration, FILE};
use csm_sim::{FirstFields, Site};

use crate::error::LocalError;

/// Imports Salesforce exports into Customer Service Management, all on this machine: builds the
/// functions, deploys the template to an emulated AWS, drops the exports into the bucket, and
/// prints what became of every record. Without --csm-url the site is simulated as well.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent")]
#[command(name = "local", after_help = EXIT_CODES)]
pub struct Args {
    /// Exports to drop: files, or folders with files that belong together.
    #[arg(required_unless_present = "print_config", value_name = "FILE OR FOLDER")]
    pub paths: Vec<PathBuf>,
    /// Send nothing: see what an import would do.
    #[arg(long)]
    pub plan: bool,
    /// After the plan, import exactly what was planned, unless the plan has stopped.
    #[arg(long, requires = "plan")]
    pub approve: bool,
    /// Drop the exports below `scheduled/`, where they wait for the schedule: it fires every minute.
    #[arg(long, conflicts_with = "plan")]
    pub scheduled: bool,
    /// A configuration, put into the bucket as `config/import.toml`.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print a configuration with every key, to begin with, and do nothing else.
    #[arg(long)]
    pub print_config: bool,
    /// A real site, up to and including the cloud id, instead of the simulator.
    #[arg(long, value_name = "URL")]
    pub csm_url: Option<String>,
    /// The token for that site; better left to the variable `CSM_TOKEN`.
    #[arg(long, value_name = "TOKEN", requires = "csm_url")]
    pub csm_token: Option<String>,
    /// An emulator that runs already, instead of one for this import.
    #[arg(long, value_name = "URL")]
    pub aws_endpoint: Option<String>,
    /// What the simulated site behaves like.
    #[arg(long, value_enum, default_value_t, conflicts_with = "csm_url")]
    pub site: Site,
    /// A JSON file with the detail fields that the simulated site starts with, such as
    /// `{"customers":[{"name":"region","type":{"name":"SELECT","options":["EU"]}}]}`; an entity that is
    /// left out has the default ones.
    #[arg(long, value_name = "FILE", conflicts_with = "csm_url", value_parser = FirstFields::read)]
    pub fields: Option<FirstFields>,
    /// Where the results are copied to, in a folder for each import.
    #[arg(long, value_name = "FOLDER", default_value = "out")]
    pub out: PathBuf,
    /// Print the summary or the plan as JSON, and nothing else, on standard output.
    #[arg(long)]
    pub json: bool,
    /// Leave everything running afterwards, until Ctrl-C, and print the addresses.
    #[arg(long)]
    pub keep: bool,
    /// Mean duration of a simulated task.
    #[arg(long, value_name = "SECONDS", conflicts_with = "csm_url", value_parser = seconds)]
    pub task_seconds: Option<f64>,
    /// Tasks that the simulated site allows to be open at once.
    #[arg(long, value_name = "TASKS", conflicts_with = "csm_url")]
    pub task_limit: Option<usize>,
    /// Tasks that the functions keep open at once.
    #[arg(long, value_name = "TASKS", value_parser = clap::value_parser!(u32).range(1..=50))]
    pub max_open_tasks: Option<u32>,
    /// How long a folder must have been quiet before it is taken as complete.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=900))]
    pub settle_seconds: Option<u32>,
    /// A parameter of the template, such as `ExportEncoding=Shift_JIS`; may be given several times.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// Give up when nothing has changed for so long.
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    pub timeout: u64,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  every record was imported, is unchanged or was skipped; of a plan: none would be rejected
  1  the import or the plan did not come to its end
  2  wrong usage or configuration
  3  it came to its end, but some records were or would be rejected, failed or are unknown";

impl Args {
    /// Address and token of the site, unless it is to be simulated.
    pub fn site_address(&self) -> Result<Option<(String, String)>, LocalError> {
        let variable = env::var("CSM_TOKEN").ok();
        self.site_address_with(variable)
    }

    /// A token in the environment alone asks for nothing: it may lie there for other purposes.
    fn site_address_with(
        &self,
        variable: Option<String>,
    ) -> Result<Option<(String, String)>, LocalError> {
        let Some(url) = &self.csm_url else {
            return Ok(None);
        };
        let url = url.trim_end_matches('/');
        if !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(LocalError::usage("--csm-url must begin with https:// or http://"));
        }
        let token = self.csm_token.clone().or(variable).filter(|token| !token.trim().is_empty());
        let token = token.ok_or_else(|| {
            LocalError::usage("--csm-url needs a token: set CSM_TOKEN, or give --csm-token")
        })?;
        Ok(Some((url.to_owned(), token)))
    }

    /// The configuration to be put into the bucket, once it is known to have no faults.
    pub fn configuration(&self) -> Result<Option<Vec<u8>>, LocalError> {
        let Some(path) = &self.config else {
            return Ok(None);
        };
        let about = |error: &dyn Display| LocalError::usage(format!("{}: {error}", path.display()));
        let bytes = fs::read(path).map_err(|error| about(&error))?;
        let read = Configuration::text(&bytes).and_then(Configuration::parse);
        match read {
            Ok(_) => Ok(Some(bytes)),
            Err(faults) => {
                let mut lines: Vec<String> =
                    faults.faults().iter().map(|fault| format!("\n  {fault}")).collect();
                if faults.more() > 0 {
                    lines.push(format!("\n  and {} more", faults.more()));
                }
                Err(about(&format!("it cannot be used as {FILE}:{}", lines.concat())))
            }
        }
    }

    /// How long nothing may change.
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(value).map_err(|error| error.to_string())?;
    Ok(value)
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("not of the form NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Args, clap::Error> {
        Args::try_parse_from(["local"].iter().chain(words))
    }

    #[test]
    fn a_site_needs_a_token_and_a_token_a_site() {
        let args = parse(&["x", "--csm-url", "https://h/c/"]).unwrap();
        assert!(args.site_address_with(None).is_err());
        let found = args.site_address_with(Some("t".to_owned())).unwrap();
        assert_eq!(found, Some(("https://h/c".to_owned(), "t".to_owned())));
        assert!(parse(&["x", "--csm-token", "t"]).is_err());
        assert_eq!(parse(&["x"]).unwrap().site_address_with(Some("t".to_owned())).unwrap(), None);
    }

    #[test]
    fn settings_of_the_simulator_do_not_go_with_a_real_site() {
        for setting in [["--task-seconds", "1"], ["--task-limit", "5"], ["--site", "live"]] {
            assert!(
                parse(&[["x", "--csm-url", "https://h/c"].as_slice(), &setting].concat()).is_err()
            );
        }
        assert!(parse(&["x", "--task-seconds", "-1"]).is_err());
        assert!(parse(&["x", "--parameter", "ExportEncoding"]).is_err());
        let args = parse(&["x", "--parameter", "A=b=c", "--parameter", "D=e"]).unwrap();
        assert_eq!(args.parameters, [("A".into(), "b=c".into()), ("D".into(), "e".into())]);
        assert!(parse(&[]).is_err());
    }

    #[test]
    fn what_is_approved_has_to_be_planned_and_a_plan_needs_no_schedule() {
        assert!(parse(&["x", "--approve"]).is_err());
        assert!(parse(&["x", "--plan", "--approve"]).unwrap().approve);
        assert!(parse(&["x", "--plan", "--scheduled"]).is_err());
        assert!(parse(&["--print-config"]).unwrap().paths.is_empty());
    }

    #[test]
    fn every_fault_of_a_configuration_has_a_line_of_its_own() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        let configuration = |text: &str| {
            fs::write(path, text).unwrap();
            parse(&["x", "--config", path]).unwrap().configuration()
        };
        assert_eq!(configuration("verify = \"all\"\n").unwrap().unwrap(), b"verify = \"all\"\n");
        let faults = configuration("verify = \"some\"\nblanks = 1\n").unwrap_err();
        assert!(matches!(faults, LocalError::Usage(_)));
        let text = faults.to_string();
        assert!(
            text.contains("\n  line 1, column ") && text.contains("\n  line 2, column "),
            "{text}"
        );
        assert!(parse(&["x"]).unwrap().configuration().unwrap().is_none());
    }
}
