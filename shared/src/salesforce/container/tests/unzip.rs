use proptest::prelude::*;
use zip::CompressionMethod;

use super::*;

const MEMBERS: [(&str, &[u8]); 4] = [
    ("Account.csv", b"Id,Name\n001000000000001AAA,Ada & Co\n"),
    ("Sub/Käufer.csv", b"Id\n"),
    ("Empty.csv", b""),
    ("Contact.csv", b"Id,AccountId\n,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"),
];

fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

#[test]
fn members_are_listed_and_unpacked() {
    for (zip, expected) in [
        (pack(&MEMBERS, deflated(), false), &MEMBERS[..]),
        (pack(&MEMBERS, stored(), false), &MEMBERS[..]),
        (pack(&MEMBERS, deflated().large_file(true), false), &MEMBERS[..]),
        (pack(&MEMBERS, stored().large_file(true), false), &MEMBERS[..]),
        (pack(&MEMBERS, deflated(), true), &MEMBERS[..]),
        (pack(&MEMBERS, deflated().large_file(true), true), &MEMBERS[..]),
        (pack(&[], deflated(), false), &[]),
        (JAVA.to_vec(), &JAVA_HOLDS[..]),
        (build(&[Part::deflated("a", b"1"), Part::stored("b", b"2")]), &[("a", b"1"), ("b", b"2")]),
    ] {
        for sizes in [&[][..], &[1], &[31, 2]] {
            assert_eq!(unzip(&zip, sizes).unwrap(), owned(expected));
        }
    }
}

#[test]
fn members_are_written_as_json() {
    let Entry::Member(member) = list(JAVA).unwrap().remove(1) else { panic!() };
    let json = serde_json::to_string(&member).unwrap();
    assert_eq!(
        json,
        r#"{"name":"Contact.csv","header-offset":141,"compressed":2,"inflated":0,"crc32":0,"method":"deflated"}"#
    );
    assert_eq!(serde_json::from_str::<Member>(&json).unwrap(), member);
}

#[test]
fn bytes_before_and_behind_a_zip_are_passed_over() {
    for options in [deflated(), deflated().large_file(true)] {
        let zip = pack(&MEMBERS, options, false);
        let before = [b"#!/bin/sh unpack\n", &zip[..]].concat();
        let behind = [&zip[..], b"\r\n"].concat();
        for zip in [before, behind] {
            assert_eq!(unzip(&zip, &[]).unwrap(), owned(&MEMBERS));
        }
    }
}

#[test]
fn zip64_is_read() {
    let mut part = Part::deflated("Account.csv", b"Id\n1\n");
    let wide = |numbers: &[u32]| {
        let size = u8::try_from(numbers.len() * 8).unwrap();
        let mut extra = vec![1, 0, size, 0];
        extra.extend(numbers.iter().flat_map(|&number| u64::from(number).to_le_bytes()));
        extra
    };
    let first = Part::stored("first", b"1");
    let offset = u32::try_from(build(std::slice::from_ref(&first)).len() - 22 - 46 - 5).unwrap();
    // Another extra field before, and a rest that is none behind.
    part.extra =
        [b"\x55\x54\x01\0\x01", &wide(&[part.inflated, part.compressed, offset])[..], b"\0"]
            .concat();
    part.local_extra = wide(&[part.inflated, part.compressed]);
    part.local = (part.crc32, u32::MAX, u32::MAX);
    (part.compressed, part.inflated, part.offset) = (u32::MAX, u32::MAX, Some(u32::MAX));
    let expected = owned(&[("first", b"1"), ("Account.csv", b"Id\n1\n")]);
    let zip = with_wide_end(&[first.clone(), part.clone()]);
    for zip in [build(&[first.clone(), part.clone()]), [b"prefix", &zip[..]].concat(), zip] {
        for sizes in [&[][..], &[1]] {
            assert_eq!(unzip(&zip, sizes).unwrap(), expected);
        }
    }
    assert_eq!(walk(&with_wide_end(&[first, part.clone()]), &[1]).unwrap(), expected);

    // The numbers are not where they are said to be.
    part.extra.clear();
    let found = unzip(&build(&[part]), &[]).unwrap();
    assert_eq!(found, [("Account.csv".to_owned(), Err(Refusal::Damaged))]);
}

#[test]
fn a_name_is_not_taken_for_the_end_of_a_zip64() {
    let mut part = Part::stored("", b"Id\n");
    part.name = [&b"PK\x06\x06"[..], &[0; 52], b"PK\x06\x07", &[0; 16]].concat();
    assert_eq!(unzip(&build(&[part]), &[]).unwrap()[0].1, Ok(b"Id\n".to_vec()));
}

#[test]
fn a_directory_larger_than_the_tail_is_read() {
    let names: Vec<_> = (0..2000).map(|number| format!("{number}-{}", "x".repeat(60))).collect();
    let members: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
    let zip = pack(&members, stored(), false);
    for sizes in [&[][..], &[1000], &[1, 65536]] {
        let entries = list_within(&zip, sizes, &Limits::default()).unwrap();
        assert!(entries.iter().map(Entry::name).eq(names.iter().map(String::as_str)));
    }
    let limits = Limits { entries: 1999, ..Limits::default() };
    let error = list_within(&zip, &[], &limits).unwrap_err();
    assert!(matches!(error, ContainerError::TooManyEntries { limit: 1999 }), "{error}");
}

#[test]
fn refusals_name_their_reason_and_concern_one_member() {
    let good = Part::deflated("Account.csv", b"Id\n");
    let named = |name: &str| Part::deflated(name, b"Id\n");
    let changed = |change: &dyn Fn(&mut Part)| {
        let mut part = named("x.csv");
        change(&mut part);
        part
    };
    let method = |name: &str| Refusal::Method(name.to_owned());
    for (part, refusal) in [
        (named("../x.csv"), Refusal::Outside),
        (named("a/../../x.csv"), Refusal::Outside),
        (named("a\\..\\x.csv"), Refusal::Outside),
        (named("/etc/x.csv"), Refusal::Absolute),
        (named("\\\\server\\x.csv"), Refusal::Absolute),
        (named("C:\\x.csv"), Refusal::Drive),
        (named("c:x.csv"), Refusal::Drive),
        (named(""), Refusal::Nameless),
        (named(&"x".repeat(1025)), Refusal::NameTooLong),
        (named("folder/"), Refusal::Special),
        (changed(&|part| part.attributes = 0o120_777 << 16), Refusal::Special),
        (changed(&|part| part.attributes = 0o020_666 << 16), Refusal::Special),
        (changed(&|part| part.attributes = 0o040_777 << 16), Refusal::Special),
        (changed(&|part| part.flags = 1), Refusal::Encrypted),
        (changed(&|part| part.flags = 1 << 6 | 1), Refusal::Encrypted),
        (changed(&|part| part.method = 99), Refusal::Encrypted),
        (changed(&|part| part.flags = 1 << 5), method("patches")),
        (changed(&|part| part.method = 1), method("Shrink")),
        (changed(&|part| part.method = 6), method("Implode")),
        (changed(&|part| part.method = 9), method("Deflate64")),
        (changed(&|part| part.method = 12), method("bzip2")),
        (changed(&|part| part.method = 93), method("Zstandard")),
        (changed(&|part| part.method = 95), method("xz")),
        (changed(&|part| part.method = 98), method("PPMd")),
        (changed(&|part| part.method = 4711), method("method 4711")),
        (changed(&|part| part.disk = 1), Refusal::Split),
        (changed(&|part| part.compressed = 4000), Refusal::Misplaced),
        (changed(&|part| part.offset = Some(4000)), Refusal::Misplaced),
    ] {
        let zip = build(&[good.clone(), part.clone(), Part::stored("Contact.csv", b"Id\n2\n")]);
        let found = unzip(&zip, &[]).unwrap();
        assert_eq!(found.len(), 3, "{refusal:?}");
        assert_eq!(found[0], ("Account.csv".to_owned(), Ok(b"Id\n".to_vec())));
        assert_eq!(found[1].1, Err(refusal.clone()));
        assert_eq!(found[2], ("Contact.csv".to_owned(), Ok(b"Id\n2\n".to_vec())));
        assert!(found[1].0.len() < 300);
        // From the front, only what the directory alone tells is not known.
        let only_there =
            part.attributes != 0 || matches!(refusal, Refusal::Split | Refusal::Misplaced);
        if !only_there {
            assert_eq!(walk(&zip, &[1]).unwrap(), found);
        }
    }
}

#[test]
fn names_are_decoded_as_the_zip_says() {
    let mut old = Part::stored("", b"1");
    old.name = b"K\x84ufer.csv".to_vec();
    let mut broken = old.clone();
    broken.flags = 1 << 11;
    let found = unzip(&build(&[old, broken, Part::stored("a\\b.csv", b"1")]), &[]).unwrap();
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Käufer.csv", "K\u{fffd}ufer.csv", "a/b.csv"]);
}

#[test]
fn folders_are_left_out() {
    let mut unix = Part::stored("d", b"");
    unix.attributes = 0o040_755 << 16;
    let zip = build(&[
        Part::stored("a/", b""),
        Part::deflated("b/", b""),
        Part::stored("c\\", b""),
        Part::stored("e/", b"").with_descriptor(true, false),
        unix,
    ]);
    assert_eq!(unzip(&zip, &[]).unwrap(), []);
    let found = walk(&zip, &[]).unwrap();
    assert_eq!(found, owned(&[("d", b"")]));
}

#[test]
fn a_header_that_contradicts_the_directory_is_an_error() {
    let zip = build(&[Part::deflated("Account.csv", b"Id\n")]);
    for (at, what) in [(0, "signature"), (6, "encrypted"), (8, "method"), (30, "name")] {
        let mut zip = zip.clone();
        zip[at] ^= 1;
        let error = unzip(&zip, &[]).unwrap_err();
        let ContainerError::Corrupt { place, damage: Damage::Structure(_) } = error else {
            panic!("{what}: {error}")
        };
        assert_eq!(place, Place::Member("Account.csv".to_owned()), "{what}");
    }
}

proptest! {
    #[test]
    fn it_does_not_matter_where_the_input_is_cut(
        content in prop::collection::vec(any::<u8>(), 0..3000),
        repeat in 1_usize..200,
        is_stored in any::<bool>(),
        large in any::<bool>(),
        sizes in prop::collection::vec(1_usize..5000, 0..5),
    ) {
        let content = content.repeat(repeat);
        let members = [("Account.csv", &content[..]), ("Käufer.csv", b"Id\n")];
        let options = if is_stored { stored() } else { deflated() };
        let zip = pack(&members, options.large_file(large), false);
        prop_assert!(unzip(&zip, &sizes).unwrap() == owned(&members));
        prop_assert!(walk(&zip, &sizes).unwrap() == owned(&members));
        let zip = pack(&members, deflated().large_file(large), true);
        prop_assert!(unzip(&zip, &sizes).unwrap() == owned(&members));
        prop_assert!(walk(&zip, &sizes).unwrap() == owned(&members));
    }
}
