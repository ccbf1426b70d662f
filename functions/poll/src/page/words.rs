//! Numbers and names as a person reads them. The template hands over some by reference and some by
//! value, hence `Borrow`.

use std::borrow::Borrow;

use csm_import::import::plan::{Group, PlannedFile, UsedColumn};
use csm_import::mapping::columns::Purpose;
use csm_import::mapping::policies::Operation;
use csm_import::mapping::stage::Stage;
use csm_import::salesforce::export::Recognised;
use csm_import::salesforce::format::Syntax;

/// A number with its thousands apart.
pub(super) fn number(number: impl Borrow<u64>) -> String {
    let digits = number.borrow().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts.
pub(super) fn count(of: impl Borrow<u64>, what: &str) -> String {
    let of = *of.borrow();
    let plural = if of == 1 { "" } else { "s" };
    format!("{} {what}{plural}", number(of))
}

/// A code's sentence without the marks of its Markdown.
pub(super) fn plain(sentence: &str) -> String {
    sentence.replace('`', "")
}

/// A name that begins a heading.
pub(super) fn title(stage: impl Borrow<Stage>) -> &'static str {
    match stage.borrow() {
        Stage::Organizations => "Organizations",
        Stage::Customers => "Customers",
    }
}

fn one(stage: Stage) -> &'static str {
    match stage {
        Stage::Organizations => "organization",
        Stage::Customers => "customer",
    }
}

/// What a file holds and how it is read.
pub(super) fn kind(file: &PlannedFile) -> String {
    let records = match file.recognised {
        Recognised::One(object) => format!("{object}: {}", count(file.records, "record")),
        Recognised::PerRecord(_) => format!("corrected {}", count(file.records, "record")),
        Recognised::Relations => count(file.records, "relation"),
    };
    let syntax = match file.format.syntax {
        Syntax::Csv { delimiter: ',' } => "CSV".to_owned(),
        Syntax::Csv { delimiter: ';' } => "CSV with semicolons".to_owned(),
        Syntax::Csv { delimiter: '\t' } => "CSV with tabs".to_owned(),
        Syntax::Csv { delimiter } => format!("CSV with \u{201c}{delimiter}\u{201d}"),
        Syntax::Json => "JSON".to_owned(),
    };
    format!("{records}, {syntax}, {}", file.format.encoding)
}

/// Where a column goes.
pub(super) fn becomes(column: &UsedColumn) -> String {
    let whose = one(column.stage);
    match (column.used.purpose, &column.used.field) {
        (Purpose::Detail, Some(field)) => format!("{whose} field {field}"),
        (Purpose::Detail | Purpose::Own | Purpose::Unmapped | Purpose::Absent, _) => String::new(),
        (Purpose::Control, _) => {
            "decides whether a record is imported, and which version".to_owned()
        }
        (Purpose::Name, _) => format!("name of the {whose}"),
        (Purpose::Email, _) => format!("email of the {whose}"),
        (Purpose::Organization, _) => "link to the organization".to_owned(),
        (Purpose::Customer, _) => "the site's id of the customer".to_owned(),
        (Purpose::Twin, _) => "joins the two records of one person".to_owned(),
    }
}

/// What becomes of records that the site has already, and of those that it has not.
pub(super) fn known_and_new(operation: impl Borrow<Operation>) -> (&'static str, &'static str) {
    match operation.borrow() {
        Operation::Upsert => ("on the site already, would be updated", "new, would be created"),
        Operation::Create => {
            ("on the site already, would stay as they are", "new, would be created")
        }
        Operation::Update => {
            ("on the site already, would be updated", "not on the site, would not be created")
        }
    }
}

/// Whether a group is shown open: it takes little room.
pub(super) fn is_short(group: &Group) -> bool {
    group.examples.len() <= 5
}

/// Whether a group has more records than it names.
pub(super) fn has_more(group: &Group) -> bool {
    group.count > group.examples.len() as u64
}

/// The name of a file without its folder.
pub(super) fn file_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// A day and a time of day, UTC.
pub(super) fn moment(when: &jiff::Timestamp) -> String {
    when.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A text as one word of a shell's command line.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_easy_to_read() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(value), text);
        }
        assert_eq!(
            (count(1, "record"), count(2, "record")),
            ("1 record".into(), "2 records".into())
        );
    }

    #[test]
    fn a_key_stays_one_word_in_a_shell() {
        for text in ["plain", "a b", "it's", "$(reboot)`\\\"", "a\nb"] {
            let command = format!("printf %s {}", shell(text));
            let said = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), text);
        }
    }
}
