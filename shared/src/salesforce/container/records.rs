//! The records of a ZIP that are before and behind its members, parsed by rc-zip.

use rc_zip::parse::{
    CentralDirectoryFileHeader, DataDescriptorRecord, ExtraField, ExtraFieldSettings,
    ExtraZip64Field, HostSystem, LocalFileHeader, Method, MethodSpecific, UnixMode,
};
use winnow::binary::{le_u16, length_take};
use winnow::combinator::peek;
use winnow::error::{ContextError, ErrMode};
use winnow::token::take;
use winnow::{PResult, Parser, Partial};

use super::names;

/// The tag of the ZIP64 extra field (APPNOTE 4.5.3).
const ZIP64: u16 = 1;

/// A 32-bit field of this value is told in the ZIP64 extra field.
const ELSEWHERE: u32 = u32::MAX;

fn wrong() -> ErrMode<ContextError> {
    ErrMode::Backtrack(ContextError::new())
}

/// Sizes and place of a member, 64 bits wide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) compressed: u64,
    pub(super) inflated: u64,
    pub(super) header_offset: u64,
}

/// Takes 64-bit values from the extra fields where the 32-bit ones point there; `None` if they are
/// not there. Other extra fields are passed over, also malformed ones: some programs pad with them.
fn extent(extra: &[u8], settings: ExtraFieldSettings) -> Option<Extent> {
    let mut rest = Partial::new(extra);
    while !rest.is_empty() {
        let mut field = rest;
        let tag_and_payload: PResult<(u16, &[u8])> =
            (le_u16, length_take(le_u16)).parse_next(&mut rest);
        match tag_and_payload {
            Ok((ZIP64, _)) => {
                return match ExtraField::mk_parser(settings)(&mut field) {
                    Ok(ExtraField::Zip64(ExtraZip64Field {
                        uncompressed_size,
                        compressed_size,
                        header_offset,
                        ..
                    })) => Some(Extent {
                        compressed: compressed_size,
                        inflated: uncompressed_size,
                        header_offset,
                    }),
                    _ => None,
                };
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    let ExtraFieldSettings { uncompressed_size_u32, compressed_size_u32, header_offset_u32 } =
        settings;
    let narrow = [uncompressed_size_u32, compressed_size_u32, header_offset_u32];
    (!narrow.contains(&ELSEWHERE)).then(|| Extent {
        compressed: compressed_size_u32.into(),
        inflated: uncompressed_size_u32.into(),
        header_offset: header_offset_u32.into(),
    })
}

/// What is before a member.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: Method,
    pub(super) crc32: u32,
    /// `None`: damaged.
    pub(super) extent: Option<Extent>,
    /// Bytes of the content that were read with the header.
    pub(super) ahead: u64,
}

pub(super) fn local(input: &mut Partial<&[u8]>) -> PResult<Local> {
    let header = LocalFileHeader::parser(input)?;
    let settings = ExtraFieldSettings {
        uncompressed_size_u32: header.uncompressed_size,
        compressed_size_u32: header.compressed_size,
        header_offset_u32: 0,
    };
    Ok(Local {
        name: names::decode(header.flags, &header.name),
        flags: header.flags,
        method: header.method,
        crc32: header.crc32,
        extent: extent(&header.extra, settings),
        // The parser takes what LZMA has before its data for a part of the header.
        ahead: match header.method_specific {
            MethodSpecific::Lzma(_) => 4,
            MethodSpecific::None => 0,
        },
    })
}

/// What the directory says of a member.
#[derive(Debug)]
pub(super) struct Central {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: Method,
    pub(super) crc32: u32,
    /// `None`: damaged.
    pub(super) extent: Option<Extent>,
    pub(super) disk: u16,
    /// Zero where it was not packed on Unix.
    pub(super) unix_mode: UnixMode,
}

pub(super) fn central(input: &mut Partial<&[u8]>) -> PResult<Central> {
    let header = CentralDirectoryFileHeader::parser(input)?;
    let settings = ExtraFieldSettings {
        uncompressed_size_u32: header.uncompressed_size,
        compressed_size_u32: header.compressed_size,
        header_offset_u32: header.header_offset,
    };
    Ok(Central {
        name: names::decode(header.flags, &header.name),
        flags: header.flags,
        method: header.method,
        crc32: header.crc32,
        extent: extent(&header.extra, settings),
        disk: header.disk_nbr_start,
        unix_mode: match header.creator_version.host_system {
            HostSystem::Unix | HostSystem::Osx => UnixMode(header.external_attrs >> 16),
            _ => UnixMode(0),
        },
    })
}

/// What comes next in a ZIP that is read from the front.
#[derive(Debug)]
pub(super) enum Next {
    Member(Local),
    /// A mark at the beginning of a ZIP that might have been split (APPNOTE 8.5.4 and 8.5.5).
    Mark,
    Directory,
}

pub(super) fn next(input: &mut Partial<&[u8]>) -> PResult<Next> {
    let signature: &[u8] = peek(take(4_usize)).parse_next(input)?;
    match signature {
        b"PK\x03\x04" => local(input).map(Next::Member),
        b"PK\x07\x08" | b"PK00" => take(4_usize).parse_next(input).map(|_: &[u8]| Next::Mark),
        // An entry of the directory, its end in both widths, and what may precede an encrypted one.
        b"PK\x01\x02" | b"PK\x05\x06" | b"PK\x06\x06" | b"PK\x06\x08" => Ok(Next::Directory),
        _ => Err(wrong()),
    }
}

/// The data descriptor behind a member, which must say this.
///
/// Its sizes have 32 or 64 bits, and nothing says which: Java takes 64 without announcing it as soon
/// as a size needs them. So that is right which fits.
pub(super) fn descriptor(
    input: &mut Partial<&[u8]>,
    crc32: u32,
    compressed: u64,
    inflated: u64,
) -> PResult<()> {
    for wide in [true, false] {
        let mut from = *input;
        let found = DataDescriptorRecord::mk_parser(wide)(&mut from)?;
        if (found.crc32, found.compressed_size, found.uncompressed_size)
            == (crc32, compressed, inflated)
        {
            *input = from;
            return Ok(());
        }
    }
    Err(wrong())
}
