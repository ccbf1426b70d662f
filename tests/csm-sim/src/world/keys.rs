//! Idempotency keys and what they were answered.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::routes::reply::Reply;

/// The keys of all bulk POSTs that were accepted or rejected as invalid. How long a site remembers
/// them is not published; here it is until they are told to be forgotten.
#[derive(Debug, Default)]
pub(crate) struct Keys(HashMap<String, Remembered>);

#[derive(Debug)]
struct Remembered {
    request: u64,
    reply: Reply,
}

/// What is known of a key that comes with a request.
pub(crate) enum Known {
    /// Nothing.
    New,
    /// The same request, and what it was answered.
    Same(Reply),
    /// Another request.
    Other,
}

impl Keys {
    pub(crate) fn look_up(&self, key: &str, request: u64) -> Known {
        match self.0.get(key) {
            None => Known::New,
            Some(known) if known.request == request => Known::Same(known.reply.clone()),
            Some(_) => Known::Other,
        }
    }

    pub(crate) fn remember(&mut self, key: &str, request: u64, reply: &Reply) {
        let reply = reply.clone();
        self.0.insert(key.to_owned(), Remembered { request, reply });
    }
}

/// What makes two requests the same: endpoint and bytes. A body with the same meaning but other
/// bytes counts as another one, the stricter of the two readings.
pub(crate) fn fingerprint(endpoint: &str, body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (endpoint, body).hash(&mut hasher);
    hasher.finish()
}
