//! The values of one detail: nearly always one, which then needs no list of its own.

use std::borrow::Cow;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values in their order. Unlike the small vectors of well-known crates it can be shortened to a
/// shorter lifetime, as the text that it borrows can.
#[derive(Clone, Debug, Default)]
pub struct Values<'a>(Held<'a>);

#[derive(Clone, Debug, Default)]
enum Held<'a> {
    #[default]
    None,
    One(Cow<'a, str>),
    Many(Vec<Cow<'a, str>>),
}

impl<'a> Values<'a> {
    /// Whether there is none.
    pub const fn is_none(&self) -> bool {
        matches!(self.0, Held::None)
    }

    /// Adds a value behind the others.
    pub fn push(&mut self, value: Cow<'a, str>) {
        self.0 = match std::mem::take(&mut self.0) {
            Held::None => Held::One(value),
            Held::One(first) => Held::Many(vec![first, value]),
            Held::Many(mut values) => {
                values.push(value);
                Held::Many(values)
            }
        };
    }
}

impl<'a> Deref for Values<'a> {
    type Target = [Cow<'a, str>];

    fn deref(&self) -> &Self::Target {
        match &self.0 {
            Held::None => &[],
            Held::One(value) => std::slice::from_ref(value),
            Held::Many(values) => values,
        }
    }
}

impl<'a> From<Cow<'a, str>> for Values<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self(Held::One(value))
    }
}

impl<'a> FromIterator<Cow<'a, str>> for Values<'a> {
    fn from_iter<I: IntoIterator<Item = Cow<'a, str>>>(iter: I) -> Self {
        let mut values = Self::default();
        for value in iter {
            values.push(value);
        }
        values
    }
}

impl<'a, const N: usize> From<[&'a str; N]> for Values<'a> {
    fn from(values: [&'a str; N]) -> Self {
        values.into_iter().map(Cow::Borrowed).collect()
    }
}

impl PartialEq for Values<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Values<'_> {}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Values<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::<String>::deserialize(deserializer)?;
        Ok(values.into_iter().map(Cow::Owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_a_list_however_many() {
        for list in [&[][..], &["a"], &["a", "b"], &["b", "a", "b"]] {
            let values: Values<'_> = list.iter().copied().map(Cow::Borrowed).collect();
            assert!(values.iter().eq(list));
            let json = serde_json::to_string(&values).unwrap();
            assert_eq!(json, serde_json::to_string(list).unwrap());
            assert_eq!(serde_json::from_str::<Values<'_>>(&json).unwrap(), values);
        }
    }
}
