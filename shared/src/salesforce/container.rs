//! gzip and ZIP: the content of a container as it streams in, without any I/O.
//!
//! - [`Gunzip`] unpacks a gzip file.
//! - [`Directory`] lists a ZIP from its end, without reading the members; [`Inflate`] unpacks one
//!   [`Member`] that it found, from a ranged read that begins at the member's header.
//! - [`Walk`] reads a ZIP from front to back, for one that lies in another container and cannot be
//!   read from its end.
//!
//! All of them are given bytes cut anywhere. A call gives at most 256 KiB, however well its input
//! was compressed. Checksums and sizes are verified, so that a damaged or shortened container is an
//! error in the end and never a shorter or another content: what was given before the error, as
//! before [`Step::End`], is not verified yet.
//!
//! flate2 unpacks, and the records of a ZIP are parsed by rc-zip. The state machines of rc-zip are
//! not used: the one for the directory takes memory for all entries before their number is known,
//! gives up on the whole ZIP for one odd extra field, finds no ZIP64 members behind a prefix and
//! overflows at a hostile offset; the one for members knows no data descriptors without a directory.

mod budget;
mod content;
mod directory;
mod error;
mod gather;
mod gzip;
mod inflate;
mod member;
mod names;
mod records;
#[cfg(test)]
mod tests;
mod walk;

use serde::{Deserialize, Serialize};

pub use directory::Directory;
pub use error::{ContainerError, Damage, Place, Refusal};
pub use gzip::Gunzip;
pub use inflate::Inflate;
pub use member::{Entry, Member, Method};
pub use walk::{Begun, Walk, WalkStep};

/// What an object or a member is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Neither of the others.
    Plain,
    /// A gzip file (RFC 1952).
    Gzip,
    /// A ZIP file (PKWARE's APPNOTE).
    Zip,
}

/// Tells a container by its first bytes; six are enough.
///
/// A ZIP begins with a member, with its end if it is empty, or with the mark of one that was meant
/// to be split (APPNOTE 8.5). An Office document is a ZIP, too.
pub fn kind(first: &[u8]) -> Kind {
    const ZIP: [&[u8]; 5] =
        [b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x07\x08PK", b"PK00PK"];
    if first.starts_with(b"\x1f\x8b") {
        Kind::Gzip
    } else if ZIP.iter().any(|magic| first.starts_with(magic)) {
        Kind::Zip
    } else {
        Kind::Plain
    }
}

/// How much a container may hold, against those that are made to exhaust their reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Limits {
    /// Entries of a ZIP, folders and refused members included.
    pub entries: u32,
    /// Bytes that come out of one [`Gunzip`], [`Inflate`] or [`Walk`].
    pub inflated: u64,
    /// Bytes that may come out for each that went in. It counts once more than 64 MiB came out, so
    /// that a small file may be as repetitive as it likes.
    pub ratio: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A weekly Data Export has a few hundred members; with attachments, which are a member
            // each, it has tens of thousands.
            entries: 100_000,
            // Exports have tens of gigabytes at most; more than this cannot be inflated in the
            // fifteen minutes of a function.
            inflated: 256 << 30,
            // Deflate reaches 1032; CSV with many blank columns 60.
            ratio: 200,
        }
    }
}

/// What a call of `read` came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// All input was taken: call again with more, or say with `finish` that there is none.
    Input,
    /// Content was appended. Call again with what is left of the input, be it nothing.
    Output,
    /// The content is complete and verified. What is left of the input does not belong to it.
    End,
}
