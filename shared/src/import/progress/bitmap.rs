//! One bit a batch, written as base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A set of batch numbers below a fixed bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmap(Vec<u8>);

impl Bitmap {
    /// An empty set of numbers below `bits`.
    pub fn new(bits: u32) -> Self {
        Self(vec![0; bits.div_ceil(8) as usize])
    }

    /// Whether `bit` is in the set.
    pub fn get(&self, bit: u32) -> bool {
        self.0.get(bit as usize / 8).is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
    }

    /// Puts `bit` into the set. False: it was there before, or lies beyond the bound.
    pub fn set(&mut self, bit: u32) -> bool {
        let Some(byte) = self.0.get_mut(bit as usize / 8) else {
            return false;
        };
        let mask = 1 << (bit % 8);
        let new = *byte & mask == 0;
        *byte |= mask;
        new
    }
}

impl Serialize for Bitmap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bitmap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(de::Error::custom)
    }
}
