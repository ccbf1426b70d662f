//! Why an import stops.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::csm::error::Blocked;
use crate::csm::request::Dialect;

/// Why an import stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// A stable code.
    pub code: StopCode,
    /// Sentences for the administrator: what happened to what, what was done and what not, and what to
    /// do. May hold answers of the site: for the bucket, not for logs.
    pub message: String,
}

impl Stop {
    /// A stop of which `what` says, in whole sentences, what happened to what. The rest follows from
    /// the code.
    pub fn new(code: StopCode, what: impl Display) -> Self {
        Self { code, message: format!("{what} {} {}", code.left(), code.remedy()) }
    }
}

impl From<Blocked> for Stop {
    fn from(blocked: Blocked) -> Self {
        Self::new(StopCode::Blocked(blocked), blocked.meaning())
    }
}

const NOTHING: &str = "Nothing was sent.";
const PART: &str = "What had been sent by then is in the ledger; nothing else was sent.";

macro_rules! stop_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $left:expr, $remedy:literal;)*) => {
        /// Why an import stopped.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum StopCode {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $variant,)*
            /// The site lets nothing through until someone acts; told by its own name.
            #[serde(untagged)]
            Blocked(Blocked),
        }

        impl StopCode {
            /// Every code, in the order of the documentation.
            pub fn all() -> impl Iterator<Item = Self> {
                [$(Self::$variant),*].into_iter().chain(Blocked::ALL.map(Self::Blocked))
            }

            /// The code as it stands in `progress.json`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* Self::Blocked(blocked) => blocked.as_str() }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+),)*
                    Self::Blocked(blocked) => blocked.meaning(),
                }
            }

            /// Whether an import that stopped for this can be told to go on.
            pub const fn may_go_on(self) -> bool {
                !matches!(self, Self::ExportReplaced | Self::ExportGone)
            }

            /// Whether a scheduled run has such an import go on by itself: where the site refused or did
            /// not answer, or the configuration could not be read, waiting may help. Anything else needs
            /// a person.
            pub const fn goes_on_by_schedule(self) -> bool {
                matches!(
                    self,
                    Self::Blocked(_)
                        | Self::SiteUnreachable
                        | Self::DialectsRefused
                        | Self::ConfigurationInvalid
                )
            }

            /// What was done by then, and what was not.
            pub const fn left(self) -> &'static str {
                match self { $(Self::$variant => $left,)* Self::Blocked(_) => PART }
            }

            /// What to do.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* Self::Blocked(blocked) => blocked.remedy() }
            }
        }
    };
}

stop_codes! {
    /// `config/import.toml` has faults.
    ConfigurationInvalid = "configuration-invalid", NOTHING, "Correct the file, then drop the export again.";
    /// The site did not answer when it was asked for its detail fields, or to create some.
    SiteUnreachable = "site-unreachable", NOTHING, "Drop the export again once the site can be reached.";
    /// Detail fields that are wanted are not there, and cannot or may not be created.
    FieldsMissing = "fields-missing", "No record was sent; fields that were created stay.", "Create the others in CSM, or change config/import.toml; then drop the export again.";
    /// What was approved is not what was planned, or was never planned.
    PlanChanged = "plan-changed", NOTHING, "Drop the export below plan/ again, look at the plan, and approve that.";
    /// The site refused the request in every dialect.
    DialectsRefused = "dialects-refused", PART, "Its answers may name what it misses, such as a setting of the site; then drop the export again.";
    /// More records were rejected or failed than `tolerated_failures` allows.
    ToleranceExceeded = "tolerance-exceeded", "What had been sent by then is in the ledger; what had not is in errors.csv.", "Remove the cause, or raise tolerated_failures; then drop errors.csv.";
    /// An object of the import was replaced while it was being imported.
    ExportReplaced = "export-replaced", "What had been sent by then is in the ledger; the rest is part of the import of the new export.", "Nothing to do: look at the ledger of that import.";
    /// An object of the import was deleted while it was being imported.
    ExportGone = "export-gone", "What had been sent by then is in the ledger; what had not is not counted.", "Drop the export again for the rest.";
}

/// What the site said to a batch in each dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The batch.
    pub batch: String,
    /// Dialect and answer.
    pub answers: Vec<(Dialect, String)>,
}

/// What the site said to a batch in each dialect, as a sentence for the administrator.
pub(super) fn refusal_message(answers: &[(Dialect, String)]) -> String {
    let said: Vec<String> = answers
        .iter()
        .map(|(dialect, answer)| format!("to the {} dialect: {answer}", dialect.name()))
        .collect();
    format!(
        "The site refuses the request in every shape it is documented to take. It answered {}.",
        said.join(" - ").trim_end_matches('.')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words_in_json() {
        for code in StopCode::all() {
            let word = format!("\"{}\"", code.as_str());
            assert_eq!(serde_json::to_string(&code).unwrap(), word);
            assert_eq!(serde_json::from_str::<StopCode>(&word).unwrap(), code);
        }
        assert!(serde_json::from_str::<StopCode>("\"klingon\"").is_err());
    }

    #[test]
    fn a_message_says_what_happened_what_was_done_and_what_to_do() {
        let stop = Stop::new(StopCode::PlanChanged, "a.csv has other content.");
        assert_eq!(
            stop.message,
            "a.csv has other content. Nothing was sent. Drop the export below plan/ again, look at \
             the plan, and approve that."
        );
        for code in StopCode::all() {
            for words in [code.meaning(), code.left(), code.remedy()] {
                assert!(words.trim().ends_with('.'), "{words:?} is a sentence");
            }
        }
    }
}
