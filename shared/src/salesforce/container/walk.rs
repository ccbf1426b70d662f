//! Reading a ZIP from front to back.

mod begin;

use bytes::{Buf, Bytes};

use super::budget::Budget;
use super::content::{Content, Expected};
use super::gather::{Gather, Malformed};
use super::records::{self, Local, Next};
use super::{ContainerError, Damage, Limits, Place, Refusal, Step};

/// Reads a ZIP from front to back by the headers of its members.
///
/// The directory at its end is not compared: members that were deleted from it are given, and links
/// are not told from files, since only the directory knows. Both are of no harm to a reader that
/// writes no files.
#[derive(Debug)]
pub struct Walk {
    limits: Limits,
    budget: Budget,
    record: Gather,
    entries: u32,
    started: bool,
    state: State,
}

/// What a call of [`Walk::read`] came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkStep {
    /// All input was taken: call again with more, or say with `finish` that there is none.
    Input,
    /// A member begins; folders are passed over.
    Begin(Begun),
    /// Content of the member was appended. Call again with what is left of the input, be it nothing.
    Output,
    /// The content of the member is complete and verified; that of a refused one was passed over.
    EndOfMember,
    /// There are no more members. What is left of the input is not read.
    End,
}

/// A member that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its path in the ZIP, separated by `/`; a very long one of a refused member was cut.
    pub name: String,
    /// Why its content is not given; `None` if it is.
    pub refusal: Option<Refusal>,
}

#[derive(Debug)]
enum State {
    /// Before a member or the directory.
    Header,
    /// In a member. `behind`: its sizes follow it.
    Content {
        content: Box<Content>,
        behind: bool,
        give: Give,
    },
    /// Behind a content whose sizes follow.
    Descriptor {
        place: Place,
        found: Expected,
        give: Give,
    },
    /// In content that is passed over, of so many bytes.
    Skip {
        left: u64,
        give: Give,
    },
    /// In content whose end cannot be found.
    Stuck {
        name: String,
        refusal: Refusal,
    },
    Ended,
}

/// What is given of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Give {
    Content,
    /// Only that it begins and ends.
    Ends,
    /// Nothing: a folder.
    Nothing,
}

impl Walk {
    /// A reader at the beginning of a ZIP. The limits count for all members together.
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            budget: Budget::new(limits),
            record: Gather::default(),
            entries: 0,
            started: false,
            state: State::Header,
        }
    }

    /// Unpacks some of the input, which is advanced, to the end of `out`; at most 256 KiB.
    ///
    /// # Errors
    /// The ZIP is damaged or larger than the limits allow, or a refused member cannot be passed over.
    pub fn read(
        &mut self,
        input: &mut Bytes,
        out: &mut Vec<u8>,
    ) -> Result<WalkStep, ContainerError> {
        loop {
            let step = match &self.state {
                State::Ended => Some(WalkStep::End),
                State::Stuck { name, refusal } => {
                    let (name, refusal) = (name.clone(), refusal.clone());
                    return Err(ContainerError::CannotSkip { name, refusal });
                }
                State::Header => self.header(input)?,
                State::Content { .. } => self.content(input, out)?,
                State::Descriptor { .. } => self.descriptor(input)?,
                State::Skip { .. } => self.skip(input),
            };
            if let Some(step) = step {
                return Ok(step);
            }
        }
    }

    /// Says that there is no more input, once [`read`](Self::read) asked for some.
    ///
    /// # Errors
    /// The ZIP is not complete.
    pub fn finish(&mut self) -> Result<(), ContainerError> {
        let place = match &self.state {
            State::Ended => return Ok(()),
            State::Content { content, .. } => content.place().clone(),
            State::Descriptor { place, .. } => place.clone(),
            State::Header | State::Skip { .. } | State::Stuck { .. } => Place::Zip,
        };
        Err(ContainerError::Truncated(place))
    }

    fn header(&mut self, input: &mut Bytes) -> Result<Option<WalkStep>, ContainerError> {
        let corrupt = |_| {
            Damage::Structure("there is neither a member nor the directory where one must be")
                .of(Place::Zip)
        };
        let (taken, next) = self.record.next(input, records::next).map_err(corrupt)?;
        input.advance(taken);
        match next {
            None => return Ok(Some(WalkStep::Input)),
            Some(Next::Mark) if !self.started => {}
            Some(Next::Mark) => return Err(corrupt(Malformed)),
            Some(Next::Directory) => self.state = State::Ended,
            Some(Next::Member(local)) => return self.begin(local),
        }
        self.started = true;
        Ok(None)
    }

    fn begin(&mut self, local: Local) -> Result<Option<WalkStep>, ContainerError> {
        self.started = true;
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(ContainerError::TooManyEntries { limit: self.limits.entries });
        }
        let (begun, state) = begin::begin(local);
        self.state = state;
        Ok(begun.map(WalkStep::Begin))
    }

    fn content(
        &mut self,
        input: &mut Bytes,
        out: &mut Vec<u8>,
    ) -> Result<Option<WalkStep>, ContainerError> {
        let State::Content { content, behind, give } = &mut self.state else { return Ok(None) };
        let before = out.len();
        let step = match content.read(input, out, &mut self.budget)? {
            Step::Input => Some(WalkStep::Input),
            Step::Output if *give == Give::Content => Some(WalkStep::Output),
            Step::Output if *give == Give::Nothing => {
                return Err(Damage::Structure("it is a folder").of(content.place().clone()));
            }
            Step::Output => {
                out.truncate(before);
                None
            }
            Step::End if *behind => {
                let (place, found, give) = (content.place().clone(), content.found(), *give);
                self.state = State::Descriptor { place, found, give };
                None
            }
            Step::End => {
                let give = *give;
                self.end(give)
            }
        };
        Ok(step)
    }

    fn descriptor(&mut self, input: &mut Bytes) -> Result<Option<WalkStep>, ContainerError> {
        let State::Descriptor { place, found, give } = &self.state else { return Ok(None) };
        let Expected { compressed, inflated, crc32 } = *found;
        let (taken, told) = self
            .record
            .next(input, |input| records::descriptor(input, crc32, compressed, inflated))
            .map_err(|_| {
                let text = "what follows it does not confirm its checksum and size";
                Damage::Structure(text).of(place.clone())
            })?;
        input.advance(taken);
        let give = *give;
        Ok(if told.is_some() { self.end(give) } else { Some(WalkStep::Input) })
    }

    fn skip(&mut self, input: &mut Bytes) -> Option<WalkStep> {
        let State::Skip { left, give } = &mut self.state else { return None };
        let some = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
        input.advance(some);
        *left -= some as u64;
        let give = *give;
        if *left == 0 { self.end(give) } else { Some(WalkStep::Input) }
    }

    fn end(&mut self, give: Give) -> Option<WalkStep> {
        self.state = State::Header;
        (give != Give::Nothing).then_some(WalkStep::EndOfMember)
    }
}
