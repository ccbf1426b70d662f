//! CSV files as people see them: rows of named columns.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use csm_import::salesforce::formula::unguarded;
use csm_import::salesforce::header::is_own;
use csm_import::salesforce::id::SalesforceId;

/// One row: column → value.
pub type Row = BTreeMap<String, String>;

/// A CSV file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns, in order.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// Reads a file; one of the importer's own without the guards against formulas.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let header = reader.headers().expect("a header").clone();
        let own = header.iter().any(is_own);
        let cell = |cell: &str| if own { unguarded(cell) } else { cell }.to_owned();
        let columns: Vec<String> = header.iter().map(cell).collect();
        let row = |record: csv::StringRecord| {
            columns.iter().cloned().zip(record.iter().map(cell)).collect()
        };
        let rows = reader.records().map(|record| row(record.expect("UTF-8"))).collect();
        Self { columns, rows }
    }

    /// Writes it as the Data Export Service does: every field quoted.
    pub fn write(&self) -> Vec<u8> {
        let mut writer =
            csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(&self.columns).expect("memory");
        for row in &self.rows {
            let values =
                self.columns.iter().map(|column| row.get(column).map_or("", String::as_str));
            writer.write_record(values).expect("memory");
        }
        writer.into_inner().expect("memory")
    }

    /// The first row whose column has this value.
    pub fn find(&self, column: &str, value: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.get(column).is_some_and(|held| held == value))
    }

    /// Accounts with invented names, `count` of them.
    pub fn accounts(count: usize) -> Self {
        let row = |number: usize| {
            let values = [id("001", number), format!("Company {number}"), "Testing".to_owned()];
            ["Id", "Name", "Industry"].map(str::to_owned).into_iter().zip(values).collect()
        };
        let columns = ["Id", "Name", "Industry"].map(str::to_owned).into();
        Self { columns, rows: (1..=count).map(row).collect() }
    }

    /// Contacts with invented names, `count` of them, without accounts.
    pub fn contacts(count: usize) -> Self {
        let columns = ["Id", "AccountId", "LastName", "FirstName", "Email", "Title"];
        let row = |number: usize| {
            let null = "000000000000000AAA".to_owned();
            let (last, first) = (format!("Sample{number}"), "Pat".to_owned());
            let email = format!("sample{number}@example.org");
            let values = [id("003", number), null, last, first, email, "Tester".to_owned()];
            columns.iter().map(ToString::to_string).zip(values).collect()
        };
        let columns_owned = columns.iter().map(ToString::to_string).collect();
        Self { columns: columns_owned, rows: (1..=count).map(row).collect() }
    }
}

/// The id of a record, in its long form.
fn id(prefix: &str, number: usize) -> String {
    let id = SalesforceId::parse(&format!("{prefix}{number:012}"));
    id.ok().flatten().expect("an id").to_string()
}

/// A file below `tests/fixtures/`.
pub fn fixture(path: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path);
    fs::read(&file).expect("a fixture")
}
