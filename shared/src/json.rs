//! What is wrong with a JSON text, without quoting it: the text may hold anybody's data.

use serde_json::error::Category;

/// Where and how a JSON text is not what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at line {line}, column {column}")]
pub struct JsonFault {
    kind: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for JsonFault {
    fn from(error: serde_json::Error) -> Self {
        let kind = match error.classify() {
            Category::Io => "unreadable input",
            Category::Syntax => "no JSON",
            Category::Data => "unexpected content",
            Category::Eof => "an early end",
        };
        Self { kind, line: error.line(), column: error.column() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_quoted() {
        let error = serde_json::from_str::<u8>("\n \"ada@example.com\"").unwrap_err();
        assert!(error.to_string().contains("ada"));
        assert_eq!(JsonFault::from(error).to_string(), "unexpected content at line 2, column 18");
    }
}
