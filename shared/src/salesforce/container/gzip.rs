//! Unpacking gzip.

use bytes::{Buf, Bytes};
use flate2::Decompress;

use super::budget::Budget;
use super::content::inflate;
use super::{ContainerError, Damage, Limits, Place, Step};

/// The largest window that deflate has, as a power of two.
const WINDOW_BITS: u8 = 15;

/// The first byte of a member.
const MAGIC: u8 = 0x1f;

/// Unpacks a gzip file as it streams in.
///
/// Several gzip files one after the other are one (RFC 1952, 2.2), and zeros may follow it, which
/// fill blocks on tapes. Anything else behind it is an error. Checksums and sizes are verified.
#[derive(Debug)]
pub struct Gunzip {
    budget: Budget,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Before the first byte.
    Start,
    /// In a member; `pending` says that there may be content without more input.
    Member { inflater: Decompress, pending: bool },
    /// Behind a member, where another one may begin.
    Between,
    /// Only zeros may follow.
    Padding,
    /// Said to be complete.
    Ended,
}

impl Gunzip {
    /// A reader at the beginning of a gzip file. Of the limits, `entries` does not count here.
    pub const fn new(limits: &Limits) -> Self {
        Self { budget: Budget::new(limits), state: State::Start }
    }

    /// Unpacks some of the input, which is advanced, to the end of `out`; at most 256 KiB.
    ///
    /// [`Step::End`] comes only after [`finish`](Self::finish), since more may always follow.
    ///
    /// # Errors
    /// The file is damaged, or larger than the limits allow.
    pub fn read(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Step, ContainerError> {
        loop {
            match &mut self.state {
                State::Ended => return Ok(Step::End),
                State::Start | State::Between => match input.first() {
                    None => return Ok(Step::Input),
                    Some(0) if matches!(self.state, State::Between) => self.state = State::Padding,
                    Some(&MAGIC) => {
                        let inflater = Decompress::new_gzip(WINDOW_BITS);
                        self.state = State::Member { inflater, pending: false };
                    }
                    Some(_) if matches!(self.state, State::Between) => {
                        return Err(corrupt("something else follows its content"));
                    }
                    Some(_) => return Err(corrupt("it does not begin as gzip")),
                },
                State::Padding => {
                    if input.iter().any(|&byte| byte != 0) {
                        return Err(corrupt("something else follows its content"));
                    }
                    input.clear();
                    return Ok(Step::Input);
                }
                State::Member { inflater, pending } => {
                    if input.is_empty() && !*pending {
                        return Ok(Step::Input);
                    }
                    let turn = inflate(inflater, input, out)
                        .map_err(|error| Damage::from(error).of(Place::Gzip))?;
                    if turn.taken == 0 && turn.given == 0 && !turn.ended && !input.is_empty() {
                        return Err(corrupt("it cannot be unpacked"));
                    }
                    input.advance(turn.taken);
                    *pending = turn.given > 0;
                    if turn.ended {
                        self.state = State::Between;
                    }
                    self.budget.charge(turn.taken as u64, turn.given as u64, &Place::Gzip)?;
                    if turn.given > 0 {
                        return Ok(Step::Output);
                    }
                }
            }
        }
    }

    /// Says that there is no more input, once [`read`](Self::read) asked for some.
    ///
    /// # Errors
    /// The file is not complete.
    pub fn finish(&mut self) -> Result<(), ContainerError> {
        match self.state {
            State::Start | State::Member { .. } => Err(ContainerError::Truncated(Place::Gzip)),
            State::Between | State::Padding | State::Ended => {
                self.state = State::Ended;
                Ok(())
            }
        }
    }
}

const fn corrupt(text: &'static str) -> ContainerError {
    Damage::Structure(text).of(Place::Gzip)
}
