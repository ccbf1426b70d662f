//! Choices that the mapping leaves open, and what is chosen where nobody does.

use serde::{Deserialize, Serialize};

use crate::choice::choices;

choices! {
    /// What is done with a record on the site.
    Operation {
        /// It is created, or updated if it is there.
        Upsert = "upsert",
        /// It is only created; one that is there stays as it is.
        Create = "create",
        /// It is only updated; one that is not there is not created.
        Update = "update",
    }

    /// What to make of person accounts: people that Salesforce keeps as an account and a contact in one.
    PersonAccounts {
        /// Each becomes one customer.
        Customers = "customers",
        /// Each becomes one organization.
        Organizations = "organizations",
        /// They are left out.
        Skip = "skip",
    }

    /// What to do with a person who has no email.
    MissingEmail {
        /// Reject the record.
        Reject = "reject",
        /// Skip it: nothing has to be done about it.
        Skip = "skip",
    }

    /// What to do with several people of one email.
    DuplicateEmail {
        /// Take the first, reject the others.
        First = "first",
        /// Reject all of them.
        RejectAll = "reject-all",
    }

    /// What to do with several accounts of one name.
    DuplicateName {
        /// The first has the name, the others become `Name (Salesforce id)`.
        Suffix = "suffix",
        /// They become one organization.
        Merge = "merge",
        /// The first is taken, the others are rejected.
        Reject = "reject",
    }

    /// What to do with a contact whose account is not known on the site.
    UnknownOrganization {
        /// Import the customer without the link, with a warning.
        Warn = "warn",
        /// Reject the record.
        Reject = "reject",
    }

    /// What to do with a value that is not an option of the site's select.
    UnknownOption {
        /// Leave the value out, with a warning.
        Drop = "drop",
        /// Reject the record.
        Reject = "reject",
        /// Add the option to the site's field.
        AddOption = "add-option",
    }

    /// What to do with records that were sent and are not on the site, or of which nothing can be
    /// found out, although nobody says why.
    Unclear {
        /// Send them again in halves, until those to blame are alone; where the operation is upsert.
        Halve = "halve",
        /// Report them.
        Report = "report",
    }

    /// What to do about a detail field that the site does not have.
    MissingField {
        /// Create it.
        Create = "create",
        /// Leave its values out, with a warning.
        Drop = "drop",
        /// Stop the import before anything is sent.
        Stop = "stop",
    }

    /// What to do with a value that does not fit the type of its detail field.
    InvalidDetail {
        /// Leave the value out, with a warning.
        DropValue = "drop-value",
        /// Reject the record.
        Reject = "reject",
    }

    /// What a blank in the export does to a value that the site has.
    Blank {
        /// Nothing.
        Leave = "leave",
        /// It removes the value.
        Clear = "clear",
    }
}

/// Choices that the mapping leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policies {
    /// What is done with a record on the site.
    pub operation: Operation,
    /// What to make of person accounts.
    pub person_accounts: PersonAccounts,
    /// What to do with a person who has no email.
    pub missing_email: MissingEmail,
    /// What to do with several people of one email.
    pub duplicate_email: DuplicateEmail,
    /// What to do with several accounts of one name.
    pub duplicate_name: DuplicateName,
    /// What to do with a contact whose account is not known on the site.
    pub unknown_organization: UnknownOrganization,
    /// What to do with a value that is not an option of the site's select.
    pub unknown_option: UnknownOption,
    /// What to do with records whose task ended unclear.
    pub unclear: Unclear,
    /// What to do about a detail field that the site does not have.
    pub missing_field: MissingField,
    /// What to do with a value that does not fit the type of its detail field.
    pub invalid_detail: InvalidDetail,
    /// What a blank in the export does to a value that the site has.
    pub blank: Blank,
    /// Characters that a detail may have. The site's own limit is not documented.
    pub detail_limit: usize,
}

impl Default for Policies {
    /// The first of each choice; 255 characters, the size of Salesforce's own text fields.
    fn default() -> Self {
        Self {
            operation: Operation::default(),
            person_accounts: PersonAccounts::default(),
            missing_email: MissingEmail::default(),
            duplicate_email: DuplicateEmail::default(),
            duplicate_name: DuplicateName::default(),
            unknown_organization: UnknownOrganization::default(),
            unknown_option: UnknownOption::default(),
            unclear: Unclear::default(),
            missing_field: MissingField::default(),
            invalid_detail: InvalidDetail::default(),
            blank: Blank::default(),
            detail_limit: 255,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    fn words_are_those_of_json<C: Choice + Serialize + std::fmt::Debug>() {
        assert_eq!(C::ALL[0], C::default());
        for &choice in C::ALL {
            assert_eq!(serde_json::to_value(choice).unwrap(), choice.as_str());
            assert_eq!(C::named(choice.as_str()), Some(choice));
        }
        assert_eq!(C::named("no such choice"), None);
    }

    #[test]
    fn the_first_choice_is_the_default() {
        words_are_those_of_json::<Operation>();
        words_are_those_of_json::<PersonAccounts>();
        words_are_those_of_json::<MissingEmail>();
        words_are_those_of_json::<DuplicateEmail>();
        words_are_those_of_json::<DuplicateName>();
        words_are_those_of_json::<UnknownOrganization>();
        words_are_those_of_json::<UnknownOption>();
        words_are_those_of_json::<Unclear>();
        words_are_those_of_json::<MissingField>();
        words_are_those_of_json::<InvalidDetail>();
        words_are_those_of_json::<Blank>();
    }

    #[test]
    fn policies_that_were_written_earlier_are_read() {
        let earlier =
            r#"{"unknown-organization":"reject","person-accounts":"skip","detail-limit":99}"#;
        let expected = Policies {
            unknown_organization: UnknownOrganization::Reject,
            person_accounts: PersonAccounts::Skip,
            detail_limit: 99,
            ..Policies::default()
        };
        assert_eq!(serde_json::from_str::<Policies>(earlier).unwrap(), expected);
        assert_eq!(serde_json::from_str::<Policies>("{}").unwrap(), Policies::default());
        assert!(serde_json::from_str::<Policies>(r#"{"operation":"delete"}"#).is_err());
    }
}
