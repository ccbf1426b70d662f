//! What an import costs: counted requests, scaled, times prices. Nothing here measures, and no amount of
//! money is typed.

pub mod counts;
pub mod drift;
pub mod page;
pub mod prices;
pub mod scale;

pub use counts::Counts;
pub use page::{Measured, Run, page};

/// Where the page is.
pub fn path() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/COSTS.md")
}
