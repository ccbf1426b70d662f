use bytes::Bytes;
use csm_import::aws::bucket::Bucket;
use csm_import::port::{Condition, Store};
use csm_import_tests::World;

/// A page opens in a browser, instead of being downloaded.
#[tokio::test(flavor = "multi_thread")]
async fn pages_and_documents_say_what_they_are() {
    let world = World::start(World::documented(), &[]).await;
    let (s3, name) = (world.cloud.s3(), world.cloud.bucket());
    let bucket = Bucket::new(s3.clone(), name.to_owned());
    for (key, expected) in [
        ("imports/contract/plan.html", "text/html; charset=utf-8"),
        ("imports/contract/plan.json", "application/json"),
    ] {
        bucket.write(key, Bytes::from("{}"), Condition::Always).await.unwrap();
        let head = s3.head_object().bucket(name).key(key).send().await.unwrap();
        assert_eq!(head.content_type(), Some(expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bucket_keeps_the_contract_of_a_store() {
    let world = World::start(World::documented(), &[]).await;
    let bucket = Bucket::new(world.cloud.s3().clone(), world.cloud.bucket().to_owned());
    contract::store::keeps(&bucket).await;
}
