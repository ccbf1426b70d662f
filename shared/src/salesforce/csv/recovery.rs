//! Where to go on after a record whose quotes do not match.
//!
//! A quote that is missing makes a parser take whatever follows for text, to the next quote or to the
//! end of the file. The lines that it took are looked at again: the first one that begins a record
//! with as many fields as the header, and with good quotes, is where the broken record ends.

use memchr::memchr2_iter;

use super::Shape;
use super::exact::{Behind, Exact, Parsed};
use super::fields::Fields;

/// Bytes that a good record may have to be believed in.
const REACH: usize = 1 << 20;
/// Bytes that are looked at before it is given up: many times what one record may take.
const EFFORT: usize = 64 << 20;

/// Where the next good record starts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recovery {
    /// So many bytes behind the start of the broken one.
    At(usize),
    /// There is none.
    None,
    /// It cannot be told before more bytes are there.
    Incomplete,
}

/// Looks for a good record that starts in the first `length` bytes of `window`.
pub(super) fn next_good(
    exact: &mut Exact,
    window: &[u8],
    length: usize,
    shape: Shape,
    behind: Behind,
) -> Recovery {
    // One field is what any text is.
    if shape.width < 2 {
        return Recovery::None;
    }
    let mut fields = Fields::new(shape.width);
    let mut effort = 0;
    for end in memchr2_iter(b'\r', b'\n', window.get(..length).unwrap_or_default()) {
        let Some(rest) = window.get(end + 1..).filter(|rest| !rest.is_empty()) else {
            continue;
        };
        if end + 1 >= length || matches!(rest.first(), Some(b'\r' | b'\n')) {
            continue;
        }
        let (near, behind) = match rest.get(..REACH) {
            Some(near) if near.len() < rest.len() => (near, Behind::Cut),
            _ => (rest, behind),
        };
        match exact.parse_at(near, behind, Some(shape), &mut fields) {
            Parsed::Record { quotes: None, .. } if fields.len() == shape.width => {
                return Recovery::At(end + 1);
            }
            Parsed::Record { length, .. } => effort += length,
            Parsed::Incomplete if behind == Behind::More => return Recovery::Incomplete,
            Parsed::Incomplete => effort += near.len(),
        }
        if effort > EFFORT {
            return Recovery::None;
        }
    }
    Recovery::None
}
