//! What an import was ordered to do.

use serde::{Deserialize, Serialize};

use crate::configuration::{Tolerance, Verify};
use crate::csm::request::DialectSetting;
use crate::import::document::Mode;
use crate::mapping::policies::{Operation, Unclear};

/// What those who send and settle batches have to know of the import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// Whether it is carried out.
    pub mode: Mode,
    /// The dialect asked for.
    pub dialect: DialectSetting,
    /// What is done on the site.
    pub operation: Operation,
    /// What is done with records whose task ended unclear.
    #[serde(default)]
    pub unclear: Unclear,
    /// How much of what was written is read back.
    pub verify: Verify,
    /// How many records may fail before the import stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerated: Option<Tolerance>,
    /// Records of the exports.
    pub records: u64,
}

impl Orders {
    /// Whether records may be sent again that may have been written: only what creates nothing twice.
    pub fn may_send_again(&self) -> bool {
        self.operation == Operation::Upsert && self.unclear == Unclear::Halve
    }
}
