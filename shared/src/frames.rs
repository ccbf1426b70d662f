//! State that is too large to be written as one document: frames, most of them runs of entries that all
//! have one width.
//!
//! Serialisers want the whole of a value, or a reader that may block; frames are written and taken in
//! one by one, so that no more than the state itself and one of them is in memory. They are read only
//! by the very version that wrote them.

/// Bytes of a frame, unless a single part of it has more.
const FRAME: usize = 1 << 20;

/// Bytes before those of a frame: its kind, and how many follow.
const HEAD: usize = 5;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A document with all that is small.
    Document = 1,
    /// Lines of the unfinished segment.
    Segment,
    /// Lines of the unfinished part of what was left out.
    LeftOut,
    /// Ids that were taken, with their notes.
    Ids,
    /// Emails that were taken.
    Emails,
    /// Names that were taken.
    Names,
    /// What earlier attempts took.
    Earlier,
    /// How often names came without an id.
    Repeats,
    /// The latest versions of records.
    Latest,
    /// Emails that several records have.
    Shared,
    /// All versions are known.
    Weighed,
    /// Links between contacts and accounts.
    Relations,
    /// Nothing; it is the last one.
    End,
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Document,
        Self::Segment,
        Self::LeftOut,
        Self::Ids,
        Self::Emails,
        Self::Names,
        Self::Earlier,
        Self::Repeats,
        Self::Latest,
        Self::Shared,
        Self::Weighed,
        Self::Relations,
        Self::End,
    ];
}

/// A piece of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it holds.
    pub kind: Kind,
    /// At most 4 GiB.
    pub bytes: Vec<u8>,
}

/// What was read is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is damaged, or of another version")]
pub struct Damaged;

/// What can be written in always the same number of bytes.
pub trait Entry: Sized {
    /// That number.
    const WIDTH: usize;

    /// Writes the entry.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads what [`Self::put`] wrote; `None` if it is nothing that it writes.
    fn take(bytes: &[u8]) -> Option<Self>;
}

impl<const N: usize> Entry for [u8; N] {
    const WIDTH: usize = N;

    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok()
    }
}

impl Entry for u64 {
    const WIDTH: usize = 8;

    fn put(&self, out: &mut Vec<u8>) {
        self.to_le_bytes().put(out);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        Entry::take(bytes).map(Self::from_le_bytes)
    }
}

impl Entry for u32 {
    const WIDTH: usize = 4;

    fn put(&self, out: &mut Vec<u8>) {
        self.to_le_bytes().put(out);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        Entry::take(bytes).map(Self::from_le_bytes)
    }
}

impl Entry for () {
    const WIDTH: usize = 0;

    fn put(&self, _: &mut Vec<u8>) {}

    fn take(bytes: &[u8]) -> Option<Self> {
        bytes.is_empty().then_some(())
    }
}

impl<A: Entry, B: Entry> Entry for (A, B) {
    const WIDTH: usize = A::WIDTH + B::WIDTH;

    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        let (first, second) = bytes.split_at_checked(A::WIDTH)?;
        Some((A::take(first)?, B::take(second)?))
    }
}

/// Entries in frames.
pub fn frames<E: Entry>(
    kind: Kind,
    entries: impl Iterator<Item = E>,
) -> impl Iterator<Item = Frame> {
    let mut entries = entries.fuse();
    std::iter::from_fn(move || {
        let mut bytes = Vec::new();
        for entry in entries.by_ref().take(FRAME / E::WIDTH.max(1)) {
            if bytes.capacity() == 0 {
                bytes.reserve_exact(FRAME);
            }
            entry.put(&mut bytes);
        }
        (!bytes.is_empty()).then_some(Frame { kind, bytes })
    })
}

/// Bytes in frames.
pub fn runs(kind: Kind, bytes: &[u8]) -> impl Iterator<Item = Frame> {
    bytes.chunks(FRAME).map(move |bytes| Frame { kind, bytes: bytes.to_vec() })
}

/// The entries of a frame.
pub fn entries<E: Entry>(bytes: &[u8]) -> impl Iterator<Item = Result<E, Damaged>> {
    // A rest that is shorter is no entry.
    bytes.chunks(E::WIDTH.max(1)).map(|bytes| E::take(bytes).ok_or(Damaged))
}

impl Frame {
    /// Writes the frame as [`Frames`] reads it.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(self.kind as u8);
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX).put(out);
        out.extend_from_slice(&self.bytes);
    }
}

/// Reads frames out of the pieces in which they come.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: Vec<u8>,
    at: usize,
}

impl Frames {
    /// Takes the next piece. Take all frames before feeding again.
    pub fn feed(&mut self, piece: &[u8]) {
        self.buffer.drain(..self.at);
        self.at = 0;
        self.buffer.extend_from_slice(piece);
    }

    /// The next frame; `None`: feed more.
    ///
    /// # Errors
    /// It is no frame.
    pub fn next_frame(&mut self) -> Result<Option<(Kind, &[u8])>, Damaged> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let Some((head, rest)) = rest.split_at_checked(HEAD) else { return Ok(None) };
        let ([number], length) = <([u8; 1], u32)>::take(head).ok_or(Damaged)?;
        let kind = Kind::ALL.into_iter().find(|kind| *kind as u8 == number).ok_or(Damaged)?;
        let length = usize::try_from(length).map_err(|_| Damaged)?;
        let Some(bytes) = rest.get(..length) else { return Ok(None) };
        self.at += HEAD + length;
        Ok(Some((kind, bytes)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn entries_come_back_however_the_bytes_are_cut(
            all in prop::collection::vec((any::<u64>(), any::<[u8; 4]>()), 0..300),
            lines in prop::collection::vec(any::<u8>(), 0..300),
            cut in 1_usize..40,
        ) {
            let mut written = Vec::new();
            for frame in frames(Kind::Ids, all.iter().copied()).chain(runs(Kind::Segment, &lines)) {
                frame.write(&mut written);
            }
            let (mut ids, mut segment) = (Vec::new(), Vec::new());
            let mut reader = Frames::default();
            for piece in written.chunks(cut) {
                reader.feed(piece);
                while let Some((kind, bytes)) = reader.next_frame().unwrap() {
                    match kind {
                        Kind::Ids => {
                            let read: Result<Vec<(u64, [u8; 4])>, _> = entries(bytes).collect();
                            ids.extend(read.unwrap());
                        }
                        Kind::Segment => segment.extend_from_slice(bytes),
                        other => panic!("{other:?}"),
                    }
                }
            }
            prop_assert_eq!((ids, segment), (all, lines));
        }
    }

    #[test]
    fn what_is_no_frame_and_no_entry_is_damaged() {
        let mut reader = Frames::default();
        reader.feed(&[99, 0, 0, 0, 0]);
        assert_eq!(reader.next_frame(), Err(Damaged));
        assert_eq!(entries::<u64>(&[0; 9]).collect::<Result<Vec<_>, _>>(), Err(Damaged));
    }

    #[test]
    fn frames_are_bounded() {
        let written: Vec<Frame> = frames(Kind::Names, 0..300_000_u64).collect();
        assert!(written.len() > 2 && written.iter().all(|frame| frame.bytes.len() <= FRAME));
    }
}
