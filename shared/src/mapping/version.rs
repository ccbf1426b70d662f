//! Which of two versions of one record is the later one.

use jiff::civil::DateTime;

/// Bytes of a time.
const WIDTH: usize = 11;

/// When a record was last modified, as its `SystemModstamp` says.
///
/// The zone is not looked at: exports write the stamp in UTC, or all in one zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Modified(DateTime);

impl Modified {
    /// Reads `2012-08-27 03:20:21`, `2012-08-27T03:20:21.000Z` and `…+0000`. Anything else, such as the
    /// local forms of reports, cannot be compared.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.get(10..)?.find(['Z', 'z', '+', '-']).map_or(text.len(), |at| at + 10);
        text.get(..end)?.parse().ok().map(Self)
    }

    /// The time in bytes that are never all zeros.
    pub(super) fn to_bytes(self) -> [u8; WIDTH] {
        let ([year, century], [a, b, c, d]) =
            (self.0.year().to_le_bytes(), self.0.subsec_nanosecond().to_le_bytes());
        let small = [self.0.month(), self.0.day(), self.0.hour(), self.0.minute(), self.0.second()];
        let [month, day, hour, minute, second] = small.map(i8::cast_unsigned);
        [year, century, month, day, hour, minute, second, a, b, c, d]
    }

    /// The time that [`Self::to_bytes`] gave; `None` for zeros.
    pub(super) fn from_bytes(bytes: [u8; WIDTH]) -> Option<Self> {
        let [year, century, month, day, hour, minute, second, a, b, c, d] = bytes;
        let [month, day, hour, minute, second] =
            [month, day, hour, minute, second].map(u8::cast_signed);
        let (year, nanosecond) =
            (i16::from_le_bytes([year, century]), i32::from_le_bytes([a, b, c, d]));
        DateTime::new(year, month, day, hour, minute, second, nanosecond).ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_exports_can_be_compared() {
        let first = Modified::parse("2012-08-27 03:20:21").unwrap();
        for same in
            ["2012-08-27T03:20:21.000Z", "2012-08-27T03:20:21.000+0000", " 2012-08-27T03:20:21Z "]
        {
            assert_eq!(Modified::parse(same), Some(first), "{same}");
        }
        assert!(Modified::parse("2012-08-27T03:20:21.001Z") > Some(first));
        assert_eq!(Modified::from_bytes([0; 11]), None);
        for text in
            ["2012-08-27T03:20:21.001Z", "9999-12-31 23:59:59.999999999", "-009999-01-01T00:00"]
        {
            let modified =
                text.parse().map(Modified).ok().or_else(|| Modified::parse(text)).unwrap();
            assert_eq!(Modified::from_bytes(modified.to_bytes()), Some(modified), "{text}");
        }
        for other in ["", "8/27/2012, 3:20 AM", "27.08.2012 03:20", "ééééééééééé"] {
            assert_eq!(Modified::parse(other), None, "{other}");
        }
    }
}
