//! The bucket.

use std::ops::Range;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc::Receiver;

use crate::delivery::Causes;
use crate::import::id::SourceObject;
use crate::import::keys;
use crate::port::{
    Chunks, Condition, Dropped, ExportError, Exports, Listed, PortError, Store, Stored, Written,
};

/// How often a broken stream is taken up again where it broke off.
const RESUMES: u32 = 5;

/// One bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    /// The bucket of that name.
    pub const fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    async fn pinned(&self, key: &str) -> Result<Option<Dropped>, PortError> {
        let head = match self.client.head_object().bucket(&self.name).key(key).send().await {
            Ok(head) => head,
            Err(error) if status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(port("looking at an export", error)),
        };
        let written = head.last_modified().and_then(timestamp);
        let object = SourceObject {
            key: key.to_owned(),
            etag: head.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
            // Buckets without versions answer "null".
            version: head.version_id().filter(|v| *v != "null").map(str::to_owned),
            size: head.content_length().and_then(|n| u64::try_from(n).ok()).unwrap_or_default(),
        };
        Ok(Some(Dropped { object, written }))
    }

    /// A stream of an object from a byte on, and how many bytes come before it all the same: a service
    /// may answer a range with the whole (RFC 9110, 14.2), and emulators do when a version is asked for.
    async fn stream(
        &self,
        object: &SourceObject,
        from: u64,
    ) -> Result<(ByteStream, u64), ExportError> {
        let mut request = self.client.get_object().bucket(&self.name).key(&object.key);
        request = match &object.version {
            Some(version) => request.version_id(version),
            None => request.if_match(format!("\"{}\"", object.etag)),
        };
        if from > 0 {
            request = request.range(format!("bytes={from}-"));
        }
        match request.send().await {
            Ok(answer) => {
                let before = if answer.content_range.is_some() { 0 } else { from };
                Ok((answer.body, before))
            }
            Err(error) if matches!(status(&error), Some(404 | 405 | 412)) => Err(ExportError::Gone),
            Err(error) => Err(port("opening an export", error).into()),
        }
    }
}

impl Store for Bucket {
    async fn read(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<Stored>, PortError> {
        let range = range.map(|r| format!("bytes={}-{}", r.start, r.end.saturating_sub(1)));
        let request = self.client.get_object().bucket(&self.name).key(key).set_range(range);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(port("reading an object", error)),
        };
        let etag = answer.e_tag().unwrap_or_default().to_owned();
        let bytes =
            answer.body.collect().await.map_err(|e| PortError::new("reading an object", e))?;
        Ok(Some(Stored { bytes: bytes.into_bytes(), etag }))
    }

    async fn write(
        &self,
        key: &str,
        bytes: Bytes,
        condition: Condition<'_>,
    ) -> Result<Written, PortError> {
        let body = ByteStream::from(bytes);
        let request = self.client.put_object().bucket(&self.name).key(key).body(body);
        let request = request.set_content_type(content_type(key)).set_tagging(tagging(key));
        let request = match condition {
            Condition::Always => request,
            Condition::Absent => request.if_none_match("*"),
            Condition::Unchanged(etag) => request.if_match(etag),
        };
        match request.send().await {
            Ok(_) => Ok(Written::Yes),
            Err(error) => match (condition, status(&error)) {
                (Condition::Absent | Condition::Unchanged(_), Some(412))
                // A race that the other writer won, or an object that has gone meanwhile.
                | (Condition::Unchanged(_), Some(404 | 409)) => Ok(Written::Lost),
                _ => Err(port("writing an object", error)),
            },
        }
    }

    async fn upload(&self, key: &str, mut parts: Receiver<Option<Bytes>>) -> Result<(), PortError> {
        // One part is an ordinary object; only a second one makes it an upload in parts.
        let mut first = None;
        let second = loop {
            match (parts.recv().await, first.is_some()) {
                (Some(Some(part)), false) => first = Some(part),
                (Some(Some(part)), true) => break part,
                (Some(None), _) => {
                    let whole = first.unwrap_or_default();
                    return self.write(key, whole, Condition::Always).await.map(|_| ());
                }
                (None, _) => return Err(abandoned()),
            }
        };
        let create = self.client.create_multipart_upload().bucket(&self.name).key(key);
        let create = create.set_content_type(content_type(key)).set_tagging(tagging(key));
        let created = create.send().await.map_err(|e| port("beginning an upload", e))?;
        let upload = created.upload_id().unwrap_or_default();
        let begun = first.into_iter().chain([second]);
        let end = self.upload_parts(key, upload, begun, parts).await;
        if end.is_err() {
            let abort = self.client.abort_multipart_upload().bucket(&self.name).key(key);
            if let Err(error) = abort.upload_id(upload).send().await {
                let error = port("giving up an upload", error);
                tracing::warn!(key, error = %Causes(&error), "parts stay until the bucket's lifecycle removes them");
            }
        }
        end
    }
}

fn abandoned() -> PortError {
    PortError::new("uploading an object", "its parts did not come to an end")
}

impl Bucket {
    async fn upload_parts(
        &self,
        key: &str,
        upload: &str,
        begun: impl Iterator<Item = Bytes> + Send,
        mut parts: Receiver<Option<Bytes>>,
    ) -> Result<(), PortError> {
        let mut completed = Vec::new();
        let mut begun = begun;
        for number in 1.. {
            let part = match begun.next() {
                Some(part) => part,
                None => match parts.recv().await {
                    Some(Some(part)) => part,
                    Some(None) => break,
                    None => return Err(abandoned()),
                },
            };
            let sent = self.client.upload_part().bucket(&self.name).key(key).upload_id(upload);
            let sent = sent.part_number(number).body(ByteStream::from(part)).send().await;
            let sent = sent.map_err(|e| port("uploading a part", e))?;
            let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
            completed.push(part.build());
        }
        let parts = CompletedMultipartUpload::builder().set_parts(Some(completed)).build();
        let end = self.client.complete_multipart_upload().bucket(&self.name).key(key);
        let end = end.upload_id(upload).multipart_upload(parts).send().await;
        end.map(|_| ()).map_err(|e| port("completing an upload", e))
    }
}

impl Exports for Bucket {
    type Chunks = ExportStream;

    async fn objects(&self, folder: &str) -> Result<Vec<Dropped>, PortError> {
        let mut keys = Vec::new();
        if folder.ends_with('/') {
            let list = self.client.list_objects_v2().bucket(&self.name);
            let mut pages = list.prefix(folder).delimiter("/").into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|e| port("listing a folder", e))?;
                let found = page.contents().iter().filter(|o| o.size().unwrap_or_default() > 0);
                keys.extend(found.filter_map(|object| object.key().map(str::to_owned)));
            }
        } else {
            keys.push(folder.to_owned());
        }
        let mut objects = Vec::with_capacity(keys.len());
        for key in keys {
            objects.extend(self.pinned(&key).await?);
        }
        objects.sort_unstable();
        Ok(objects)
    }

    async fn below(&self, prefix: &str, most: usize) -> Result<Vec<Listed>, PortError> {
        let list = self.client.list_objects_v2().bucket(&self.name);
        let mut pages = list.prefix(prefix).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| port("listing what was dropped", e))?;
            let objects = page.contents().iter().filter(|o| o.size().unwrap_or_default() > 0);
            found.extend(objects.filter_map(|object| {
                Some(Listed {
                    key: object.key()?.to_owned(),
                    etag: object.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
                    written: object.last_modified().and_then(timestamp),
                })
            }));
            if found.len() > most {
                let many = format!("there are more than {most} objects");
                return Err(PortError::new("listing what was dropped", many));
            }
        }
        Ok(found)
    }

    async fn open(&self, object: &SourceObject, from: u64) -> Result<ExportStream, ExportError> {
        let (body, before) = self.stream(object, from).await?;
        let (bucket, object) = (self.clone(), object.clone());
        Ok(ExportStream { bucket, object, body, before, read: from, resumes: 0 })
    }
}

/// What a browser takes an object for; `None` leaves that to S3, and the object is downloaded.
fn content_type(key: &str) -> Option<String> {
    let known = match key.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        _ => return None,
    };
    Some(known.to_owned())
}

/// The tag by which the bucket's lifecycle knows what it may remove. A rule can name the beginning of a
/// key, and these stand behind the id of an import.
fn tagging(key: &str) -> Option<String> {
    keys::is_working_paper(key).then(|| "csm-import=working-paper".to_owned())
}

/// A stream of an export that goes on where it broke off.
#[derive(Debug)]
pub struct ExportStream {
    bucket: Bucket,
    object: SourceObject,
    body: ByteStream,
    /// Bytes that come before those that were asked for.
    before: u64,
    read: u64,
    resumes: u32,
}

impl Chunks for ExportStream {
    async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        loop {
            match self.body.try_next().await {
                Ok(Some(mut chunk)) => {
                    let before = usize::try_from(self.before).unwrap_or(usize::MAX);
                    let passed = chunk.split_to(before.min(chunk.len())).len();
                    self.before -= passed as u64;
                    if chunk.is_empty() {
                        continue;
                    }
                    self.read += chunk.len() as u64;
                    return Ok(Some(chunk));
                }
                Ok(None) => return Ok(None),
                Err(_) if self.resumes < RESUMES && self.read < self.object.size => {
                    self.resumes += 1;
                    (self.body, self.before) = self.bucket.stream(&self.object, self.read).await?;
                }
                Err(error) => return Err(PortError::new("reading an export", error).into()),
            }
        }
    }
}

fn status<E, R: HasStatus>(error: &SdkError<E, R>) -> Option<u16> {
    error.raw_response().map(HasStatus::status)
}

/// The response of either the orchestrator or a test.
trait HasStatus {
    fn status(&self) -> u16;
}

impl HasStatus for aws_sdk_s3::config::http::HttpResponse {
    fn status(&self) -> u16 {
        self.status().as_u16()
    }
}

/// Keeps the service's code and the kind of failure. Keys stay out: they may be named after people.
fn port<E, R>(action: &'static str, error: SdkError<E, R>) -> PortError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: HasStatus + std::fmt::Debug + Send + Sync + 'static,
{
    match (status(&error), error.code()) {
        (Some(status), code) => {
            let code = code.unwrap_or("no code");
            PortError::new(action, format!("S3 answered {status} ({code})"))
        }
        (None, _) => PortError::new(action, error),
    }
}

fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
