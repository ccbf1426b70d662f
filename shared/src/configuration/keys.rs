//! Every key of the file: what it takes and what counts where it is not there.
//!
//! Messages and the documentation speak from this table, so that they can't differ.

use super::Verify;
use super::mapping::FieldType;
use crate::choice::Choice;
use crate::csm::request::DialectSetting;
use crate::mapping::policies::{
    Blank, DuplicateEmail, DuplicateName, InvalidDetail, MissingEmail, MissingField, Operation,
    PersonAccounts, Unclear, UnknownOption, UnknownOrganization,
};

/// A key of the file.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// The kind of value, as people say it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the documentation's"))]
    pub(super) form: &'static str,
    pub(super) takes: Takes,
    /// As in the file; `none` where nothing is set.
    #[cfg_attr(not(test), expect(dead_code, reason = "the documentation's"))]
    pub(super) default: Default,
}

/// What values a key takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    OneOf(fn() -> Vec<&'static str>),
    Other(&'static str),
}

/// What counts where a key is not there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Default {
    /// The first of the choices.
    First,
    /// This value, as in the file.
    #[cfg_attr(not(test), expect(dead_code, reason = "the documentation's"))]
    Value(&'static str),
    None,
}

impl std::fmt::Display for Takes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OneOf(words) => write!(f, "one of {}", words().join(", ")),
            Self::Other(text) => f.write_str(text),
        }
    }
}

fn words<C: Choice>() -> Vec<&'static str> {
    C::ALL.iter().map(|choice| choice.as_str()).collect()
}

const fn choice<C: Choice>(name: &'static str) -> Key {
    Key { name, form: "text", takes: Takes::OneOf(words::<C>), default: Default::First }
}

const fn key(
    name: &'static str,
    form: &'static str,
    takes: &'static str,
    default: Option<&'static str>,
) -> Key {
    let default = match default {
        Some(value) => Default::Value(value),
        None => Default::None,
    };
    Key { name, form, takes: Takes::Other(takes), default }
}

/// The keys at the top of the file, and the sections.
pub(super) const ROOT: &[Key] = &[
    choice::<Operation>("operation"),
    choice::<PersonAccounts>("person_accounts"),
    choice::<MissingEmail>("missing_email"),
    choice::<DuplicateEmail>("duplicate_email"),
    choice::<DuplicateName>("duplicate_name"),
    choice::<UnknownOrganization>("unknown_organization"),
    choice::<MissingField>("missing_field"),
    choice::<UnknownOption>("unknown_option"),
    choice::<InvalidDetail>("invalid_detail"),
    choice::<Blank>("blank"),
    key("detail_limit", "number", "a whole number from 1 to 32768", Some("255")),
    key(
        "tolerated_failures",
        "number or text",
        "a number of records, such as 100, or a percentage, such as \"5%\"",
        None,
    ),
    key(
        "default_phone_region",
        "text",
        "the two letters of a country or region, such as \"DE\"",
        None,
    ),
    key("time_zone", "text", "a time zone's IANA name, such as \"Europe/Berlin\"", Some("\"UTC\"")),
    key(
        "date_format",
        "text",
        "a pattern with one day (%d, %e), one month (%m, %b, %B) and one year (%Y, %y), such as \"%d/%m/%Y\"",
        None,
    ),
    choice::<DialectSetting>("dialect"),
    key("max_open_tasks", "number", "a whole number from 1 to 50", None),
    choice::<Verify>("verify"),
    choice::<Unclear>("unclear"),
    key("account", "section", "a section, [account]", None),
    key("contact", "section", "a section, [contact]", None),
    key("person_account", "section", "a section, [person_account]", None),
];

const FIELDS: Key = key("fields", "section", "detail fields with what each is made of", None);
const COLUMNS: Key = key("columns", "list", "a list of column names", None);
const DEFAULTS: Key = key("defaults", "true or false", "true or false", Some("true"));
const CUSTOMER_ID: Key = key("customer_id", "text", "a column name", None);

/// The keys of `[account]`.
pub(super) const ORGANIZATION: &[Key] = &[FIELDS, COLUMNS, DEFAULTS];

/// The keys of `[contact]` and `[person_account]`.
pub(super) const CUSTOMER: &[Key] = &[FIELDS, COLUMNS, DEFAULTS, CUSTOMER_ID];

/// The keys of one detail field.
pub(super) const FIELD: &[Key] = &[
    key("column", "text", "a column name", None),
    key("columns", "list", "a list of column names", None),
    key("join", "text", "what stands between the values, such as \", \"", None),
    key("constant", "text", "a text that is not empty", None),
    Key {
        name: "type",
        form: "text",
        takes: Takes::OneOf(words::<FieldType>),
        default: Default::None,
    },
    key("options", "list", "a list of texts, each once, at most 2000", None),
    key("values", "section", "texts of the export with what each becomes, at most 2000", None),
];

/// What a detail field takes where its value stands.
pub(super) const FIELD_TAKES: &str =
    "a column name, false, or a table with one of column, columns and constant";

impl Choice for DialectSetting {
    const ALL: &'static [Self] = &[Self::Auto, Self::Reference, Self::Guide];

    fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Reference => "reference",
            Self::Guide => "guide",
        }
    }
}
