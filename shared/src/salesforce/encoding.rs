//! Encodings: telling which one an export is in, and reading it as UTF-8.
//!
//! The bytes at the beginning may settle it ([`by_beginning`]). If they do not, read everything as
//! UTF-8; when [`Decoder::is_clean`] says no, read it again in the encoding that was configured,
//! else in windows-1252, which can read anything. [`Suspicions`] are what went wrong before the
//! file was written, whatever its encoding.

use std::fmt;

use encoding_rs::Encoding;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod beginning;
mod decoder;
mod marks;
mod suspicions;

pub use beginning::{Beginning, by_beginning};
pub use decoder::Decoder;
pub use suspicions::{Suspicions, is_suspicious};

/// An encoding by its name: one of those in the Encoding Standard
/// (<https://encoding.spec.whatwg.org>), or UTF-32. In JSON it is its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Charset(Kind);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Standard(&'static Encoding),
    Utf32(Order),
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Order {
    Big,
    Little,
}

/// Names that Salesforce or Java uses and the Encoding Standard does not know, in lower case and
/// with hyphens, and the standard's name for the same or the nearest encoding.
///
/// The nearest: `Shift_JIS` lacks a few hundred rare characters that `x-SJIS_0213` added, which are
/// then counted as malformed.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("x-sjis-0213", "shift_jis"),
    ("x-ms932-0213", "shift_jis"),
    ("x-windows-31j", "shift_jis"),
    ("cp932", "shift_jis"),
    ("cp943c", "shift_jis"),
    ("eucjp", "euc-jp"),
    ("x-eucjp-open", "euc-jp"),
    ("x-windows-iso2022jp", "iso-2022-jp"),
    ("euckr", "euc-kr"),
    ("cp949", "euc-kr"),
    ("ms949", "euc-kr"),
    ("x-windows-949", "euc-kr"),
    ("euc-cn", "gbk"),
    ("cp936", "gbk"),
    ("ms936", "gbk"),
    ("x-mswin-936", "gbk"),
    ("gb18030-2022", "gb18030"),
    ("cp950", "big5"),
    ("ms950", "big5"),
    ("x-windows-950", "big5"),
    ("ms950-hkscs", "big5"),
    ("x-ms950-hkscs", "big5"),
    ("x-big5-hkscs-2001", "big5"),
    ("iso8859-1", "iso-8859-1"),
    ("iso8859-15", "iso-8859-15"),
    ("ansi", "windows-1252"),
    ("x-utf-16le-bom", "utf-16le"),
];

impl Charset {
    /// UTF-8.
    pub const UTF_8: Self = Self(Kind::Standard(encoding_rs::UTF_8));
    /// windows-1252 as the Encoding Standard has it: every byte is a character.
    pub const WINDOWS_1252: Self = Self(Kind::Standard(encoding_rs::WINDOWS_1252));
    /// UTF-16, the lower byte first.
    pub const UTF_16LE: Self = Self(Kind::Standard(encoding_rs::UTF_16LE));
    /// UTF-16, the higher byte first.
    pub const UTF_16BE: Self = Self(Kind::Standard(encoding_rs::UTF_16BE));
    /// UTF-32, the lowest byte first.
    pub const UTF_32LE: Self = Self(Kind::Utf32(Order::Little));
    /// UTF-32, the highest byte first.
    pub const UTF_32BE: Self = Self(Kind::Utf32(Order::Big));

    /// The encoding of this name, as the Encoding Standard, Salesforce or Java calls it, without
    /// regard to case. `None` if there is none, and for those that nothing can read any more, as
    /// ISO-2022-KR.
    ///
    /// As the standard has it, ISO-8859-1 is windows-1252, which differs from it only in control
    /// characters that nobody means, and UTF-16 without more is UTF-16LE: [`by_beginning`] knows
    /// better.
    pub fn named(label: &str) -> Option<Self> {
        let standard = |label: &str| {
            let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
            Some(Self(Kind::Standard(encoding)))
        };
        if let Some(charset) = standard(label) {
            return Some(charset);
        }
        let name = label.trim().to_ascii_lowercase().replace('_', "-");
        match name.as_str() {
            "utf-32" | "utf32" | "utf-32be" | "x-utf-32be-bom" => return Some(Self::UTF_32BE),
            "utf-32le" | "x-utf-32le-bom" => return Some(Self::UTF_32LE),
            _ => {}
        }
        let known = OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, known)| *known);
        // Java often joins with `_` what the standard joins with `-`.
        known.and_then(standard).or_else(|| standard(&name))
    }

    /// The name, as it stands in JSON and in reports.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Standard(encoding) => encoding.name(),
            Kind::Utf32(Order::Big) => "UTF-32BE",
            Kind::Utf32(Order::Little) => "UTF-32LE",
        }
    }

    /// Whether text in ASCII is the same bytes in this encoding.
    ///
    /// Where it is not, a file can be valid UTF-8 and still mean something else: ISO-2022-JP
    /// consists of ASCII bytes alone. When such an encoding is configured, UTF-8 must not be tried
    /// first.
    pub fn is_ascii_compatible(self) -> bool {
        matches!(self.0, Kind::Standard(encoding) if encoding.is_ascii_compatible())
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Charset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Charset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| {
            serde::de::Error::custom(
                "this names no encoding; use one such as UTF-8, windows-1252 or Shift_JIS",
            )
        })
    }
}

#[cfg(test)]
mod tests;
