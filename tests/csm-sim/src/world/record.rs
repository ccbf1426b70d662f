//! Organizations and customers as the site keeps them.

use std::collections::{BTreeMap, HashMap};

use crate::clock::Moment;

/// The two kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    Organization,
    Customer,
}

impl Entity {
    /// As paths spell it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Customer => "customer",
        }
    }

    /// As tasks spell it.
    pub(crate) fn constant(self) -> &'static str {
        match self {
            Self::Organization => "ORGANIZATION",
            Self::Customer => "CUSTOMER",
        }
    }

    /// What two records may not have in common: an organization's exact name, a customer's email
    /// without regard to case.
    pub(crate) fn fold(self, key: &str) -> String {
        match self {
            Self::Organization => key.to_owned(),
            Self::Customer => key.to_lowercase(),
        }
    }
}

/// An organization or a customer.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) id: String,
    /// An organization's name, a customer's email.
    pub(crate) key: String,
    pub(crate) display_name: Option<String>,
    pub(crate) details: BTreeMap<String, Vec<String>>,
    /// Ids of the organizations a customer belongs to.
    pub(crate) organizations: Vec<String>,
    pub(crate) created: Moment,
}

/// All records of one kind, by id and by key, in the order of their creation.
#[derive(Debug)]
pub(crate) struct Records {
    entity: Entity,
    order: Vec<String>,
    by_id: HashMap<String, Record>,
    ids: HashMap<String, String>,
}

impl Records {
    pub(crate) fn new(entity: Entity) -> Self {
        Self { entity, order: Vec::new(), by_id: HashMap::new(), ids: HashMap::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Record> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Record> {
        self.by_id.get_mut(id)
    }

    pub(crate) fn by_key(&self, key: &str) -> Option<&Record> {
        self.get(self.ids.get(&self.entity.fold(key))?)
    }

    pub(crate) fn insert(&mut self, record: Record) {
        self.ids.insert(self.entity.fold(&record.key), record.id.clone());
        self.order.push(record.id.clone());
        self.by_id.insert(record.id.clone(), record);
    }

    /// Gives a record another name or email; the caller has checked that it is free.
    pub(crate) fn rename(&mut self, id: &str, key: &str) {
        if let Some(record) = self.by_id.get_mut(id) {
            let before = std::mem::replace(&mut record.key, key.to_owned());
            self.ids.remove(&self.entity.fold(&before));
            self.ids.insert(self.entity.fold(key), id.to_owned());
        }
    }
}
