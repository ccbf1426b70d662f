//! What a function is told by its environment, read once, with all problems reported together.

use std::time::Duration;

use url::Url;

use crate::csm::request::DialectSetting;
use crate::mapping::mapper::{PersonAccounts, UnknownOrganization};
use crate::salesforce::container;
use crate::salesforce::encoding::Charset;

/// The settings of all three functions. The template sets each of them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `STACK`: the name of the stack.
    pub stack: String,
    /// `BUCKET`: where exports are dropped and results are written.
    pub bucket: String,
    /// `EXPORTS_QUEUE_URL`.
    pub exports_queue: String,
    /// `BATCHES_QUEUE_URL`.
    pub batches_queue: String,
    /// `BATCHES_DLQ_URL`: where batches are parked that failed too often.
    pub batches_dead_letters: String,
    /// `TASKS_QUEUE_URL`.
    pub tasks_queue: String,
    /// `CSM_BASE_URL`: the site, up to and including the cloud id.
    pub csm_base_url: Url,
    /// `CSM_SECRET_ID`: name or ARN of the secret with the token.
    pub csm_secret_id: String,
    /// `MAX_OPEN_TASKS`: how many tasks the importer keeps open at the site.
    pub max_open_tasks: u16,
    /// `SETTLE_SECONDS`: how long nothing new must have come into a folder before it is taken.
    pub settle: Duration,
    /// `READ_BACK_SECONDS`: how long to look for records whose task ended unclear.
    pub read_back: Duration,
    /// `DIALECT`: `auto`, `reference` or `guide`.
    pub dialect: DialectSetting,
    /// `UNKNOWN_ORGANIZATION`: `warn` or `reject`.
    pub unknown_organization: UnknownOrganization,
    /// `PERSON_ACCOUNTS`: `customers`, `organizations` or `skip`.
    pub person_accounts: PersonAccounts,
    /// `EXPORT_ENCODING`: the encoding of exports that are not UTF-8 and do not say what they are, or
    /// `auto`, which takes windows-1252.
    pub export_encoding: Option<Charset>,
    /// `ARCHIVE_MAX_MEMBERS`, `ARCHIVE_MAX_GIB` and `ARCHIVE_MAX_RATIO`: what a ZIP or gzip may be.
    pub archives: container::Limits,
}

/// Every setting that is missing or wrong.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the configuration is not usable: {}", .0.join("; "))]
pub struct ConfigError(pub Vec<String>);

impl Settings {
    /// Reads the settings through `lookup`, such as `|name| std::env::var(name).ok()`.
    ///
    /// # Errors
    /// Names every setting that is missing or wrong, and what it should be.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader { lookup, problems: Vec::new() };
        let settings = Self {
            stack: reader.text("STACK"),
            bucket: reader.text("BUCKET"),
            exports_queue: reader.text("EXPORTS_QUEUE_URL"),
            batches_queue: reader.text("BATCHES_QUEUE_URL"),
            batches_dead_letters: reader.text("BATCHES_DLQ_URL"),
            tasks_queue: reader.text("TASKS_QUEUE_URL"),
            csm_base_url: reader.base_url("CSM_BASE_URL"),
            csm_secret_id: reader.text("CSM_SECRET_ID"),
            max_open_tasks: reader.number("MAX_OPEN_TASKS", 1..=50),
            settle: Duration::from_secs(reader.number("SETTLE_SECONDS", 0..=3600).into()),
            read_back: Duration::from_secs(reader.number("READ_BACK_SECONDS", 0..=36_000).into()),
            dialect: reader.one_of(
                "DIALECT",
                &[
                    ("auto", DialectSetting::Auto),
                    ("reference", DialectSetting::Reference),
                    ("guide", DialectSetting::Guide),
                ],
            ),
            unknown_organization: reader.one_of(
                "UNKNOWN_ORGANIZATION",
                &[("warn", UnknownOrganization::Warn), ("reject", UnknownOrganization::Reject)],
            ),
            person_accounts: reader.one_of(
                "PERSON_ACCOUNTS",
                &[
                    ("customers", PersonAccounts::Customers),
                    ("organizations", PersonAccounts::Organizations),
                    ("skip", PersonAccounts::Skip),
                ],
            ),
            export_encoding: reader.charset("EXPORT_ENCODING"),
            archives: container::Limits {
                entries: reader.number("ARCHIVE_MAX_MEMBERS", 1..=u16::MAX).into(),
                inflated: u64::from(reader.number("ARCHIVE_MAX_GIB", 1..=1024)) << 30,
                ratio: reader.number("ARCHIVE_MAX_RATIO", 2..=2000).into(),
            },
        };
        if reader.problems.is_empty() { Ok(settings) } else { Err(ConfigError(reader.problems)) }
    }

    /// A short name of the site, so that what is kept across imports is kept apart by site.
    pub fn site(&self) -> String {
        let address = self.csm_base_url.as_str().trim_end_matches('/');
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(address.as_bytes()))
    }
}

struct Reader<L> {
    lookup: L,
    problems: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn text(&mut self, name: &str) -> String {
        let value = (self.lookup)(name).unwrap_or_default().trim().to_owned();
        if value.is_empty() {
            self.problems.push(format!("{name} is not set"));
        }
        value
    }

    fn base_url(&mut self, name: &str) -> Url {
        let text = self.text(name);
        let placeholder = || Url::parse("http://unset.invalid/");
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() => return url,
            _ if text.is_empty() => {}
            _ => self.problems.push(format!(
                "{name} must be an address up to and including the cloud id, such as \
                 https://api.atlassian.com/jsm/csm/cloudid/<cloud id>"
            )),
        }
        #[expect(clippy::expect_used, reason = "a constant that a test parses")]
        placeholder().expect("the placeholder is an address")
    }

    fn charset(&mut self, name: &str) -> Option<Charset> {
        let text = self.text(name);
        let charset = Charset::named(&text);
        if charset.is_none() && !text.is_empty() && text != "auto" {
            self.problems.push(format!(
                "{name} must be auto or an encoding, such as ISO-8859-1, Shift_JIS or GB18030"
            ));
        }
        charset
    }

    fn number(&mut self, name: &str, range: std::ops::RangeInclusive<u16>) -> u16 {
        let text = self.text(name);
        match text.parse() {
            Ok(number) if range.contains(&number) => return number,
            _ if text.is_empty() => {}
            _ => self.problems.push(format!(
                "{name} must be a number from {} to {}",
                range.start(),
                range.end()
            )),
        }
        *range.start()
    }

    fn one_of<T: Copy + Default>(&mut self, name: &str, choices: &[(&str, T)]) -> T {
        let text = self.text(name);
        if let Some((_, choice)) = choices.iter().find(|(choice, _)| *choice == text) {
            return *choice;
        }
        if !text.is_empty() {
            let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
            self.problems.push(format!("{name} must be one of {}", names.join(", ")));
        }
        T::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it stands in for the environment")]
    fn complete(name: &str) -> Option<String> {
        Some(match name {
            "CSM_BASE_URL" => "https://api.atlassian.com/jsm/csm/cloudid/c1".into(),
            "MAX_OPEN_TASKS" => "5".into(),
            "SETTLE_SECONDS" | "READ_BACK_SECONDS" => "30".into(),
            "DIALECT" | "EXPORT_ENCODING" => "auto".into(),
            "UNKNOWN_ORGANIZATION" => "warn".into(),
            "PERSON_ACCOUNTS" => "customers".into(),
            "ARCHIVE_MAX_MEMBERS" | "ARCHIVE_MAX_GIB" | "ARCHIVE_MAX_RATIO" => "100".into(),
            _ => "x".into(),
        })
    }

    #[test]
    fn all_problems_are_reported_together() {
        assert!(Settings::read(complete).is_ok());
        let ConfigError(problems) = Settings::read(|_| None).unwrap_err();
        assert_eq!(problems.len(), 18);
        let ConfigError(problems) = Settings::read(|name| match name {
            "CSM_BASE_URL" => Some("mysite".into()),
            "MAX_OPEN_TASKS" => Some("0".into()),
            "DIALECT" => Some("klingon".into()),
            "EXPORT_ENCODING" => Some("utf-9".into()),
            _ => complete(name),
        })
        .unwrap_err();
        assert_eq!(problems.len(), 4, "{problems:?}");
    }

    #[test]
    fn a_slash_at_the_end_is_the_same_site() {
        let with = |url: &'static str| {
            let read = |name: &str| {
                if name == "CSM_BASE_URL" { Some(url.into()) } else { complete(name) }
            };
            Settings::read(read).unwrap().site()
        };
        assert_eq!(with("https://a.example/x"), with("https://a.example/x/"));
        assert_ne!(with("https://a.example/x"), with("https://a.example/y"));
    }
}
