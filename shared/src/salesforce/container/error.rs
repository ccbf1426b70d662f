//! Why a container, or a member of it, cannot be read.

use std::fmt;

use flate2::DecompressError;

/// What an error is about; the beginning of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A gzip file.
    Gzip,
    /// A ZIP file as a whole.
    Zip,
    /// A member of a ZIP file, by its name.
    Member(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip => f.write_str("The gzip file"),
            Self::Zip => f.write_str("The ZIP file"),
            Self::Member(name) => write!(f, "The member {name:?} of the ZIP file"),
        }
    }
}

/// Why a container cannot be read. A sentence for an administrator, which may name a member and
/// never holds content.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// The input ended before the content did.
    #[error("{0} ends too early; copy it again from where it was exported.")]
    Truncated(Place),
    /// The bytes are not what was packed.
    #[error("{place} is damaged: {damage}; copy it again from where it was exported.")]
    Corrupt {
        /// What is damaged.
        place: Place,
        /// How it shows.
        #[source]
        damage: Damage,
    },
    /// [`Limits::entries`](super::Limits::entries).
    #[error("The ZIP file has more than {limit} members; pack the exports in several ZIP files.")]
    TooManyEntries {
        /// The limit.
        limit: u32,
    },
    /// The directory is larger than is kept in memory.
    #[error(
        "The ZIP file has a directory of {size} bytes; pack the exports in several ZIP files, without comments."
    )]
    DirectoryTooLarge {
        /// Bytes of the directory.
        size: u64,
    },
    /// [`Limits::inflated`](super::Limits::inflated).
    #[error("{place} holds more than {limit} bytes; export in smaller parts.")]
    TooLarge {
        /// What is too large.
        place: Place,
        /// The limit in bytes.
        limit: u64,
    },
    /// [`Limits::ratio`](super::Limits::ratio).
    #[error(
        "{place} unpacks to more than {limit} times its size, as files made to do harm do; drop the unpacked file if it is an export."
    )]
    Ratio {
        /// What inflates too much.
        place: Place,
        /// The limit.
        limit: u32,
    },
    /// The first of several files, or one of the others.
    #[error("The ZIP file is split over several files; pack it again as one file.")]
    Split,
    /// No end record: no ZIP, or one whose end is missing.
    #[error(
        "The ZIP file has no directory at its end; it was not copied to its end, or is no ZIP file."
    )]
    NoDirectory,
    /// A refused member whose end cannot be found, in a ZIP that is read from the front.
    #[error("The ZIP file cannot be read past its member {name:?}. {refusal}")]
    CannotSkip {
        /// The member.
        name: String,
        /// Why it is not read itself.
        #[source]
        refusal: Refusal,
    },
}

/// How a damage shows.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Damage {
    /// The content has another CRC-32 than was written down for it.
    #[error("its checksum is wrong")]
    Checksum,
    /// The content, packed or unpacked, has another size than was written down for it.
    #[error("its size is not as stated")]
    Size,
    /// The packed content, or the gzip header or trailer around it, means nothing.
    #[error("it cannot be unpacked")]
    Deflate(#[from] DecompressError),
    /// A header or the directory means nothing; the text says what.
    #[error("{0}")]
    Structure(&'static str),
}

impl Damage {
    pub(super) const fn of(self, place: Place) -> ContainerError {
        ContainerError::Corrupt { place, damage: self }
    }
}

/// Why one member of a ZIP is not read. A sentence for an administrator; the others can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A path with `..`.
    #[error("The path of the member leads out of the ZIP (..); pack it again under a plain name.")]
    Outside,
    /// A path that begins with a separator.
    #[error("The path of the member is absolute; pack it again under a plain name.")]
    Absolute,
    /// A path that begins with a drive letter.
    #[error("The path of the member has a drive letter; pack it again under a plain name.")]
    Drive,
    /// No name.
    #[error("The member has no name; pack it again under a plain name.")]
    Nameless,
    /// More than 1,024 bytes, which is also the most for a key in S3. The name was cut.
    #[error("The name of the member is too long; pack it again under a short name.")]
    NameTooLong,
    /// A symbolic link, a device, a folder with content.
    #[error("The member is a link or another special file; pack the file itself.")]
    Special,
    /// Encrypted in any way.
    #[error("The member is encrypted; pack it again without a password.")]
    Encrypted,
    /// Neither stored nor deflated.
    #[error("The member is compressed with {0}, which is not supported; repack with deflate.")]
    Method(String),
    /// Stored with its size behind it, which cannot be told from content. Only [`Walk`](super::Walk)
    /// cannot read such a member.
    #[error(
        "The member is stored uncompressed without its size before it, in a ZIP within another file; repack with deflate."
    )]
    StoredUnsized,
    /// It begins in another file of a split ZIP.
    #[error("The member lies in another part of a split ZIP file; pack it again as one file.")]
    Split,
    /// It lies outside of the file, or over another member or the directory.
    #[error("The member has no place of its own in the ZIP file; pack it again.")]
    Misplaced,
    /// The 64-bit sizes are missing.
    #[error("The entry of the member is damaged (ZIP64); pack it again.")]
    Damaged,
}
