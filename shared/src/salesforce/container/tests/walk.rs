use super::*;

#[test]
fn members_are_found_from_the_front() {
    let packed = [("a.csv", &b"Id\n1\n"[..]), ("b.csv", b""), ("c.csv", b"Id\n2\n")];
    let parts = packed.map(|(name, content)| Part::deflated(name, content));
    let behind =
        |signature, wide| build(&parts.clone().map(|part| part.with_descriptor(signature, wide)));
    let stored = packed.map(|(name, content)| Part::stored(name, content));
    for (zip, expected) in [
        (build(&parts), &packed[..]),
        (build(&stored), &packed[..]),
        (behind(true, false), &packed[..]),
        (behind(false, false), &packed[..]),
        // Java does so beyond 4 GiB, and does not announce it.
        (behind(true, true), &packed[..]),
        (behind(false, true), &packed[..]),
        ([b"PK\x07\x08", &build(&parts)[..]].concat(), &packed[..]),
        ([b"PK00", &build(&parts)[..]].concat(), &packed[..]),
        (build(&[]), &[]),
        (JAVA.to_vec(), &JAVA_HOLDS[..]),
    ] {
        for sizes in [&[][..], &[1], &[13, 2]] {
            assert_eq!(walk(&zip, sizes).unwrap(), owned(expected));
        }
    }
}

#[test]
fn refused_members_are_passed_over_if_their_end_can_be_found() {
    let last = Part::deflated("Contact.csv", b"Id\n");
    let outside = Part::deflated("../x.csv", &vec![b'x'; 600_000]);
    let mut encrypted = Part::deflated("x.csv", b"Id\n");
    encrypted.flags = 1;
    let lzma = Part::new("x.csv", 14, b"content", b"\x02\0\x05\0packed".to_vec());
    for (part, refusal) in [
        (outside.clone(), Refusal::Outside),
        (outside.with_descriptor(true, false), Refusal::Outside),
        (encrypted.clone(), Refusal::Encrypted),
        (lzma.clone(), Refusal::Method("LZMA".to_owned())),
    ] {
        let zip = build(&[part, last.clone()]);
        for sizes in [&[][..], &[1], &[77]] {
            let found = walk(&zip, sizes).unwrap();
            assert_eq!(found[0].1, Err(refusal.clone()));
            assert_eq!(found[1..], owned(&[("Contact.csv", b"Id\n")]));
        }
    }
    let stored = Part::stored("x.csv", b"Id\n").with_descriptor(true, false);
    for (part, expected) in [
        (encrypted.with_descriptor(true, false), Refusal::Encrypted),
        (lzma.with_descriptor(true, false), Refusal::Method("LZMA".to_owned())),
        (stored, Refusal::StoredUnsized),
    ] {
        let error = walk(&build(&[part, last.clone()]), &[]).unwrap_err();
        let ContainerError::CannotSkip { name, refusal } = error else { panic!("{error}") };
        assert_eq!((name.as_str(), refusal), ("x.csv", expected));
    }
}

#[test]
fn limits_count_for_all_members() {
    let zip = build(&[
        Part::deflated("a", &[0; 60]),
        Part::deflated("../b", &[0; 60]).with_descriptor(true, false),
        Part::stored("c", b""),
    ]);
    let limits = Limits { inflated: 100, ..Limits::default() };
    let error = walk_within(&zip, &[], &limits).unwrap_err();
    assert!(matches!(error, ContainerError::TooLarge { limit: 100, .. }), "{error}");
    let limits = Limits { entries: 2, ..Limits::default() };
    let error = walk_within(&zip, &[], &limits).unwrap_err();
    assert!(matches!(error, ContainerError::TooManyEntries { limit: 2 }), "{error}");
    let limits = Limits { entries: 3, inflated: 120, ratio: 1 };
    assert_eq!(walk_within(&zip, &[], &limits).unwrap().len(), 3);
}

#[test]
fn a_folder_with_content_behind_which_its_size_follows_is_an_error() {
    let zip = build(&[Part::deflated("a/", b"1").with_descriptor(true, false)]);
    assert!(matches!(walk(&zip, &[]), Err(ContainerError::Corrupt { .. })));
}
