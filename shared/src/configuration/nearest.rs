//! What somebody may have meant.

/// Longer names are no slips of the pen, and comparing them takes time.
const LONGEST: usize = 64;

/// The one of `known` that `name` is a slip of the pen from.
pub(super) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if name.len() > LONGEST {
        return None;
    }
    let plain = |text: &str| text.trim().to_lowercase().replace(['-', ' '], "_");
    let name = plain(name);
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    let measured = known.into_iter().map(|k| (strsim::osa_distance(&name, &plain(k)), k));
    let (distance, found) = measured.min_by_key(|(distance, _)| *distance)?;
    (distance <= allowed).then_some(found)
}

/// The same as the end of a sentence; empty if nothing is near.
pub(super) fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(name, known).map(|found| format!(", did you mean {found}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_words() {
        let known = ["operation", "missing_email", "blank"];
        for (name, expected) in [
            ("operaton", Some("operation")),
            ("Operation", Some("operation")),
            ("missing-email", Some("missing_email")),
            ("missing_mail", Some("missing_email")),
            ("blnak", Some("blank")),
            ("colour", None),
            ("", None),
            (&"blank".repeat(100), None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }
}
