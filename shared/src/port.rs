//! What the use cases ask of the bucket, the queues and the clock.

use std::future::Future;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::csm::port::{Fields, Site};
use crate::import::finished::Finished;
use crate::import::id::SourceObject;
use crate::salesforce::container::ContainerError;

/// A fault of an adapter. Whatever it is, the message in hand stays in its queue and comes again:
/// there is nothing in the bucket or the queues that would be better given up than tried again.
#[derive(Debug, thiserror::Error)]
#[error("{action} failed")]
pub struct PortError {
    action: &'static str,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl PortError {
    /// A fault of `action`, with its cause.
    pub fn new(
        action: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { action, source: source.into() }
    }
}

/// What a write asks of the object that may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    /// Nothing: the last write wins.
    Always,
    /// That there is none (`If-None-Match: *`).
    Absent,
    /// That it is still the one with this `ETag` (`If-Match`).
    Unchanged(&'a str),
}

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The object is as written.
    Yes,
    /// The condition did not hold; nothing was written.
    Lost,
}

/// An object as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its `ETag`, for [`Condition::Unchanged`].
    pub etag: String,
}

/// The objects that the importer itself writes: small ones, and parts of large ones.
pub trait Store: Send + Sync {
    /// Reads an object, or a range of its bytes; `None` when there is none.
    fn read(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> impl Future<Output = Result<Option<Stored>, PortError>> + Send;

    /// Writes an object if `condition` holds.
    fn write(
        &self,
        key: &str,
        bytes: Bytes,
        condition: Condition<'_>,
    ) -> impl Future<Output = Result<Written, PortError>> + Send;

    /// Writes a large object from its parts, which come one by one; each but the last must have
    /// 5 MiB at least. `None` ends it well, and only then does the object appear.
    fn upload(
        &self,
        key: &str,
        parts: tokio::sync::mpsc::Receiver<Option<Bytes>>,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// An object of the drop that cannot be read as it was taken.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It was deleted, or replaced in a bucket that keeps no versions.
    #[error("the export is no longer there as it was when the import began")]
    Gone,
    /// It lies in a container that is damaged.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// The invocation ends before it can be read to its end.
    #[error("there is no time left in this invocation to read on")]
    TimeIsUp,
    /// A passing fault.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The chunks of an export, in order.
pub trait Chunks: Send {
    /// The next chunk; `None` at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, ExportError>> + Send;
}

/// An object of a folder, pinned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// What it is.
    pub object: SourceObject,
    /// When it was written; one that was uploaded in parts, when that began.
    pub written: Option<Timestamp>,
}

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The key.
    pub key: String,
    /// The `ETag`, without quotes.
    pub etag: String,
    /// When it was written, as in [`Dropped`].
    pub written: Option<Timestamp>,
}

/// The objects that administrators drop. They are never written.
pub trait Exports: Send + Sync {
    /// A stream of one object.
    type Chunks: Chunks;

    /// Every object directly in `folder` (or the object of that key), pinned. Empty objects are left
    /// out: they are folders of a console.
    fn objects(&self, folder: &str)
    -> impl Future<Output = Result<Vec<Dropped>, PortError>> + Send;

    /// Every object below `prefix`, however deep, in the order of their keys and without empty ones.
    /// All of them are held in memory, and how many there are comes from outside: more than `most`
    /// are a fault.
    fn below(
        &self,
        prefix: &str,
        most: usize,
    ) -> impl Future<Output = Result<Vec<Listed>, PortError>> + Send;

    /// Streams an object as it was when it was taken, from a byte on.
    fn open(
        &self,
        object: &SourceObject,
        from: u64,
    ) -> impl Future<Output = Result<Self::Chunks, ExportError>> + Send;
}

/// A message to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The body.
    pub body: String,
    /// How long it stays invisible; standard queues only, 15 minutes at most.
    pub delay: Duration,
    /// Group and deduplication id; FIFO queues only.
    pub fifo: Option<(String, String)>,
}

/// One queue.
pub trait Queue: Send + Sync {
    /// Sends all messages, in no order. When it fails, some may have been sent.
    fn send(&self, messages: Vec<Outgoing>) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Keeps a message in flight invisible for `time` from now, 12 hours at most. A receipt handle
    /// that is no longer valid is no fault: the message is with somebody else, or gone.
    fn hold(
        &self,
        receipt_handle: &str,
        time: Duration,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Deletes a message in flight. A receipt handle that is no longer valid is no fault.
    fn delete(&self, receipt_handle: &str) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Whoever wants to know what has happened.
pub trait Events: Send + Sync {
    /// Tells that an import has come to its end. Telling it twice does no harm.
    fn tell(&self, finished: &Finished) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Who plays the ports of a use case.
pub trait Ports {
    /// The bucket, for what is written.
    type Store: Store;
    /// The bucket, for what was dropped.
    type Exports: Exports;
    /// The site.
    type Site: Site + Fields;
    /// The queues.
    type Queue: Queue;
    /// Whoever listens.
    type Events: Events;
    /// The time.
    type Clock: Clock;
}
