//! What a record is taken for.

use super::stage::Stage;
use crate::salesforce::export::Object;

/// What a record is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An account; also a person account, where the policy makes organizations of people.
    Organization,
    Contact,
    PersonAccount,
    /// The contact of a person account that becomes an organization, where the account itself is not
    /// in the export.
    PersonContact,
}

impl Kind {
    pub(super) const ALL: [Self; 4] =
        [Self::Organization, Self::Contact, Self::PersonAccount, Self::PersonContact];

    pub(super) const fn object(self) -> Object {
        match self {
            Self::Organization | Self::PersonAccount => Object::Account,
            Self::Contact | Self::PersonContact => Object::Contact,
        }
    }

    pub(super) const fn stage(self) -> Stage {
        match self {
            Self::Organization | Self::PersonContact => Stage::Organizations,
            Self::Contact | Self::PersonAccount => Stage::Customers,
        }
    }

    /// The column of the email.
    pub(super) const fn email(self) -> Option<&'static str> {
        match self {
            Self::Organization | Self::PersonContact => None,
            Self::Contact => Some("Email"),
            Self::PersonAccount => Some("PersonEmail"),
        }
    }

    /// The column of the account that becomes the customer's organization.
    pub(super) const fn organization(self) -> Option<&'static str> {
        match self {
            Self::Contact => Some("AccountId"),
            _ => None,
        }
    }

    /// The column of the other record of the same person; of a contact, only if it is one of a person
    /// account.
    pub(super) const fn twin(self) -> &'static str {
        match self {
            Self::Organization | Self::PersonAccount => "PersonContactId",
            Self::Contact | Self::PersonContact => "AccountId",
        }
    }
}
