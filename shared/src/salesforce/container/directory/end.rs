//! Finding the directory of a ZIP from its end.

use rc_zip::parse::{
    EndOfCentralDirectory64Locator, EndOfCentralDirectory64Record, EndOfCentralDirectoryRecord,
    Located,
};

use super::super::gather::parse;
use super::super::{ContainerError, Damage, Place};

/// Bytes that are looked at from the end: the end record with the longest comment, and what ZIP64
/// has before it (22 + 65,535 + 20 + 56), in whole KiB. A few bytes may follow the ZIP.
pub(super) const LONGEST: u64 = 66 << 10;

/// How a member begins.
pub(super) const MEMBER: &[u8] = b"PK\x03\x04";

/// Bytes of the ZIP64 end record, without what nobody appends to it.
const END_64: u64 = 56;

/// The most bytes of a directory; an entry for a short name has 60 to 120.
const LARGEST: u64 = 32 << 20;

/// What the end of a ZIP says of its directory.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// Where the directory begins in the file.
    pub(super) start: u64,
    /// Its size in bytes.
    pub(super) size: u64,
    /// Its entries.
    pub(super) records: u64,
    /// How many bytes are before the ZIP in the file.
    pub(super) prefix: u64,
}

/// What an end record of either width says.
struct Stated {
    /// Where the record itself begins in the file.
    at: u64,
    disks: [u32; 2],
    /// On this disk, and on all.
    records: [u64; 2],
    size: u64,
    /// Where the directory begins in the ZIP.
    start: u64,
}

/// Finds the end in the last bytes of a file, which begin at `from`.
pub(super) fn find(tail: &[u8], from: u64, limit: u32) -> Result<End, ContainerError> {
    let Located { offset, inner: record } =
        EndOfCentralDirectoryRecord::find_in_block(tail).ok_or(ContainerError::NoDirectory)?;
    let narrow = Stated {
        at: from + offset,
        disks: [record.disk_nbr, record.dir_disk_nbr].map(u32::from),
        records: [record.dir_records_this_disk, record.directory_records].map(u64::from),
        size: record.directory_size.into(),
        start: record.directory_offset.into(),
    };
    let Stated { at, disks, records: [here, records], size, start: stated_start } =
        find_wide(tail, from, offset).filter(|wide| narrow.may_stand_for(wide)).unwrap_or(narrow);
    if disks != [0, 0] {
        return Err(ContainerError::Split);
    }
    // The directory ends where its end begins; what it is further back than stated is before the
    // ZIP.
    let start = at.checked_sub(size).ok_or_else(corrupt)?;
    let prefix = start.checked_sub(stated_start).ok_or_else(corrupt)?;
    if here != records {
        return Err(corrupt());
    }
    if records > u64::from(limit) {
        return Err(ContainerError::TooManyEntries { limit });
    }
    if size > LARGEST {
        return Err(ContainerError::DirectoryTooLarge { size });
    }
    Ok(End { start, size, records, prefix })
}

impl Stated {
    /// Whether this record of the narrow kind belongs to a wide one: each field says the same, or
    /// that it is to be looked up there. Otherwise the wide one is a part of a name or a comment.
    fn may_stand_for(&self, wide: &Self) -> bool {
        let (two, four) = (u64::from(u16::MAX), u64::from(u32::MAX));
        let both = [
            (self.disks.map(u64::from), wide.disks.map(u64::from), two),
            (self.records, wide.records, two),
            ([self.size, self.start], [wide.size, wide.start], four),
        ];
        both.iter().all(|(narrow, wide, elsewhere)| {
            narrow.iter().zip(wide).all(|(narrow, wide)| narrow == wide || narrow == elsewhere)
        })
    }
}

/// What the ZIP64 end record says, if there is one. It lies right before the record that says where
/// it is; what that says is wrong if there are bytes before the ZIP.
fn find_wide(tail: &[u8], from: u64, end: u64) -> Option<Stated> {
    let at = end.checked_sub(EndOfCentralDirectory64Locator::LENGTH as u64)?;
    let (_, locator) =
        parse(behind(tail, at), EndOfCentralDirectory64Locator::parser).ok().flatten()?;
    let places = [at.checked_sub(END_64), locator.directory_offset.checked_sub(from)];
    places.into_iter().flatten().find_map(|at| {
        let (_, record) =
            parse(behind(tail, at), EndOfCentralDirectory64Record::parser).ok().flatten()?;
        Some(Stated {
            at: from + at,
            disks: [record.disk_nbr, record.dir_disk_nbr],
            records: [record.dir_records_this_disk, record.directory_records],
            size: record.directory_size,
            start: record.directory_offset,
        })
    })
}

fn behind(tail: &[u8], at: u64) -> &[u8] {
    usize::try_from(at).ok().and_then(|at| tail.get(at..)).unwrap_or_default()
}

const fn corrupt() -> ContainerError {
    Damage::Structure("its end contradicts itself").of(Place::Zip)
}
