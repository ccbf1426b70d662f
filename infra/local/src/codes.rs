//! The exit codes, once.

use crate::error::LocalError;

/// Every record was imported or is unchanged, or would be: it is a plan. Skipped ones are fine too.
pub const IMPORTED: u8 = 0;
/// The import did not come to its end.
pub const FAILED: u8 = 1;
/// Wrong usage or configuration.
pub const USAGE: u8 = 2;
/// The import came to its end, and some records were rejected, failed or are unknown.
pub const INCOMPLETE: u8 = 3;

/// What an error makes the command exit with.
pub fn of(error: &LocalError) -> u8 {
    match error {
        LocalError::Usage(_) => USAGE,
        _ => FAILED,
    }
}
