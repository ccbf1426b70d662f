//! What is promised of the objects that are dropped.

use std::future::Future;

use csm_import::import::id::SourceObject;
use csm_import::port::{Chunks, Dropped, ExportError, Exports};

/// Whoever drops objects.
pub trait Drops {
    /// Drops an object.
    fn put(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = ()>;

    /// Deletes the version of an object for good.
    fn forget(&self, object: &SourceObject) -> impl Future<Output = ()>;
}

async fn read<E: Exports>(exports: &E, object: &SourceObject) -> Result<Vec<u8>, ExportError> {
    let mut chunks = exports.open(object, 0).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn pinned(dropped: Vec<Dropped>) -> Vec<SourceObject> {
    dropped.into_iter().map(|dropped| dropped.object).collect()
}

/// What lies below a prefix is listed, however much and however deep, and no more than is wanted.
pub async fn lists<E: Exports>(exports: &E, drops: &impl Drops) {
    // Services list a thousand at once.
    let many = (0..1_001).map(|number| format!("listed/{number:04}/Contact.csv"));
    let keys: Vec<String> = many.chain(["listed/b/c/d + ü.csv".to_owned()]).collect();
    for key in &keys {
        drops.put(key, key.clone().into_bytes()).await;
    }
    drops.put("listed/a folder/", vec![]).await;
    drops.put("listed/empty.csv", vec![]).await;
    drops.put("listed-elsewhere/x.csv", b"x".to_vec()).await;
    drops.put(&keys[0], b"replaced".to_vec()).await;

    let found = exports.below("listed/", keys.len()).await.unwrap();
    assert!(found.iter().map(|object| &object.key).eq(&keys));
    assert!(found.iter().all(|object| object.written.is_some()));
    for object in [&found[0], &found[keys.len() - 1]] {
        let pinned = exports.objects(&object.key).await.unwrap().remove(0);
        assert_eq!(pinned.object.etag, object.etag, "the two are compared");
    }
    assert!(exports.below("listed/", keys.len() - 1).await.is_err());
    assert!(exports.below("nothing/", 0).await.unwrap().is_empty());
}

/// An export is read as it was when it was taken.
pub async fn keeps<E: Exports>(exports: &E, drops: &impl Drops) {
    // Not below `exports/`, so that nothing else looks at it.
    let large: Vec<u8> = (0..5_000_000u32).flat_map(u32::to_le_bytes).collect();
    drops.put("drops/a/Account.csv", large.clone()).await;
    drops.put("drops/a/Contact + ü.csv", b"two".to_vec()).await;
    drops.put("drops/a/folder marker/", vec![]).await;
    drops.put("drops/a/empty.csv", vec![]).await;
    drops.put("drops/a/below/Lead.csv", b"three".to_vec()).await;

    let dropped = exports.objects("drops/a/").await.unwrap();
    assert!(dropped.iter().all(|dropped| dropped.written.is_some()));
    let objects: Vec<SourceObject> = pinned(dropped);
    let keys: Vec<&str> = objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["drops/a/Account.csv", "drops/a/Contact + ü.csv"]);
    assert!(objects.iter().all(|object| object.version.is_some()));
    assert!(read(exports, &objects[0]).await.unwrap() == large);
    let mut end = exports.open(&objects[1], 2).await.unwrap();
    assert_eq!(end.next().await.unwrap().unwrap().as_ref(), b"o");
    assert!(end.next().await.unwrap().is_none());

    let single = exports.objects("drops/a/Account.csv").await.unwrap();
    assert_eq!(pinned(single), objects[..1]);
    assert_eq!(exports.objects("drops/nothing.csv").await.unwrap(), []);

    // Replaced: the version that was taken is still there.
    drops.put("drops/a/Contact + ü.csv", b"replaced".to_vec()).await;
    assert_eq!(read(exports, &objects[1]).await.unwrap(), b"two");
    // In a bucket that keeps none it is gone, and no other bytes are taken for it.
    let unversioned = SourceObject { version: None, ..objects[1].clone() };
    assert!(matches!(read(exports, &unversioned).await, Err(ExportError::Gone)));
    drops.forget(&objects[1]).await;
    assert!(matches!(read(exports, &objects[1]).await, Err(ExportError::Gone)));
}
