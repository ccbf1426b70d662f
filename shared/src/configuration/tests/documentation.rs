//! The page, the example and the parser say the same.

use std::collections::BTreeSet;

use super::*;
use crate::configuration::keys::{
    CUSTOMER, Default as Unset, FIELD, Key, ORGANIZATION, ROOT, Takes,
};
use crate::mapping::mapper::{EXTERNAL_ID, Mapper, Purpose};
use crate::mapping::stage::Stage;
use crate::salesforce::export::{Object, Recognised};
use crate::salesforce::header::Header;

const PAGE: &str = include_str!("../../../CONFIGURATION.md");

/// The keys by the heading of the page that they stand under.
const CHAPTERS: [(&str, &[Key]); 3] =
    [("The whole file", ROOT), ("An object", CUSTOMER), ("A detail field", FIELD)];

/// The first cells of a key's line in a table of the page.
fn cells(key: &Key) -> String {
    let takes = match key.takes {
        Takes::OneOf(words) => {
            let words: Vec<_> = words().iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
        Takes::Other(text) => text.to_owned(),
    };
    format!("| `{}` | {} | {} | {takes} | ", key.name, key.form, default(key))
}

fn default(key: &Key) -> String {
    match (key.default, key.takes) {
        (Unset::First, Takes::OneOf(words)) => format!("`\"{}\"`", words()[0]),
        (Unset::Value(value), _) => format!("`{value}`"),
        _ => "none".to_owned(),
    }
}

#[test]
fn the_page_has_every_key_with_its_values_and_default() {
    for (heading, keys) in CHAPTERS {
        let (_, chapter) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap();
        let chapter = chapter.split("\n## ").next().unwrap();
        let known: BTreeSet<_> = keys.iter().map(cells).collect();
        let written: BTreeSet<_> = chapter
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| {
                line.match_indices("| ").nth(4).map(|(at, _)| &line[..at + 2]).unwrap().to_owned()
            })
            .collect();
        assert_eq!(known, written, "{heading}");
    }
    assert_eq!(PAGE.matches("\n| `").count(), ROOT.len() + CUSTOMER.len() + FIELD.len());
}

#[test]
fn every_example_of_the_page_is_usable() {
    let examples: Vec<_> = PAGE.split("```toml\n").skip(1).collect();
    assert!(examples.len() > 5);
    for example in examples {
        let example = example.split("```").next().unwrap();
        let found =
            Configuration::parse(example).unwrap_or_else(|error| panic!("{error}\n{example}"));
        assert_ne!(found, Configuration::default(), "{example}");
    }
}

#[test]
fn every_key_is_read_and_nothing_else() {
    // No key takes a date.
    let refused = |text: &str, key: &str| {
        let found = faults(text);
        assert!(
            found.iter().any(|fault| fault.contains(key) && fault.contains(", not a date")),
            "{found:?}"
        );
        assert!(!found.iter().any(|fault| fault.contains("is not known")), "{found:?}");
    };
    for key in ROOT {
        refused(&format!("{} = 2024-12-31", key.name), key.name);
    }
    for key in ORGANIZATION {
        refused(&format!("[account]\n{} = 2024-12-31", key.name), key.name);
    }
    for object in ["contact", "person_account"] {
        for key in CUSTOMER {
            refused(&format!("[{object}]\n{} = 2024-12-31", key.name), key.name);
        }
        for key in FIELD {
            refused(&format!("[{object}.fields.A]\n{} = 2024-12-31", key.name), key.name);
        }
    }
}

#[test]
fn defaults_are_those_of_the_table() {
    for key in ROOT {
        let value = match (key.default, key.takes) {
            (Unset::First, Takes::OneOf(words)) => format!("'{}'", words()[0]),
            (Unset::Value(value), _) => value.to_owned(),
            _ => continue,
        };
        let found = Configuration::parse(&format!("{} = {value}", key.name)).unwrap();
        assert_eq!(found, Configuration::default(), "{}", key.name);
    }
}

#[test]
fn every_choice_is_taken() {
    for key in ROOT {
        let Takes::OneOf(words) = key.takes else { continue };
        let found: Vec<_> = words()
            .iter()
            .map(|word| Configuration::parse(&format!("{} = '{word}'", key.name)).unwrap())
            .collect();
        for (number, one) in found.iter().enumerate() {
            assert!(!found[..number].contains(one), "{}", key.name);
        }
    }
}

#[test]
fn the_example_is_the_default_and_its_examples_are_usable() {
    assert_eq!(Configuration::parse(EXAMPLE).unwrap(), Configuration::default());
    let is_example = |line: &str| line.starts_with('#') && !line.starts_with("# ") && line != "#";
    for line in EXAMPLE.lines().filter(|line| is_example(line)) {
        let with = EXAMPLE.replace(&format!("{line}\n"), &format!("{}\n", &line[1..]));
        let found = Configuration::parse(&with).unwrap_or_else(|error| panic!("{error}\n{line}"));
        assert_ne!(found, Configuration::default(), "{line}");
    }
    let all = EXAMPLE.lines().map(|line| if is_example(line) { &line[1..] } else { line });
    let all: Vec<_> = all.collect();
    Configuration::parse(&all.join("\n")).unwrap();
    for (section, keys) in
        [("", ROOT), ("account", ORGANIZATION), ("contact", CUSTOMER), ("person_account", CUSTOMER)]
    {
        let start = all.iter().position(|line| *line == format!("[{section}]")).unwrap_or(0);
        for key in keys {
            let has = |line: &&str| {
                let header = format!("[{}]", below(section, key.name));
                line.starts_with(&format!("{} = ", key.name)) || **line == header
            };
            assert!(all[start..].iter().any(has), "[{section}] {}", key.name);
        }
    }
}

fn below(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

/// Only fields of the default mapping can be left out, so that a slip of the pen is told.
#[test]
fn the_fields_that_can_be_left_out_are_those_of_the_default_mapping() {
    let header = Header::new(
        [
            "Id Name Type Industry Website BillingCity Email Phone Title MailingCountry Languages__c",
            "IsPersonAccount PersonContactId PersonEmail PersonTitle PersonMailingCountry Languages__pc",
        ]
        .iter()
        .flat_map(|names| names.split(' ')),
    );
    for (section, object, stage) in [
        ("account", Object::Account, Stage::Organizations),
        ("contact", Object::Contact, Stage::Customers),
        ("person_account", Object::Account, Stage::Customers),
    ] {
        let recognised = Recognised::One(object);
        let mapper =
            Mapper::new(stage, &header, &recognised, None, &Configuration::default()).unwrap();
        let details = mapper.columns().into_iter().filter(|used| used.purpose == Purpose::Detail);
        let fields: BTreeSet<_> = details.filter_map(|used| used.field).collect();
        let expected: BTreeSet<_> =
            fields.iter().filter(|field| *field != EXTERNAL_ID).cloned().collect();
        let message = faults(&format!("[{section}.fields]\nx = false")).remove(0);
        let (_, listed) = message.trim_end_matches(')').split_once("there are: ").unwrap();
        let listed: BTreeSet<_> = listed.split(", ").map(str::to_owned).collect();
        assert_eq!(listed, expected, "{section}");
    }
}
