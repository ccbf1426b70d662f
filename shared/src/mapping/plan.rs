//! Which columns of one file are used for one kind of record.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::columns::{ColumnUse, Purpose};
use super::definition::{Definitions, DetailType};
use super::kind::Kind;
use super::rules::{self, FieldRule, Origin, Shape, default_type};
use crate::code::Code;
use crate::configuration::{Configuration, Declared};
use crate::salesforce::export::{NotAnExport, Object};
use crate::salesforce::header::Header;
use crate::salesforce::id::SalesforceId;
use crate::salesforce::labels;

/// Columns that decide whether and as what a record is imported.
pub(super) const CONTROLS: [&str; 4] =
    ["IsDeleted", "MasterRecordId", "IsPersonAccount", "SystemModstamp"];

/// The columns of one file for one kind of record; positions count from 0.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) id: Option<usize>,
    pub(super) name: Option<usize>,
    pub(super) first_name: Option<usize>,
    pub(super) last_name: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) organization: Option<usize>,
    pub(super) twin: Option<usize>,
    pub(super) customer: Option<usize>,
    pub(super) details: Vec<DetailPlan>,
    pub(super) wanted: Vec<Wanted>,
    pub(super) uses: Vec<ColumnUse>,
}

/// One detail field that the site has and the file has columns for.
#[derive(Debug)]
pub(super) struct DetailPlan {
    /// The field's name as the site writes it.
    pub(super) field: String,
    pub(super) detail_type: DetailType,
    pub(super) shape: Shape,
    pub(super) multi: bool,
    /// As many as the rule has; `None` for one that the file lacks.
    pub(super) columns: Vec<Option<usize>>,
    values: BTreeMap<String, String>,
}

/// A detail field that the records of a file give values to, whether the site has it or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The field.
    pub field: String,
    /// What it is created as, as the configuration says.
    pub declared: Option<Declared>,
    /// The columns that are there, counted from 0; several are joined, or the first one counts.
    pub columns: Vec<usize>,
    /// Whether a value may consist of several, separated by semicolons.
    pub multi: bool,
    /// Whether the default mapping asks for it, which knows its type.
    pub by_default: bool,
}

impl DetailPlan {
    /// What is sent for a text of the export, by the configuration's table of values.
    pub(super) fn renamed<'r>(&'r self, text: Cow<'r, str>) -> Cow<'r, str> {
        if self.values.is_empty() || text.is_empty() {
            return text;
        }
        let renamed = |value: &str| self.values.get(value).cloned();
        if self.multi {
            let values = text.split(';').map(str::trim);
            let values = values.map(|value| renamed(value).unwrap_or_else(|| value.to_owned()));
            return Cow::Owned(values.collect::<Vec<_>>().join(";"));
        }
        renamed(&text).map_or(text, Cow::Owned)
    }
}

/// Looks columns up and notes what for.
struct Finder<'a> {
    object: Object,
    header: &'a Header,
    uses: Vec<ColumnUse>,
}

impl Finder<'_> {
    fn find(&mut self, name: &str, purpose: Purpose) -> Result<Option<usize>, NotAnExport> {
        let position = find(self.header, self.object, name)?;
        if let Some(column) = position.and_then(|at| self.header.names().get(at)) {
            let column = column.clone();
            self.uses.push(ColumnUse { column, purpose, field: None, warning: None });
        }
        Ok(position)
    }

    fn find_optional(
        &mut self,
        name: Option<&str>,
        purpose: Purpose,
    ) -> Result<Option<usize>, NotAnExport> {
        name.map_or(Ok(None), |name| self.find(name, purpose))
    }

    /// Notes columns that the configuration names for this object, of which the file has none.
    fn note_absent(&mut self, rule: &FieldRule) {
        if rule.origin == Origin::Configuration {
            self.uses.extend(rule.columns.iter().map(|column| ColumnUse {
                column: column.clone(),
                purpose: Purpose::Absent,
                field: Some(rule.field.clone()),
                warning: Some(Code::ColumnAbsent),
            }));
        }
    }

    fn find_detail(
        &mut self,
        rule: &FieldRule,
        known: bool,
    ) -> Result<Vec<Option<usize>>, NotAnExport> {
        let from = self.uses.len();
        let found = rule.columns.iter().map(|name| self.find(name, Purpose::Detail)).collect();
        for used in self.uses.iter_mut().skip(from) {
            used.field = Some(rule.field.clone());
            used.warning = (!known).then_some(Code::FieldUnknown);
        }
        found
    }
}

/// The position of a column that is needed; an error if the file has two of it.
pub(super) fn find(
    header: &Header,
    object: Object,
    name: &str,
) -> Result<Option<usize>, NotAnExport> {
    let labels = labels::labels(object, name).iter().copied();
    let Some(name) = [name].into_iter().chain(labels).find(|name| header.has(name)) else {
        return Ok(None);
    };
    if header.is_ambiguous(name) {
        return Err(NotAnExport::ColumnTwice(name.to_owned()));
    }
    Ok(header.position(name))
}

impl Plan {
    /// The id of the contact that relations name, where it is not the record's own: a person
    /// account's.
    pub(super) fn relates_by(
        &self,
        id_at: impl Fn(Option<usize>) -> Option<SalesforceId>,
    ) -> Option<SalesforceId> {
        (self.kind == Kind::PersonAccount).then(|| id_at(self.twin)).flatten()
    }

    /// Finds the columns. Without definitions every field is taken for one that the site has, and of
    /// the type that it would be created as.
    pub(super) fn new(
        kind: Kind,
        header: &Header,
        definitions: Option<&Definitions>,
        configuration: &Configuration,
    ) -> Result<Self, NotAnExport> {
        let mut finder = Finder { object: kind.object(), header, uses: Vec::new() };
        let name = finder.find("Name", Purpose::Name)?;
        let (mut first_name, mut last_name) = (None, None);
        // Companies have no first names; people who become organizations have.
        if kind != Kind::Organization || header.has("IsPersonAccount") {
            first_name = finder.find("FirstName", Purpose::Name)?;
            last_name = finder.find("LastName", Purpose::Name)?;
        }
        let email = finder.find_optional(kind.email(), Purpose::Email)?;
        let organization = finder.find_optional(kind.organization(), Purpose::Organization)?;
        let twin = match kind.twin() {
            // The link to the organization, noted before, doubles as this.
            twin if kind.organization() == Some(twin) => organization,
            twin => finder.find(twin, Purpose::Twin)?,
        };
        let customer = match kind {
            Kind::Contact => configuration.contact.customer_id.as_deref(),
            Kind::PersonAccount => configuration.person_account.customer_id.as_deref(),
            Kind::Organization | Kind::PersonContact => None,
        };
        let customer = finder.find_optional(customer, Purpose::Customer)?;
        let mut details = Vec::new();
        let mut wanted = Vec::new();
        for rule in rules::of(kind, configuration) {
            let site = definitions.map(|definitions| definitions.find_loosely(&rule.field));
            let columns = finder.find_detail(&rule, site != Some(None))?;
            let found: Vec<usize> = columns.iter().copied().flatten().collect();
            if found.is_empty() && !matches!(rule.shape, Shape::Constant(_)) {
                finder.note_absent(&rule);
                continue;
            }
            let FieldRule { field, shape, multi, declared, values, origin, .. } = rule;
            let by_default = origin == Origin::Default;
            let created =
                || declared.as_ref().map_or_else(|| default_type(&field), Declared::detail_type);
            // Who maps a column to a field for several values says that it has several. The default
            // mapping does not: semicolons occur in single picklists.
            let is_multi = matches!(
                site,
                Some(Some(site)) if matches!(site.detail_type, DetailType::MultiSelect(_))
            );
            let multi = multi || (is_multi && !by_default && declared.is_none());
            let (name, detail_type) = match site {
                None => (field.clone(), created()),
                Some(Some(site)) => (site.name.clone(), site.detail_type.clone()),
                Some(None) => {
                    wanted.push(Wanted { field, declared, columns: found, multi, by_default });
                    continue;
                }
            };
            wanted.push(Wanted { field, declared, columns: found, multi, by_default });
            details.push(DetailPlan { field: name, detail_type, shape, multi, columns, values });
        }
        let id = find(header, kind.object(), "Id")?;
        let uses = finder.uses;
        Ok(Self {
            kind,
            id,
            name,
            first_name,
            last_name,
            email,
            organization,
            twin,
            customer,
            details,
            wanted,
            uses,
        })
    }
}
