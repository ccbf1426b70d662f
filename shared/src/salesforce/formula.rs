//! Cells of this importer's own files that a spreadsheet must not run as formulas.
//!
//! What is imported comes from people whom nobody at the importing company knows, and its outcome is
//! opened in a spreadsheet. So a cell that could begin a formula gets an apostrophe before it, as
//! OWASP's *CSV Injection* and CWE-1236 advise; a phone number `+49…` and a negative number as well,
//! which a spreadsheet would otherwise change when it saves them. Where one of these files is dropped
//! again, that apostrophe is taken away, and the values are those of the export, byte by byte.
//!
//! Excel and Calc take the apostrophe for text, show it and save it. Where a person has typed such a
//! cell anew, or another program has dropped the apostrophe, the cell is taken as it stands. Only a value
//! that has an apostrophe of its own there loses that.

use std::borrow::Cow;

/// What stands before a cell that is not to be run.
const GUARD: char = '\'';

/// The cell as it is written: no spreadsheet runs it.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if could_run(cell) { Cow::Owned(format!("{GUARD}{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before [`guarded`]; only for cells of this importer's own files.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix(GUARD).filter(|rest| could_run(rest)).unwrap_or(cell)
}

/// Whether a formula could begin with this cell, or with what is left of it if a program passes over
/// white space, quotes or invisible characters first.
///
/// That a guard is passed over, too, is what makes it reversible: a cell that looks guarded on its own
/// gets another one.
fn could_run(cell: &str) -> bool {
    cell.chars().find(|&c| begins_formula(c) || !is_passed_over(c)).is_some_and(begins_formula)
}

/// OWASP's list, with the full-width forms that East Asian editions take for the same.
const fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠')
}

fn is_passed_over(c: char) -> bool {
    matches!(c, GUARD | '"' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
        || c.is_whitespace()
        || c.is_control()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_could_run_gets_an_apostrophe_and_nothing_else_changes() {
        for (cell, written) in [
            ("", ""),
            ("Acme", "Acme"),
            ("a=1", "a=1"),
            ("'tis", "'tis"),
            ("''", "''"),
            (" \" ", " \" "),
            ("=1+1", "'=1+1"),
            ("+49 30 1", "'+49 30 1"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("\nx", "'\nx"),
            ("\0x", "'\0x"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\"=1\"", "'\"=1\""),
            ("'=1", "''=1"),
            ("''' -1", "'''' -1"),
        ] {
            assert_eq!(guarded(cell), written, "{cell:?}");
            assert_eq!(unguarded(written), cell, "{written:?}");
        }
    }

    #[test]
    fn a_cell_without_its_apostrophe_is_taken_as_it_stands() {
        for cell in ["+49 30 1", "=1", "'tis", "Acme"] {
            assert_eq!(unguarded(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn a_guard_is_taken_away_again(cell in "[='\" +@\t\r\n\0＝－a\u{feff}-]{0,6}|\\PC{0,6}") {
            let written = guarded(&cell);
            prop_assert_eq!(unguarded(&written), cell.as_str());
            prop_assert!(!written.starts_with(begins_formula));
            let passed_over = written.trim_start_matches(|c| c != GUARD && is_passed_over(c));
            prop_assert!(!passed_over.starts_with(begins_formula), "{written:?}");
        }
    }
}
