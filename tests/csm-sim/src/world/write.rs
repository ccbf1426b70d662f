//! Writing one record: what a task checks, and what it changes.

use std::collections::{BTreeMap, HashSet};

use super::{
    World,
    failure::{Problem, Rejection},
    record::{Entity, Record},
    value,
};
use crate::{
    chance::{Chance, Stream},
    clock::Moment,
    request::operation::{Operation, OperationType},
    state::Detail,
};

impl World {
    /// Writes a record completely or not at all. `true`: it was created.
    pub(super) fn write(
        &mut self,
        entity: Entity,
        operation: &Operation,
        at: Moment,
    ) -> Result<bool, Rejection> {
        let records = self.records(entity);
        let existing = match (&operation.id, &operation.key) {
            (Some(id), _) => records.get(id),
            (None, Some(key)) => records.by_key(key),
            (None, None) => None,
        };
        let problems: Vec<Problem> = identity_problem(self, entity, operation, existing)
            .into_iter()
            .chain(self.detail_problems(entity, &operation.details))
            .chain(self.association_problems(entity, operation))
            .collect();
        if !problems.is_empty() {
            let changes = matches!(operation.kind, OperationType::Update | OperationType::Patch);
            let creates = existing.is_none() && !changes;
            let known = existing.map(|record| record.id.clone());
            return Err(Rejection {
                operation: if creates { "CREATE" } else { operation.kind.attempted() },
                record: known.unwrap_or_else(|| operation.label()),
                problems,
            });
        }
        let existing = existing.map(|record| record.id.clone());
        let created = existing.is_none();
        let id = match existing {
            Some(id) => id,
            None => self.create(entity, operation, at),
        };
        self.change(entity, &id, operation);
        Ok(created)
    }

    fn create(&mut self, entity: Entity, operation: &Operation, at: Moment) -> String {
        let seed = self.options.seed;
        let records = self.records_mut(entity);
        let ordinal = records.len() as u64 + 1;
        let id = match entity {
            Entity::Organization => ordinal.to_string(),
            Entity::Customer => Chance::new(seed, Stream::Customer, ordinal).customer_id(),
        };
        records.insert(Record {
            id: id.clone(),
            key: operation.key.clone().unwrap_or_default(),
            display_name: None,
            details: BTreeMap::new(),
            organizations: Vec::new(),
            created: at,
        });
        id
    }

    /// Details and associations that are not sent stay as they are (reported of live sites).
    fn change(&mut self, entity: Entity, id: &str, operation: &Operation) {
        let details = self.details_to_be(entity, id, operation);
        let records = self.records_mut(entity);
        if let (Some(_), Some(key)) = (&operation.id, &operation.key) {
            records.rename(id, key);
        }
        if let Some(record) = records.get_mut(id) {
            if operation.display_name.is_some() {
                record.display_name.clone_from(&operation.display_name);
            }
            for Detail { name, values } in details {
                if values.is_empty() {
                    record.details.remove(&name);
                } else {
                    record.details.insert(name, values);
                }
            }
        }
        for other in &operation.associate {
            match entity {
                Entity::Organization => self.associate(other, id),
                Entity::Customer => {
                    self.associations += 1;
                    let lost = self.options.drops_association(self.associations);
                    if !self.faults.take_association() && !lost {
                        self.associate(id, other);
                    }
                }
            }
        }
    }

    /// The values after an operation. PATCH is taken to add to the ones of a multi-select; what it
    /// does is not published.
    fn details_to_be(&self, entity: Entity, id: &str, operation: &Operation) -> Vec<Detail> {
        let held = self.records(entity).get(id).map(|record| &record.details);
        let adds = |name: &str| {
            let field = self.fields(entity).get(name);
            operation.kind == OperationType::Patch
                && field.is_some_and(|field| field.kind.name == "MULTISELECT")
        };
        let after = |detail: &Detail| {
            let held = held.and_then(|held| held.get(&detail.name)).filter(|_| adds(&detail.name));
            let mut values = held.cloned().unwrap_or_default();
            let new = detail.values.iter().filter(|value| !values.contains(value));
            let new: Vec<String> = new.cloned().collect();
            values.extend(new);
            Detail { name: detail.name.clone(), values }
        };
        operation.details.iter().map(after).collect()
    }

    fn associate(&mut self, customer: &str, organization: &str) {
        if let Some(record) = self.customers.get_mut(customer)
            && !record.organizations.iter().any(|id| id == organization)
        {
            record.organizations.push(organization.to_owned());
        }
    }

    fn detail_problems(&self, entity: Entity, details: &[Detail]) -> Vec<Problem> {
        let mut seen = HashSet::new();
        let problem = |detail: &Detail| match self.fields(entity).get(&detail.name) {
            None => Some("Invalid detail field".to_owned()),
            Some(_) if !seen.insert(detail.name.clone()) => Some("Repeated field".to_owned()),
            Some(field) => value::problem(field, &detail.values, self.options.value_length),
        };
        let found = details.iter().map(problem).collect::<Vec<_>>();
        let named = found.into_iter().zip(details);
        named.filter_map(|(error, detail)| Some(Problem::new(error?).about(&detail.name))).collect()
    }

    fn association_problems(&self, entity: Entity, operation: &Operation) -> Vec<Problem> {
        let (other, error) = match entity {
            Entity::Organization => (Entity::Customer, "Customer not found"),
            Entity::Customer => (Entity::Organization, "Organization not found"),
        };
        let ids = operation.associate.iter();
        ids.filter(|id| self.records(other).get(id).is_none())
            .map(|id| Problem::new(error).about(id))
            .collect()
    }
}

fn identity_problem(
    world: &World,
    entity: Entity,
    operation: &Operation,
    existing: Option<&Record>,
) -> Option<Problem> {
    let (subject, key_name) = match entity {
        Entity::Organization => ("Organization", "name"),
        Entity::Customer => ("Customer", "email"),
    };
    if let Some(key) = &operation.key {
        if key.trim().is_empty() {
            return Some(Problem::new(format!("{subject} without {key_name}")));
        }
        if entity == Entity::Customer && !value::is_email(key) {
            return Some(Problem::new("Invalid email"));
        }
        let holder = world.records(entity).by_key(key);
        if let (Some(holder), Some(record)) = (holder, existing)
            && holder.id != record.id
        {
            return Some(Problem::new(format!("{subject} already exists")));
        }
    }
    match (operation.kind, existing) {
        (OperationType::Create, Some(_)) => Some(Problem::new(format!("{subject} already exists"))),
        (OperationType::Update | OperationType::Patch, None) => {
            Some(Problem::new(format!("{subject} not found")))
        }
        (_, None) if operation.id.is_some() => Some(Problem::new(format!("{subject} not found"))),
        _ => None,
    }
}
