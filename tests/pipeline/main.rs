//! The whole pipeline: the real template on an emulated cloud, the three real binaries, a simulated
//! site. What the site holds is compared with the export, record by record.

mod again;
mod clean;
mod faults;
mod hygiene;
mod limits;
mod live;
mod stops;
