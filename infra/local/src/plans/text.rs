//! A plan as lines on a terminal; its page says more.

use std::fmt::Write;
use std::path::Path;

use csm_import::import::document::PlannedField;
use csm_import::import::plan::{
    Group, PlanDocument, PlannedFile, PlannedStage, UnknownOptions, Verdict,
};
use csm_import::mapping::policies::Operation;
use csm_import::salesforce::export::Recognised;

use crate::ledger::{self, safe};

/// Records that are named for each reason to reject one; `issues.csv` has all of them.
const REJECTED: usize = 3;
/// Records that are named for each warning.
const WARNED: usize = 1;
/// Names that are listed of one kind.
const NAMES: usize = 20;

pub(super) fn render(plan: &PlanDocument, out: &Path) -> String {
    let mut text = format!("\nPlan of {}: {}\n", safe(&plan.folder), verdict(plan));
    if let Some(stop) = &plan.stop {
        line(&mut text, "", &safe(&stop.message));
    }
    table(&mut text, &plan.stages);
    if plan.stages.iter().any(|stage| stage.to_send > 0) {
        line(&mut text, "", operation(plan));
    }
    for stage in &plan.stages {
        // What is skipped is as it should be: nobody has to find these records.
        for (what, all, examples) in [
            ("rejected", &stage.rejected_by_code, REJECTED),
            ("skipped", &stage.skipped_by_code, 0),
            ("imported with a warning", &stage.warnings_by_code, WARNED),
        ] {
            for (number, one) in all.iter().enumerate() {
                if number == 0 {
                    let _ = writeln!(text, "  {}, {what}", stage.stage);
                }
                group(&mut text, one, examples);
            }
        }
        if stage.read > 0 && !stage.fields_known {
            let unknown = format!(
                "the site did not name the detail fields of {}; no value was checked against them",
                stage.stage
            );
            line(&mut text, "fields", &unknown);
        }
    }
    for planned in &plan.fields {
        field(&mut text, planned);
    }
    options(&mut text, &plan.unknown_options);
    for described in &plan.files {
        file(&mut text, described);
    }
    let ignored = plan.ignored.iter().map(|ignored| (&*ignored.key, &*ignored.reason));
    ledger::ignored(&mut text, ignored);
    let requests = plan.requests;
    if requests.bulk() + requests.fields > 0 {
        let counts = [
            (requests.fields, "for detail fields"),
            (requests.organizations, "with organizations"),
            (requests.customers, "with customers"),
        ];
        let said = counts.iter().filter(|(count, _)| *count > 0);
        let said: Vec<_> = said.map(|(count, what)| format!("{count} {what}")).collect();
        line(&mut text, "requests", &said.join(", "));
        line(&mut text, "time", &plan.time);
    }
    files(&mut text, plan, out);
    text
}

const fn verdict(plan: &PlanDocument) -> &'static str {
    match plan.verdict {
        Verdict::Ready => "it can be run",
        Verdict::Attention => "it can be run; see first whether you agree with what is said below",
        Verdict::Empty => "nothing would be sent",
        Verdict::Stopped => "it cannot be run",
    }
}

fn operation(plan: &PlanDocument) -> &'static str {
    let is_known = plan.stages.iter().any(|stage| stage.known.is_some());
    match (plan.operation, is_known) {
        (Operation::Upsert, true) => {
            "New ones would be created, those on the site updated; ? means that it is not known."
        }
        (Operation::Upsert, false) => {
            "What is not on the site would be created, what is there updated."
        }
        (Operation::Create, _) => {
            "What is not on the site would be created, what is there would stay as it is."
        }
        (Operation::Update, _) => "What is on the site would be updated, nothing would be created.",
    }
}

fn line(text: &mut String, label: &str, content: &str) {
    let _ = if label.is_empty() {
        writeln!(text, "  {content}")
    } else {
        writeln!(text, "  {label:13} {content}")
    };
}

fn table(text: &mut String, stages: &[PlannedStage]) {
    let is_known = stages.iter().any(|stage| stage.known.is_some());
    let columns = |stage: &PlannedStage| {
        let told = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |n| n.to_string());
        let mut columns = vec![("read", stage.read.to_string())];
        columns.push(("to send", stage.to_send.to_string()));
        if is_known {
            columns.push(("new", told(stage.new)));
            columns.push(("on site", told(stage.known)));
        }
        columns.push(("rejected", stage.rejected.to_string()));
        columns.push(("skipped", stage.skipped.to_string()));
        columns
    };
    for (number, stage) in stages.iter().enumerate() {
        if number == 0 {
            let _ = write!(text, "  {:13}", "");
            for (name, _) in columns(stage) {
                let _ = write!(text, " {name:>9}");
            }
            text.push('\n');
        }
        let _ = write!(text, "  {:13}", stage.stage.to_string());
        for (_, count) in columns(stage) {
            let _ = write!(text, " {count:>9}");
        }
        text.push('\n');
    }
}

fn group(text: &mut String, group: &Group, examples: usize) {
    let meaning = group.meaning.replace('`', "");
    let _ = writeln!(text, "  {:>13} {}: {meaning}", group.count, group.code);
    line(text, " ", &group.hint.replace('`', ""));
    for example in group.examples.iter().take(examples) {
        let _ = write!(text, "  {:13} - ", "");
        let _ = write!(text, "{} line {}", safe(&example.file), example.line);
        if let Some(id) = &example.id {
            let _ = write!(text, ", {id}");
        }
        if !example.field.is_empty() {
            let _ = write!(text, ", {}", safe(&example.field));
        }
        if !example.value.is_empty() {
            let _ = write!(text, " \"{}\"", safe(&example.value));
        }
        text.push('\n');
    }
}

fn field(text: &mut String, field: &PlannedField) {
    let PlannedField { stage, name, field_type, options, created, because } = field;
    let (name, because) = (safe(name), safe(because.trim_end_matches('.')));
    let said = if *created && options.is_empty() {
        format!("{name} of {stage} would be created as {field_type}: {because}")
    } else if *created {
        format!(
            "{name} of {stage} would be created as {field_type} of {}: {because}",
            list(options)
        )
    } else {
        format!("{name} of {stage} would get the options {}: {because}", list(options))
    };
    line(text, "field", &said);
}

fn options(text: &mut String, unknown: &UnknownOptions) {
    for option in unknown.values.iter().take(NAMES) {
        let (field, value) = (safe(&option.field), safe(&option.value));
        let (stage, count) = (option.stage, option.count);
        let noun = if count == 1 { "record" } else { "records" };
        let said = format!("{field} of {stage} does not have \"{value}\" ({count} {noun})");
        line(text, "no option", &said);
    }
    let more = unknown.values.len().saturating_sub(NAMES) as u64 + unknown.others;
    if more > 0 {
        line(text, "no option", &format!("{more} more; see issues.csv"));
    }
}

fn file(text: &mut String, file: &PlannedFile) {
    let what = match file.recognised {
        Recognised::One(object) => object.as_str(),
        Recognised::PerRecord(_) => "Account and Contact",
        Recognised::Relations => "AccountContactRelation",
    };
    let encoding = file.format.encoding;
    let said = format!("{}: {} records of {what}, {encoding}", safe(&file.file), file.records);
    line(text, "file", &said);
    for doubt in file.doubts() {
        let meaning = doubt.meaning.replace('`', "");
        line(text, "doubt", &format!("{}: {meaning} {}", doubt.code, doubt.hint));
    }
    let change = file.column_change.clone().unwrap_or_default();
    for (label, columns) in [
        ("not there", &file.absent),
        ("not used", &file.unmapped),
        ("new", &change.appeared),
        ("missing", &change.vanished),
    ] {
        if !columns.is_empty() {
            let whose = match label {
                "not there" => ", which the configuration names",
                "new" => ", which the last import did not have",
                "missing" => ", which the last import had",
                _ => "",
            };
            let noun = if columns.len() == 1 { "column" } else { "columns" };
            line(text, label, &format!("{noun} {}{whose}", list(columns)));
        }
    }
}

fn files(text: &mut String, plan: &PlanDocument, out: &Path) {
    let folder = out.join(plan.import.to_string());
    let _ = writeln!(text, "Files: {}", folder.display());
    let rejected = plan.stages.iter().any(|stage| stage.rejected > 0);
    for (name, content, shown) in [
        ("plan.html", "this plan as a page, with more of it", true),
        ("plan.json", "the same for programs", true),
        ("errors.csv", "records that would be rejected, to be corrected", rejected),
        ("issues.csv", "everything that was noticed, a line each", true),
    ] {
        if shown && folder.join(name).is_file() {
            line(text, name, content);
        }
    }
}

fn list(names: &[String]) -> String {
    let mut text = names.iter().take(NAMES).map(|name| safe(name)).collect::<Vec<_>>().join(", ");
    if let Some(more) = names.len().checked_sub(NAMES).filter(|more| *more > 0) {
        let _ = write!(text, " and {more} more");
    }
    text
}
