//! What is promised of the objects that are dropped.

use std::future::Future;

use csm_import::import::id::SourceObject;
use csm_import::port::{Chunks, ExportError, Exports};

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

/// An export is read as it was when it was taken.
pub async fn keeps<E: Exports>(exports: &E, drops: &impl Drops) {
    // Not below `exports/`, so that nothing else looks at it.
    let large: Vec<u8> = (0..5_000_000u32).flat_map(u32::to_le_bytes).collect();
    drops.put("drops/a/Account.csv", large.clone()).await;
    drops.put("drops/a/Contact + ü.csv", b"two".to_vec()).await;
    drops.put("drops/a/folder marker/", vec![]).await;
    drops.put("drops/a/empty.csv", vec![]).await;
    drops.put("drops/a/below/Lead.csv", b"three".to_vec()).await;

    let (objects, newest) = exports.objects("drops/a/").await.unwrap();
    let keys: Vec<&str> = objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["drops/a/Account.csv", "drops/a/Contact + ü.csv"]);
    assert!(newest.is_some() && objects.iter().all(|object| object.version.is_some()));
    assert!(read(exports, &objects[0]).await.unwrap() == large);
    let mut end = exports.open(&objects[1], 2).await.unwrap();
    assert_eq!(end.next().await.unwrap().unwrap().as_ref(), b"o");
    assert!(end.next().await.unwrap().is_none());

    let (single, _) = exports.objects("drops/a/Account.csv").await.unwrap();
    assert_eq!(single, objects[..1]);
    assert_eq!(exports.objects("drops/nothing.csv").await.unwrap().0, []);

    // Replaced: the version that was taken is still there.
    drops.put("drops/a/Contact + ü.csv", b"replaced".to_vec()).await;
    assert_eq!(read(exports, &objects[1]).await.unwrap(), b"two");
    // In a bucket that keeps none it is gone, and no other bytes are taken for it.
    let unversioned = SourceObject { version: None, ..objects[1].clone() };
    assert!(matches!(read(exports, &unversioned).await, Err(ExportError::Gone)));
    drops.forget(&objects[1]).await;
    assert!(matches!(read(exports, &objects[1]).await, Err(ExportError::Gone)));
}
