//! What the name of a column says about its values.

use crate::mapping::definition::DetailType;

/// The words of a name, in lower case: `ns__MobilePhone__pc`, `Mobile Phone` and `MOBILE_PHONE` have the
/// same two.
pub(super) struct Name {
    words: Vec<String>,
}

const PHONES: [&str; 7] = ["phone", "fax", "mobile", "cell", "telephone", "handset", "landline"];
const PAGES: [&str; 3] = ["website", "homepage", "url"];
const DAYS: [&str; 6] = ["date", "datetime", "birthday", "modstamp", "dob", "anniversary"];
/// What names of flags begin with.
const FLAGS: [&str; 10] = ["is", "has", "had", "can", "do", "does", "did", "was", "are", "should"];
/// What names of keys and codes end in.
const CODES: [&str; 19] = [
    "code",
    "number",
    "zip",
    "postcode",
    "postalcode",
    "phone",
    "fax",
    "mobile",
    "ext",
    "extension",
    "no",
    "nr",
    "key",
    "sic",
    "ssn",
    "ein",
    "vat",
    "ids",
    "pin",
];

impl Name {
    pub(super) fn new(column: &str) -> Self {
        let mut words = Vec::new();
        for part in bare(column.trim()).split(|c: char| !c.is_alphanumeric()) {
            words.extend(humps(part).map(str::to_lowercase));
        }
        Self { words }
    }

    /// The type that the values should have; of flags, those that are named like questions.
    pub(super) fn detail_type(&self) -> Option<DetailType> {
        let first = self.words.first()?.as_str();
        if FLAGS.contains(&first) && self.words.len() > 1 {
            Some(DetailType::Boolean)
        } else if self.is_email() {
            Some(DetailType::Email)
        } else if self.is_phone() {
            Some(DetailType::Phone)
        } else if self.ends_in(&PAGES) {
            Some(DetailType::Url)
        } else if self.ends_in(&DAYS) || first == "date" {
            Some(DetailType::Date)
        } else {
            None
        }
    }

    /// Whether the values are codes, whatever digits they have.
    pub(super) fn is_code(&self) -> bool {
        let last = self.words.last().map_or("", String::as_str);
        // `ACCOUNTID`, as Data Loader writes headers, but not `AmountPaid`.
        let glued_id = self.words.len() == 1 && last.len() > 4 && last.ends_with("id");
        last == "id" || glued_id || self.ends_in(&CODES) || self.is_phone()
    }

    fn is_email(&self) -> bool {
        let [.., before, last] = self.words.as_slice() else {
            return self.ends_in(&["email"]);
        };
        self.ends_in(&["email"])
            || (last == "mail" && before == "e")
            || (last == "address" && matches!(before.as_str(), "email" | "mail"))
    }

    fn is_phone(&self) -> bool {
        let [.., before, last] = self.words.as_slice() else {
            return self.ends_in(&PHONES);
        };
        self.ends_in(&PHONES)
            || (matches!(last.as_str(), "number" | "no" | "nr")
                && PHONES.contains(&before.as_str()))
    }

    /// Whether the last word is one of these, or ends in one of the longer ones, as words are not
    /// separated in headers of capitals.
    fn ends_in(&self, endings: &[&str]) -> bool {
        let last = self.words.last().map_or("", String::as_str);
        endings.iter().any(|&ending| last == ending || (ending.len() > 2 && last.ends_with(ending)))
    }
}

/// A name without the namespace of a package and without what marks custom fields.
fn bare(column: &str) -> &str {
    let Some((name, suffix)) = column.rsplit_once("__") else {
        return column;
    };
    if !["c", "pc", "r", "pr"].iter().any(|known| known.eq_ignore_ascii_case(suffix)) {
        return column;
    }
    name.split_once("__").map_or(name, |(_, name)| name)
}

/// The words of `mobilePhone` and `PhotoURLSize`.
fn humps(part: &str) -> impl Iterator<Item = &str> {
    let letters: Vec<(usize, char)> = part.char_indices().collect();
    let mut starts = vec![0];
    for window in letters.windows(2) {
        if let [(_, before), (at, letter)] = *window
            && letter.is_uppercase()
            && !before.is_uppercase()
        {
            starts.push(at);
        }
    }
    // The last of several capitals belongs to the next word.
    for window in letters.windows(3) {
        if let [(_, before), (at, letter), (_, after)] = *window
            && before.is_uppercase()
            && letter.is_uppercase()
            && after.is_lowercase()
        {
            starts.push(at);
        }
    }
    starts.sort_unstable();
    starts.dedup();
    let ends: Vec<usize> = starts.iter().copied().skip(1).chain([part.len()]).collect();
    starts
        .into_iter()
        .zip(ends)
        .filter_map(|(from, to)| part.get(from..to))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (column, words) in [
            ("MobilePhone", "mobile phone"),
            ("ns__MobilePhone__pc", "mobile phone"),
            ("Mobile Phone", "mobile phone"),
            ("MOBILE_PHONE__C", "mobile phone"),
            ("PhotoURLSize", "photo url size"),
            ("PhotoUrl", "photo url"),
            ("IsVIP__c", "is vip"),
            ("Größe", "größe"),
            ("ÉtatCivil", "état civil"),
            ("LASTACTIVITYDATE", "lastactivitydate"),
            ("a__b", "a b"),
            ("__c", ""),
            ("", ""),
        ] {
            assert_eq!(Name::new(column).words.join(" "), words, "{column}");
        }
    }
}
