//! Parsing records of a ZIP from input that is cut anywhere.

use winnow::error::ErrMode;
use winnow::{PResult, Partial};

/// No record is longer: three fields of at most 65,535 bytes, and less than 64 more.
const LONGEST: usize = 3 * 65_535 + 64;

/// The bytes are not the record that must be here.
#[derive(Debug)]
pub(super) struct Malformed;

/// Collects a record from pieces of input.
#[derive(Debug, Default)]
pub(super) struct Gather {
    held: Vec<u8>,
}

impl Gather {
    /// Reads one record: how many bytes of the input were taken, and the record once it is whole.
    /// All of the input is taken as long as it is not. What was held beyond a short record begins the
    /// next one.
    pub(super) fn next<T>(
        &mut self,
        input: &[u8],
        parser: impl FnMut(&mut Partial<&[u8]>) -> PResult<T>,
    ) -> Result<(usize, Option<T>), Malformed> {
        let before = self.held.len();
        let found = if before == 0 {
            parse(input, parser)?
        } else {
            let fits = LONGEST.saturating_sub(before).min(input.len());
            self.held.extend_from_slice(input.get(..fits).unwrap_or_default());
            parse(&self.held, parser)?
        };
        if let Some((size, record)) = found {
            // A parser may have waited for more than the record turned out to be.
            self.held.truncate(before);
            self.held.drain(..size.min(before));
            return Ok((size.saturating_sub(before), Some(record)));
        }
        if before == 0 {
            self.held.extend_from_slice(input);
        }
        if self.held.len() >= LONGEST {
            return Err(Malformed);
        }
        Ok((input.len(), None))
    }
}

/// Parses a record at the beginning of the bytes and tells its size; `None` if it is longer.
pub(super) fn parse<T>(
    bytes: &[u8],
    mut parser: impl FnMut(&mut Partial<&[u8]>) -> PResult<T>,
) -> Result<Option<(usize, T)>, Malformed> {
    let mut rest = Partial::new(bytes);
    match parser(&mut rest) {
        Ok(record) => Ok(Some((bytes.len().saturating_sub(rest.len()), record))),
        Err(ErrMode::Incomplete(_)) => Ok(None),
        Err(ErrMode::Backtrack(_) | ErrMode::Cut(_)) => Err(Malformed),
    }
}
