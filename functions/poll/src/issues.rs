//! `issues.csv`: everything irregular about an import, a line each, whether or not it cost a record.

use csm_import::code::Code;
use csm_import::import::document::{Export, ImportDocument};
use csm_import::import::outcome::Outcome;
use csm_import::mapping::mapper::Issue;

use crate::ends::End;

/// The columns.
pub const COLUMNS: [&str; 9] =
    ["File", "Record", "Line", "Id", "Outcome", "Code", "Field", "Value", "Hint"];

/// A line.
pub type Line = [String; 9];

/// What there is to say about files: those that were read, and those that are ignored.
pub fn of_files(document: &ImportDocument) -> Vec<Line> {
    let notices = document.exports.iter().flat_map(|export| {
        let notices = export.survey.notices();
        let line = |(code, count): (Code, u64)| {
            let value = format!("{count} in {}", export.format.encoding);
            let hint = code.hint().to_owned();
            about_file(&export.file, code, value, hint)
        };
        notices.into_iter().map(line).collect::<Vec<_>>()
    });
    let ignored = document.ignored.iter().map(|ignored| {
        about_file(&ignored.key, Code::FileIgnored, String::new(), ignored.reason.clone())
    });
    let columns = document.exports.iter().flat_map(|export| {
        let uses = export.columns.iter().flat_map(|(_, uses)| uses);
        uses.filter_map(|used| Some((used, used.warning?))).map(|(used, code)| {
            let hint = code.hint().to_owned();
            about_file(&export.file, code, used.column.clone(), hint)
        })
    });
    notices.chain(columns).chain(ignored).collect()
}

fn about_file(file: &str, code: Code, value: String, hint: String) -> Line {
    let blank = String::new;
    [file.to_owned(), blank(), blank(), blank(), blank(), code.to_string(), blank(), value, hint]
}

/// What there is to say about a record.
pub fn of_record(export: &Export, end: &End) -> Vec<Line> {
    let mut lines = Vec::new();
    match end {
        End::LeftOut(left_out) => {
            let hint = left_out.issue.code.hint().to_owned();
            lines.push(line(export, end, left_out.outcome, &left_out.issue, hint));
        }
        End::Sent(record, result) => {
            let issue = |code| Issue::new(code, "", "", record.id);
            if let Some(code) = result.code {
                lines.push(line(export, end, result.outcome, &issue(code), end.hint()));
            }
            let later: Vec<Issue> = result.warnings.iter().map(|code| issue(*code)).collect();
            for warning in record.warnings.iter().chain(&later) {
                let hint = warning.code.hint().to_owned();
                lines.push(line(export, end, result.outcome, warning, hint));
            }
        }
        End::Planned(record) => {
            for warning in &record.warnings {
                let hint = warning.code.hint().to_owned();
                lines.push(line(export, end, end.outcome(), warning, hint));
            }
        }
    }
    lines
}

fn line(export: &Export, end: &End, outcome: Outcome, issue: &Issue, hint: String) -> Line {
    [
        export.file.clone(),
        end.position().1.to_string(),
        end.line().to_string(),
        issue.salesforce_id.clone().unwrap_or_default(),
        outcome.as_str().to_owned(),
        issue.code.to_string(),
        issue.field.clone(),
        issue.value.clone(),
        hint,
    ]
}
