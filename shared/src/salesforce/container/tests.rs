//! What all tests of containers share: readers driven to their end, and ZIPs built by hand.

mod gzip;
mod hostile;
mod unzip;
mod walk;

use std::io::{Cursor, Write};

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use zip::write::SimpleFileOptions;

use super::content::MOST;
use super::*;

/// What Java's `ZipOutputStream` writes, as Salesforce does: a folder, a member and an empty member,
/// each with its sizes behind it.
const JAVA: &[u8] = b"PK\x03\x04\x14\x00\x08\x08\x08\x00\xdb\x89x]\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00Daten/\x03\x00PK\x07\x08\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00PK\x03\x04\x14\x00\x08\x08\x08\x00\xdb\x89x]\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x11\x00\x00\x00Daten/K\xc3\xa4ufer.csvS\xf2tQ\xd2Q\xf2s\xf4uU\xe2R200\x04r\x1cS\x12\x95\xb8\x00PK\x07\x08\x00s>~\x18\x00\x00\x00\x18\x00\x00\x00PK\x03\x04\x14\x00\x08\x08\x08\x00\xdb\x89x]\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0b\x00\x00\x00Contact.csv\x03\x00PK\x07\x08\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00PK\x01\x02\x14\x00\x14\x00\x08\x08\x08\x00\xdb\x89x]\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00Daten/PK\x01\x02\x14\x00\x14\x00\x08\x08\x08\x00\xdb\x89x]\x00s>~\x18\x00\x00\x00\x18\x00\x00\x00\x11\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x006\x00\x00\x00Daten/K\xc3\xa4ufer.csvPK\x01\x02\x14\x00\x14\x00\x08\x08\x08\x00\xdb\x89x]\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x8d\x00\x00\x00Contact.csvPK\x05\x06\x00\x00\x00\x00\x03\x00\x03\x00\xac\x00\x00\x00\xc8\x00\x00\x00\x00\x00";

const JAVA_HOLDS: [(&str, &[u8]); 2] =
    [("Daten/Käufer.csv", b"\"ID\",\"NAME\"\n\"001\",\"Ada\"\n"), ("Contact.csv", b"")];

/// Cuts bytes into pieces of these sizes, again and again. No sizes: one piece.
fn cut<'a>(bytes: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let whole = [usize::MAX];
    let mut number = 0;
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let sizes = if sizes.is_empty() { &whole } else { sizes };
        let (piece, behind) =
            rest.split_at(sizes[number % sizes.len()].clamp(1, rest.len().max(1)).min(rest.len()));
        number += 1;
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

trait Pull {
    fn pull(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Step, ContainerError>;
    fn complete(&mut self) -> Result<(), ContainerError>;
}

impl Pull for Gunzip {
    fn pull(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Step, ContainerError> {
        self.read(input, out)
    }
    fn complete(&mut self) -> Result<(), ContainerError> {
        self.finish()
    }
}

impl Pull for Inflate {
    fn pull(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<Step, ContainerError> {
        self.read(input, out)
    }
    fn complete(&mut self) -> Result<(), ContainerError> {
        self.finish()
    }
}

/// Reads to the end as a caller would.
fn drain(mut reader: impl Pull, bytes: &[u8], sizes: &[usize]) -> Result<Vec<u8>, ContainerError> {
    let mut content = Vec::new();
    let mut pieces = cut(bytes, sizes);
    let mut input = Bytes::new();
    loop {
        let mut out = b"kept".to_vec();
        let step = reader.pull(&mut input, &mut out)?;
        let appended = out.strip_prefix(b"kept").unwrap();
        assert!(appended.len() <= MOST);
        assert_eq!(step == Step::Output, !appended.is_empty());
        content.extend_from_slice(appended);
        match step {
            Step::Output => {}
            Step::End => return Ok(content),
            Step::Input => {
                assert!(input.is_empty());
                match pieces.next() {
                    Some(piece) => input = Bytes::copy_from_slice(piece),
                    None => reader.complete()?,
                }
            }
        }
    }
}

fn list_within(zip: &[u8], sizes: &[usize], limits: &Limits) -> Result<Vec<Entry>, ContainerError> {
    let mut directory = Directory::new(zip.len() as u64, limits);
    while let Some(at) = directory.wants() {
        let Some(rest) = zip.get(usize::try_from(at).unwrap()..) else { break };
        let mut at = at;
        for piece in cut(rest, sizes) {
            let taken = directory.feed(piece)?;
            at += taken as u64;
            if directory.wants() != Some(at) {
                break;
            }
            assert_eq!(taken, piece.len());
        }
    }
    directory.finish()
}

fn list(zip: &[u8]) -> Result<Vec<Entry>, ContainerError> {
    list_within(zip, &[], &Limits::default())
}

fn inflate(zip: &[u8], member: &Member, sizes: &[usize]) -> Result<Vec<u8>, ContainerError> {
    let from = usize::try_from(member.header_offset).unwrap().min(zip.len());
    drain(Inflate::new(member, &Limits::default()), &zip[from..], sizes)
}

/// Name and content, or why there is none, of every entry.
type Held = Vec<(String, Result<Vec<u8>, Refusal>)>;

fn unzip(zip: &[u8], sizes: &[usize]) -> Result<Held, ContainerError> {
    list_within(zip, sizes, &Limits::default())?
        .into_iter()
        .map(|entry| match entry {
            Entry::Member(member) => Ok((member.name.clone(), Ok(inflate(zip, &member, sizes)?))),
            Entry::Refused { name, refusal } => Ok((name, Err(refusal))),
        })
        .collect()
}

fn walk_within(zip: &[u8], sizes: &[usize], limits: &Limits) -> Result<Held, ContainerError> {
    let mut walk = Walk::new(limits);
    let mut held = Held::new();
    let mut pieces = cut(zip, sizes);
    let mut input = Bytes::new();
    let mut open = false;
    loop {
        let mut out = b"kept".to_vec();
        let step = walk.read(&mut input, &mut out)?;
        let appended = out.strip_prefix(b"kept").unwrap();
        assert!(appended.len() <= MOST);
        assert_eq!(step == WalkStep::Output, !appended.is_empty());
        match step {
            WalkStep::Output => {
                assert!(open);
                held.last_mut().unwrap().1.as_mut().unwrap().extend_from_slice(appended);
            }
            WalkStep::Begin(Begun { name, refusal }) => {
                assert!(!open);
                open = true;
                held.push((name, refusal.map_or(Ok(Vec::new()), Err)));
            }
            WalkStep::EndOfMember => {
                assert!(open);
                open = false;
            }
            WalkStep::End => {
                assert!(!open);
                return Ok(held);
            }
            WalkStep::Input => {
                assert!(input.is_empty());
                match pieces.next() {
                    Some(piece) => input = Bytes::copy_from_slice(piece),
                    None => walk.finish()?,
                }
            }
        }
    }
}

fn walk(zip: &[u8], sizes: &[usize]) -> Result<Held, ContainerError> {
    walk_within(zip, sizes, &Limits::default())
}

/// A ZIP as the zip crate writes it to a file, or where it cannot go back (`stream`).
fn pack(members: &[(&str, &[u8])], options: SimpleFileOptions, stream: bool) -> Vec<u8> {
    if stream {
        let mut writer = zip::ZipWriter::new_stream(Vec::new());
        for (name, content) in members {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    } else {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}

fn owned(members: &[(&str, &[u8])]) -> Held {
    members.iter().map(|(name, content)| ((*name).to_owned(), Ok(content.to_vec()))).collect()
}

fn deflate(content: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(content.len() + 100);
    let mut compress = Compress::new(Compression::default(), false);
    let status = compress.compress_vec(content, &mut packed, FlushCompress::Finish);
    assert_eq!(status.unwrap(), Status::StreamEnd);
    packed
}

/// Deflated zeros, so many MiB of them; about a thousandth of that.
fn deflated_zeros(mebibytes: usize) -> Vec<u8> {
    let mut packed = Vec::with_capacity(8 << 10);
    let mut compress = Compress::new(Compression::best(), false);
    compress.compress_vec(&vec![0; 1 << 20], &mut packed, FlushCompress::Full).unwrap();
    assert_eq!(compress.total_in(), 1 << 20);
    let mut all = packed.repeat(mebibytes);
    all.extend_from_slice(&deflate(b""));
    all
}

fn crc32(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}

/// A member of a ZIP built by hand: any part of it may be wrong.
#[derive(Clone)]
struct Part {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    crc32: u32,
    compressed: u32,
    inflated: u32,
    /// In the local header; others than in the directory if its sizes follow the content.
    local: (u32, u32, u32),
    extra: Vec<u8>,
    local_extra: Vec<u8>,
    made_by: u16,
    attributes: u32,
    disk: u16,
    offset: Option<u32>,
    packed: Vec<u8>,
    behind: Vec<u8>,
}

impl Part {
    fn deflated(name: &str, content: &[u8]) -> Self {
        Self::new(name, 8, content, deflate(content))
    }

    fn stored(name: &str, content: &[u8]) -> Self {
        Self::new(name, 0, content, content.to_vec())
    }

    fn new(name: &str, method: u16, content: &[u8], packed: Vec<u8>) -> Self {
        let sizes = (
            crc32(content),
            u32::try_from(packed.len()).unwrap(),
            u32::try_from(content.len()).unwrap(),
        );
        Self {
            name: name.as_bytes().to_vec(),
            flags: if name.is_ascii() { 0 } else { 1 << 11 },
            method,
            crc32: sizes.0,
            compressed: sizes.1,
            inflated: sizes.2,
            local: sizes,
            extra: Vec::new(),
            local_extra: Vec::new(),
            made_by: 0x0314,
            attributes: 0,
            disk: 0,
            offset: None,
            packed,
            behind: Vec::new(),
        }
    }

    /// Puts checksum and sizes behind the content, and zeros before it.
    fn with_descriptor(mut self, signature: bool, wide: bool) -> Self {
        self.flags |= 1 << 3;
        self.local = (0, 0, 0);
        self.behind = if signature { b"PK\x07\x08".to_vec() } else { Vec::new() };
        self.behind.extend(self.crc32.to_le_bytes());
        for size in [self.compressed, self.inflated] {
            self.behind.extend(size.to_le_bytes());
            if wide {
                self.behind.extend([0; 4]);
            }
        }
        self
    }
}

fn build(parts: &[Part]) -> Vec<u8> {
    let two = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    let four = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let mut zip = Vec::new();
    let mut directory = Vec::new();
    for part in parts {
        let offset = part.offset.unwrap_or(u32::try_from(zip.len()).unwrap());
        zip.extend(b"PK\x03\x04\x14\0");
        zip.extend(part.flags.to_le_bytes());
        zip.extend(part.method.to_le_bytes());
        zip.extend([0, 0, 0x21, 0]);
        for number in [part.local.0, part.local.1, part.local.2] {
            zip.extend(number.to_le_bytes());
        }
        zip.extend(two(part.name.len()));
        zip.extend(two(part.local_extra.len()));
        zip.extend(&part.name);
        zip.extend(&part.local_extra);
        zip.extend(&part.packed);
        zip.extend(&part.behind);

        directory.extend(b"PK\x01\x02");
        directory.extend(part.made_by.to_le_bytes());
        directory.extend([20, 0]);
        directory.extend(part.flags.to_le_bytes());
        directory.extend(part.method.to_le_bytes());
        directory.extend([0, 0, 0x21, 0]);
        for number in [part.crc32, part.compressed, part.inflated] {
            directory.extend(number.to_le_bytes());
        }
        directory.extend(two(part.name.len()));
        directory.extend(two(part.extra.len()));
        directory.extend([0, 0]);
        directory.extend(part.disk.to_le_bytes());
        directory.extend([0, 0]);
        directory.extend(part.attributes.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&part.name);
        directory.extend(&part.extra);
    }
    let start = zip.len();
    zip.extend(&directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend(two(parts.len()));
    zip.extend(two(parts.len()));
    zip.extend(four(directory.len()));
    zip.extend(four(start));
    zip.extend([0, 0]);
    zip
}

/// The end of a ZIP64 as Python and Java write it beyond 65,535 members.
fn with_wide_end(parts: &[Part]) -> Vec<u8> {
    let mut zip = build(parts);
    let end = zip.split_off(zip.len() - 22);
    let at = zip.len() as u64;
    let size = u32::from_le_bytes(end[12..16].try_into().unwrap());
    let start = u32::from_le_bytes(end[16..20].try_into().unwrap());
    zip.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
    for number in [parts.len() as u64, parts.len() as u64, size.into(), start.into()] {
        zip.extend(number.to_le_bytes());
    }
    zip.extend(b"PK\x06\x07\0\0\0\0");
    zip.extend(at.to_le_bytes());
    zip.extend(b"\x01\0\0\0PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
    zip
}

#[test]
fn containers_are_told_by_their_first_bytes() {
    for (first, expected) in [
        (&b"\x1f\x8b\x08\0"[..], Kind::Gzip),
        (b"PK\x03\x04\x14\0", Kind::Zip),
        (b"PK\x05\x06\0\0", Kind::Zip),
        (b"PK\x06\x06\0\0", Kind::Zip),
        (b"PK\x07\x08PK\x03\x04", Kind::Zip),
        (b"PK00PK\x03\x04", Kind::Zip),
        (b"PK", Kind::Plain),
        (b"PK00,Name", Kind::Plain),
        (b"\x1f", Kind::Plain),
        (b"", Kind::Plain),
        (b"Id,Name\n", Kind::Plain),
    ] {
        assert_eq!(kind(first), expected, "{first:?}");
    }
}

#[test]
fn readers_can_be_sent_to_other_threads() {
    fn sent<T: Send + 'static>() {}
    sent::<(Directory, Inflate, Gunzip, Walk, ContainerError)>();
}

#[test]
fn limits_are_written_as_json() {
    let limits: Limits = serde_json::from_str(r#"{"ratio":7}"#).unwrap();
    assert_eq!(limits, Limits { ratio: 7, ..Limits::default() });
    let again = serde_json::to_string(&limits).unwrap();
    assert_eq!(again, r#"{"entries":100000,"inflated":274877906944,"ratio":7}"#);
}
