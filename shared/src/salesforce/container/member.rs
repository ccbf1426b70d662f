//! Members of a ZIP, and which of them are read.

use rc_zip::parse::{Method as Compression, UnixMode};
use serde::{Deserialize, Serialize};

use super::records::{Central, Extent};
use super::{Refusal, names};

/// General purpose bits (APPNOTE 4.4.4): encrypted, strongly encrypted, headers masked.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

/// General purpose bit 5: the content is a patch to something else.
const PATCH: u16 = 1 << 5;

/// How a member is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// As it is.
    Stored,
    /// Deflate (RFC 1951).
    Deflated,
}

/// A member that can be read: what [`Inflate`](super::Inflate) needs to do so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Member {
    /// Its path in the ZIP, separated by `/`.
    pub name: String,
    /// Where its local header begins: bytes from the beginning of the object.
    pub header_offset: u64,
    /// Bytes that it takes in the ZIP, without its header.
    pub compressed: u64,
    /// Bytes of its content.
    pub inflated: u64,
    /// CRC-32 of its content.
    pub crc32: u32,
    /// How it is packed.
    pub method: Method,
}

/// An entry in the directory of a ZIP that is no folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It can be read.
    Member(Member),
    /// It is not read.
    Refused {
        /// Its path in the ZIP, separated by `/`; a very long one was cut.
        name: String,
        /// Why.
        refusal: Refusal,
    },
}

impl Entry {
    /// Its path in the ZIP, separated by `/`.
    pub fn name(&self) -> &str {
        match self {
            Self::Member(Member { name, .. }) | Self::Refused { name, .. } => name,
        }
    }

    pub(super) const fn refused(name: String, refusal: Refusal) -> Self {
        Self::Refused { name, refusal }
    }

    /// Judges an entry of the directory. `None` is a folder. `prefix` is how many bytes are before
    /// the ZIP in the object.
    pub(super) fn judge(central: Central, prefix: u64) -> Option<Self> {
        let Central { name, flags, method, crc32, extent, disk, unix_mode } = central;
        let kind = unix_mode & UnixMode::IFMT;
        let folder = name.ends_with('/') || kind == UnixMode::IFDIR;
        if folder && extent.is_some_and(|extent| extent.inflated == 0) {
            return None;
        }
        let special = folder || !matches!(kind, UnixMode(0) | UnixMode::IFREG);
        let refuse = |name, refusal| Some(Self::refused(names::cut(name), refusal));
        let method = match usable(&name, flags, method) {
            Ok(_) if special => return refuse(name, Refusal::Special),
            Ok(_) if disk != 0 && disk != u16::MAX => return refuse(name, Refusal::Split),
            Ok(method) => method,
            Err(refusal) => return refuse(name, refusal),
        };
        let Some(Extent { compressed, inflated, header_offset }) = extent else {
            return refuse(name, Refusal::Damaged);
        };
        let Some(header_offset) = header_offset.checked_add(prefix) else {
            return refuse(name, Refusal::Misplaced);
        };
        Some(Self::Member(Member { name, header_offset, compressed, inflated, crc32, method }))
    }
}

/// How a member is unpacked, or why it is not, as far as any of its headers tells.
pub(super) fn usable(name: &str, flags: u16, method: Compression) -> Result<Method, Refusal> {
    if let Some(refusal) = names::refusal(name) {
        return Err(refusal);
    }
    if is_encrypted(flags, method) {
        return Err(Refusal::Encrypted);
    }
    if flags & PATCH != 0 {
        return Err(Refusal::Method("patches".to_owned()));
    }
    match method {
        Compression::Store => Ok(Method::Stored),
        Compression::Deflate => Ok(Method::Deflated),
        other => Err(Refusal::Method(names::method(other))),
    }
}

/// Whether a member is encrypted, by a flag or by the method for AES (APPNOTE 4.4.5).
pub(super) fn is_encrypted(flags: u16, method: Compression) -> bool {
    flags & ENCRYPTED != 0 || method == Compression::Aex
}
