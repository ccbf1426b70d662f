//! Records that the site cannot cope with.

use serde::{Deserialize, Serialize};

/// A word that makes the site misbehave, wherever it stands in a bulk request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Poison {
    /// The word.
    pub word: String,
    /// What it does.
    pub effect: PoisonEffect,
}

/// What a word does to the request that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PoisonEffect {
    /// The request is refused: 400.
    Refuse,
    /// Its task ends FAILED, without a word and with nothing written.
    Fail,
}

/// What the words in a body do, if there are any; refusing comes first.
pub(crate) fn effect(all: &[Poison], body: &[u8]) -> Option<PoisonEffect> {
    let body = String::from_utf8_lossy(body);
    let found = all.iter().filter(|poison| body.contains(&poison.word));
    found.map(|poison| poison.effect).min_by_key(|effect| *effect != PoisonEffect::Refuse)
}
