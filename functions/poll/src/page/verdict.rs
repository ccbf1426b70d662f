//! Whether a plan can be run, in words, and what this rests on.

use csm_import::import::plan::{PlannedFile, Verdict};

use super::{Page, Total, words};

impl Page<'_> {
    /// The class of the banner.
    pub(super) fn tone(&self) -> &'static str {
        match self.plan.verdict {
            Verdict::Ready => "good",
            Verdict::Attention => "careful",
            Verdict::Empty | Verdict::Stopped => "bad",
        }
    }

    pub(super) fn verdict(&self) -> &'static str {
        match self.plan.verdict {
            Verdict::Ready => "Safe to run",
            Verdict::Attention => "Can be run, but look at this first",
            Verdict::Empty => "Nothing to run",
            Verdict::Stopped => "Cannot be run yet",
        }
    }

    pub(super) fn can_be_run(&self) -> bool {
        matches!(self.plan.verdict, Verdict::Ready | Verdict::Attention)
    }

    /// What the verdict rests on, a sentence each.
    pub(super) fn reasons(&self) -> Vec<String> {
        let mut reasons: Vec<String> = Vec::new();
        reasons.extend(self.plan.stop.as_ref().map(|stop| stop.message.clone()));
        let Total { to_send, with_warnings, rejected, skipped, .. } = self.total;
        reasons.push(match (to_send, with_warnings) {
            (0, _) => "No record would be sent.".to_owned(),
            (_, 0) => format!("{} would be sent.", words::count(to_send, "record")),
            _ => format!(
                "{} would be sent, {} of them with something left out or doubtful.",
                words::count(to_send, "record"),
                words::number(with_warnings)
            ),
        });
        for (number, what) in [
            (rejected, "would be rejected: somebody has to correct them"),
            (skipped, "would be skipped: nobody has to do anything"),
        ] {
            if number > 0 {
                reasons.push(format!("{} {what}.", words::count(number, "record")));
            }
        }
        for stage in self.plan.stages.iter().filter(|stage| stage.read > 0 && !stage.fields_known) {
            reasons.push(format!(
                "The site did not say which detail fields its {} have, so their values were not \
                 checked against them.",
                stage.stage
            ));
        }
        if self.has_doubts() {
            reasons.push("Something is doubtful about the files themselves.".to_owned());
        }
        if self.plan.files.iter().any(has_lost_columns) {
            reasons.push("Columns of the last import are no longer there.".to_owned());
        }
        if self.plan.ignored.iter().any(|ignored| self.plan.objects.contains(&ignored.key)) {
            reasons.push("A file that was dropped would not be imported.".to_owned());
        }
        reasons
    }
}

fn has_lost_columns(file: &PlannedFile) -> bool {
    file.column_change.as_ref().is_some_and(|change| !change.vanished.is_empty())
}
