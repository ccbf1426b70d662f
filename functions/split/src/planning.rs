//! Which detail fields an import needs that the site lacks, and what they are created as.

use std::collections::BTreeSet;

use csm_import::configuration::{Configuration, of_column};
use csm_import::csm::fields::FieldPlan;
use csm_import::delivery::ConsumeError;
use csm_import::import::document::{Ignored, ImportDocument};
use csm_import::import::progress::{Stop, StopCode};
use csm_import::mapping::convert::Conversion;
use csm_import::mapping::definition::{Definitions, name_key};
use csm_import::mapping::describe::Describe;
use csm_import::mapping::mapper::{Mapper, Wanted};
use csm_import::mapping::policies::{MissingField, UnknownOption};
use csm_import::mapping::rules::default_type;
use csm_import::mapping::stage::Stage;
use csm_import::port::Exports;
use csm_import::salesforce::header::Header;

use crate::census::Watch;
use csm_import::port::Ports;

use crate::splitter::Splitter;
use crate::understanding;

impl<P: Ports> Splitter<P> {
    /// Plans the detail fields that have to be created or extended, and maps to them. `said` is the
    /// configuration without what describe files add to it.
    pub(crate) async fn plan_fields<E: Exports>(
        &self,
        exports: &E,
        document: &mut ImportDocument,
        said: &Configuration,
        describes: &[Describe],
    ) -> Result<(), ConsumeError> {
        for stage in Stage::ALL {
            if let Some(site) = document.fields(stage).cloned() {
                self.plan_stage(exports, document, stage, &site, said, describes).await?;
            }
        }
        for mut export in std::mem::take(&mut document.exports) {
            match understanding::columns(document, &mut export) {
                Ok(()) => document.exports.push(export),
                Err(refused) => {
                    document
                        .ignored
                        .push(Ignored { key: export.file, reason: refused.to_string() });
                }
            }
        }
        Ok(())
    }

    async fn plan_stage<E: Exports>(
        &self,
        exports: &E,
        document: &mut ImportDocument,
        stage: Stage,
        site: &Definitions,
        said: &Configuration,
        describes: &[Describe],
    ) -> Result<(), ConsumeError> {
        let policies = document.configuration.policies;
        let conversion = Conversion::from(&document.configuration);
        let mut watches = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        for (wanted, column) in wanted(document, stage) {
            match site.find_loosely(&wanted.field) {
                Some(found) => {
                    let options = found.detail_type.options().filter(|options| !options.is_empty());
                    if options.is_some() && policies.unknown_option == UnknownOption::AddOption {
                        watches.push(Watch::options_of(found, wanted.multi));
                    }
                }
                None if policies.missing_field == MissingField::Create => {
                    watches.push(created(&wanted, column.as_deref(), &conversion, said, describes));
                }
                None => missing.push(wanted.field),
            }
        }
        if policies.missing_field == MissingField::Stop && !missing.is_empty() {
            let message = format!(
                "The site has no detail field {} for {stage}, and missing_field = \"stop\".",
                missing.join(", ")
            );
            document.stop.get_or_insert(Stop::new(StopCode::FieldsMissing, message));
            return Ok(());
        }
        self.take_census(exports, document, stage, site, &mut watches).await?;
        let mut fields = site.fields().to_vec();
        let mut all = Vec::new();
        for watch in watches {
            let Some((wanted, planned)) = watch.conclude(stage, site) else { continue };
            let key = name_key(&wanted.field.name);
            fields.retain(|field| name_key(&field.name) != key);
            fields.push(wanted.field.clone());
            all.push(wanted);
            document.planned_fields.push(planned);
        }
        let plan = FieldPlan::new(site, &all);
        if !plan.faults.is_empty() {
            let faults: Vec<_> = plan.faults.iter().map(ToString::to_string).collect();
            let message = format!(
                "The detail fields of {stage} that the export needs cannot all be there: {}",
                faults.join(" ")
            );
            document.stop.get_or_insert(Stop::new(StopCode::FieldsMissing, message));
        }
        document.set_fields(stage, Some(Definitions::new(fields)));
        document.wanted_fields.extend(all.into_iter().map(|wanted| (stage, wanted)));
        Ok(())
    }
}

/// The fields that the exports give values to, each once, as the site compares names, with the name
/// of the column where it is one.
fn wanted(document: &ImportDocument, stage: Stage) -> Vec<(Wanted, Option<String>)> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for export in document.exports_of(stage) {
        let header = Header::new(export.header.iter().map(String::as_str));
        let mapper = Mapper::new(stage, &header, &export.recognised, None, &document.configuration);
        // An export whose columns are ambiguous was refused.
        for wanted in mapper.iter().flat_map(Mapper::wanted) {
            if seen.insert(name_key(&wanted.field)) {
                let name = match wanted.columns.as_slice() {
                    [at] => export.header.get(*at).map(|name| name.trim().to_owned()),
                    _ => None,
                };
                all.push((wanted.clone(), name));
            }
        }
    }
    all
}

/// What a field is created as, and why.
fn created<'c>(
    wanted: &Wanted,
    column: Option<&str>,
    conversion: &'c Conversion,
    said: &Configuration,
    describes: &[Describe],
) -> Watch<'c> {
    let field = &wanted.field;
    if let Some(declared) = &wanted.declared {
        let because = if says(said, field) {
            "the configuration says so"
        } else {
            "the describe file says so"
        };
        return Watch::declared(field, declared.detail_type(), because);
    }
    if wanted.by_default {
        let column = column.unwrap_or_default();
        let told = describes.iter().find_map(|describe| describe.column(column));
        return match told.and_then(of_column) {
            Some(declared) => {
                Watch::declared(field, declared.detail_type(), "the describe file says so")
            }
            None => Watch::declared(field, default_type(field), "the default mapping has it"),
        };
    }
    Watch::inferred(field, column.unwrap_or(field), conversion)
}

/// Whether the file itself says what a field is.
fn says(said: &Configuration, field: &str) -> bool {
    use csm_import::configuration::{FieldValue, Rule};
    [&said.account, &said.contact, &said.person_account].into_iter().any(|mapping| {
        matches!(mapping.rule(field), Some(Rule::Import(FieldValue { declared: Some(_), .. })))
    })
}
