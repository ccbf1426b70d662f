//! Files in containers: how one is reached in the object that holds it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::container::{ContainerError, Gunzip, Inflate, Limits, Member, Step, Walk, WalkStep};
use crate::import::id::SourceObject;
use crate::port::{Chunks, ExportError, Exports};

/// One container around a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrapping {
    /// gzip.
    Gzip,
    /// A member of a ZIP that is the object itself.
    Member(Member),
    /// A member of a ZIP that lies in another container: its number among the members, from 0.
    Inner(u32),
}

/// The bytes of a file as they come out of its containers, piece by piece.
pub struct Unpacked<C> {
    chunks: C,
    layers: Vec<Layer>,
}

/// A container on the way out, with what was put in and not taken yet.
struct Layer {
    kind: Kind,
    input: Bytes,
    ended: bool,
}

enum Kind {
    Gzip(Gunzip),
    Member(Inflate),
    Inner { walk: Walk, wanted: u32, at: Option<u32> },
}

impl<C: Chunks> Unpacked<C> {
    /// Opens a file; the containers are named from the outside in.
    ///
    /// # Errors
    /// The object cannot be read as it was taken.
    pub async fn open<E: Exports<Chunks = C>>(
        exports: &E,
        object: &SourceObject,
        wrappings: &[Wrapping],
        limits: &Limits,
    ) -> Result<Self, ExportError> {
        let from = match wrappings.first() {
            Some(Wrapping::Member(member)) => member.header_offset,
            _ => 0,
        };
        let kind = |wrapping: &Wrapping| match wrapping {
            Wrapping::Gzip => Kind::Gzip(Gunzip::new(limits)),
            Wrapping::Member(member) => Kind::Member(Inflate::new(member, limits)),
            Wrapping::Inner(wanted) => {
                Kind::Inner { walk: Walk::new(limits), wanted: *wanted, at: None }
            }
        };
        let layers = wrappings
            .iter()
            .map(|wrapping| Layer { kind: kind(wrapping), input: Bytes::new(), ended: false })
            .collect();
        Ok(Self { chunks: exports.open(object, from).await?, layers })
    }

    /// Opens a file that lies in no container, from a byte on.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_at<E: Exports<Chunks = C>>(
        exports: &E,
        object: &SourceObject,
        from: u64,
    ) -> Result<Self, ExportError> {
        Ok(Self { chunks: exports.open(object, from).await?, layers: Vec::new() })
    }

    /// The next bytes of the file; `None` at its end.
    ///
    /// # Errors
    /// The object cannot be read, or a container is damaged.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        let Some(innermost) = self.layers.len().checked_sub(1) else {
            return self.chunks.next().await;
        };
        // From the inside out: a layer that needs input asks the one around it.
        let mut at = innermost;
        loop {
            let mut out = Vec::new();
            let Some(layer) = self.layers.get_mut(at) else { return Ok(None) };
            let pulled = layer.pull(&mut out)?;
            let given = match pulled {
                Pulled::Needs if at == 0 => {
                    layer.put(self.chunks.next().await?)?;
                    continue;
                }
                Pulled::Needs => {
                    at -= 1;
                    continue;
                }
                Pulled::Gave => Some(Bytes::from(out)),
                Pulled::Ended => None,
            };
            if at == innermost {
                return Ok(given);
            }
            at += 1;
            if let Some(inner) = self.layers.get_mut(at) {
                inner.put(given)?;
            }
        }
    }
}

enum Pulled {
    Needs,
    Gave,
    Ended,
}

impl Layer {
    /// Puts input in; `None` says that no more will come.
    fn put(&mut self, input: Option<Bytes>) -> Result<(), ContainerError> {
        match input {
            Some(input) => {
                self.input = input;
                Ok(())
            }
            None => match &mut self.kind {
                Kind::Gzip(gunzip) => {
                    gunzip.finish()?;
                    self.ended = true;
                    Ok(())
                }
                Kind::Member(inflate) => inflate.finish(),
                Kind::Inner { walk, .. } => walk.finish(),
            },
        }
    }

    fn pull(&mut self, out: &mut Vec<u8>) -> Result<Pulled, ContainerError> {
        loop {
            if self.ended {
                return Ok(Pulled::Ended);
            }
            let step = match &mut self.kind {
                Kind::Gzip(gunzip) => gunzip.read(&mut self.input, out)?,
                Kind::Member(inflate) => inflate.read(&mut self.input, out)?,
                Kind::Inner { walk, wanted, at } => match walk.read(&mut self.input, out)? {
                    WalkStep::Input => Step::Input,
                    WalkStep::Begin(_) => {
                        *at = Some(at.map_or(0, |at| at + 1));
                        continue;
                    }
                    WalkStep::Output if *at == Some(*wanted) => Step::Output,
                    WalkStep::Output => {
                        out.clear();
                        continue;
                    }
                    WalkStep::EndOfMember if *at == Some(*wanted) => Step::End,
                    WalkStep::EndOfMember => continue,
                    WalkStep::End => Step::End,
                },
            };
            match step {
                Step::Input => return Ok(Pulled::Needs),
                Step::Output if out.is_empty() => {}
                Step::Output => return Ok(Pulled::Gave),
                Step::End => self.ended = true,
            }
        }
    }
}
