//! Reading a file for the first time: what it is, how it is to be read, and what is odd about it.
//!
//! All of it is read before the first record is sent, since one byte at the end can tell that the
//! encoding is another one, and the last lines that they are no records.

use super::csv::{CsvReader, delimiter};
use super::encoding::{self, Charset, Decoder, Suspicions};
use super::export::{self, Clues, NotAnExport, Recognised};
use super::format::{Format, Syntax};
use super::header::{Header, IMPORT_COLUMN, INSPECTOR_COLUMN};
use super::json::JsonReader;
use super::record::{Limits, Record};
use super::survey::{Survey, Surveyor};
use crate::import::id::ImportId;

/// Bytes of the beginning that are looked at before anything is decided; they hold the header.
const BEGINNING: usize = 64 << 10;

/// What a file turned out to be.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Its columns.
    pub header: Header,
    /// What its records are.
    pub recognised: Recognised,
    /// How it is to be read.
    pub format: Format,
    /// What it holds besides good records.
    pub survey: Survey,
    /// The import whose `errors.csv` it is, by its first record.
    pub attempt_of: Option<ImportId>,
}

/// Examines one file: bytes are fed, the finding is taken.
pub struct Examiner {
    file_name: String,
    /// The encoding to use where the first bytes do not say one; without one, UTF-8 is tried.
    charset: Option<Charset>,
    beginning: Vec<u8>,
    examination: Option<Examination>,
}

struct Examination {
    charset: Charset,
    decoder: Decoder,
    text: Vec<u8>,
    suspicions: Suspicions,
    syntax: Reading,
    findings: Findings,
}

enum Reading {
    Csv { reader: Box<CsvReader>, delimiter: u8 },
    Json(Box<JsonReader>),
}

/// What the records told so far.
struct Findings {
    file_name: String,
    header: Option<(Header, Option<Recognised>)>,
    sobject: Option<String>,
    attempt_of: Option<ImportId>,
    surveyor: Surveyor,
    wrong_bom: bool,
    /// Columns of ids and emails, none of which is the word `null`.
    references: Vec<usize>,
    null_word: bool,
}

impl Examiner {
    /// Examines a file of this name, which may end in `.gz`.
    pub fn new(file_name: &str, charset: Option<Charset>) -> Self {
        let file_name = file_name.to_owned();
        Self { file_name, charset, beginning: Vec::new(), examination: None }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// The file is no export; there is no need to feed more.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), NotAnExport> {
        if let Some(examination) = &mut self.examination {
            return examination.feed(bytes, false);
        }
        self.beginning.extend_from_slice(bytes);
        if self.beginning.len() >= BEGINNING { self.begin(false) } else { Ok(()) }
    }

    /// Whether the file is not in UTF-8, as was thought: it has to be examined again with another
    /// encoding.
    pub fn is_misread(&self) -> bool {
        self.charset.is_none()
            && self.examination.as_ref().is_some_and(|examination| {
                examination.charset == Charset::UTF_8 && !examination.decoder.is_clean()
            })
    }

    /// Says that all of the file was fed.
    ///
    /// # Errors
    /// The file is no export.
    pub fn end(&mut self) -> Result<(), NotAnExport> {
        match &mut self.examination {
            Some(examination) => examination.feed(&[], true),
            None => self.begin(true),
        }
    }

    /// What the file is, once it has ended.
    ///
    /// # Errors
    /// The file is no export.
    pub fn finish(self) -> Result<Examined, NotAnExport> {
        self.examination.map_or(Err(NotAnExport::Empty), Examination::finish)
    }

    fn begin(&mut self, last: bool) -> Result<(), NotAnExport> {
        let bytes = std::mem::take(&mut self.beginning);
        export::sniff(&bytes)?;
        let told = encoding::by_beginning(&bytes);
        let charset = told.map(|told| told.charset).or(self.charset).unwrap_or(Charset::UTF_8);
        let mut text = Vec::new();
        Decoder::new(charset).decode(&bytes, last, &mut text);
        export::sniff(&text)?;
        let limits = Limits::default();
        let syntax = if matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) {
            Reading::Json(Box::new(JsonReader::new(Vec::new(), limits)))
        } else {
            let delimiter = delimiter::sniff(&text);
            Reading::Csv { reader: Box::new(CsvReader::new(delimiter, limits)), delimiter }
        };
        let findings = Findings {
            file_name: std::mem::take(&mut self.file_name),
            header: None,
            sobject: None,
            attempt_of: None,
            surveyor: Surveyor::default(),
            wrong_bom: told.is_some_and(|told| told.contradicts),
            references: Vec::new(),
            null_word: false,
        };
        let mut examination = Examination {
            charset,
            decoder: Decoder::new(charset),
            text,
            suspicions: Suspicions::default(),
            syntax,
            findings,
        };
        let fed = examination.feed(&bytes, last);
        self.examination = Some(examination);
        fed
    }
}

impl Examination {
    fn feed(&mut self, bytes: &[u8], last: bool) -> Result<(), NotAnExport> {
        self.text.clear();
        self.decoder.decode(bytes, last, &mut self.text);
        self.suspicions.look(&self.text);
        match &mut self.syntax {
            Reading::Csv { reader, .. } => {
                reader.feed(&self.text);
                if last {
                    reader.finish();
                }
                while let Some(record) = reader.next_record() {
                    self.findings.csv_record(&record)?;
                }
            }
            Reading::Json(reader) => {
                reader.feed(&self.text);
                if last {
                    reader.finish();
                }
                while let Some(record) = reader.next_record() {
                    self.findings.surveyor.look(&record);
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Examined, NotAnExport> {
        let Self { charset, decoder, suspicions, syntax, mut findings, .. } = self;
        let (records, furniture) = findings.surveyor.clone().finish();
        let mut survey = Survey {
            records,
            furniture,
            replaced: decoder.replaced(),
            suspicions,
            wrong_bom: findings.wrong_bom,
            null_word: findings.null_word,
            ..Survey::default()
        };
        let syntax = match syntax {
            Reading::Csv { reader, delimiter } => {
                survey.blanks = reader.blanks();
                Syntax::Csv { delimiter: char::from(delimiter) }
            }
            Reading::Json(reader) => {
                if let Some(refused) = reader.refusal() {
                    return Err(refused.into());
                }
                if let Some(fault) = reader.fault() {
                    return Err(fault.clone().into());
                }
                survey.incomplete = reader.more();
                findings.sobject = reader.sobject().map(str::to_owned);
                findings.header = Some((Header::new(reader.columns()), None));
                Syntax::Json
            }
        };
        let (header, recognised) = findings.recognised()?;
        let format = Format { encoding: charset, syntax };
        Ok(Examined { header, recognised, format, survey, attempt_of: findings.attempt_of })
    }
}

/// A name as objects have them; anything else may be somebody's data.
fn is_api_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 80
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl Findings {
    fn csv_record(&mut self, record: &Record<'_>) -> Result<(), NotAnExport> {
        if record.number == 0 {
            let header = Header::read(record)?;
            // What only the first record can tell has to wait for it.
            let waits = header.position(INSPECTOR_COLUMN).is_some();
            let recognised = if waits { None } else { Some(self.recognise(&header)?) };
            let never_null_word = |name: &&str| {
                name.ends_with("Id") || name.ends_with("ID") || name.eq_ignore_ascii_case("Email")
            };
            self.references = (0..)
                .zip(header.names())
                .filter(|(_, name)| never_null_word(&name.trim()))
                .map(|(at, _)| at)
                .collect();
            self.header = Some((header, recognised));
            return Ok(());
        }
        if record.number == 1
            && let Some((header, recognised)) = &self.header
        {
            let text = |column: &str| record.get(header.position(column)?);
            self.attempt_of = text(IMPORT_COLUMN).and_then(ImportId::parse);
            if recognised.is_none() {
                let object = text(INSPECTOR_COLUMN).unwrap_or_default();
                let object = object.trim().strip_prefix('[').and_then(|o| o.strip_suffix(']'));
                self.sobject = object.filter(|name| is_api_name(name)).map(str::to_owned);
            }
        }
        self.null_word |= self.references.iter().any(|at| record.get(*at) == Some("null"));
        self.surveyor.look(record);
        Ok(())
    }

    fn recognise(&self, header: &Header) -> Result<Recognised, NotAnExport> {
        let clues = Clues { file_name: &self.file_name, sobject: self.sobject.as_deref() };
        export::recognise(clues, header)
    }

    fn recognised(&mut self) -> Result<(Header, Recognised), NotAnExport> {
        match self.header.take() {
            None => Err(NotAnExport::Empty),
            Some((header, Some(recognised))) => Ok((header, recognised)),
            Some((header, None)) => {
                let recognised = self.recognise(&header)?;
                Ok((header, recognised))
            }
        }
    }
}
