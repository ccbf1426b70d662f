use contract::exports::Drops;
use csm_import::aws::bucket::Bucket;
use csm_import::import::id::SourceObject;
use csm_import_tests::World;

impl Drops for World {
    async fn put(&self, key: &str, bytes: Vec<u8>) {
        self.drop(key, bytes).await;
    }

    async fn forget(&self, object: &SourceObject) {
        let delete = self.cloud.s3().delete_object().bucket(self.cloud.bucket()).key(&object.key);
        delete.version_id(object.version.as_deref().unwrap()).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_read_as_it_was_when_it_was_taken() {
    let world = World::start(World::documented(), &[]).await;
    let bucket = Bucket::new(world.cloud.s3().clone(), world.cloud.bucket().to_owned());
    contract::exports::keeps(&bucket, &world).await;
}
