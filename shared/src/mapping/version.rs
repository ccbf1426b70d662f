//! Which of two versions of one record is the later one.

use jiff::civil::DateTime;

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
        for other in ["", "8/27/2012, 3:20 AM", "27.08.2012 03:20", "ééééééééééé"] {
            assert_eq!(Modified::parse(other), None, "{other}");
        }
    }
}
