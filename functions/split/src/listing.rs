//! The files that an object holds: itself, or what lies in its containers.

use bytes::Bytes;
use csm_import::import::id::SourceObject;
use csm_import::port::{Chunks, ExportError, Exports};
use csm_import::salesforce::container::{
    self, Begun, Directory, Entry, Kind, Limits, Walk, WalkStep,
};
use csm_import::salesforce::export::{self, NotAnExport};
use csm_import::salesforce::unpack::{Unpacked, Wrapping};

/// Bytes that tell what a file is.
const MAGIC: usize = 6;

/// A file, or why there is none.
#[derive(Debug)]
pub struct Found {
    /// The key, and behind it the names of the members that lead to the file.
    pub file: String,
    /// The containers around it.
    pub wrappings: Vec<Wrapping>,
    /// Why it is not read, where that is known without a look at its content.
    pub refused: Option<NotAnExport>,
}

/// What went wrong: the object cannot be read just now, or it is nothing that can be imported.
#[derive(Debug)]
pub enum Unlisted {
    /// The object cannot be read.
    Export(ExportError),
    /// It is no export.
    Refused(NotAnExport),
}

impl From<ExportError> for Unlisted {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Container(error) => Self::Refused(error.into()),
            error => Self::Export(error),
        }
    }
}

impl From<NotAnExport> for Unlisted {
    fn from(refused: NotAnExport) -> Self {
        Self::Refused(refused)
    }
}

/// Lists the files of an object: one, or those in its containers, of which there may be two around a
/// file.
///
/// # Errors
/// The object cannot be read, or is no export.
pub async fn files<E: Exports>(
    exports: &E,
    object: &SourceObject,
    limits: &Limits,
) -> Result<Vec<Found>, Unlisted> {
    let lister = Lister { exports, object, limits };
    match lister.kind(&[]).await? {
        Kind::Plain => Ok(vec![Found::file(object.key.clone(), vec![])]),
        Kind::Gzip => lister.unwrapped(object.key.clone(), Wrapping::Gzip).await,
        Kind::Zip => lister.members().await,
    }
}

impl Found {
    pub(crate) fn file(file: String, wrappings: Vec<Wrapping>) -> Self {
        Self { file, wrappings, refused: None }
    }

    fn refused(file: String, refused: NotAnExport) -> Self {
        Self { file, wrappings: Vec::new(), refused: Some(refused) }
    }
}

struct Lister<'a, E> {
    exports: &'a E,
    object: &'a SourceObject,
    limits: &'a Limits,
}

impl<E: Exports> Lister<'_, E> {
    async fn open(&self, wrappings: &[Wrapping]) -> Result<Unpacked<E::Chunks>, ExportError> {
        Unpacked::open(self.exports, self.object, wrappings, self.limits).await
    }

    async fn kind(&self, wrappings: &[Wrapping]) -> Result<Kind, ExportError> {
        let mut bytes = self.open(wrappings).await?;
        let mut first: Vec<u8> = Vec::new();
        while first.len() < MAGIC
            && let Some(more) = bytes.next().await?
        {
            first.extend_from_slice(&more);
        }
        Ok(container::kind(&first))
    }

    /// The members of the ZIP that the object is.
    async fn members(&self) -> Result<Vec<Found>, Unlisted> {
        let entries = self.directory().await?;
        let is_workbook = |entry: &Entry| entry.name() == "[Content_Types].xml";
        if entries.iter().any(is_workbook) {
            return Err(NotAnExport::Workbook("XLSX").into());
        }
        // A Data Export has a member for every object. Those that are wanted have known names; only
        // where there are none does the content have to tell.
        let known = entries.iter().any(|entry| export::is_wanted(entry.name()));
        let mut found = Vec::new();
        for entry in entries {
            let file = format!("{}/{}", self.object.key, entry.name());
            let member = match entry {
                Entry::Refused { refusal, .. } => {
                    found.push(Found::refused(file, refusal.into()));
                    continue;
                }
                Entry::Member(member) => member,
            };
            if known && !export::is_wanted(&member.name) && !is_archive(&member.name) {
                found.push(Found::refused(file, NotAnExport::NotWanted));
                continue;
            }
            // What is wrong with one member is no matter of the others.
            match self.unwrapped(file.clone(), Wrapping::Member(member)).await {
                Err(Unlisted::Refused(refused)) => found.push(Found::refused(file, refused)),
                listed => found.extend(listed?),
            }
        }
        Ok(found)
    }

    /// The file behind a container, or those in the container behind it.
    async fn unwrapped(&self, file: String, outer: Wrapping) -> Result<Vec<Found>, Unlisted> {
        let outer = vec![outer];
        match self.kind(&outer).await? {
            Kind::Plain => Ok(vec![Found::file(file, outer)]),
            Kind::Gzip => {
                let wrappings = [outer, vec![Wrapping::Gzip]].concat();
                Ok(vec![match self.kind(&wrappings).await? {
                    Kind::Plain => Found::file(file, wrappings),
                    Kind::Gzip | Kind::Zip => Found::refused(file, NotAnExport::NestedTooDeep),
                }])
            }
            Kind::Zip => {
                let members = self.walk(&outer).await?;
                let known = members.iter().any(|(member, _)| export::is_wanted(&member.name));
                let mut found = Vec::new();
                for (number, (Begun { name, refusal }, kind)) in (0..).zip(members) {
                    let inner = format!("{file}/{name}");
                    let wrappings = [outer.clone(), vec![Wrapping::Inner(number)]].concat();
                    found.push(match (refusal, kind) {
                        (Some(refusal), _) => Found::refused(inner, refusal.into()),
                        (None, _) if known && !export::is_wanted(&name) => {
                            Found::refused(inner, NotAnExport::NotWanted)
                        }
                        (None, Kind::Plain) => Found::file(inner, wrappings),
                        (None, Kind::Gzip | Kind::Zip) => {
                            Found::refused(inner, NotAnExport::NestedTooDeep)
                        }
                    });
                }
                Ok(found)
            }
        }
    }

    async fn directory(&self) -> Result<Vec<Entry>, Unlisted> {
        let mut directory = Directory::new(self.object.size, self.limits);
        while let Some(from) = directory.wants() {
            let mut chunks = self.exports.open(self.object, from).await?;
            let mut at = from;
            // As long as the directory goes on reading where it is, so does the stream.
            while directory.wants() == Some(at) {
                let Some(mut bytes) = chunks.next().await? else {
                    // Less than the object's size: what is missing is told at the end.
                    return Ok(directory.finish().map_err(NotAnExport::from)?);
                };
                while directory.wants() == Some(at) && !bytes.is_empty() {
                    let taken = directory.feed(&bytes).map_err(NotAnExport::from)?;
                    at += taken as u64;
                    bytes = bytes.slice(taken.min(bytes.len())..);
                    if taken == 0 {
                        break;
                    }
                }
            }
        }
        Ok(directory.finish().map_err(NotAnExport::from)?)
    }

    /// The members of a ZIP that lies in another container, and what each is by its first bytes.
    async fn walk(&self, outer: &[Wrapping]) -> Result<Vec<(Begun, Kind)>, Unlisted> {
        let mut bytes = self.open(outer).await?;
        let mut walk = Walk::new(self.limits);
        let mut members: Vec<(Begun, Vec<u8>)> = Vec::new();
        let mut input = Bytes::new();
        let mut out = Vec::new();
        loop {
            out.clear();
            match walk.read(&mut input, &mut out).map_err(NotAnExport::from)? {
                WalkStep::Begin(member) => members.push((member, Vec::new())),
                WalkStep::Output => {
                    if let Some((_, first)) = members.last_mut() {
                        let missing = MAGIC.saturating_sub(first.len()).min(out.len());
                        first.extend_from_slice(out.get(..missing).unwrap_or_default());
                    }
                }
                WalkStep::EndOfMember => {}
                WalkStep::End => {
                    let kind = |first: Vec<u8>| container::kind(&first);
                    return Ok(members.into_iter().map(|(m, first)| (m, kind(first))).collect());
                }
                WalkStep::Input => match bytes.next().await? {
                    Some(more) => input = more,
                    None => walk.finish().map_err(NotAnExport::from)?,
                },
            }
        }
    }
}

fn is_archive(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["zip", "gz"].iter().any(|archive| archive.eq_ignore_ascii_case(extension))
}
