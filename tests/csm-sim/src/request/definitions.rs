//! The body that defines several detail fields at once.

use serde::Deserialize;

use super::check_count;
use crate::state::DetailField;

/// Most definitions in one request (documented).
const MOST_DEFINITIONS: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Body {
    detail_fields: Vec<DetailField>,
}

/// Understands a request completely or refuses it.
pub(crate) fn parse(body: &[u8]) -> Result<Vec<DetailField>, String> {
    let Body { detail_fields } = super::parse(body)?;
    check_count(detail_fields.len(), MOST_DEFINITIONS)?;
    Ok(detail_fields)
}
