//! Any bytes as gzip and as ZIP: what comes out does not depend on where the input is cut, and is
//! never more than the limits allow.
#![no_main]

use bytes::Bytes;
use csm_import::salesforce::container::{
    ContainerError, Directory, Entry, Gunzip, Inflate, Kind, Limits, Member, Step, Walk, WalkStep,
    kind,
};
use csm_import_fuzz::{Input, Pieces};
use libfuzzer_sys::fuzz_target;

/// The most that one call gives, in bytes, as the library says.
const MOST: usize = 256 << 10;

/// Limits that an input can reach.
const LIMITS: [Limits; 2] = [
    Limits { entries: 64, inflated: 1 << 20, ratio: 200 },
    Limits { entries: 4, inflated: 512, ratio: 2 },
];

/// A content as far as it was given, and whether it was complete.
#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    complete: bool,
}

impl Content {
    /// Asserts that this is the same content. How much of an incomplete one is given depends on the
    /// cuts, since an error comes as early as it can be seen.
    fn assert_same(&self, other: &Self) {
        assert_eq!(self.complete, other.complete, "complete however cut");
        if self.complete {
            assert_eq!(self.bytes, other.bytes, "the same content however cut");
        } else {
            let both = self.bytes.len().min(other.bytes.len());
            assert_eq!(self.bytes[..both], other.bytes[..both], "the same beginning however cut");
        }
    }

    fn add(&mut self, piece: &[u8], limits: &Limits) {
        assert!(piece.len() <= MOST, "a call gives at most 256 KiB");
        self.bytes.extend_from_slice(piece);
        assert!(self.bytes.len() as u64 <= limits.inflated + MOST as u64, "within the limits");
    }
}

/// What unpacks one content.
trait Unpack {
    fn read(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Step, ContainerError>;
    fn finish(&mut self) -> Result<(), ContainerError>;
}

impl Unpack for Gunzip {
    fn read(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Step, ContainerError> {
        Self::read(self, input, out)
    }
    fn finish(&mut self) -> Result<(), ContainerError> {
        Self::finish(self)
    }
}

impl Unpack for Inflate {
    fn read(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Step, ContainerError> {
        Self::read(self, input, out)
    }
    fn finish(&mut self) -> Result<(), ContainerError> {
        Self::finish(self)
    }
}

/// The next piece of the input, once the last one was taken; `None` at its end.
fn refill(input: &mut Bytes, pieces: &mut Pieces<'_>) -> Option<()> {
    assert!(input.is_empty(), "more is asked for only when all was taken");
    *input = Bytes::copy_from_slice(pieces.next()?);
    Some(())
}

fn unpack(mut reader: impl Unpack, mut pieces: Pieces<'_>, limits: &Limits) -> Content {
    let (mut content, mut input) = (Content::default(), Bytes::new());
    loop {
        let mut out = Vec::new();
        let step = reader.read(&mut input, &mut out);
        content.add(&out, limits);
        match step {
            Err(_) => return content,
            Ok(Step::Output) => assert!(!out.is_empty(), "output is something"),
            Ok(Step::Input) => {
                if refill(&mut input, &mut pieces).is_none() && reader.finish().is_err() {
                    return content;
                }
            }
            Ok(Step::End) => {
                assert!(reader.finish().is_ok());
                content.complete = true;
                return content;
            }
        }
    }
}

/// Lists a ZIP as from ranged reads, each of which is cut by `cut`.
fn list<'b>(
    zip: &'b [u8],
    limits: &Limits,
    cut: impl Fn(&'b [u8]) -> Pieces<'b>,
) -> Result<Vec<Entry>, ContainerError> {
    let mut directory = Directory::new(zip.len() as u64, limits);
    let mut reads = 0;
    while let Some(start) = directory.wants() {
        reads += 1;
        assert!(reads <= 3, "its end, its beginning and the directory are read");
        let rest = usize::try_from(start).ok().and_then(|start| zip.get(start..));
        let Some(rest) = rest.filter(|rest| !rest.is_empty()) else { break };
        let mut at = start;
        for piece in cut(rest) {
            let taken = directory.feed(piece)?;
            assert!(taken <= piece.len());
            at += taken as u64;
            if directory.wants() != Some(at) {
                break;
            }
            assert_eq!(taken, piece.len(), "what is wanted is taken");
        }
    }
    directory.finish()
}

/// The members of a ZIP from front to back, and whether its end was reached.
#[derive(Debug, Default)]
struct Walked {
    members: Vec<(String, bool, Content)>,
    ended: bool,
}

fn walk(mut pieces: Pieces<'_>, limits: &Limits) -> Walked {
    let (mut reader, mut input) = (Walk::new(limits), Bytes::new());
    let (mut walked, mut total) = (Walked::default(), 0);
    loop {
        let mut out = Vec::new();
        let step = reader.read(&mut input, &mut out);
        total += out.len() as u64;
        assert!(total <= limits.inflated + MOST as u64, "within the limits");
        let open = walked.members.last_mut().filter(|(_, _, content)| !content.complete);
        match step {
            Err(_) => return walked,
            Ok(WalkStep::Begin(begun)) => {
                assert!(open.is_none(), "members do not nest");
                walked.members.push((begun.name, begun.refusal.is_some(), Content::default()));
            }
            Ok(WalkStep::Output) => {
                let (_, refused, content) = open.expect("content is of a member");
                assert!(!*refused && !out.is_empty(), "output is something, of a good member");
                content.add(&out, limits);
            }
            Ok(WalkStep::EndOfMember) => {
                open.expect("a member ends that began").2.complete = true;
            }
            Ok(WalkStep::Input) => {
                if refill(&mut input, &mut pieces).is_none() && reader.finish().is_err() {
                    return walked;
                }
            }
            Ok(WalkStep::End) => {
                assert!(open.is_none() && reader.finish().is_ok());
                walked.ended = true;
                return walked;
            }
        }
        assert!(walked.members.len() <= limits.entries as usize, "within the limits");
    }
}

fn compare_walks(one: &Walked, other: &Walked) {
    assert_eq!(one.ended, other.ended, "ended however cut");
    assert_eq!(one.members.len(), other.members.len(), "as many members however cut");
    for (one, other) in one.members.iter().zip(&other.members) {
        assert_eq!((&one.0, one.1), (&other.0, other.1), "the same members however cut");
        one.2.assert_same(&other.2);
    }
}

fn inflate(zip: &[u8], member: &Member, input: &Input<'_>, limits: &Limits) {
    let start = usize::try_from(member.header_offset).unwrap_or(usize::MAX);
    let rest = zip.get(start..).expect("a member lies in its ZIP");
    let one = unpack(Inflate::new(member, limits), Pieces::whole(rest), limits);
    if one.complete {
        assert_eq!(one.bytes.len() as u64, member.inflated, "as large as was said");
    }
    one.assert_same(&unpack(Inflate::new(member, limits), input.cut(rest), limits));
}

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::new(input) else { return };
    let (limits, bytes) = (input.first(&LIMITS), input.bytes);
    let found = kind(bytes);
    assert_eq!(found, kind(&bytes[..bytes.len().min(6)]), "six bytes are enough");

    let gunzipped = unpack(Gunzip::new(&limits), Pieces::whole(bytes), &limits);
    assert!(found == Kind::Gzip || !gunzipped.complete);
    gunzipped.assert_same(&unpack(Gunzip::new(&limits), input.cut(bytes), &limits));

    compare_walks(&walk(Pieces::whole(bytes), &limits), &walk(input.cut(bytes), &limits));

    let whole = list(bytes, &limits, Pieces::whole);
    let cut = list(bytes, &limits, |rest| input.cut(rest));
    let entries = match (whole, cut) {
        (Ok(whole), Ok(cut)) => {
            assert_eq!(whole, cut, "the same entries however cut");
            whole
        }
        (Err(one), Err(other)) => {
            return assert_eq!(one.to_string(), other.to_string(), "the same error however cut");
        }
        (one, other) => panic!("listed only if cut in one way: {one:?}, {other:?}"),
    };
    assert!(entries.len() <= limits.entries as usize, "within the limits");
    for entry in &entries {
        if let Entry::Member(member) = entry {
            inflate(bytes, member, &input, &limits);
        }
    }
});
