//! The two passes of an import.

use serde::{Deserialize, Serialize};

use super::mapper::PersonAccounts;
use crate::salesforce::export::{Object, Recognised};
use crate::salesforce::header::Header;
use crate::salesforce::labels;

/// One pass over the export. Organizations come first: customers are linked to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Accounts become organizations.
    Organizations,
    /// Contacts and person accounts become customers.
    Customers,
}

impl Stage {
    /// Both stages, in their order.
    pub const ALL: [Self; 2] = [Self::Organizations, Self::Customers];

    /// The stage's name in keys, messages and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organizations => "organizations",
            Self::Customers => "customers",
        }
    }

    /// Whether the file can hold records of this stage, so that it has to be read in it.
    ///
    /// Among the files of the customers' stage, those of contacts are read first: the contact of a
    /// person account says more than the account. Among those of the organizations, the accounts.
    pub fn reads(self, recognised: Recognised, header: &Header, people: PersonAccounts) -> bool {
        let accounts = recognised.may_hold(Object::Account);
        let contacts = recognised.may_hold(Object::Contact);
        let has_people = header.has_any(&["IsPersonAccount", "PersonContactId", "PersonEmail"])
            || header.has_any(labels::labels(Object::Account, "IsPersonAccount"));
        match self {
            Self::Organizations => {
                accounts || (contacts && has_people && people == PersonAccounts::Organizations)
            }
            Self::Customers => contacts || (accounts && has_people),
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_the_stages_they_have_records_for() {
        let people = Header::new(["Name", "IsPersonAccount"]);
        let companies = Header::new(["Name"]);
        for (recognised, header, reads) in [
            (Recognised::One(Object::Account), &companies, [true, false]),
            (Recognised::One(Object::Account), &people, [true, true]),
            (Recognised::One(Object::Contact), &people, [false, true]),
            (Recognised::PerRecord(0), &companies, [true, true]),
        ] {
            assert_eq!(
                Stage::ALL.map(|stage| stage.reads(recognised, header, PersonAccounts::Customers)),
                reads,
                "{recognised:?}"
            );
        }
    }

    #[test]
    fn the_name_is_the_same_everywhere() {
        for stage in Stage::ALL {
            assert_eq!(serde_json::to_string(&stage).unwrap(), format!("\"{stage}\""));
        }
    }
}
