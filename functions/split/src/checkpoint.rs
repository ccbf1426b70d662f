//! A stage that takes more than one invocation: laying down what has been gathered, and taking it up.
//!
//! Whoever splits the same stage meanwhile writes the same bytes, so that either's checkpoint will do. It
//! is one of the knowledge of organizations that it was begun with: should that change, as it does when
//! another import has sent its organizations, the stage begins anew.

use std::time::Duration;

use csm_import::delivery::ConsumeError;
use csm_import::frames::{Damaged, Frame, Frames, Kind};
use csm_import::port::{PortError, Store};
use tokio::sync::mpsc;

use crate::gathering::Gathering;

/// What a checkpoint begins with. Another version may gather something else from the same records, so
/// that it begins anew.
const MAGIC: &[u8] =
    concat!("csm-import ", env!("CARGO_PKG_VERSION"), " checkpoint 2\n").as_bytes();

/// Bytes that are written and read at once.
const PART: usize = 8 << 20;

/// The time before the end of the invocation at which gathering stops, besides what each record adds.
const MARGIN: Duration = Duration::from_mins(1);

/// What a record adds: 40 bytes at 20 MB/s.
const PER_RECORD: Duration = Duration::from_micros(2);

/// How much time has to be left for a checkpoint of so many records.
pub(crate) fn needs(records: u64) -> Duration {
    MARGIN + PER_RECORD.saturating_mul(u32::try_from(records).unwrap_or(u32::MAX))
}

/// Writes what has been gathered. Only when all of it is there does the checkpoint appear.
///
/// # Errors
/// A fault of the bucket.
pub(crate) async fn write<S: Store>(
    store: &S,
    key: &str,
    gathering: &Gathering,
) -> Result<(), ConsumeError> {
    let document = serde_json::to_vec(gathering).map_err(ConsumeError::unwritable)?;
    let document = Frame { kind: Kind::Document, bytes: document };
    let end = Frame { kind: Kind::End, bytes: Vec::new() };
    let frames = [document].into_iter().chain(gathering.frames()).chain([end]);
    let (parts, taken) = mpsc::channel(1);
    let written = async move {
        let mut part = MAGIC.to_vec();
        for frame in frames {
            frame.write(&mut part);
            if part.len() >= PART {
                parts.send(Some(std::mem::take(&mut part).into())).await?;
            }
        }
        if !part.is_empty() {
            parts.send(Some(part.into())).await?;
        }
        parts.send(None).await
    };
    let (uploaded, written) = tokio::join!(store.upload(key, taken), written);
    // A failed upload ends the writing as well; its own error says more.
    uploaded?;
    written.map_err(|_| PortError::new("writing a checkpoint", "the upload has ended"))?;
    Ok(())
}

/// Reads what had been gathered; `None`: nothing, or nothing that this version can go on with.
///
/// # Errors
/// A fault of the bucket, or another checkpoint was written meanwhile.
pub(crate) async fn read<S: Store>(
    store: &S,
    key: &str,
) -> Result<Option<Gathering>, ConsumeError> {
    let mut restoring = Restoring::default();
    let mut etag: Option<String> = None;
    for from in (0..).step_by(PART) {
        let range = from..from + PART as u64;
        let Some(stored) = store.read(key, Some(range)).await? else { return Ok(None) };
        if etag.get_or_insert_with(|| stored.etag.clone()) != &stored.etag {
            let meanwhile = "another one was written meanwhile";
            return Err(PortError::new("reading a checkpoint", meanwhile).into());
        }
        let piece = if from == 0 { stored.bytes.strip_prefix(MAGIC) } else { Some(&*stored.bytes) };
        match piece.ok_or(Damaged).and_then(|piece| restoring.feed(piece)) {
            Ok(Some(gathering)) => return Ok(Some(gathering)),
            Ok(None) if stored.bytes.len() == PART => {}
            Ok(None) | Err(Damaged) => break,
        }
    }
    tracing::warn!("a checkpoint cannot be gone on with; the stage begins anew");
    Ok(None)
}

/// What has been read of a checkpoint.
#[derive(Default)]
struct Restoring {
    frames: Frames,
    gathering: Option<Gathering>,
}

impl Restoring {
    /// Takes the next piece in; everything, once it is all there.
    fn feed(&mut self, piece: &[u8]) -> Result<Option<Gathering>, Damaged> {
        self.frames.feed(piece);
        while let Some((kind, bytes)) = self.frames.next_frame()? {
            match (kind, &mut self.gathering) {
                (Kind::Document, gathering) => {
                    *gathering = Some(serde_json::from_slice(bytes).map_err(|_| Damaged)?);
                }
                (Kind::End, gathering) => return gathering.take().map(Some).ok_or(Damaged),
                (kind, Some(gathering)) => gathering.add_frame(kind, bytes)?,
                (_, None) => return Err(Damaged),
            }
        }
        Ok(None)
    }
}
