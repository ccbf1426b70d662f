//! Gathering a stage: the passes over its exports, from wherever an earlier invocation has stopped.

use csm_import::code::Code;
use csm_import::delivery::ConsumeError;
use csm_import::import::document::Export;
use csm_import::import::outcome::Outcome;
use csm_import::mapping::mapper::Links;
use csm_import::mapping::relation::{Left, RelationReader, Relations};
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::port::{Exports, Ports};
use csm_import::salesforce::record::Record;
use csm_import::salesforce::stream::Mark;

use crate::gathered::{Full, Gathered};
use crate::gathering::{Basis, Gathering, Pass, Position};
use crate::splitter::Splitter;
use crate::stage::{header, mapper};

impl<P: Ports> Splitter<P> {
    /// Reads on until the stage is gathered; false: until the time was up.
    pub(crate) async fn gather<E: Exports>(
        &self,
        exports: &E,
        basis: &Basis<'_>,
        gathering: &mut Gathering,
    ) -> Result<bool, ConsumeError> {
        loop {
            let Position { pass, exports: done, .. } = gathering.position;
            for export in basis.exports(pass).into_iter().skip(done) {
                if let Some(mark) = self.read(exports, basis, export, gathering).await? {
                    gathering.position.mark = mark;
                    return Ok(false);
                }
                gathering.position.exports += 1;
                gathering.position.mark = Mark::START;
            }
            let Gathering { gathered, relations, .. } = gathering;
            let next = match pass {
                Pass::Relations => Pass::People,
                Pass::People => {
                    relations.complete();
                    Pass::Records
                }
                Pass::Records if gathered.seen.versions().are_contested() => {
                    let versions = gathered.seen.take_versions();
                    // What is known so far takes memory that the next passes need.
                    gathered.seen = Seen::default();
                    // Parts of its own: somebody else may be at the first passes still.
                    *gathering = basis.begin(gathered.manifest.edition.weighed());
                    *gathering.gathered.seen.versions() = versions;
                    Pass::Versions
                }
                Pass::Records => {
                    gathered.manifest.relations = relations.counts();
                    for full in gathered.finish() {
                        self.write(full).await?;
                    }
                    return Ok(true);
                }
                Pass::Versions => {
                    let versions = gathered.seen.versions();
                    *versions = std::mem::take(versions).settle();
                    Pass::Relations
                }
            };
            gathering.position = Position::of(next);
        }
    }

    /// Reads an export from where it is; how far, if the time was up before its end.
    async fn read<E: Exports>(
        &self,
        exports: &E,
        basis: &Basis<'_>,
        export: &Export,
        gathering: &mut Gathering,
    ) -> Result<Option<Mark>, ConsumeError> {
        let (document, stage) = (basis.document, basis.stage);
        let Gathering { position: Position { pass, mark, .. }, gathered, relations } = gathering;
        let of = match pass {
            Pass::Relations => {
                let reader = RelationReader::new(&header(export), export.survey.null_word);
                let take = |record: &Record<'_>| {
                    relate(&reader, export.source, record, relations, gathered)
                };
                return self.each(exports, document, export, *mark, take).await;
            }
            Pass::People => Stage::Organizations,
            Pass::Records | Pass::Versions => stage,
        };
        if *pass == Pass::Records && *mark == Mark::START {
            self.remember(export.attempt_of, stage, &mut gathered.seen).await?;
        }
        let Some(mapper) = mapper(document, of, export) else { return Ok(None) };
        match pass {
            Pass::Relations | Pass::People => {
                let take = |record: &Record<'_>| {
                    if let Some(contact) = mapper.contact_of_person(record) {
                        gathered.seen.mapped_as_twin(contact);
                    }
                    Ok(None)
                };
                self.each(exports, document, export, *mark, take).await
            }
            Pass::Versions => {
                let versions = gathered.seen.versions();
                let take = |record: &Record<'_>| {
                    if let Some((id, modified)) = mapper.version(record) {
                        versions.weigh(id, modified);
                    }
                    Ok(None)
                };
                self.each(exports, document, export, *mark, take).await
            }
            Pass::Records => {
                let find = |account| basis.organizations.get(account);
                let mut links = Links { organizations: &find, relations };
                let take = |record: &Record<'_>| {
                    let verdict = mapper.map(record, &mut gathered.seen, &mut links);
                    gathered.add(export.source, record, verdict)
                };
                self.each(exports, document, export, *mark, take).await
            }
        }
    }
}

/// Notes a link between a contact and an account.
fn relate(
    reader: &RelationReader,
    source: u32,
    record: &Record<'_>,
    relations: &mut Relations,
    gathered: &mut Gathered,
) -> Result<Option<Full>, ConsumeError> {
    let relation = reader.read(record);
    relations.add(relation.as_ref().copied());
    match relation {
        Ok(_) => Ok(None),
        // Every contact with an account has one.
        Err(Left::Skipped(issue)) if issue.code == Code::RelationDirect => Ok(None),
        Err(Left::Skipped(issue)) => gathered.add_left_out(source, record, Outcome::Skipped, issue),
        Err(Left::Rejected(issue)) => {
            gathered.add_left_out(source, record, Outcome::Rejected, issue)
        }
    }
}
