//! Unpacking one member of a ZIP.

use bytes::{Buf, Bytes};

use super::budget::Budget;
use super::content::{Content, Expected};
use super::gather::Gather;
use super::member::usable;
use super::records::{self, Local};
use super::{ContainerError, Damage, Limits, Member, Place, Step};

/// Unpacks one member of a ZIP as it streams in, from its local header on.
#[derive(Debug)]
pub struct Inflate {
    member: Member,
    budget: Budget,
    header: Gather,
    content: Option<Content>,
    ended: bool,
}

impl Inflate {
    /// A reader of a member that a [`Directory`](super::Directory) found. Its input begins at
    /// [`Member::header_offset`] and may go on behind the member. Of the limits, `entries` does not
    /// count here.
    pub fn new(member: &Member, limits: &Limits) -> Self {
        Self {
            member: member.clone(),
            budget: Budget::new(limits),
            header: Gather::default(),
            content: None,
            ended: false,
        }
    }

    /// Unpacks some of the input, which is advanced, to the end of `out`; at most 256 KiB.
    ///
    /// # Errors
    /// The member is damaged or not the one that was found, or larger than the limits allow; the
    /// latter is known at the first call.
    pub fn read(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Step, ContainerError> {
        let content = match &mut self.content {
            Some(content) => content,
            None => match self.begin(input)? {
                Some(content) => self.content.insert(content),
                None => return Ok(Step::Input),
            },
        };
        let step = content.read(input, out, &mut self.budget)?;
        self.ended |= step == Step::End;
        Ok(step)
    }

    /// Says that there is no more input, once [`read`](Self::read) asked for some.
    ///
    /// # Errors
    /// The member is not complete.
    pub fn finish(&mut self) -> Result<(), ContainerError> {
        if self.ended { Ok(()) } else { Err(ContainerError::Truncated(self.place())) }
    }

    fn place(&self) -> Place {
        Place::Member(self.member.name.clone())
    }

    /// Reads the local header; `None` if it is not whole yet.
    fn begin(&mut self, input: &mut Bytes) -> Result<Option<Content>, ContainerError> {
        let Member { compressed, inflated, crc32, method, .. } = self.member;
        self.budget.allows(compressed, inflated, &self.place())?;
        let (taken, header) = self.header.next(input, records::local).map_err(|_| {
            Damage::Structure("it is not where the directory says").of(self.place())
        })?;
        input.advance(taken);
        let Some(Local { name, flags, method: compression, .. }) = header else { return Ok(None) };
        // Sizes and checksum may be missing here; those of the directory are verified in the end.
        if name != self.member.name || usable(&name, flags, compression) != Ok(method) {
            let text = "its header and the directory of the ZIP file contradict each other";
            return Err(Damage::Structure(text).of(self.place()));
        }
        let expected = Expected { compressed, inflated, crc32 };
        Ok(Some(Content::sized(&name, method, expected)))
    }
}
