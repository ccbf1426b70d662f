//! Taking values out of a section of the file.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Problems, below, shown};
use super::keys::{self, Key};
use super::nearest::nearest;
use crate::choice::Choice;

/// A value of the file, and where it stands.
pub(super) struct Node<'a> {
    /// The key as the file has it.
    pub(super) name: &'a str,
    /// The key with its sections.
    pub(super) path: String,
    /// The first byte of the key; that of the value in a list.
    pub(super) key_at: usize,
    /// The first byte of the value.
    pub(super) at: usize,
    pub(super) value: &'a DeValue<'a>,
}

impl<'a> Node<'a> {
    /// Says what the value must be.
    pub(super) fn refuse(&self, takes: &str, more: &str, problems: &mut Problems<'_>) {
        let problem = format!("must be {takes}, not {}{more}", described(self.value));
        problems.add(self.at, &self.path, problem);
    }

    /// The whole number that it is, from 0.
    pub(super) fn count(&self) -> Option<u64> {
        let number = self.value.as_integer()?;
        u64::from_str_radix(number.as_str(), number.radix()).ok()
    }

    /// The text that it is, trimmed, unless nothing is left.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.value.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The values that it is a list of.
    pub(super) fn elements(&self) -> Option<Vec<Self>> {
        let element = |value: &'a Spanned<DeValue<'a>>| {
            let at = value.span().start;
            Self {
                name: self.name,
                path: self.path.clone(),
                key_at: at,
                at,
                value: value.get_ref(),
            }
        };
        Some(self.value.as_array()?.iter().map(element).collect())
    }

    /// What the table that it is has, in the order of the file.
    pub(super) fn children(&self) -> Option<Vec<Self>> {
        Some(children(&self.path, self.value.as_table()?))
    }
}

fn children<'a>(path: &str, table: &'a DeTable<'a>) -> Vec<Node<'a>> {
    let node = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        Node {
            name,
            path: below(path, name),
            key_at: key.span().start,
            at: value.span().start,
            value: value.get_ref(),
        }
    };
    let mut nodes: Vec<_> = table.iter().map(node).collect();
    nodes.sort_by_key(|node| node.key_at);
    nodes
}

/// A value as it is named in messages: never more than a short piece of the file.
fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => shown(text),
        DeValue::Integer(number) => shown(number.as_str()).replace('"', ""),
        DeValue::Float(number) => shown(number.as_str()).replace('"', ""),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a section".to_owned(),
    }
}

/// A table of which every key is known.
pub(super) struct Section<'a> {
    nodes: Vec<Node<'a>>,
    keys: &'static [Key],
}

impl<'a> Section<'a> {
    /// Opens a table, and reports the keys that it can't have.
    pub(super) fn open(
        path: &str,
        table: &'a DeTable<'a>,
        keys: &'static [Key],
        problems: &mut Problems<'_>,
    ) -> Self {
        let nodes = children(path, table);
        for node in &nodes {
            if !keys.iter().any(|key| key.name == node.name) {
                problems.add(node.key_at, &node.path, unknown(node.name, keys));
            }
        }
        Self { nodes, keys }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.nodes.iter().find(|node| node.name == name)
    }

    /// A value that `read` makes sense of; its error is what else is to be said.
    pub(super) fn value<T>(
        &self,
        name: &str,
        problems: &mut Problems<'_>,
        read: impl FnOnce(&Node<'a>) -> Result<T, String>,
    ) -> Option<T> {
        let node = self.get(name)?;
        match read(node) {
            Ok(value) => Some(value),
            Err(more) => {
                let key = self.keys.iter().find(|key| key.name == name);
                let takes = key.map(|key| key.takes.to_string()).unwrap_or_default();
                node.refuse(&takes, &more, problems);
                None
            }
        }
    }

    /// A text that `parse` makes sense of.
    pub(super) fn parsed<T>(
        &self,
        name: &str,
        problems: &mut Problems<'_>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.value(name, problems, |node| parse(node.value.as_str().ok_or_else(String::new)?))
    }

    /// A choice; `base` where there is none.
    pub(super) fn choice<C: Choice>(&self, name: &str, base: C, problems: &mut Problems<'_>) -> C {
        self.parsed(name, problems, |word| C::named(word).ok_or_else(String::new)).unwrap_or(base)
    }

    /// A whole number of this range.
    pub(super) fn number<N: TryFrom<u64> + PartialOrd>(
        &self,
        name: &str,
        range: RangeInclusive<N>,
        problems: &mut Problems<'_>,
    ) -> Option<N> {
        self.value(name, problems, |node| {
            let number = node.count().and_then(|count| N::try_from(count).ok());
            number.filter(|number| range.contains(number)).ok_or_else(String::new)
        })
    }
}

/// What to say about a key that is not one of `keys`.
fn unknown(name: &str, keys: &[Key]) -> String {
    let has = |keys: &[Key]| keys.iter().any(|key| key.name == name);
    if has(keys::ROOT) {
        return "does not belong here: move it to the top of the file, before the first section"
            .to_owned();
    }
    if has(keys::ORGANIZATION) {
        return "does not belong here: move it into [account], [contact] or [person_account]"
            .to_owned();
    }
    if has(keys::CUSTOMER) {
        return "does not belong here: move it into [contact] or [person_account]".to_owned();
    }
    let names: Vec<_> = keys.iter().map(|key| key.name).collect();
    match nearest(name, names.iter().copied()) {
        Some(meant) => format!("is not known, did you mean {meant}?"),
        None => format!("is not known; known here: {}", names.join(", ")),
    }
}
