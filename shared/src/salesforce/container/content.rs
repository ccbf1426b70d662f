//! The content of one member of a ZIP: stored or deflated, with its checksum and sizes.

use bytes::{Buf, Bytes};
use flate2::{Crc, Decompress, DecompressError, FlushDecompress, Status};

use super::budget::Budget;
use super::{ContainerError, Damage, Method, Place, Step};

/// The most that one call gives, in bytes.
pub(super) const MOST: usize = 256 << 10;

/// What a call gives at least, if there is so much.
const LEAST: usize = 16 << 10;

/// One turn of inflating.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) taken: usize,
    pub(super) given: usize,
    /// The deflated data has ended.
    pub(super) ended: bool,
}

/// Inflates some of the input to the end of `out`. It may hold back content when it gave something,
/// also if all input was taken.
pub(super) fn inflate(
    inflater: &mut Decompress,
    input: &[u8],
    out: &mut Vec<u8>,
) -> Result<Turn, DecompressError> {
    let before = out.len();
    let (total_in, total_out) = (inflater.total_in(), inflater.total_out());
    // What CSV usually inflates to; so a small file does not take a large buffer.
    out.resize(before + input.len().saturating_mul(8).clamp(LEAST, MOST), 0);
    let status = inflater.decompress(
        input,
        out.get_mut(before..).unwrap_or_default(),
        FlushDecompress::None,
    );
    let counted = |now: u64, then: u64| usize::try_from(now - then).unwrap_or(usize::MAX);
    let given = counted(inflater.total_out(), total_out);
    out.truncate(before + given);
    let taken = counted(inflater.total_in(), total_in);
    Ok(Turn { taken, given, ended: status? == Status::StreamEnd })
}

/// What is known of a content beforehand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) compressed: u64,
    pub(super) inflated: u64,
    pub(super) crc32: u32,
}

/// Unpacks the content of a member, from the first byte after its header on.
#[derive(Debug)]
pub(super) struct Content {
    place: Place,
    /// `None`: stored.
    inflater: Option<Decompress>,
    /// `None`: told behind the content; only a deflated one knows its end by itself.
    expected: Option<Expected>,
    taken: u64,
    given: u64,
    crc: Crc,
    /// There may be content without more input.
    pending: bool,
    ended: bool,
}

impl Content {
    /// A content whose sizes are known.
    pub(super) fn sized(name: &str, method: Method, expected: Expected) -> Self {
        let inflater = match method {
            Method::Stored => None,
            Method::Deflated => Some(Decompress::new(false)),
        };
        Self::new(name, inflater, Some(expected))
    }

    /// A deflated content whose sizes follow it.
    pub(super) fn unsized_deflated(name: &str) -> Self {
        Self::new(name, Some(Decompress::new(false)), None)
    }

    fn new(name: &str, inflater: Option<Decompress>, expected: Option<Expected>) -> Self {
        Self {
            place: Place::Member(name.to_owned()),
            inflater,
            expected,
            taken: 0,
            given: 0,
            crc: Crc::new(),
            pending: false,
            ended: false,
        }
    }

    /// What it is called in errors.
    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    /// What came of it so far.
    pub(super) fn found(&self) -> Expected {
        Expected { compressed: self.taken, inflated: self.given, crc32: self.crc.sum() }
    }

    /// Unpacks more. At the end it has verified what was known beforehand.
    pub(super) fn read(
        &mut self,
        input: &mut Bytes,
        out: &mut Vec<u8>,
        budget: &mut Budget,
    ) -> Result<Step, ContainerError> {
        while !self.ended {
            let left = self.expected.map_or(u64::MAX, |expected| expected.compressed - self.taken);
            let offered = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
            let offered = input.get(..offered).unwrap_or_default();
            if offered.is_empty() && left > 0 && !self.pending {
                return Ok(Step::Input);
            }
            let before = out.len();
            let turn = match &mut self.inflater {
                Some(inflater) => inflate(inflater, offered, out)
                    .map_err(|error| Damage::from(error).of(self.place.clone()))?,
                None => store(offered, left, out),
            };
            if turn.taken == 0
                && turn.given == 0
                && !turn.ended
                && (!offered.is_empty() || left == 0)
            {
                // All of it was taken and more would be needed.
                return Err(Damage::Size.of(self.place.clone()));
            }
            input.advance(turn.taken);
            self.pending = turn.given > 0;
            self.ended = turn.ended;
            self.crc.update(out.get(before..).unwrap_or_default());
            self.taken += turn.taken as u64;
            self.given += turn.given as u64;
            budget.charge(turn.taken as u64, turn.given as u64, &self.place)?;
            self.verify()?;
            if turn.given > 0 {
                return Ok(Step::Output);
            }
        }
        Ok(Step::End)
    }

    fn verify(&self) -> Result<(), ContainerError> {
        let Some(Expected { compressed, inflated, crc32 }) = self.expected else { return Ok(()) };
        let sized = (self.taken, self.given) == (compressed, inflated);
        if self.given > inflated || (self.ended && !sized) {
            return Err(Damage::Size.of(self.place.clone()));
        }
        if self.ended && self.crc.sum() != crc32 {
            return Err(Damage::Checksum.of(self.place.clone()));
        }
        Ok(())
    }
}

/// Copies some of the input; `left` is what of the content is to come.
fn store(input: &[u8], left: u64, out: &mut Vec<u8>) -> Turn {
    let some = input.get(..input.len().min(MOST)).unwrap_or_default();
    out.extend_from_slice(some);
    Turn { taken: some.len(), given: some.len(), ended: some.len() as u64 == left }
}
