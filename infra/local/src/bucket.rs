//! Objects of a deployed stack's bucket.

use std::fmt::Write;
use std::path::Path;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;

use crate::cloud::Cloud;
use crate::error::LocalError;

/// How the bucket knows an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its key.
    pub key: String,
    /// Its entity tag, without quotes.
    pub etag: String,
    /// Its version.
    pub version: Option<String>,
}

impl Cloud {
    /// Writes an object.
    pub async fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) -> Result<Placed, LocalError> {
        self.put_stream(key, ByteStream::from(bytes.into())).await
    }

    /// Uploads a file.
    pub async fn put_file(&self, key: &str, file: &Path) -> Result<Placed, LocalError> {
        let what = format!("reading {}", file.display());
        let body = ByteStream::from_path(file).await.map_err(LocalError::aws(what))?;
        self.put_stream(key, body).await
    }

    async fn put_stream(&self, key: &str, body: ByteStream) -> Result<Placed, LocalError> {
        let put = self.s3().put_object().bucket(self.bucket()).key(key).body(body).send().await;
        let done = put.map_err(LocalError::aws(format!("writing {key}")))?;
        Ok(Placed {
            key: key.to_owned(),
            etag: done.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
            version: done.version_id().map(ToOwned::to_owned),
        })
    }

    /// Copies an object within the bucket.
    pub async fn copy(&self, from: &str, to: &str) -> Result<Placed, LocalError> {
        // The source is a piece of a URL; the target is not, and the SDK sees to it.
        let source = format!("{}/{}", self.bucket(), percent_encoded(from));
        let copy = self.s3().copy_object().bucket(self.bucket()).key(to).copy_source(source).send();
        let done = copy.await.map_err(LocalError::aws(format!("copying {from} to {to}")))?;
        let etag = done.copy_object_result().and_then(|result| result.e_tag()).unwrap_or_default();
        Ok(Placed {
            key: to.to_owned(),
            etag: etag.trim_matches('"').to_owned(),
            version: done.version_id().map(ToOwned::to_owned),
        })
    }

    /// Reads an object, if it is there.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, LocalError> {
        let Some(object) = self.open(key).await? else {
            return Ok(None);
        };
        let body = object.body.collect().await;
        let body = body.map_err(LocalError::aws(format!("reading {key}")))?;
        Ok(Some(body.into_bytes().to_vec()))
    }

    /// Opens an object to be read piece by piece, if it is there.
    pub(crate) async fn open(&self, key: &str) -> Result<Option<GetObjectOutput>, LocalError> {
        match self.s3().get_object().bucket(self.bucket()).key(key).send().await {
            Ok(object) => Ok(Some(object)),
            Err(SdkError::ServiceError(error)) if error.err().is_no_such_key() => Ok(None),
            Err(error) => Err(LocalError::aws(format!("reading {key}"))(error)),
        }
    }

    /// Whether an object is there.
    pub async fn exists(&self, key: &str) -> Result<bool, LocalError> {
        match self.s3().head_object().bucket(self.bucket()).key(key).send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_not_found() => Ok(false),
            Err(error) => Err(LocalError::aws(format!("looking for {key}"))(error)),
        }
    }

    /// The keys that begin with a prefix, in order.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, LocalError> {
        let list = self.s3().list_objects_v2().bucket(self.bucket()).prefix(prefix);
        let mut pages = list.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(LocalError::aws(format!("listing {prefix}")))?;
            keys.extend(
                page.contents().iter().filter_map(|object| object.key().map(str::to_owned)),
            );
        }
        Ok(keys)
    }

    /// The folders directly below a prefix.
    pub async fn folders(&self, prefix: &str) -> Result<Vec<String>, LocalError> {
        let list = self.s3().list_objects_v2().bucket(self.bucket()).prefix(prefix).delimiter("/");
        let mut pages = list.into_paginator().send();
        let mut folders = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(LocalError::aws(format!("listing {prefix}")))?;
            folders.extend(page.common_prefixes().iter().filter_map(|found| {
                Some(found.prefix()?.strip_prefix(prefix)?.trim_end_matches('/').to_owned())
            }));
        }
        Ok(folders)
    }
}

fn percent_encoded(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    key.bytes().fold(String::new(), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_in_a_url_as_it_is_or_encoded() {
        assert_eq!(percent_encoded("plan/a/Contact.csv"), "plan/a/Contact.csv");
        assert_eq!(percent_encoded("plan/a b+é%.csv"), "plan/a%20b%2B%C3%A9%25.csv");
    }
}
