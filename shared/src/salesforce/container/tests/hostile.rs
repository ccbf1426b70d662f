use proptest::prelude::*;

use super::*;

/// ZIPs of all shapes with what they hold.
fn samples() -> Vec<(Vec<u8>, Held)> {
    let (one, two) = (&b"\"Id\",\"Name\"\n\"1\",\"Ada\"\n"[..], &b"Id\n"[..]);
    let parts = [Part::deflated("Account.csv", one), Part::stored("Käufer.csv", two)];
    let behind = parts.clone().map(|mut part| {
        if part.method == 8 {
            part = part.with_descriptor(true, false);
        }
        part
    });
    let held = owned(&[("Account.csv", one), ("Käufer.csv", two)]);
    let wide = SimpleFileOptions::default().large_file(true);
    vec![
        (build(&parts), held.clone()),
        (build(&behind), held.clone()),
        (pack(&[("Account.csv", one), ("Käufer.csv", two)], wide, false), held.clone()),
        (with_wide_end(&parts), held),
        (JAVA.to_vec(), owned(&JAVA_HOLDS)),
    ]
}

#[test]
fn a_shortened_zip_is_an_error_or_complete() {
    for (zip, held) in samples() {
        let entries = list(&zip).unwrap();
        for end in 0..zip.len() {
            assert!(list(&zip[..end]).is_err(), "{end}");
            if let Ok(found) = walk(&zip[..end], &[]) {
                assert_eq!(found, held, "{end}");
            }
            for (entry, (_, content)) in entries.iter().zip(&held) {
                let Entry::Member(member) = entry else { panic!() };
                if let Ok(found) = inflate(&zip[..end], member, &[]) {
                    assert_eq!(Ok(&found), content.as_ref(), "{end}");
                }
            }
        }
    }
}

#[test]
fn a_zip_in_a_broken_off_one_is_not_taken_for_it() {
    let inner = build(&[Part::stored("Account.csv", b"Id\n")]);
    let outer = build(&[Part::stored("inner.zip", &inner), Part::stored("b.csv", b"Id\n")]);
    for end in 0..outer.len() {
        assert!(list(&outer[..end]).is_err(), "{end}");
    }
    let both = [&inner[..], &inner].concat();
    assert!(list(&both).is_err());
}

#[test]
fn a_changed_bit_is_an_error_or_does_not_matter() {
    for (zip, held) in samples() {
        for bit in 0..zip.len() * 8 {
            let mut changed = zip.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(found) = unzip(&changed, &[]) {
                assert!(is_held(&found, &held, |found, held| found == held), "{bit}: {found:?}");
            }
            // Names are not protected where the directory is not read: a folder becomes a file.
            if let Ok(mut found) = walk(&changed, &[]) {
                found.retain(|(name, _)| name.chars().count() != 6);
                assert!(is_held(&found, &held, |_, _| true), "{bit}: {found:?}");
            }
        }
    }
}

/// Whether what was found is what the ZIP holds, but for what was refused.
fn is_held(found: &Held, held: &Held, same_name: impl Fn(&str, &str) -> bool) -> bool {
    let refused = found.iter().filter(|(_, content)| content.is_err()).count();
    found.len() >= held.len()
        && found.len() - refused <= held.len()
        && found.iter().filter(|(_, content)| content.is_ok()).all(|(name, content)| {
            held.iter().any(|held| same_name(name, &held.0) && *content == held.1)
        })
}

fn bomb(mebibytes: usize) -> Part {
    let mut part = Part::new("Account.csv", 8, b"", deflated_zeros(mebibytes));
    part.inflated = u32::try_from(mebibytes << 20).unwrap();
    part.local.2 = part.inflated;
    part
}

#[test]
fn bombs_are_stopped() {
    let limits = Limits::default();
    let zip = build(&[bomb(1024)]);
    let Entry::Member(mut member) = list(&zip).unwrap().remove(0) else { panic!() };
    // What it says of itself is enough.
    let stopped = Inflate::new(&member, &limits).read(&mut Bytes::new(), &mut Vec::new());
    assert!(matches!(stopped, Err(ContainerError::Ratio { .. })), "{stopped:?}");
    // If it lies, it is found out before it gives more than it said.
    member.inflated = 1000;
    let stopped = inflate(&zip, &member, &[]);
    let Err(ContainerError::Corrupt { damage: Damage::Size, .. }) = stopped else { panic!() };

    let zip = build(&[bomb(1024).with_descriptor(true, false)]);
    let (mut walk, mut input, mut given) = (Walk::new(&limits), Bytes::from(zip), 0);
    let error = loop {
        let mut out = Vec::new();
        match walk.read(&mut input, &mut out) {
            Ok(WalkStep::Begin(_) | WalkStep::Output) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
        assert!(out.capacity() <= 2 * MOST);
        given += out.len();
    };
    assert!(matches!(error, ContainerError::Ratio { .. }), "{error}");
    assert!(given <= 64 << 20);
}

#[test]
fn members_over_each_other_are_refused() {
    let first = Part::stored("a.csv", b"Id\n");
    let mut second = Part::stored("b.csv", b"Id\n");
    second.offset = Some(0);
    let found = unzip(&build(&[first, second]), &[]).unwrap();
    assert_eq!(found[0].1, Ok(b"Id\n".to_vec()));
    assert_eq!(found[1].1, Err(Refusal::Misplaced));
}

#[test]
fn an_end_that_lies_is_an_error() {
    let zip = build(&[Part::stored("a.csv", b"Id\n"), Part::stored("b.csv", b"Id\n")]);
    let end = zip.len() - 22;
    let stopped = |change: &[(usize, u8)]| {
        let mut zip = zip.clone();
        for (at, byte) in change {
            zip[end + at] = *byte;
        }
        list(&zip).unwrap_err()
    };
    let corrupt = |error: &ContainerError| matches!(error, ContainerError::Corrupt { .. });
    assert!(matches!(stopped(&[(4, 1)]), ContainerError::Split));
    assert!(matches!(stopped(&[(6, 1)]), ContainerError::Split));
    assert!(matches!(stopped(&[(0, 0)]), ContainerError::NoDirectory));
    for change in [
        &[(8, 1)][..],
        &[(8, 1), (10, 1)],
        &[(8, 3), (10, 3)],
        &[(8, 0), (10, 0)],
        &[(12, 1)],
        &[(13, 0xff)],
        &[(19, 0xff)],
    ] {
        assert!(corrupt(&stopped(change)), "{change:?}");
    }
    let many = stopped(&[(8, 0xff), (9, 0xff), (10, 0xff), (11, 0xff)]);
    assert!(corrupt(&many), "{many}");
}

#[test]
fn a_wide_end_that_lies_is_an_error() {
    // Sizes and offsets as large as they can be, of which sums and differences overflow.
    for number in [0_u64, 1, 1 << 31, 1 << 63, (1 << 63) - 1, u64::MAX - 21, u64::MAX] {
        for which in 0..4 {
            let mut zip = b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0".to_vec();
            let mut numbers = [1_u64, 1, 0, 0];
            numbers[which] = number;
            zip.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            zip.extend(b"PK\x06\x07\0\0\0\0");
            zip.extend(number.to_le_bytes());
            zip.extend(b"\x01\0\0\0PK\x05\x06\0\0\0\0");
            zip.extend([0xff; 12]);
            zip.extend([0, 0]);
            assert!(list(&zip).is_err(), "{number} {which}");
        }
    }
}

#[test]
fn a_large_directory_is_not_kept() {
    let mut zip = build(&[]);
    zip.splice(0..0, std::iter::repeat_n(0, 40 << 20));
    let end = zip.len() - 22;
    zip[end + 12..end + 16].copy_from_slice(&(33_u32 << 20).to_le_bytes());
    let error = list(&zip).unwrap_err();
    assert!(matches!(error, ContainerError::DirectoryTooLarge { .. }), "{error}");
}

#[test]
fn errors_are_sentences() {
    let refusal = Refusal::Method("bzip2".to_owned());
    for error in [
        ContainerError::Truncated(Place::Zip).to_string(),
        Damage::Checksum.of(Place::Member("a \"b\".csv".to_owned())).to_string(),
        ContainerError::CannotSkip { name: "a.csv".to_owned(), refusal }.to_string(),
    ] {
        assert!(error.starts_with("The ") && error.ends_with('.'), "{error}");
    }
}

proptest! {
    #[test]
    fn nonsense_does_no_harm(
        sample in 0_usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        noise in prop::collection::vec(any::<u8>(), 0..300),
        sizes in prop::collection::vec(1_usize..100, 0..3),
    ) {
        let (mut zip, _) = samples().remove(sample);
        for (at, byte) in changes {
            let at = at.index(zip.len());
            zip[at] = byte;
        }
        for bytes in [&zip, &noise, &[b"PK\x03\x04", &noise[..]].concat()] {
            let _ = list_within(bytes, &sizes, &Limits::default());
            let (found, again) = (walk(bytes, &sizes), walk(bytes, &[]));
            prop_assert_eq!(found.ok(), again.ok());
            let _ = unzip(bytes, &sizes);
            let _ = drain(Gunzip::new(&Limits::default()), bytes, &sizes);
        }
    }
}
