//! What is promised of the objects that the importer writes.

use bytes::Bytes;
use csm_import::port::{Condition, Store, Written};
use tokio::sync::mpsc;

/// All of it.
pub async fn keeps<S: Store>(store: &S) {
    conditions_hold(store).await;
    one_of_many_writers_wins(store).await;
    ranges_are_exact(store).await;
    uploads_appear_whole_or_not_at_all(store).await;
}

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

/// Conditional writes happen when their condition holds, and not otherwise.
pub async fn conditions_hold<S: Store>(store: &S) {
    let key = "imports/contract/conditions";
    assert_eq!(store.read(key, None).await.unwrap(), None);
    assert_eq!(store.write(key, bytes("one"), Condition::Absent).await.unwrap(), Written::Yes);
    assert_eq!(store.write(key, bytes("two"), Condition::Absent).await.unwrap(), Written::Lost);
    let one = store.read(key, None).await.unwrap().unwrap();
    assert_eq!(one.bytes, "one");

    let unchanged = Condition::Unchanged(&one.etag);
    assert_eq!(store.write(key, bytes("three"), unchanged).await.unwrap(), Written::Yes);
    assert_eq!(store.write(key, bytes("four"), unchanged).await.unwrap(), Written::Lost);
    assert_eq!(store.read(key, None).await.unwrap().unwrap().bytes, "three");
    assert_eq!(store.write(key, bytes("five"), Condition::Always).await.unwrap(), Written::Yes);

    let gone = Condition::Unchanged("\"0123456789abcdef0123456789abcdef\"");
    let absent = "imports/contract/absent";
    assert_eq!(store.write(absent, bytes("x"), gone).await.unwrap(), Written::Lost);
    assert_eq!(store.read(absent, None).await.unwrap(), None);
}

/// Of many who create an object one does.
pub async fn one_of_many_writers_wins<S: Store>(store: &S) {
    let key = "imports/contract/race";
    let writers = (0..20).map(|n| store.write(key, bytes(&format!("{n}")), Condition::Absent));
    let ends = futures_util::future::join_all(writers).await;
    let winners: Vec<usize> = (0..)
        .zip(&ends)
        .filter_map(|(n, end)| match end {
            Ok(Written::Yes) => Some(n),
            _ => None,
        })
        .collect();
    assert_eq!(winners.len(), 1);
    let stored = store.read(key, None).await.unwrap().unwrap();
    assert_eq!(stored.bytes, winners[0].to_string());
}

/// A range is its bytes, and no others.
pub async fn ranges_are_exact<S: Store>(store: &S) {
    let key = "imports/contract/range";
    store.write(key, bytes("0123456789"), Condition::Always).await.unwrap();
    for (range, expected) in [(0..3, "012"), (3..10, "3456789"), (9..10, "9")] {
        let read = store.read(key, Some(range)).await.unwrap().unwrap();
        assert_eq!(read.bytes, expected);
    }
}

/// An upload appears whole, or not at all.
pub async fn uploads_appear_whole_or_not_at_all<S: Store>(store: &S) {
    let mebibytes = |n: usize, byte: u8| Bytes::from(vec![byte; n << 20]);
    for (name, parts) in [
        ("none", vec![]),
        ("one", vec![bytes("only")]),
        ("three", vec![mebibytes(6, b'a'), mebibytes(5, b'b'), bytes("end")]),
    ] {
        let key = format!("imports/contract/upload-{name}");
        let (sender, receiver) = mpsc::channel(1);
        let feed = async {
            for part in &parts {
                sender.send(Some(part.clone())).await.unwrap();
            }
            sender.send(None).await.unwrap();
        };
        let (end, ()) = tokio::join!(store.upload(&key, receiver), feed);
        end.unwrap();
        let stored = store.read(&key, None).await.unwrap().unwrap().bytes;
        assert!(stored == parts.concat(), "{name}");
    }
    for parts in [1, 3] {
        let key = format!("imports/contract/abandoned-{parts}");
        let (sender, receiver) = mpsc::channel(1);
        let feed = async {
            for _ in 0..parts {
                sender.send(Some(mebibytes(5, b'x'))).await.unwrap();
            }
            drop(sender);
        };
        let (end, ()) = tokio::join!(store.upload(&key, receiver), feed);
        assert!(end.is_err());
        assert_eq!(store.read(&key, None).await.unwrap(), None);
    }
}
