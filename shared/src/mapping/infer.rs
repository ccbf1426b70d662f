//! Which type a detail field gets that has to be created, where nothing else says it: by the name of
//! its column and by all values of the file.
//!
//! A field's type is hard to change later, and what does not fit it is lost. So a type other than TEXT
//! needs every value to fit without loss (of a time the day is enough, if the name says date), and what
//! the name does not say is believed of values only where they can hardly be anything else. Options
//! are never inferred: what the file does not hold would be missing.

use serde::{Deserialize, Serialize};

use super::convert::{Conversion, clean, convert, is_pure_day, is_quantity};
use super::definition::DetailType;

mod name;

use name::Name;

/// Gathers what is needed to infer the type of one column; its size does not grow with the file.
#[derive(Clone, Debug)]
pub struct Inference<'c> {
    conversion: &'c Conversion,
    named: Named,
    /// Whether the name is one of keys and codes, which consist of digits without being numbers.
    is_code: bool,
    has_values: bool,
    /// What all values seen are.
    all: Kinds,
    /// Whether any value is the word `true` or `false`.
    has_truth_words: bool,
}

/// What the name of a column says.
#[derive(Clone, Debug)]
enum Named {
    /// Nothing about a type.
    Nothing,
    /// A type that all values seen fit.
    Fits(DetailType),
    /// A type that a value did not fit.
    Contradicted,
}

#[derive(Clone, Copy, Debug)]
struct Kinds {
    truths: bool,
    days: bool,
    quantities: bool,
}

/// The type of a field to create, and why it is this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// The type; never one with options.
    pub detail_type: DetailType,
    /// Why.
    pub because: Reason,
}

/// Why a type was inferred. It never holds a value of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The column's name says so, and every value fits.
    Name,
    /// Every value is of this type.
    Values,
    /// The name says another type, but not every value fits it.
    NameContradicted,
    /// The values are numbers, but the name is one of codes.
    Code,
    /// The values are only 0 and 1, which can be flags as well as numbers.
    ZerosAndOnes,
    /// The column is blank in the whole file.
    Blank,
    /// The values are of no type in particular.
    Mixed,
}

impl Reason {
    /// The reason as a sentence of a plan.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "The column's name says so, and every value fits.",
            Self::Values => "Every value is of this type.",
            Self::NameContradicted => {
                "The column's name says another type, but not every value would fit without loss."
            }
            Self::Code => "The values are digits, but the column's name is one of codes.",
            Self::ZerosAndOnes => "The values are only 0 and 1, which can be flags or numbers.",
            Self::Blank => "The column is blank in the whole file.",
            Self::Mixed => "The values are of no type in particular.",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'c> Inference<'c> {
    /// Starts with what the name of a column says: an API name, or a label.
    pub fn new(column: &str, conversion: &'c Conversion) -> Self {
        let name = Name::new(column);
        Self {
            conversion,
            named: name.detail_type().map_or(Named::Nothing, Named::Fits),
            is_code: name.is_code(),
            has_values: false,
            all: Kinds { truths: true, days: true, quantities: true },
            has_truth_words: false,
        }
    }

    /// Looks at one value of the column.
    pub fn see(&mut self, text: &str) {
        let Kinds { truths, days, quantities } = self.all;
        let is_named = matches!(self.named, Named::Fits(_));
        if self.has_values && !is_named && !truths && !days && !quantities {
            return;
        }
        let text = clean(text);
        if text.is_empty() {
            return;
        }
        self.has_values = true;
        let fits = |detail_type: &DetailType| {
            let converted = convert(text.as_ref().into(), false, detail_type, self.conversion);
            converted.losses.is_empty() && !converted.values.is_empty()
        };
        if matches!(&self.named, Named::Fits(detail_type) if !fits(detail_type)) {
            self.named = Named::Contradicted;
        }
        let truths = truths && fits(&DetailType::Boolean);
        self.has_truth_words |= truths && text.len() > 1;
        self.all = Kinds {
            truths,
            days: days && is_pure_day(&text),
            quantities: quantities && is_quantity(&text),
        };
    }

    /// The type, after the last value.
    pub fn finish(self) -> Inferred {
        let Kinds { truths, days, quantities } = self.all;
        let (detail_type, because) = match self.named {
            _ if !self.has_values => (DetailType::Text, Reason::Blank),
            Named::Fits(detail_type) => (detail_type, Reason::Name),
            _ if truths && self.has_truth_words => (DetailType::Boolean, Reason::Values),
            _ if truths => (DetailType::Text, Reason::ZerosAndOnes),
            _ if days => (DetailType::Date, Reason::Values),
            _ if quantities && self.is_code => (DetailType::Text, Reason::Code),
            _ if quantities => (DetailType::Number, Reason::Values),
            Named::Contradicted => (DetailType::Text, Reason::NameContradicted),
            Named::Nothing => (DetailType::Text, Reason::Mixed),
        };
        Inferred { detail_type, because }
    }
}

#[cfg(test)]
mod tests;
