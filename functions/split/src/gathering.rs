//! Everything that is known of a stage while it is gathered, and how far that has come.

use csm_import::frames::{Damaged, Frame, Kind};
use csm_import::import::batch::Edition;
use csm_import::import::document::{Export, ImportDocument};
use csm_import::mapping::mapper::PersonAccounts;
use csm_import::mapping::relation::Relations;
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::salesforce::stream::Mark;
use serde::{Deserialize, Serialize};

use crate::gathered::Gathered;
use crate::organizations::Organizations;
use crate::stage::header;

/// What the exports are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Pass {
    /// Links between contacts and accounts.
    Relations,
    /// Contacts of people who are not imported as customers.
    People,
    /// The records of the stage.
    Records,
    /// The latest versions of records that share an id; the other passes follow anew.
    Versions,
}

/// How far the exports have been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) pass: Pass,
    /// Exports of the pass that are done with.
    pub(crate) exports: usize,
    /// How far the next one has been read.
    pub(crate) mark: Mark,
}

impl Position {
    pub(crate) const fn of(pass: Pass) -> Self {
        Self { pass, exports: 0, mark: Mark::START }
    }
}

/// Everything that is known of a stage while its exports are read: the bytes that are written do not
/// depend on where it is laid down and taken up again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Gathering {
    pub(crate) position: Position,
    pub(crate) gathered: Gathered,
    pub(crate) relations: Relations,
}

impl Gathering {
    /// What is too large for a document, in frames.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Frame> {
        self.gathered.frames().chain(self.relations.frames())
    }

    /// Adds what a frame holds.
    ///
    /// # Errors
    /// It is none of [`Self::frames`].
    pub(crate) fn add_frame(&mut self, kind: Kind, bytes: &[u8]) -> Result<(), Damaged> {
        let known =
            self.gathered.add_frame(kind, bytes)? || self.relations.add_frame(kind, bytes)?;
        if known { Ok(()) } else { Err(Damaged) }
    }
}

/// What a stage is gathered from.
pub(crate) struct Basis<'a> {
    pub(crate) document: &'a ImportDocument,
    pub(crate) stage: Stage,
    pub(crate) organizations: &'a Organizations,
    /// Names that are taken before the first record.
    pub(crate) names: &'a Seen,
}

impl Basis<'_> {
    /// Nothing gathered yet.
    pub(crate) fn begin(&self, edition: Edition) -> Gathering {
        let mut gathered = Gathered::new(self.document.id, self.stage, edition);
        if self.stage == Stage::Organizations {
            gathered.seen = self.names.clone();
        }
        let relations = Relations::default();
        Gathering { position: Position::of(Pass::Relations), gathered, relations }
    }

    /// The exports that are read in a pass.
    pub(crate) fn exports(&self, pass: Pass) -> Vec<&Export> {
        let people = self.document.configuration.policies.person_accounts;
        match (pass, self.stage) {
            (Pass::Records | Pass::Versions, stage) => self.document.exports_of(stage),
            (Pass::Relations, Stage::Customers) => self.document.relations().collect(),
            // Contacts that say themselves that they are such people need no note.
            (Pass::People, Stage::Customers) if people != PersonAccounts::Customers => {
                let accounts = self.document.exports_of(Stage::Organizations).into_iter();
                accounts.filter(|export| header(export).has("PersonContactId")).collect()
            }
            (Pass::Relations | Pass::People, _) => Vec::new(),
        }
    }
}
