use csm_import::aws::bucket::Bucket;
use csm_import::import::id::SourceObject;
use csm_import::port::{Chunks, ExportError, Exports};
use csm_import_tests::World;

async fn read<E: Exports>(exports: &E, object: &SourceObject) -> Result<Vec<u8>, ExportError> {
    let mut chunks = exports.open(object, 0).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_read_as_it_was_when_it_was_taken() {
    let world = World::start(World::documented(), &[]).await;
    let (s3, name) = (world.cloud.s3(), world.cloud.bucket());
    let bucket = Bucket::new(s3.clone(), name.to_owned());
    // Not below `exports/`, so that nothing else looks at it.
    let put = async |key: &str, bytes: Vec<u8>| world.drop(key, bytes).await;
    let large: Vec<u8> = (0..5_000_000u32).flat_map(u32::to_le_bytes).collect();
    put("drops/a/Account.csv", large.clone()).await;
    put("drops/a/Contact + ü.csv", b"two".to_vec()).await;
    put("drops/a/folder marker/", vec![]).await;
    put("drops/a/empty.csv", vec![]).await;
    put("drops/a/below/Lead.csv", b"three".to_vec()).await;

    let (objects, newest) = bucket.objects("drops/a/").await.unwrap();
    let keys: Vec<&str> = objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["drops/a/Account.csv", "drops/a/Contact + ü.csv"]);
    assert!(newest.is_some() && objects.iter().all(|object| object.version.is_some()));
    assert!(read(&bucket, &objects[0]).await.unwrap() == large);
    let mut end = bucket.open(&objects[1], 2).await.unwrap();
    assert_eq!(end.next().await.unwrap().unwrap().as_ref(), b"o");
    assert!(end.next().await.unwrap().is_none());

    let (single, _) = bucket.objects("drops/a/Account.csv").await.unwrap();
    assert_eq!(single, objects[..1]);
    assert_eq!(bucket.objects("drops/nothing.csv").await.unwrap().0, []);

    // Replaced: the version that was taken is still there.
    put("drops/a/Contact + ü.csv", b"replaced".to_vec()).await;
    assert_eq!(read(&bucket, &objects[1]).await.unwrap(), b"two");
    // In a bucket that keeps none it is gone, and no other bytes are taken for it.
    let unversioned = SourceObject { version: None, ..objects[1].clone() };
    assert!(matches!(read(&bucket, &unversioned).await, Err(ExportError::Gone)));
    let version = objects[1].version.as_deref().unwrap();
    s3.delete_object().bucket(name).key(&objects[1].key).version_id(version).send().await.unwrap();
    assert!(matches!(read(&bucket, &objects[1]).await, Err(ExportError::Gone)));
}
