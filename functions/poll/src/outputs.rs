//! `succeeded.csv` and `errors.csv`, written as streams.

use bytes::Bytes;
use csm_import::code::Code;
use csm_import::delivery::ConsumeError;
use csm_import::import::document::Export;
use csm_import::import::id::ImportId;
use csm_import::mapping::mapper::Profile;
use csm_import::port::PortError;
use csm_import::salesforce::export::{Object, Recognised};
use csm_import::salesforce::formula;
use csm_import::salesforce::header::{Header, IMPORT_COLUMN, OBJECT_COLUMN, is_own};
use csm_import::salesforce::record::Record;
use csv::{QuoteStyle, Writer, WriterBuilder};
use tokio::sync::mpsc::Sender;

use crate::ends::End;

/// Parts of an upload; at least 5 MiB by the rules of S3.
const PART: usize = 8 << 20;

/// A CSV file on its way into the bucket: UTF-8, every field quoted, no field a formula.
pub struct CsvUpload {
    writer: Writer<Vec<u8>>,
    parts: Sender<Option<Bytes>>,
}

impl CsvUpload {
    /// A file whose parts go to `parts`.
    pub fn new(parts: Sender<Option<Bytes>>) -> Self {
        Self { writer: writer(), parts }
    }

    /// Adds a line.
    ///
    /// # Errors
    /// The upload has failed.
    pub async fn line<I, F>(&mut self, fields: I) -> Result<(), ConsumeError>
    where
        I: IntoIterator<Item = F>,
        F: AsRef<str>,
    {
        let failed = |error| PortError::new("writing a line", error);
        for field in fields {
            let field = formula::guarded(field.as_ref());
            self.writer.write_field(field.as_bytes()).map_err(failed)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(failed)?;
        if self.writer.get_ref().len() >= PART { self.send().await } else { Ok(()) }
    }

    async fn send(&mut self) -> Result<(), ConsumeError> {
        let full = std::mem::replace(&mut self.writer, writer());
        let part =
            full.into_inner().map_err(|e| PortError::new("writing a part", e.into_error()))?;
        let sent = self.parts.send(Some(part.into())).await;
        sent.map_err(|_| PortError::new("writing a part", "the upload has ended").into())
    }

    /// Ends the file well.
    ///
    /// # Errors
    /// The upload has failed.
    pub async fn end(mut self) -> Result<(), ConsumeError> {
        self.send().await?;
        let sent = self.parts.send(None).await;
        sent.map_err(|_| PortError::new("ending a file", "the upload has ended").into())
    }
}

fn writer() -> Writer<Vec<u8>> {
    // Lines differ in their number of fields only by mistake, and a mistake must not lose a record.
    WriterBuilder::new().quote_style(QuoteStyle::Always).flexible(true).from_writer(Vec::new())
}

/// The columns of `succeeded.csv`.
pub const SUCCEEDED: [&str; 6] = ["_csm_object", "Id", "Name", "Email", "_csm_id", "_csm_warnings"];

/// A line of `succeeded.csv`; `None` when the record was not imported.
pub fn succeeded(end: &End, object: Object) -> Option<[String; 6]> {
    let End::Sent(record, result) = end else {
        return None;
    };
    if end.outcome().needs_attention() {
        return None;
    }
    let (name, email) = match &record.profile {
        Profile::Organization { name, .. } => (name.to_string(), String::new()),
        Profile::Customer { email, display_name, .. } => {
            (display_name.to_string(), email.to_string())
        }
    };
    let warnings = record.warnings.iter().map(|warning| match warning.field.as_str() {
        "" => warning.code.to_string(),
        field => format!("{} ({field})", warning.code),
    });
    let warnings = warnings.chain(result.warnings.iter().map(ToString::to_string));
    Some([
        object.to_string(),
        record.id.map(|id| id.to_string()).unwrap_or_default(),
        name,
        email,
        result.csm_id.clone().unwrap_or_default(),
        warnings.collect::<Vec<_>>().join("; "),
    ])
}

/// The columns of `errors.csv`: those of all its exports, and why a record is in it.
pub struct ErrorColumns {
    names: Vec<String>,
}

const WHY: [&str; 9] = [
    OBJECT_COLUMN,
    "_csm_code",
    "_csm_field",
    "_csm_value",
    "_csm_hint",
    "_csm_file",
    "_csm_record",
    "_csm_line",
    IMPORT_COLUMN,
];

impl ErrorColumns {
    /// The columns of `exports`, each name once.
    pub fn of<'a>(exports: impl Iterator<Item = &'a Export>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in exports.flat_map(|export| &export.header) {
            let known = || names.iter().any(|other| same_column(other, name));
            if !is_own(name) && !known() {
                names.push(name.clone());
            }
        }
        Self { names }
    }

    /// The header.
    pub fn header(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).chain(WHY)
    }

    /// Where each column is found in one export.
    pub fn layout(&self, header: &Header) -> Layout {
        let position = |name: &String| header.names().iter().position(|own| same_column(own, name));
        Layout { positions: self.names.iter().map(position).collect(), width: header.len() }
    }
}

/// Where the columns of `errors.csv` are found in one export.
pub struct Layout {
    positions: Vec<Option<usize>>,
    width: usize,
}

/// What follows a record whose fields could not be told apart, one field too many: dropped again as
/// it is, it must be rejected again, and not be taken for what its shifted fields seem to say.
const BROKEN: &str = "correct this record, then remove this field";

fn same_column(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

/// A line of `errors.csv`: the export's own values, and why.
pub fn error(
    import: ImportId,
    end: &End,
    file: &str,
    object: Option<Object>,
    raw: Option<&Record<'_>>,
    layout: &Layout,
) -> Vec<String> {
    let field = |position: &Option<usize>| {
        let value = position.and_then(|position| raw.and_then(|raw| raw.get(position)));
        value.unwrap_or_default().to_owned()
    };
    let mut line: Vec<String> = layout.positions.iter().map(field).collect();
    let code = end.code();
    let (named, value) = match end {
        End::LeftOut(left_out) => (left_out.issue.field.clone(), left_out.issue.value.clone()),
        End::Sent(..) | End::Planned(_) => (String::new(), String::new()),
    };
    let why = [
        object.map(|object| object.to_string()).unwrap_or_default(),
        code.map(|code| code.to_string()).unwrap_or_default(),
        named,
        value,
        end.hint(),
        file.to_owned(),
        end.position().1.to_string(),
        end.line().to_string(),
        import.to_string(),
    ];
    line.extend(why);
    match code {
        Some(Code::FieldsSurplus) => {
            let surplus = raw.into_iter().flat_map(Record::fields).skip(layout.width);
            line.extend(surplus.map(str::to_owned));
        }
        Some(
            Code::QuoteMisplaced | Code::QuoteUnclosed | Code::RecordTooLarge | Code::JsonInvalid,
        ) => {
            line.push(BROKEN.to_owned());
        }
        _ => {}
    }
    line
}

/// The object of a record, from the export or, in an `errors.csv` dropped again, from the record.
pub fn object_of(recognised: Recognised, raw: Option<&Record<'_>>) -> Option<Object> {
    match recognised {
        Recognised::One(object) => Some(object),
        Recognised::PerRecord(_) => raw.and_then(|raw| recognised.object_of(raw)),
        Recognised::Relations => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn no_cell_is_a_formula_whichever_line_it_is_in() {
        let (parts, mut written) = mpsc::channel(2);
        let mut upload = CsvUpload::new(parts);
        upload.line(["=Name", "Phone"]).await.unwrap();
        upload.line(["Acme \"A\", Ltd", "+49 30 1"]).await.unwrap();
        upload.line(["'=1", "", "-surplus"]).await.unwrap();
        upload.end().await.unwrap();
        let mut text = Vec::new();
        while let Some(Some(part)) = written.recv().await {
            text.extend_from_slice(&part);
        }
        let expected = "\"'=Name\",\"Phone\"\n\"Acme \"\"A\"\", Ltd\",\"'+49 30 1\"\n\
            \"''=1\",\"\",\"'-surplus\"\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
