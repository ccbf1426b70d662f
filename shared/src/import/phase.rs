//! The parts that an import is worked off in, one after the other.

use serde::{Deserialize, Serialize};

use crate::mapping::stage::Stage;

/// Of a sample, one of so many batches is read back, the first to begin with.
pub const SAMPLED: u32 = 20;

/// A part of an import. No batch of one is sent before all of those before it are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Organizations are written.
    Organizations,
    /// Customers are written.
    Customers,
    /// Customers are read back, as many as `verify` says, and links that are missing are made.
    Verification,
    /// The same for all others, because some of a sample had no link.
    Repair,
}

impl Phase {
    /// All, in their order.
    pub const ALL: [Self; 4] =
        [Self::Organizations, Self::Customers, Self::Verification, Self::Repair];

    /// The name in keys, messages and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organizations => "organizations",
            Self::Customers => "customers",
            Self::Verification => "verification",
            Self::Repair => "repair",
        }
    }

    /// What its records are.
    pub const fn stage(self) -> Stage {
        match self {
            Self::Organizations => Stage::Organizations,
            Self::Customers | Self::Verification | Self::Repair => Stage::Customers,
        }
    }

    /// Whether its batches look at records that were written before.
    pub const fn verifies(self) -> bool {
        matches!(self, Self::Verification | Self::Repair)
    }
}

impl From<Stage> for Phase {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Organizations => Self::Organizations,
            Stage::Customers => Self::Customers,
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
