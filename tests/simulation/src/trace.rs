//! What happened, in order.

use xxhash_rust::xxh3::Xxh3;

use crate::fault::Fault;

/// The events of a history: as a hash, and as lines if they are wanted.
#[derive(Default)]
pub struct Trace {
    hash: Xxh3,
    kept: Option<Vec<String>>,
    points: Vec<(String, &'static [Fault])>,
}

impl Trace {
    /// A trace that keeps its lines, or only their hash.
    pub fn new(keep: bool) -> Self {
        Self { kept: keep.then(Vec::new), ..Self::default() }
    }

    /// Notes an event.
    pub fn note(&mut self, line: String) {
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        if let Some(kept) = &mut self.kept {
            kept.push(line);
        }
    }

    /// Notes a point, the first time that it is passed.
    pub fn pass(&mut self, point: &str, possible: &'static [Fault]) {
        if self.kept.is_some() && !self.points.iter().any(|(name, _)| name == point) {
            self.points.push((point.to_owned(), possible));
        }
    }

    /// A number that differs when anything happened otherwise.
    pub fn hash(&self) -> u64 {
        self.hash.digest()
    }

    /// The lines and the points, where they were kept.
    pub fn into_parts(self) -> (Vec<String>, Vec<(String, &'static [Fault])>) {
        (self.kept.unwrap_or_default(), self.points)
    }
}
