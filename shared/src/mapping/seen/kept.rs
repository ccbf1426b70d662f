//! What earlier records have taken, in frames.

use super::super::version::Modified;
use super::{Note, Seen, Versions};
use crate::frames::{Damaged, Entry, Frame, Kind, entries, frames};

impl Entry for Note {
    const WIDTH: usize = 4;

    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        Entry::take(bytes).map(Self)
    }
}

impl Seen {
    /// Everything taken so far, in frames.
    pub fn frames(&self) -> impl Iterator<Item = Frame> {
        // Named one by one, so that none is forgotten.
        let Self { ids, emails, names, earlier, repeats, versions } = self;
        let Versions { latest, emails: shared, weighed } = versions;
        let latest =
            latest.iter().map(|(id, modified)| (*id, modified.map_or([0; _], Modified::to_bytes)));
        let weighed = weighed.then(|| Frame { kind: Kind::Weighed, bytes: Vec::new() });
        frames(Kind::Ids, ids.iter())
            .chain(frames(Kind::Emails, emails.iter()))
            .chain(frames(Kind::Names, names.iter().copied()))
            .chain(frames(Kind::Earlier, earlier.iter().map(|(taken, by)| (*taken, *by))))
            .chain(frames(Kind::Repeats, repeats.iter().map(|(name, count)| (*name, *count))))
            .chain(frames(Kind::Latest, latest))
            .chain(frames(Kind::Shared, shared.iter().copied()))
            .chain(weighed)
    }

    /// Adds what a frame holds; false if it is none of [`Self::frames`].
    ///
    /// # Errors
    /// It does not hold what it should.
    pub fn add_frame(&mut self, kind: Kind, bytes: &[u8]) -> Result<bool, Damaged> {
        match kind {
            Kind::Ids => {
                for entry in entries(bytes) {
                    let (id, note) = entry?;
                    self.ids.insert(id, note);
                }
            }
            Kind::Emails => {
                for entry in entries(bytes) {
                    let (email, ()) = entry?;
                    self.emails.insert(email, ());
                }
            }
            Kind::Names => extend::<u64>(&mut self.names, bytes)?,
            Kind::Earlier => extend::<(u64, u64)>(&mut self.earlier, bytes)?,
            Kind::Repeats => extend::<(u64, u32)>(&mut self.repeats, bytes)?,
            Kind::Latest => {
                for entry in entries(bytes) {
                    let (id, modified) = entry?;
                    self.versions.latest.insert(id, Modified::from_bytes(modified));
                }
            }
            Kind::Shared => extend::<u64>(&mut self.versions.emails, bytes)?,
            Kind::Weighed => self.versions.weighed = true,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn extend<E: Entry>(all: &mut impl Extend<E>, bytes: &[u8]) -> Result<(), Damaged> {
    let more: Vec<E> = entries(bytes).collect::<Result<_, _>>()?;
    all.extend(more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mapping::record::Profile;
    use crate::mapping::seen::IdClaim;
    use crate::salesforce::id::SalesforceId;

    /// Something that a record does.
    #[derive(Clone, Debug)]
    enum Step {
        Claim(u8, u64),
        LeftOut(u8),
        NotMapped(u8),
        Twin(u8),
        Email(u64),
        Repeated(u64),
        Name(u8, Option<u8>),
        Earlier(u8, u8),
        Weigh(u8, u8),
        Settle,
    }

    fn step() -> impl Strategy<Value = Step> {
        let id = 1_u8..6;
        prop_oneof![
            (id.clone(), 0_u64..3).prop_map(|(id, print)| Step::Claim(id, print << 40)),
            id.clone().prop_map(Step::LeftOut),
            id.clone().prop_map(Step::NotMapped),
            id.clone().prop_map(Step::Twin),
            any::<u64>().prop_map(Step::Email),
            (0_u64..4).prop_map(Step::Email),
            (0_u64..4).prop_map(Step::Repeated),
            (0_u8..4, prop::option::of(id.clone())).prop_map(|(name, id)| Step::Name(name, id)),
            (0_u8..4, id.clone()).prop_map(|(name, id)| Step::Earlier(name, id)),
            (id, 1_u8..28).prop_map(|(id, day)| Step::Weigh(id, day)),
            Just(Step::Settle),
        ]
    }

    fn id(number: u8) -> SalesforceId {
        format!("00300000000000{number}").parse().unwrap()
    }

    fn day(day: u8) -> Option<Modified> {
        Modified::parse(&format!("2026-11-{day:02} 00:00:00.5"))
    }

    /// What the step comes to.
    fn take(seen: &mut Seen, step: &Step) -> (Option<IdClaim>, Option<String>, bool) {
        let mut told = (None, None, false);
        match *step {
            Step::Claim(of, print) => told.0 = Some(seen.claim_id(id(of), print, || day(of * 4))),
            Step::LeftOut(of) => seen.left_out(id(of)),
            Step::NotMapped(of) => seen.not_mapped(id(of)),
            Step::Twin(of) => seen.mapped_as_twin(id(of)),
            Step::Email(email) => {
                told.2 = seen.has_email(email, None) || seen.is_repeated(email);
                seen.claim_email(email);
            }
            Step::Repeated(email) => seen.repeated(email),
            Step::Name(name, of) => told.1 = seen.claim_name(&format!("n{name}"), of.map(id)),
            Step::Earlier(name, of) => {
                let name = format!("n{name}").into();
                seen.remember(&Profile::Organization { name, details: vec![] }, id(of));
            }
            Step::Weigh(of, at) => seen.versions().weigh(id(of), day(at).unwrap()),
            Step::Settle => {
                let versions = seen.take_versions().settle();
                *seen = std::mem::take(seen).with_versions(versions);
            }
        }
        told
    }

    proptest! {
        #[test]
        fn what_was_kept_goes_on_as_if_nothing_had_been(
            before in prop::collection::vec(step(), 0..60),
            after in prop::collection::vec(step(), 0..60),
        ) {
            let mut seen = Seen::default();
            for step in &before {
                take(&mut seen, step);
            }
            let mut kept = Seen::default();
            for frame in seen.frames() {
                prop_assert!(kept.add_frame(frame.kind, &frame.bytes).unwrap());
            }
            for step in &after {
                prop_assert_eq!(take(&mut seen, step), take(&mut kept, step));
            }
            prop_assert_eq!(seen.versions().are_contested(), kept.versions().are_contested());
            for number in 1..6 {
                prop_assert_eq!(seen.is_mapped(id(number)), kept.is_mapped(id(number)));
            }
        }
    }
}
