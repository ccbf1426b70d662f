//! Characters that hint at an encoding gone wrong before the file was written. They are counted and
//! reported; what was meant is never guessed.

use memchr::{memchr_iter, memchr3_iter};
use serde::{Deserialize, Serialize};

use twice::begins_encoded_twice;

mod twice;

/// How often a text holds what is probably not meant. In JSON, what does not occur is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Suspicions {
    /// NUL characters, which rich text begins with; they are removed from what is sent.
    #[serde(skip_serializing_if = "is_zero")]
    pub nuls: u64,
    /// U+FFFD: what stood here was lost before.
    #[serde(skip_serializing_if = "is_zero")]
    pub replacement_characters: u64,
    /// U+0080 to U+009F, which nobody types.
    #[serde(skip_serializing_if = "is_zero")]
    pub c1_controls: u64,
    /// Characters of UTF-8 that were once read as windows-1252, such as `Ã¼` for `ü`.
    #[serde(skip_serializing_if = "is_zero")]
    pub double_encoded: u64,
    #[serde(skip)]
    tail: Tail,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The last bytes of the text so far: one less than the longest pattern has.
#[derive(Clone, Debug, Default)]
struct Tail(Vec<u8>);

const TAIL: usize = 7;

/// Only the counts are compared.
impl PartialEq for Tail {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tail {}

impl Suspicions {
    /// Looks at the next bytes of a text in UTF-8, wherever it is cut.
    pub fn look(&mut self, decoded: &[u8]) {
        self.nuls += memchr_iter(0, decoded).count() as u64;
        for pattern in patterns(decoded) {
            self.count(pattern);
        }
        // What begins in the bytes before these and ends in these.
        let before = self.tail.0.len();
        self.tail.0.extend_from_slice(decoded.get(..TAIL).unwrap_or(decoded));
        let crossing: Vec<Pattern> = patterns(&self.tail.0)
            .filter(|found| found.start < before && found.end > before)
            .collect();
        for pattern in crossing {
            self.count(pattern);
        }
        if let Some(start) = decoded.len().checked_sub(TAIL) {
            self.tail.0.clear();
            self.tail.0.extend_from_slice(decoded.get(start..).unwrap_or_default());
        } else {
            let surplus = self.tail.0.len().saturating_sub(TAIL);
            self.tail.0.drain(..surplus);
        }
    }

    /// Whether there is nothing to report.
    pub const fn is_none(&self) -> bool {
        let Self { nuls, replacement_characters, c1_controls, double_encoded, .. } = self;
        *nuls == 0 && *replacement_characters == 0 && *c1_controls == 0 && *double_encoded == 0
    }

    const fn count(&mut self, pattern: Pattern) {
        match pattern.kind {
            Kind::Replacement => self.replacement_characters += 1,
            Kind::C1 => self.c1_controls += 1,
            Kind::Twice => self.double_encoded += 1,
        }
    }
}

/// Whether a value holds U+FFFD, C1 controls or what looks encoded twice.
pub fn is_suspicious(field: &str) -> bool {
    patterns(field.as_bytes()).next().is_some()
}

/// Something suspicious and where it stands.
#[derive(Clone, Copy)]
struct Pattern {
    kind: Kind,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Replacement,
    C1,
    Twice,
}

/// All that is suspicious in a piece of text and ends in it.
fn patterns(text: &[u8]) -> impl Iterator<Item = Pattern> {
    // All patterns begin with one of these three bytes, none of which is ASCII.
    memchr3_iter(0xC2, 0xC3, 0xEF, text).filter_map(|start| {
        let rest = text.get(start..)?;
        let (kind, length) = match rest {
            [0xC2, 0x80..=0x9F, ..] => (Kind::C1, 2),
            [0xEF, 0xBF, 0xBD, ..] => (Kind::Replacement, 3),
            [0xC3, ..] => (Kind::Twice, begins_encoded_twice(rest)?),
            _ => return None,
        };
        Some(Pattern { kind, start, end: start + length })
    })
}
