use contract::exports::Drops;
use csm_import::aws::bucket::Bucket;
use csm_import::import::id::SourceObject;
use csm_import_tests::World;

struct Bucketed<'a>(&'a World);

impl Drops for Bucketed<'_> {
    async fn put(&self, key: &str, bytes: Vec<u8>) {
        self.0.drop(key, bytes).await;
    }

    async fn forget(&self, object: &SourceObject) {
        let (s3, bucket) = (self.0.cloud.s3(), self.0.cloud.bucket());
        let delete = s3.delete_object().bucket(bucket).key(&object.key);
        delete.version_id(object.version.as_deref().unwrap()).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_read_as_it_was_when_it_was_taken() {
    let world = World::start(World::documented(), &[]).await;
    let bucket = Bucket::new(world.cloud.s3().clone(), world.cloud.bucket().to_owned());
    contract::exports::keeps(&bucket, &Bucketed(&world)).await;
    contract::exports::lists(&bucket, &Bucketed(&world)).await;
}
