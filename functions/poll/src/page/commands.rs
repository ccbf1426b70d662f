//! The commands that run a plan, or correct what it rejects.

use csm_import::import::keys::APPROVED;
use csm_import::import::plan::PlanDocument;

use super::{Page, words};

impl Page<'_> {
    /// Copies what was read to a folder of its own: a folder is one import, and this one holds just
    /// what is planned here.
    pub(super) fn run_commands(&self) -> String {
        let PlanDocument { bucket, objects, ignored, import, .. } = self.plan;
        let is_read = |key: &&String| !ignored.iter().any(|ignored| ignored.key == **key);
        let copy = |key: &String| {
            let name = key.rsplit('/').next().unwrap_or(key);
            let from = words::shell(&format!("s3://{bucket}/{key}"));
            let to = words::shell(&format!("s3://{bucket}/{APPROVED}{import}/{name}"));
            format!("aws s3 cp {from} {to}")
        };
        objects.iter().filter(is_read).map(copy).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn fetch_errors(&self) -> String {
        let PlanDocument { bucket, results, .. } = self.plan;
        let from = words::shell(&format!("s3://{bucket}/{}", results.errors));
        format!("aws s3 cp {from} errors.csv")
    }

    pub(super) fn drop_errors(&self) -> String {
        let PlanDocument { bucket, import, .. } = self.plan;
        let to = words::shell(&format!("s3://{bucket}/plan/{import}/errors.csv"));
        format!("aws s3 cp errors.csv {to}")
    }
}
