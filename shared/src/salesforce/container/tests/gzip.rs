use flate2::GzBuilder;
use proptest::prelude::*;

use super::*;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder =
        GzBuilder::new().filename("Account.csv").write(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(bytes: &[u8], sizes: &[usize]) -> Result<Vec<u8>, ContainerError> {
    drain(Gunzip::new(&Limits::default()), bytes, sizes)
}

#[test]
fn members_are_one_content() {
    let one = gzip(b"Id,Name\n");
    let two = gzip(b"1,Ada\n");
    let empty = gzip(b"");
    for (bytes, expected) in [
        (one.clone(), &b"Id,Name\n"[..]),
        (empty.clone(), b""),
        ([&one[..], &two].concat(), b"Id,Name\n1,Ada\n"),
        ([&empty[..], &one, &empty, &two, &empty].concat(), b"Id,Name\n1,Ada\n"),
        ([&one[..], &[0; 700]].concat(), b"Id,Name\n"),
    ] {
        for sizes in [&[][..], &[1], &[7, 2]] {
            assert_eq!(gunzip(&bytes, sizes).unwrap(), expected);
        }
    }
}

#[test]
fn what_is_no_gzip_is_an_error() {
    let one = gzip(b"Id,Name\n");
    for bytes in [
        [&one[..], b"x"].concat(),
        [&one[..], &[0], &one].concat(),
        [&one[..], b"\x1f"].concat(),
        b"Id,Name\n".to_vec(),
        b"\0\0\0".to_vec(),
        Vec::new(),
    ] {
        assert!(gunzip(&bytes, &[]).is_err(), "{bytes:?}");
        assert!(gunzip(&bytes, &[1]).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_shortened_file_is_an_error() {
    let bytes = gzip(b"\"Id\",\"Name\"\n\"1\",\"Ada\"\n");
    for end in 0..bytes.len() {
        let error = gunzip(&bytes[..end], &[]).unwrap_err();
        assert!(matches!(error, ContainerError::Truncated(Place::Gzip)), "{end}");
    }
}

#[test]
fn a_changed_bit_is_an_error_or_does_not_matter() {
    let content = b"\"Id\",\"Name\"\n\"1\",\"Ada\"\n";
    let bytes = gzip(content);
    let mut harmless = Vec::new();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(found) = gunzip(&changed, &[]) {
            assert_eq!(found, content, "{bit}");
            harmless.push(bit / 8);
        }
    }
    // The flag for text, time, system, the name, and what fills up the last byte of the content.
    let filling = bytes.len() - 9;
    assert!(harmless.iter().all(|&byte| (3..22).contains(&byte) || byte == filling));
}

#[test]
fn bombs_are_stopped() {
    let zeros = deflated_zeros(1024);
    let mut bomb = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    bomb.extend(&zeros);
    let mut reader = Gunzip::new(&Limits::default());
    let mut input = Bytes::from(bomb);
    let mut given = 0;
    let error = loop {
        let mut out = Vec::new();
        match reader.read(&mut input, &mut out) {
            Ok(step) => assert_eq!(step, Step::Output),
            Err(error) => break error,
        }
        assert!(out.capacity() <= 2 * MOST);
        given += out.len();
    };
    assert!(matches!(error, ContainerError::Ratio { place: Place::Gzip, limit: 200 }), "{error}");
    assert!(given <= 64 << 20);

    let limits = Limits { inflated: 100, ..Limits::default() };
    let error = drain(Gunzip::new(&limits), &gzip(&[7; 101]), &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The gzip file holds more than 100 bytes; export in smaller parts."
    );
    assert!(drain(Gunzip::new(&limits), &gzip(&[7; 100]), &[]).is_ok());
}

proptest! {
    #[test]
    fn it_does_not_matter_where_the_input_is_cut(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..4),
        repeat in 1_usize..200,
        sizes in prop::collection::vec(1_usize..5000, 0..5),
    ) {
        let parts: Vec<_> = parts.iter().map(|part| part.repeat(repeat)).collect();
        let bytes: Vec<u8> = parts.iter().flat_map(|part| gzip(part)).collect();
        prop_assert!(gunzip(&bytes, &sizes).unwrap() == parts.concat());
    }
}
