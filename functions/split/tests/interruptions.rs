//! However often the time runs out, and wherever: what is written is the same.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of tests say by a panic what does not hold"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use csm_import::delivery::{AT_ONCE, ConsumeError, Consumer, Disposition, consume_all};
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::progress::{Orders, Progress};
use csm_import::mapping::stage::Stage;
use csm_import::port::Clock;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

mod files;
mod world;

use files::Files;
use world::{World, delivery};

const FOLDER: &str = "plan/odd/";

/// Accounts: quotes with line ends of every kind, a name twice, a person, and a joined file.
const ACCOUNTS: &str = "Id,Name,IsPersonAccount,PersonContactId,PersonEmail,LastName,Industry,Notes__c\r\n\
    001000000000001,Acme,false,,,,Energy,\"two\r\nlines\"\r\n\
    001000000000002,Acme,false,,,,Energy,\"three\n\nlines, \"\"quoted\"\"\"\r\n\
    \r\n\
    001000000000003,Ada Lovelace,true,003000000000031,ada@example.com,Lovelace,,\r\n\
    001000000000004,,false,,,,,\r\n\
    001000000000005,Globex,false,,,,\"Oil\rgas\",x\r\n\
    \u{feff}Id,Name,IsPersonAccount,PersonContactId,PersonEmail,LastName,Industry,Notes__c\r\n\
    001000000000005,Globex,false,,,,Oil,y\r\n\
    broken,\"Q\"x,false,,,,,\r\n";

/// Contacts in versions: the second and third of one record, one deleted later, and a missing quote.
const CONTACTS: &str = "\"Id\",\"LastName\",\"Email\",\"AccountId\",\"IsDeleted\",\"SystemModstamp\",\"Title\"\n\
    \"003000000000001\",\"One\",\"one@example.com\",\"001000000000001\",\"0\",\"2026-11-01 00:00:00\",\"\"\n\
    \"003000000000002\",\"Two\",\"one@example.com\",\"001000000000002\",\"0\",\"2026-11-02 00:00:00\",\"a\nb\"\n\
    \"003000000000003\",\"Three\",\"three@example.com\",\"\",\"0\",\"2026-11-03 00:00:00\",\"old\"\n\
    \"003000000000003\",\"Three\",\"three@example.com\",\"\",\"0\",\"2026-11-05 00:00:00\",\"new\"\n\
    \"003000000000003\",\"Three\",\"three@example.com\",\"\",\"0\",\"2026-11-04 00:00:00\",\"between\"\n\
    \"003000000000031\",\"Lovelace\",\"ada@example.com\",\"001000000000003\",\"0\",\"2026-11-01 00:00:00\",\"\"\n\
    \"003000000000004\",\"Four\",\"four@example.com,\"001000000000001\",\"0\",\"2026-11-01 00:00:00\",\"\"\n\
    \"003000000000005\",\"Five\",\"five@example.com\",\"001000000000001\",\"0\",\"2026-11-01 00:00:00\",\"\"\n\
    \"003000000000006\",\"Six\",\"no address\",\"001000000000001\",\"0\",\"2026-11-01 00:00:00\",\"\"\n\
    \"003000000000007\",\"Seven\",\"seven@example.com\",\"001000000000009\",\"1\",\"2026-11-01 00:00:00\",\"\"\n";

const RELATIONS: &str = "Id,AccountId,ContactId,IsDeleted,IsActive,IsDirect\n\
    07k000000000001,001000000000001,003000000000001,0,1,1\n\
    07k000000000002,001000000000002,003000000000001,0,1,0\n\
    07k000000000003,001000000000005,003000000000011,0,1,0\n\
    07k000000000004,,003000000000011,0,1,0\n\
    07k000000000005,001000000000005,003000000000011,0,1,0\n\
    07k000000000006,001000000000001,003000000000099,1,1,0\n";

/// The members of a Data Export: one of them packed, one as it is.
fn archive() -> Vec<u8> {
    let contacts = "Id,LastName,Email,AccountId,SystemModstamp\n\
        003000000000011,Eleven,eleven@example.com,001000000000001,2026-11-01 00:00:00\n\
        003000000000012,Twelve,five@example.com,001000000000001,2026-11-01 00:00:00\n\
        003000000000001,One,one@example.com,001000000000001,2026-10-01 00:00:00\n\
        003000000000013,Thirteen,thirteen@example.com,001000000000001,2026-11-01 00:00:00\n";
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text, method) in [
        ("Contact.csv", contacts, CompressionMethod::Stored),
        ("AccountContactRelation.csv", RELATIONS, CompressionMethod::Deflated),
    ] {
        zip.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn exports() -> Files {
    let contact = |id: &str, name: &str, email: &str| {
        json!({"attributes": {"type": "Contact"}, "Id": id, "LastName": name, "Email": email,
            "SystemModstamp": "2026-11-01T00:00:00.000+0000"})
    };
    let lines = [
        contact("003000000000021", "Ünö", "twentyone@example.com"),
        contact("003000000000022", "line\nend", "three@example.com"),
        contact("003000000000005", "Five", "five@example.com"),
    ];
    let columns = "Id,LastName,Email,SystemModstamp\r\n";
    let wide = format!(
        "{columns}003000000000041,Ümläut,wide@example.com,2026-11-01 00:00:00\r\n\
         003000000000042,\"日本\r\n語\",japan@example.com,2026-11-01 00:00:00\r\n\
         003000000000003,Three,three@example.com,2026-11-04 12:00:00\r\n"
    );
    Files::default()
        .with("plan/odd/Account.csv", ACCOUNTS)
        .with("plan/odd/Contact.csv", CONTACTS)
        .with("plan/odd/Contact.json", Value::from(lines.to_vec()).to_string())
        .with("plan/odd/Contact_wide.csv", utf16(&wide))
        .with("plan/odd/WE_00D000000000001_1.ZIP", archive())
        .in_chunks_of(48)
}

fn dropped() -> String {
    json!({"Records": [{"s3": {"object": {"key": format!("{FOLDER}Account.csv")}}}]}).to_string()
}

/// One invocation; the looks at the clock that it took.
async fn invoke(world: &World, looks: usize) -> (Result<Disposition, ConsumeError>, usize) {
    let (splitter, taken) = world.splitter(looks);
    let disposition = splitter.consume(&delivery(dropped())).await;
    (disposition, taken.load(Ordering::Relaxed))
}

/// What the import came to, without what only matters on the way.
fn results(world: &World) -> BTreeMap<String, Bytes> {
    let mut all = world.bucket.below("");
    all.retain(|key, _| !key.ends_with(".checkpoint") && !key.ends_with("/drawing-up.json"));
    for (key, bytes) in &mut all {
        if key.ends_with("/import.json") || key.ends_with("/progress.json") {
            let mut document: Value = serde_json::from_slice(bytes).unwrap();
            for time in ["started_at", "updated_at"] {
                document.as_object_mut().unwrap().remove(time);
            }
            *bytes = serde_json::to_vec(&document).unwrap().into();
        }
    }
    all
}

#[tokio::test]
async fn a_stage_that_is_interrupted_once_comes_to_the_same_bytes() {
    for person_accounts in ["customers", "organizations"] {
        let undisturbed = World::new(exports(), person_accounts);
        let (done, looks) = invoke(&undisturbed, usize::MAX).await;
        assert_eq!(done.unwrap(), Disposition::Done);
        let expected = results(&undisturbed);
        let segments = expected.keys().filter(|key| key.ends_with(".ndjson")).count();
        assert!(segments >= 4, "{:?}", expected.keys());

        let (mut laid_down, mut examined) = (0, 0);
        for looks in 0..looks {
            let world = World::new(exports(), person_accounts);
            let (first, _) = invoke(&world, looks).await;
            let kept = world.bucket.below("imports/");
            laid_down += usize::from(kept.keys().any(|key| key.ends_with(".checkpoint")));
            examined += usize::from(kept.keys().any(|key| key.ends_with("/drawing-up.json")));
            match first {
                Ok(Disposition::Later(wait)) => assert_eq!(wait, AT_ONCE),
                Ok(Disposition::Done) => {}
                Err(error) => panic!("{looks}: {error}"),
            }
            let (second, _) = invoke(&world, usize::MAX).await;
            assert_eq!(second.unwrap(), Disposition::Done);
            let all = results(&world);
            assert_eq!(all.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
            for (key, bytes) in &all {
                assert_eq!(bytes, expected.get(key).unwrap(), "{key} after {looks} looks");
            }
        }
        assert!(laid_down > looks / 2 && examined > looks / 5, "{laid_down} {examined} {looks}");
    }
}

#[tokio::test]
async fn short_invocations_come_to_the_end_by_and_by() {
    let undisturbed = World::new(exports(), "organizations");
    let (_, all) = invoke(&undisturbed, usize::MAX).await;
    let expected = results(&undisturbed);
    // So short that only the longest of the things that are done in one go fits in.
    for share in [3, 4] {
        let world = World::new(exports(), "organizations");
        let mut invocations = 1;
        while invoke(&world, all / share).await.0.unwrap_or(Disposition::Later(AT_ONCE))
            != Disposition::Done
        {
            invocations += 1;
            assert!(invocations < 20);
        }
        assert!(invocations >= share);
        assert!(results(&world) == expected, "in {invocations} invocations");
    }
}

/// The key of the only object of this kind, and its bytes.
fn only(world: &World, end: &str) -> (String, Bytes) {
    let mut all = world.bucket.below("imports/");
    all.retain(|key, _| key.ends_with(end));
    assert_eq!(all.len(), 1, "{:?}", all.keys());
    all.pop_first().unwrap()
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_gone_on_with_is_none() {
    let undisturbed = World::new(exports(), "customers");
    let (_, looks) = invoke(&undisturbed, usize::MAX).await;
    for damage in [
        |bytes: &[u8]| bytes.get(..bytes.len() / 2).unwrap().to_vec(),
        |bytes: &[u8]| [b"csm-import 0.0.0", bytes.get(16..).unwrap()].concat(),
        |_: &[u8]| b"{}".to_vec(),
    ] {
        let world = World::new(exports(), "customers");
        let (later, _) = invoke(&world, looks / 2).await;
        assert_eq!(later.unwrap(), Disposition::Later(AT_ONCE));
        let (key, bytes) = only(&world, ".checkpoint");
        world.bucket.put(&key, damage(&bytes).into());
        assert_eq!(invoke(&world, usize::MAX).await.0.unwrap(), Disposition::Done);
        assert!(results(&world) == results(&undisturbed));
    }
}

#[tokio::test]
async fn a_file_that_the_time_is_never_enough_for_is_named_and_the_others_are_imported() {
    let contacts = "Id,LastName,Email\n003000000000001,One,one@example.com\n";
    let rows: Vec<_> = (0..400).map(|n| format!("001{n:012},Acme {n}\n")).collect();
    let exports = Files::default()
        .with("plan/odd/Account.csv", format!("Id,Name\n{}", rows.concat()))
        .with("plan/odd/Contact.csv", contacts)
        .in_chunks_of(64);
    let world = World::new(exports, "customers");
    let mut invocations = 0;
    while invoke(&world, 60).await.0.unwrap() != Disposition::Done {
        invocations += 1;
        assert!(invocations < 20);
    }
    let (_, document) = only(&world, "/import.json");
    let document: Value = serde_json::from_slice(&document).unwrap();
    let ignored = document.pointer("/ignored/0/reason").unwrap().as_str().unwrap();
    assert!(ignored.contains("longer than one invocation"), "{ignored}");
    assert_eq!(document.pointer("/exports/0/file").unwrap(), "plan/odd/Contact.csv");
    assert_eq!(document.pointer("/exports/0/source").unwrap(), 0);
}

#[tokio::test]
async fn batches_are_sent_in_runs_and_again_from_the_first_where_the_time_ran_out() {
    const BATCHES: usize = 2500;
    let world = World::new(Files::default(), "customers");
    let (splitter, _) = world.splitter(usize::MAX);
    let import = ImportId::of("x", "exports/a/", &[]);
    let stage = Stage::Organizations;
    let batches: Vec<_> = (0..BATCHES).map(|n| (0, n, n + 1, 1)).collect();
    let manifest = json!({"import": import, "stage": stage, "edition": 0, "mapped": BATCHES,
        "rejected": {}, "skipped": {}, "warnings": {}, "left_out_parts": 0, "batches": batches});
    world.bucket.put(&keys::manifest(import, stage), manifest.to_string().into());
    let document = json!({"id": import, "bucket": "x", "folder": "exports/a/", "exports": [],
        "started_at": "2026-11-24T20:40:39Z", "objects": [], "ignored": [],
        "organization_fields": null, "customer_fields": null});
    world.bucket.put(&keys::document(import), document.to_string().into());
    let mut progress = Progress::new(import, Orders::default(), splitter.clock.now());
    progress.split(stage, u32::try_from(BATCHES).unwrap(), 2500, 0, jiff::Timestamp::UNIX_EPOCH);
    progress.prepared = true;
    let progress = serde_json::to_vec(&progress).unwrap();
    world.bucket.put(&keys::progress(import), progress.into());

    let go_on = json!({"continue": import}).to_string();
    let sent = || std::mem::take(&mut *world.batches.0.lock().unwrap()).len();
    for (looks, came, expected) in [
        (0, Disposition::Later(AT_ONCE), 0),
        (1, Disposition::Later(AT_ONCE), 0),
        (2, Disposition::Later(AT_ONCE), 1000),
        (3, Disposition::Later(AT_ONCE), 2000),
        (usize::MAX, Disposition::Done, BATCHES),
        (usize::MAX, Disposition::Done, 0),
    ] {
        let (splitter, _) = world.splitter(looks);
        assert_eq!(splitter.consume(&delivery(go_on.clone())).await.unwrap(), came, "{looks}");
        assert_eq!(sent(), expected, "{looks}");
    }
}

#[tokio::test]
async fn a_message_whose_turn_comes_too_late_is_not_begun() {
    let world = World::new(exports(), "customers");
    let (splitter, _) = world.splitter(0);
    let mut message = delivery(dropped());
    message.id = "m".to_owned();
    let staying = consume_all(&splitter, &world.tasks, &splitter.clock, &[message]).await;
    assert_eq!(staying, ["m"]);
    assert!(world.bucket.below("").is_empty());
}
