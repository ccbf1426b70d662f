//! Listing a ZIP by its directory.

mod end;

use super::gather::Gather;
use super::member::Entry;
use super::records;
use super::{ContainerError, Damage, Limits, Member, Place, Refusal};
use end::End;

/// Lists a ZIP by the directory at its end, without reading its members.
///
/// Its last 66 KiB are wanted first; they hold the directory of most. Only otherwise is it wanted
/// next. Bytes before the ZIP, as in an archive that unpacks itself, are passed over.
#[derive(Debug)]
pub struct Directory {
    size: u64,
    limit: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Collecting the end of the ZIP.
    Tail {
        from: u64,
        held: Vec<u8>,
    },
    /// Collecting the beginning of a file that has bytes before its ZIP.
    Front {
        held: Vec<u8>,
        tail: Tail,
    },
    Entries(Reading),
}

#[derive(Debug)]
struct Tail {
    from: u64,
    held: Vec<u8>,
    end: End,
}

/// Reading the directory itself.
#[derive(Debug)]
struct Reading {
    end: End,
    /// Bytes of it that were taken.
    taken: u64,
    /// Entries that were read.
    read: u64,
    gather: Gather,
    entries: Vec<Entry>,
}

impl Directory {
    /// A reader of a ZIP of so many bytes. Of the limits, only `entries` counts here.
    pub fn new(size: u64, limits: &Limits) -> Self {
        let from = size.saturating_sub(end::LONGEST);
        Self { size, limit: limits.entries, state: State::Tail { from, held: Vec::new() } }
    }

    /// Where the bytes lie that [`feed`](Self::feed) is to be given next, from the beginning of the
    /// ZIP; `None` if no more are needed.
    pub fn wants(&self) -> Option<u64> {
        match &self.state {
            State::Tail { from, held } => {
                Some(from + held.len() as u64).filter(|&at| at < self.size)
            }
            State::Front { held, .. } => Some(held.len() as u64),
            State::Entries(Reading { end, taken, .. }) => {
                (*taken < end.size).then(|| end.start + taken)
            }
        }
    }

    /// Takes bytes that lie where was wanted, and tells how many. The others were not looked at;
    /// it may be that what is wanted next lies elsewhere.
    ///
    /// # Errors
    /// The file is no ZIP, a damaged one, or has more entries than the limits allow.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<usize, ContainerError> {
        match &mut self.state {
            State::Tail { from, held } => {
                let left = self.size.saturating_sub(*from + held.len() as u64);
                let taken = hold(held, bytes, left);
                if taken as u64 == left && left > 0 {
                    let end = end::find(held, *from, self.limit)?;
                    let tail = Tail { from: *from, held: std::mem::take(held), end };
                    if tail.end.prefix == 0 {
                        self.begin(tail)?;
                    } else {
                        self.state = State::Front { held: Vec::new(), tail };
                    }
                }
                Ok(taken)
            }
            State::Front { held, tail } => {
                let taken = hold(held, bytes, end::MEMBER.len().saturating_sub(held.len()) as u64);
                if held.len() == end::MEMBER.len() {
                    // A ZIP that lies in another one as it is would be taken for it where that one
                    // breaks off.
                    if *held == end::MEMBER {
                        let text = "it breaks off, or several ZIP files follow each other";
                        return Err(Damage::Structure(text).of(Place::Zip));
                    }
                    let Tail { from, held, end } = tail;
                    let tail = Tail { from: *from, held: std::mem::take(held), end: *end };
                    self.begin(tail)?;
                }
                Ok(taken)
            }
            State::Entries(reading) => reading.feed(bytes),
        }
    }

    /// The entries in the order of the directory, once nothing is wanted any more. Folders are left
    /// out.
    ///
    /// # Errors
    /// The directory was not read to its end.
    pub fn finish(self) -> Result<Vec<Entry>, ContainerError> {
        match self.state {
            State::Entries(Reading { end, taken, mut entries, .. }) if taken == end.size => {
                refuse_misplaced(&mut entries, end.start);
                Ok(entries)
            }
            State::Tail { .. } if self.size == 0 => Err(ContainerError::NoDirectory),
            _ => Err(ContainerError::Truncated(Place::Zip)),
        }
    }

    /// Begins to read the directory, from the end of the ZIP as far as it lies there.
    fn begin(&mut self, tail: Tail) -> Result<(), ContainerError> {
        let Tail { from, held, end } = tail;
        let mut reading =
            Reading { end, taken: 0, read: 0, gather: Gather::default(), entries: Vec::new() };
        let at = end.start.checked_sub(from).and_then(|at| usize::try_from(at).ok());
        match at.and_then(|at| held.get(at..)) {
            Some(there) => {
                reading.feed(there)?;
            }
            None => reading.check()?,
        }
        self.state = State::Entries(reading);
        Ok(())
    }
}

/// Holds as many of the bytes as are needed, and tells how many.
fn hold(held: &mut Vec<u8>, bytes: &[u8], needed: u64) -> usize {
    let taken = usize::try_from(needed).unwrap_or(usize::MAX).min(bytes.len());
    held.extend_from_slice(bytes.get(..taken).unwrap_or_default());
    taken
}

impl Reading {
    fn feed(&mut self, bytes: &[u8]) -> Result<usize, ContainerError> {
        let mut total = 0;
        loop {
            let left = usize::try_from(self.end.size - self.taken).unwrap_or(usize::MAX);
            let rest = bytes.get(total..).unwrap_or_default();
            let rest = rest.get(..rest.len().min(left)).unwrap_or_default();
            if rest.is_empty() {
                self.check()?;
                return Ok(total);
            }
            if self.read == self.end.records {
                return Err(wrong());
            }
            let taken = self.entry(rest)?;
            total += taken;
            self.taken += taken as u64;
        }
    }

    fn entry(&mut self, bytes: &[u8]) -> Result<usize, ContainerError> {
        let (taken, central) = self.gather.next(bytes, records::central).map_err(|_| wrong())?;
        if let Some(central) = central {
            self.read += 1;
            self.entries.extend(Entry::judge(central, self.end.prefix));
        }
        Ok(taken)
    }

    /// Whether all entries are there once all bytes are.
    fn check(&self) -> Result<(), ContainerError> {
        if self.taken == self.end.size && self.read != self.end.records {
            Err(wrong())
        } else {
            Ok(())
        }
    }
}

fn wrong() -> ContainerError {
    Damage::Structure("its directory does not list what its end says").of(Place::Zip)
}

/// Refuses members that reach into each other or into the directory: what is stored once would be
/// unpacked many times.
fn refuse_misplaced(entries: &mut [Entry], directory: u64) {
    /// Bytes of a local header without its name (APPNOTE 4.3.7).
    const HEADER: u64 = 30;
    let mut places: Vec<(u64, u64, usize)> = entries
        .iter()
        .enumerate()
        .filter_map(|(number, entry)| match entry {
            Entry::Member(Member { name, header_offset, compressed, .. }) => {
                // A name has as many characters as it had bytes at least.
                let header = HEADER + name.chars().count() as u64;
                let end = header_offset.saturating_add(header).saturating_add(*compressed);
                Some((*header_offset, end, number))
            }
            Entry::Refused { .. } => None,
        })
        .collect();
    places.sort_unstable();
    let mut free = 0;
    for (start, end, number) in places {
        if start < free || end > directory {
            if let Some(entry) = entries.get_mut(number) {
                *entry = Entry::refused(entry.name().to_owned(), Refusal::Misplaced);
            }
        } else {
            free = end;
        }
    }
}
