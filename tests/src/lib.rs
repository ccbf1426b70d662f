//! What the tests of the whole share: a simulated site, a deployed stack, and an account of what an
//! import said compared with what the site holds.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "this is test support: a panic says what does not hold"
)]

pub mod account;
pub mod cloud;
pub mod costs;
pub mod runtime;
pub mod table;
pub mod template;
pub mod world;

pub use account::Import;
pub use table::{Row, Table, fixture};
pub use world::World;
