//! The whole pipeline: the real template on an emulated cloud, the three real binaries, a simulated
//! site. What the site holds is compared with the export, record by record.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests say by a panic what does not hold"
)]

mod again;
mod clean;
mod containers;
mod costs;
mod faults;
mod halves;
mod hygiene;
mod killed;
mod limits;
mod links;
mod live;
mod mapping;
mod plans;
mod preflight;
mod records;
mod resumed;
mod scheduled;
mod second;
mod stops;
mod watched;
