//! What earlier records of a stage have taken: ids, emails and names.
//!
//! Only 62 bits of hashes are kept, so that a record costs less than 40 bytes. The odds that any two
//! values among a million share them are 1 in 10 million.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::hashes::Hashes;
use super::record::Profile;
use super::version::Modified;
use crate::salesforce::id::SalesforceId;

mod kept;

/// Everything taken so far, across all files of a stage.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    ids: Hashes<Note>,
    emails: Hashes<()>,
    names: HashSet<u64>,
    /// Emails and names that earlier attempts took, and the records that they took them for.
    earlier: HashMap<u64, u64>,
    /// How often a name came without an id to tell it apart. Empty in all but the oddest exports.
    repeats: HashMap<u64, u32>,
    versions: Versions,
}

/// What can only be told once all records have been read: which of those that share an id is the
/// latest, and which emails several have. Found out by reading the export again, and only if some do.
#[derive(Clone, Debug, Default)]
pub struct Versions {
    /// Ids that several records have, and the latest modification of any; `None` before it is known.
    latest: HashMap<u64, Option<Modified>>,
    /// Emails that several records have, where none of them may be imported.
    emails: HashSet<u64>,
    /// All of them are known.
    weighed: bool,
}

impl Versions {
    /// Whether the export has to be read again to find the latest versions.
    pub fn are_contested(&self) -> bool {
        !(self.weighed || self.latest.is_empty() && self.emails.is_empty())
    }

    /// Weighs one record of those that may share an id.
    pub fn weigh(&mut self, id: SalesforceId, modified: Modified) {
        if let Some(latest) = self.latest.get_mut(&id_hash(id)) {
            *latest = (*latest).max(Some(modified));
        }
    }

    /// Says that every record has been weighed.
    pub fn settle(mut self) -> Self {
        self.weighed = true;
        self
    }
}

/// How a record came by its id, in the lowest two bits of a note; the others are half the fingerprint
/// of the record, enough to compare two records of one id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A record with this id was read and not mapped.
    Record = 0,
    /// A record with this id was mapped, or is about to be.
    Mapped = 1,
    /// The other record of the same person was mapped.
    Twin = 2,
    /// A record with this id was left out, since Salesforce itself no longer shows it.
    LeftOut = 3,
}

const BY: u32 = 0b11;

/// How a record came by its id and half its fingerprint, in four bytes that need no alignment.
#[derive(Clone, Copy, Debug)]
struct Note([u8; 4]);

impl Note {
    const fn new(fingerprint: u32, by: By) -> Self {
        Self((fingerprint & !BY | by as u32).to_le_bytes())
    }

    const fn is(self, by: By) -> bool {
        u32::from_le_bytes(self.0) & BY == by as u32
    }

    const fn fingerprint(self) -> u32 {
        u32::from_le_bytes(self.0) & !BY
    }
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
    /// Another record has this id, and was modified later.
    Superseded,
    /// The person behind this id was mapped from another record.
    Twin,
}

impl Seen {
    /// What is known of versions so far.
    pub const fn versions(&mut self) -> &mut Versions {
        &mut self.versions
    }

    /// What is known of versions, once all records have been read.
    pub fn take_versions(&mut self) -> Versions {
        std::mem::take(&mut self.versions)
    }

    /// Sets which versions are the latest.
    pub fn with_versions(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    /// Takes an id for the record with this fingerprint, which counts as mapped until
    /// [`Self::not_mapped`] says otherwise. `modified` is asked only where several records have the id.
    pub fn claim_id(
        &mut self,
        id: SalesforceId,
        fingerprint: u64,
        modified: impl FnOnce() -> Option<Modified>,
    ) -> IdClaim {
        let key = id_hash(id);
        let note = Note::new(halve(fingerprint), By::Mapped);
        if self.versions.weighed
            && let Some(latest) = self.versions.latest.get(&key)
            && let (Some(latest), Some(modified)) = (latest, modified())
            && modified < *latest
        {
            return IdClaim::Superseded;
        }
        match self.ids.get_or_insert(key, note) {
            None => IdClaim::New,
            Some(taken) if taken.is(By::LeftOut) => {
                self.contest(key);
                self.ids.insert(key, note);
                IdClaim::New
            }
            Some(taken) if taken.is(By::Twin) => IdClaim::Twin,
            Some(taken) if taken.fingerprint() == note.fingerprint() => IdClaim::Same,
            Some(_) => {
                self.contest(key);
                IdClaim::Other
            }
        }
    }

    /// Notes that a record with this id was left out, since Salesforce itself no longer shows it; if
    /// that is its latest version, no other one counts.
    pub fn left_out(&mut self, id: SalesforceId) {
        let key = id_hash(id);
        match self.ids.get(key) {
            None => self.ids.insert(key, Note::new(0, By::LeftOut)),
            Some(_) => self.contest(key),
        }
    }

    fn contest(&mut self, key: u64) {
        if !self.versions.weighed {
            self.versions.latest.insert(key, None);
        }
    }

    /// Whether the person behind this id was mapped, from whichever record.
    pub fn is_mapped(&self, id: SalesforceId) -> bool {
        let claim = self.ids.get(id_hash(id));
        claim.is_some_and(|claim| claim.is(By::Mapped) || claim.is(By::Twin))
    }

    /// Says that the record that took this id was not mapped after all.
    pub fn not_mapped(&mut self, id: SalesforceId) {
        if let Some(claim) = self.ids.get_mut(id_hash(id)) {
            *claim = Note::new(claim.fingerprint(), By::Record);
        }
    }

    /// Says that the other record of this person was mapped.
    pub fn mapped_as_twin(&mut self, id: SalesforceId) {
        self.ids.insert(id_hash(id), Note::new(0, By::Twin));
    }

    /// Remembers what an earlier import sent, so that what was told apart then is told apart now. A
    /// record without an id cannot be known again, and is not remembered.
    pub fn remember(&mut self, profile: &Profile, id: SalesforceId) {
        let taken = match profile {
            Profile::Customer { email, .. } => hash(&email.to_lowercase()),
            Profile::Organization { name, .. } => name_hash(name),
        };
        self.earlier.entry(taken).or_insert_with(|| id_hash(id));
    }

    /// Whether an earlier attempt took this for another record.
    fn is_of_another(&self, taken: u64, id: Option<SalesforceId>) -> bool {
        self.earlier.get(&taken).is_some_and(|owner| Some(*owner) != id.map(id_hash))
    }

    /// Whether another record that was mapped has the email with this hash.
    pub fn has_email(&self, email: u64, id: Option<SalesforceId>) -> bool {
        self.emails.get(email).is_some() || self.is_of_another(email, id)
    }

    /// Notes that several records have an email.
    pub fn repeated(&mut self, email: u64) {
        self.versions.emails.insert(email);
    }

    /// Whether several records have an email, as far as is known.
    pub fn is_repeated(&self, email: u64) -> bool {
        self.versions.emails.contains(&email)
    }

    /// Takes an email for a record that was mapped.
    pub fn claim_email(&mut self, email: u64) {
        self.emails.insert(email, ());
    }

    /// Takes a name for an organization; false if another one has it.
    pub fn take_name(&mut self, name: &str, id: Option<SalesforceId>) -> bool {
        let taken = name_hash(name);
        !self.is_of_another(taken, id) && self.names.insert(taken)
    }

    /// Takes a name for an organization. `None`: it was free; otherwise the name to use instead, which
    /// is taken now: with the Salesforce id, or without one with a number, in parentheses.
    pub fn claim_name(&mut self, name: &str, id: Option<SalesforceId>) -> Option<String> {
        let taken = name_hash(name);
        // Once told apart it stays so, or the site would get a second organization for the account.
        let told_apart = id.is_some_and(|id| {
            let unique = name_hash(&format!("{name} ({id})"));
            self.earlier.get(&unique) == Some(&id_hash(id))
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

fn id_hash(id: SalesforceId) -> u64 {
    xxh3_64(id.as_bytes())
}

fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// Names are compared as the site does (documented for detail fields): trimmed and without case.
fn name_hash(name: &str) -> u64 {
    hash(&name.trim().to_lowercase())
}

/// Half a hash is a hash.
const fn halve(fingerprint: u64) -> u32 {
    (fingerprint >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::email::Email;

    fn email(text: &str) -> u64 {
        Email::parse(text).unwrap().hash()
    }

    fn id(text: &str) -> SalesforceId {
        text.parse().unwrap()
    }

    #[test]
    fn ids_are_taken_once() {
        let mut seen = Seen::default();
        let (contact, account) = (id("003000000000001"), id("001000000000001"));
        let claim = |seen: &mut Seen, id, print: u64| seen.claim_id(id, print << 40, || None);
        assert_eq!(claim(&mut seen, contact, 1), IdClaim::New);
        assert_eq!(claim(&mut seen, contact, 1), IdClaim::Same);
        assert_eq!(claim(&mut seen, contact, 2), IdClaim::Other);
        seen.not_mapped(contact);
        assert_eq!(claim(&mut seen, contact, 1), IdClaim::Same);
        assert!(!seen.is_mapped(contact));
        let contact = id("003000000000002");
        assert_eq!(claim(&mut seen, contact, 1), IdClaim::New);
        seen.mapped_as_twin(account);
        assert!(seen.is_mapped(contact) && seen.is_mapped(account));
        assert_eq!(claim(&mut seen, account, 1), IdClaim::Twin);
    }

    #[test]
    fn the_latest_version_of_a_record_counts_once_all_have_been_weighed() {
        let contact = id("003000000000001");
        let stamps = ["2026-11-21 00:00:00", "2026-11-23 00:00:00", "2026-11-22 00:00:00"];
        let stamps = stamps.map(|stamp| Modified::parse(stamp).unwrap());
        let claims = |seen: &mut Seen| {
            let mut print = 0;
            stamps.map(|stamp| {
                print += 1;
                seen.claim_id(contact, print << 40, || Some(stamp))
            })
        };
        let mut seen = Seen::default();
        assert_eq!(claims(&mut seen), [IdClaim::New, IdClaim::Other, IdClaim::Other]);
        let mut versions = seen.take_versions();
        assert!(versions.are_contested());
        for stamp in stamps {
            versions.weigh(contact, stamp);
        }
        let mut seen = Seen::default().with_versions(versions.settle());
        assert_eq!(claims(&mut seen), [IdClaim::Superseded, IdClaim::New, IdClaim::Superseded]);
        assert!(!seen.take_versions().are_contested());
    }

    #[test]
    fn emails_are_compared_without_case() {
        let mut seen = Seen::default();
        assert!(!seen.has_email(email("Ada@example.com"), None));
        seen.claim_email(email("Ada@example.com"));
        assert!(seen.has_email(email("ada@EXAMPLE.com"), None));
    }

    #[test]
    fn what_an_earlier_attempt_took_stays_with_its_record() {
        let mut seen = Seen::default();
        let (first, second) = (id("003000000000001"), id("003000000000002"));
        let person = |email: &'static str| Profile::Customer {
            email: email.into(),
            display_name: "A".into(),
            details: vec![],
            organizations: [].into(),
        };
        seen.remember(&person("Ada@example.com"), first);
        seen.remember(&person("ada@example.com"), second);
        let email = email("ada@example.com");
        assert!(!seen.has_email(email, Some(first)));
        assert!(seen.has_email(email, Some(second)));
        assert!(seen.has_email(email, None));

        let organization = Profile::Organization { name: "Acme".into(), details: vec![] };
        seen.remember(&organization, first);
        let unique = seen.claim_name("ACME", Some(second));
        assert_eq!(unique.as_deref(), Some("ACME (003000000000002AAA)"));
        assert_eq!(seen.claim_name("Acme", Some(first)), None);

        let mut later = Seen::default();
        let told_apart = Profile::Organization { name: unique.unwrap().into(), details: vec![] };
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
