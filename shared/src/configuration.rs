//! What an administrator may choose: the optional file `config/import.toml` in the bucket.
//!
//! The file is read strictly. Whatever is wrong in it is told with line and column, all of it at once,
//! and nothing is imported by half of a configuration.

use serde::{Deserialize, Serialize};
use toml::de::DeTable;

use crate::choice::choices;
use crate::csm::request::DialectSetting;
use crate::mapping::policies::Policies;

mod date_format;
mod fault;
mod keys;
mod mapping;
mod nearest;
mod region;
mod section;
mod tolerance;
mod zone;

pub use date_format::DateFormat;
pub use fault::{Fault, Faults};
pub use mapping::described::of_column;
pub use mapping::{Declared, Field, FieldType, FieldValue, ObjectMapping, Rule, Source};
pub use region::Region;
pub use tolerance::{Percent, Tolerance};
pub use zone::Zone;

use fault::Problems;
use section::{Node, Section};

/// Where the file lies in the bucket.
pub const FILE: &str = "config/import.toml";

/// A file with every key at its default and an example of each, to begin with.
pub const EXAMPLE: &str = include_str!("configuration/import.toml");

/// How large the file may be, in bytes.
pub const MAX_BYTES: usize = 256 << 10;

choices! {
    /// How much of what was written is read back and compared.
    Verify {
        /// Some records of each stage.
        Sample = "sample",
        /// Nothing but what is unclear.
        None = "none",
        /// Every record.
        All = "all",
    }
}

/// What the file says, and the defaults where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Configuration {
    /// Choices that the mapping leaves open.
    pub policies: Policies,
    /// How many records may fail before the import stops; `None`: any number.
    pub tolerated_failures: Option<Tolerance>,
    /// Where phone numbers without a country code are from; `None`: they are not guessed at.
    pub default_phone_region: Option<Region>,
    /// In which zone the day of a point in time is told.
    pub time_zone: Zone,
    /// How dates are written that are not `YYYY-MM-DD`; `None`: there are none.
    pub date_format: Option<DateFormat>,
    /// The shape of the requests.
    pub dialect: DialectSetting,
    /// How many tasks are open at the site; `None`: as the function's environment says.
    pub max_open_tasks: Option<u16>,
    /// How much of what was written is read back.
    pub verify: Verify,
    /// What an account's details are made of.
    pub account: ObjectMapping,
    /// What a contact's details are made of.
    pub contact: ObjectMapping,
    /// What the details of a person account are made of that becomes a customer.
    pub person_account: ObjectMapping,
}

impl Configuration {
    /// Reads the file. An empty one is the default.
    ///
    /// # Errors
    /// Everything that is wrong in it; of a file that is not TOML, the first thing only.
    pub fn parse(text: &str) -> Result<Self, Faults> {
        Self::default().overlay(text)
    }

    /// Reads the file on top of other settings: what it does not name stays as it is.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn overlay(self, text: &str) -> Result<Self, Faults> {
        if text.len() > MAX_BYTES {
            let size =
                format!("the file has {} bytes, more than the {MAX_BYTES} it may have", text.len());
            return Err(Faults::one(text, 0, size));
        }
        // Some editors begin a file with a mark, which is no column of it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(text.len(), |span| span.start);
            Faults::one(text, at, format!("the file is no valid TOML here: {}", error.message()))
        })?;
        let mut problems = Problems::new(text);
        let root = Section::open("", document.get_ref(), keys::ROOT, &mut problems);
        let configuration = self.take(&root, &mut problems);
        problems.finish().map(|()| configuration)
    }

    /// The file as text.
    ///
    /// # Errors
    /// Says where the bytes are no UTF-8, or that there are too many.
    pub fn text(bytes: &[u8]) -> Result<&str, Faults> {
        if bytes.len() > MAX_BYTES {
            let size = format!(
                "the file has {} bytes, more than the {MAX_BYTES} it may have",
                bytes.len()
            );
            return Err(Faults::one("", 0, size));
        }
        str::from_utf8(bytes).map_err(|error| {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let valid = str::from_utf8(valid).unwrap_or_default();
            Faults::one(
                valid,
                valid.len(),
                "the file is no UTF-8 here; save it as UTF-8".to_owned(),
            )
        })
    }

    fn take(self, root: &Section<'_>, problems: &mut Problems<'_>) -> Self {
        let Self { policies, .. } = self;
        let policies = Policies {
            operation: root.choice("operation", policies.operation, problems),
            person_accounts: root.choice("person_accounts", policies.person_accounts, problems),
            missing_email: root.choice("missing_email", policies.missing_email, problems),
            duplicate_email: root.choice("duplicate_email", policies.duplicate_email, problems),
            duplicate_name: root.choice("duplicate_name", policies.duplicate_name, problems),
            unknown_organization: root.choice(
                "unknown_organization",
                policies.unknown_organization,
                problems,
            ),
            unknown_option: root.choice("unknown_option", policies.unknown_option, problems),
            unclear: root.choice("unclear", policies.unclear, problems),
            missing_field: root.choice("missing_field", policies.missing_field, problems),
            invalid_detail: root.choice("invalid_detail", policies.invalid_detail, problems),
            blank: root.choice("blank", policies.blank, problems),
            detail_limit: root
                .number("detail_limit", 1..=32_768, problems)
                .unwrap_or(policies.detail_limit),
        };
        let tolerated = |node: &Node<'_>| {
            node.count().map(Tolerance::Count).or_else(|| Tolerance::parse(node.value.as_str()?))
        };
        Self {
            policies,
            tolerated_failures: root
                .value("tolerated_failures", problems, |node| {
                    tolerated(node).ok_or_else(String::new)
                })
                .or(self.tolerated_failures),
            default_phone_region: root
                .parsed("default_phone_region", problems, Region::parse)
                .or(self.default_phone_region),
            time_zone: root.parsed("time_zone", problems, Zone::parse).unwrap_or(self.time_zone),
            date_format: root.parsed("date_format", problems, DateFormat::new).or(self.date_format),
            dialect: root.choice("dialect", self.dialect, problems),
            max_open_tasks: root.number("max_open_tasks", 1..=50, problems).or(self.max_open_tasks),
            verify: root.choice("verify", self.verify, problems),
            account: self.account.overlay(root, "account", problems),
            contact: self.contact.overlay(root, "contact", problems),
            person_account: self.person_account.overlay(root, "person_account", problems),
        }
    }
}

#[cfg(test)]
mod tests;
