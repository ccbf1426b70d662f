//! The bucket and the queues of the simulation keep what the adapters keep.

use std::sync::Arc;

use contract::exports::Drops;
use contract::queue::Receiver;
use csm_import::import::id::SourceObject;
use csm_import::port::Clock;
use csm_sim::{Embedded, Options};
use jiff::Timestamp;
use simulation::bucket::WorldBucket;
use simulation::chance::{Chance, Plan};
use simulation::queue::{Kind, WorldQueue};
use simulation::trace::Trace;
use simulation::world::{World, WorldClock, lock};

fn world() -> Arc<World> {
    let site = Embedded::new(Options::documented());
    World::new(Timestamp::UNIX_EPOCH, Chance::new(1, Plan::Undisturbed), site, Trace::new(false))
}

struct Dropped(Arc<World>);

impl Drops for Dropped {
    async fn put(&self, key: &str, bytes: Vec<u8>) {
        let now = WorldClock(Arc::clone(&self.0)).now();
        lock(&self.0.bucket).put(key, bytes.into(), now);
    }

    async fn forget(&self, object: &SourceObject) {
        lock(&self.0.bucket).remove(&object.key);
    }
}

struct Received(WorldQueue);

impl Receiver for Received {
    async fn receive(&self) -> Option<(String, String)> {
        self.0.receive().map(|delivery| (delivery.body, delivery.receipt_handle))
    }
}

#[tokio::test(start_paused = true)]
async fn the_bucket_keeps_the_contract_of_a_store() {
    contract::store::keeps(&WorldBucket(world())).await;
}

#[tokio::test(start_paused = true)]
async fn the_bucket_keeps_the_contract_of_exports() {
    let world = world();
    let bucket = WorldBucket(Arc::clone(&world));
    contract::exports::keeps(&bucket, &Dropped(Arc::clone(&world))).await;
    contract::exports::lists(&bucket, &Dropped(world)).await;
}

#[tokio::test(start_paused = true)]
async fn the_queues_keep_the_contract_of_a_queue() {
    let queue = |kind| WorldQueue::new(world(), kind);
    let standard = queue(Kind::Exports);
    contract::queue::takes_many(&standard, &Received(standard.clone())).await;
    let slots = queue(Kind::Batches);
    contract::queue::holds_slots(&slots, &Received(slots.clone())).await;
    let later = queue(Kind::Tasks);
    contract::queue::delays(&later, &Received(later.clone())).await;
}
