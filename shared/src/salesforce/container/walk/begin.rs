//! What is done with a member, by the header before it.

use rc_zip::parse::Method as Compression;

use super::super::content::{Content, Expected};
use super::super::member::{is_encrypted, usable};
use super::super::records::Local;
use super::super::{Method, Refusal, names};
use super::{Begun, Give, State};

/// General purpose bit 3: sizes and checksum follow the content (APPNOTE 4.4.4).
const SIZED_BEHIND: u16 = 1 << 3;

/// What is told of a member at its beginning, and how its content is read or passed over.
pub(super) fn begin(local: Local) -> (Option<Begun>, State) {
    let Local { name, flags, method: compression, crc32, extent, ahead } = local;
    let behind = flags & SIZED_BEHIND != 0;
    let known = extent.map(|extent| Expected {
        compressed: extent.compressed,
        inflated: extent.inflated,
        crc32,
    });
    let folder = name.ends_with('/');
    let judged = match usable(&name, flags, compression) {
        _ if folder => Err(Refusal::Special),
        Ok(Method::Stored) if behind => Err(Refusal::StoredUnsized),
        Ok(_) if !behind && known.is_none() => Err(Refusal::Damaged),
        judged => judged,
    };
    let give = match judged {
        Ok(_) => Give::Content,
        // If its size follows, it is known later whether the folder has content.
        Err(_) if folder && (behind || known.is_some_and(|known| known.inflated == 0)) => {
            Give::Nothing
        }
        Err(_) => Give::Ends,
    };
    let refusal = judged.as_ref().err().cloned();
    let name = if refusal.is_some() { names::cut(name) } else { name };
    let read = |content| State::Content { content: Box::new(content), behind, give };
    let state = match (judged, known) {
        (Ok(method), Some(known)) if !behind => read(Content::sized(&name, method, known)),
        (Err(_), Some(known)) if !behind => {
            State::Skip { left: known.compressed.saturating_sub(ahead), give }
        }
        // What is refused is inflated, too, if its end can be found only so.
        _ if behind && compression == Compression::Deflate && !is_encrypted(flags, compression) => {
            read(Content::unsized_deflated(&name))
        }
        (_, Some(known)) if folder && known.compressed == 0 => {
            read(Content::sized(&name, Method::Stored, known))
        }
        (judged, _) => {
            let refusal = judged.err().unwrap_or(Refusal::Damaged);
            State::Stuck { name: name.clone(), refusal }
        }
    };
    ((give != Give::Nothing).then_some(Begun { name, refusal }), state)
}
