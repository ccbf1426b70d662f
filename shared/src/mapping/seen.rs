//! What earlier records of a stage have taken: ids, emails and names.
//!
//! Only hashes are kept, so that a record costs about 40 bytes. The odds that any two values among a
//! million share a 64-bit hash are 3 in 100 million.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::email::Email;
use super::record::Profile;
use crate::salesforce::id::SalesforceId;

/// Everything taken so far, across all files of a stage.
#[derive(Debug, Default)]
pub struct Seen {
    ids: HashMap<u64, Claim>,
    emails: HashSet<u64>,
    names: HashSet<u64>,
    /// Emails and names that earlier attempts took, and the records that they took them for.
    earlier: HashMap<u64, u64>,
    /// How often a name came without an id to tell it apart. Empty in all but the oddest exports.
    repeats: HashMap<u64, u32>,
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    /// Half the fingerprint of the record; enough to compare two records of one id.
    fingerprint: u32,
    by: By,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A record with this id was read.
    Record,
    /// A record with this id was mapped.
    Mapped,
    /// The other record of the same person was mapped.
    Twin,
}

/// How the id of a record relates to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdClaim {
    /// The id is new, and now taken.
    New,
    /// The very same record was there before.
    Same,
    /// Another record had this id.
    Other,
    /// The person behind this id was mapped from another record.
    Twin,
}

impl Seen {
    /// Takes an id for the record with this fingerprint.
    pub fn claim_id(&mut self, id: SalesforceId, fingerprint: u64) -> IdClaim {
        let claim = Claim { fingerprint: halve(fingerprint), by: By::Record };
        match self.ids.get(&hash(id.as_str())) {
            None => {
                self.ids.insert(hash(id.as_str()), claim);
                IdClaim::New
            }
            Some(taken) if taken.by == By::Twin => IdClaim::Twin,
            Some(taken) if taken.fingerprint == claim.fingerprint => IdClaim::Same,
            Some(_) => IdClaim::Other,
        }
    }

    /// Whether the person behind this id was mapped, from whichever record.
    pub fn is_mapped(&self, id: SalesforceId) -> bool {
        self.ids.get(&hash(id.as_str())).is_some_and(|claim| claim.by != By::Record)
    }

    /// Says that the record with this id was mapped, and with it the person behind `twin`.
    pub fn mapped(&mut self, id: Option<SalesforceId>, twin: Option<SalesforceId>) {
        if let Some(claim) = id.and_then(|id| self.ids.get_mut(&hash(id.as_str()))) {
            claim.by = By::Mapped;
        }
        if let Some(twin) = twin {
            self.ids.insert(hash(twin.as_str()), Claim { fingerprint: 0, by: By::Twin });
        }
    }

    /// Remembers what an earlier import sent, so that what was told apart then is told apart now. A record without an id cannot be known again, and is not remembered.
    pub fn remember(&mut self, profile: &Profile, id: SalesforceId) {
        let taken = match profile {
            Profile::Customer { email, .. } => hash(&email.to_lowercase()),
            Profile::Organization { name, .. } => name_hash(name),
        };
        self.earlier.entry(taken).or_insert_with(|| hash(id.as_str()));
    }

    /// Whether an earlier attempt took this for another record.
    fn is_of_another(&self, taken: u64, id: Option<SalesforceId>) -> bool {
        let own = id.map(|id| hash(id.as_str()));
        self.earlier.get(&taken).is_some_and(|owner| Some(*owner) != own)
    }

    /// Whether another record that was mapped has this email.
    pub fn has_email(&self, email: &Email<'_>, id: Option<SalesforceId>) -> bool {
        let key = hash(&email.key());
        self.emails.contains(&key) || self.is_of_another(key, id)
    }

    /// Takes an email for a record that was mapped.
    pub fn claim_email(&mut self, email: &Email<'_>) {
        self.emails.insert(hash(&email.key()));
    }

    /// Takes a name for an organization. `None`: it was free; otherwise the name to use instead, which
    /// is taken now: with the Salesforce id, or without one with a number, in parentheses.
    pub fn claim_name(&mut self, name: &str, id: Option<SalesforceId>) -> Option<String> {
        let taken = name_hash(name);
        // Once told apart it stays so, or the site would get a second organization for the account.
        let told_apart = id.is_some_and(|id| {
            let unique = name_hash(&format!("{name} ({id})"));
            self.earlier.get(&unique) == Some(&hash(id.as_str()))
        });
        if !told_apart && !self.is_of_another(taken, id) && self.names.insert(taken) {
            return None;
        }
        if let Some(id) = id {
            let unique = format!("{name} ({id})");
            self.names.insert(name_hash(&unique));
            return Some(unique);
        }
        loop {
            let count = self.repeats.entry(name_hash(name)).or_insert(1);
            *count += 1;
            let numbered = format!("{name} ({count})");
            if self.names.insert(name_hash(&numbered)) {
                return Some(numbered);
            }
        }
    }
}

fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// Names are compared as the site does (documented for detail fields): trimmed and without case.
fn name_hash(name: &str) -> u64 {
    hash(&name.trim().to_lowercase())
}

const fn halve(fingerprint: u64) -> u32 {
    (fingerprint >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> SalesforceId {
        text.parse().unwrap()
    }

    #[test]
    fn ids_are_taken_once() {
        let mut seen = Seen::default();
        let (contact, account) = (id("003000000000001"), id("001000000000001"));
        assert_eq!(seen.claim_id(contact, 1 << 32), IdClaim::New);
        assert_eq!(seen.claim_id(contact, 1 << 32), IdClaim::Same);
        assert_eq!(seen.claim_id(contact, 2 << 32), IdClaim::Other);
        assert!(!seen.is_mapped(contact));
        seen.mapped(Some(contact), Some(account));
        assert!(seen.is_mapped(contact) && seen.is_mapped(account));
        assert_eq!(seen.claim_id(account, 1 << 32), IdClaim::Twin);
    }

    #[test]
    fn emails_are_compared_without_case() {
        let mut seen = Seen::default();
        let email = Email::parse("Ada@example.com").unwrap();
        assert!(!seen.has_email(&email, None));
        seen.claim_email(&email);
        assert!(seen.has_email(&Email::parse("ada@EXAMPLE.com").unwrap(), None));
    }

    #[test]
    fn what_an_earlier_attempt_took_stays_with_its_record() {
        let mut seen = Seen::default();
        let (first, second) = (id("003000000000001"), id("003000000000002"));
        let person = |email: &str| Profile::Customer {
            email: email.into(),
            display_name: "A".into(),
            details: vec![],
            organizations: vec![],
        };
        seen.remember(&person("Ada@example.com"), first);
        seen.remember(&person("ada@example.com"), second);
        let email = Email::parse("ada@example.com").unwrap();
        assert!(!seen.has_email(&email, Some(first)));
        assert!(seen.has_email(&email, Some(second)));
        assert!(seen.has_email(&email, None));

        let organization = Profile::Organization { name: "Acme".into(), details: vec![] };
        seen.remember(&organization, first);
        let unique = seen.claim_name("ACME", Some(second));
        assert_eq!(unique.as_deref(), Some("ACME (003000000000002AAA)"));
        assert_eq!(seen.claim_name("Acme", Some(first)), None);

        let mut later = Seen::default();
        let told_apart = Profile::Organization { name: unique.unwrap(), details: vec![] };
        later.remember(&told_apart, second);
        let unique = later.claim_name("Acme", Some(second));
        assert_eq!(unique.as_deref(), Some("Acme (003000000000002AAA)"));
    }

    #[test]
    fn names_are_made_unique() {
        let mut seen = Seen::default();
        let with_id = Some(id("001000000000001"));
        for (name, id, unique) in [
            ("Acme", with_id, None),
            ("Acme (3)", None, None),
            (" ACME", with_id, Some(" ACME (001000000000001AAA)")),
            ("acme (001000000000001AAA)", None, Some("acme (001000000000001AAA) (2)")),
            ("Acme", None, Some("Acme (2)")),
            ("Acme", None, Some("Acme (4)")),
            ("Übersee", None, None),
            ("ÜBERSEE", None, Some("ÜBERSEE (2)")),
        ] {
            assert_eq!(seen.claim_name(name, id).as_deref(), unique, "{name}");
        }
    }
}
