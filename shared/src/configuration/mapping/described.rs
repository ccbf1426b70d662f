//! What describe files add to a mapping: types, options, and names for further columns.

use super::{Declared, Field, FieldType, FieldValue, ObjectMapping, Rule, Source};
use crate::configuration::Configuration;
use crate::mapping::definition::{DetailType, name_key};
use crate::mapping::describe::{Describe, DescribedColumn};
use crate::mapping::record::EXTERNAL_ID;

impl Configuration {
    /// Names the fields of further columns by their labels, and declares fields as what Salesforce
    /// says that their column is, where the file does not say itself.
    pub fn described(mut self, describes: &[Describe]) -> Self {
        let of = |object: &str| {
            describes.iter().find(|describe| describe.object.eq_ignore_ascii_case(object))
        };
        self.account.describe(of("Account"));
        self.contact.describe(of("Contact"));
        self.person_account.describe(of("Account"));
        self
    }
}

impl ObjectMapping {
    fn describe(&mut self, describe: Option<&Describe>) {
        for name in std::mem::take(&mut self.columns) {
            let described = describe.and_then(|describe| describe.column(&name));
            let field = described.map_or_else(|| bare(&name), DescribedColumn::field_name);
            // Records are found again by that field, whatever a column is called.
            let field = if name_key(field) == name_key(EXTERNAL_ID) { &name } else { field };
            if self.rule(field).is_none() {
                let field = field.to_owned();
                let rule = Rule::Import(FieldValue::from(Source::Column(name)));
                self.fields.push(Field { name: field, rule });
            }
        }
        for field in &mut self.fields {
            if let Rule::Import(FieldValue { source: Source::Column(name), declared, .. }) =
                &mut field.rule
                && declared.is_none()
            {
                *declared = describe.and_then(|describe| describe.column(name)).and_then(of_column);
            }
        }
    }
}

/// What a field is created as whose column Salesforce describes; `None` for one that is not fit to
/// be sent.
pub fn of_column(column: &DescribedColumn) -> Option<Declared> {
    let detail_type = column.detail_type()?;
    let options = detail_type.options().into_iter().flatten().cloned().collect();
    let field_type = match detail_type {
        DetailType::Text | DetailType::Other(_) => FieldType::Text,
        DetailType::Email => FieldType::Email,
        DetailType::Url => FieldType::Url,
        DetailType::Date => FieldType::Date,
        DetailType::Number => FieldType::Number,
        DetailType::Boolean => FieldType::Boolean,
        DetailType::Phone => FieldType::Phone,
        DetailType::Select(_) => FieldType::Select,
        DetailType::MultiSelect(_) => FieldType::MultiSelect,
    };
    Some(Declared { field_type, options })
}

/// A column's name without the end that custom fields have.
fn bare(name: &str) -> &str {
    name.strip_suffix("__c").or_else(|| name.strip_suffix("__pc")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIBE: &str = r#"{"name":"Contact","fields":[
        {"name":"Level__c","label":"Level","type":"picklist","picklistValues":[
            {"value":"Gold","label":"Gold","active":true},{"value":"Tin","label":"Tin","active":true}]},
        {"name":"Since__c","label":"Customer since","type":"date"},
        {"name":"Legacy__c","label":"External ID","type":"string"},
        {"name":"Secret__c","label":"Secret","type":"encryptedstring"}]}"#;

    #[test]
    fn describes_name_fields_and_declare_them() {
        let file = "[contact]\ncolumns = ['Level__c', 'Since__c', 'Other__c', 'Legacy__c']\n\
                    [contact.fields]\nSince = { column = 'Since__c', type = 'TEXT' }\n\
                    Hidden = 'Secret__c'";
        let configuration = Configuration::parse(file).unwrap();
        let describe = Describe::parse(DESCRIBE.as_bytes()).unwrap();
        let declared = |configuration: &Configuration| {
            let fields = configuration.contact.fields.iter();
            let told = fields.map(|field| match &field.rule {
                Rule::Import(FieldValue { declared: Some(declared), .. }) => {
                    format!("{} {:?} {:?}", field.name, declared.field_type, declared.options)
                }
                _ => format!("{} ?", field.name),
            });
            told.collect::<Vec<_>>()
        };
        assert_eq!(
            declared(&configuration.clone().described(&[describe])),
            [
                "Since Text []",
                "Hidden ?",
                "Level Select [\"Gold\", \"Tin\"]",
                "Customer since Date []",
                "Other ?",
                // The field of that name holds the Salesforce id.
                "Legacy__c Text []",
            ]
        );
        assert_eq!(
            declared(&configuration.described(&[])),
            ["Since Text []", "Hidden ?", "Level ?", "Other ?", "Legacy ?"]
        );
    }
}
