//! A stack in an account of AWS, or wherever the environment of the tests points to. It is taken down
//! again, and with it the bucket that the template would keep.

use std::env;
use std::fs;
use std::thread;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use local::workspace::Workspace;
use local::{Cloud, CloudOptions};
use tokio::runtime::Builder;
use uuid::Uuid;

use super::Functions;
use super::maker::Maker;
use crate::runtime::{Runtime, Surroundings};

/// How long Lambda's mappings wait for messages.
const WAIT: Duration = Duration::from_secs(20);

pub(super) async fn start(options: CloudOptions) -> (Functions, Cloud) {
    let workspace = Workspace::find().expect("the workspace");
    // By whatever the environment says, as for any tool.
    let config = csm_import::aws::sdk_config().await;
    let region = config.region().expect("a region: set AWS_REGION").to_string();
    let name = format!("csm-import-test-{}", Uuid::new_v4().simple());
    let log = workspace.target.join("local").join(&name).join("functions.log");
    fs::create_dir_all(log.parent().expect("a folder")).expect("a folder for the log");
    let surroundings = Surroundings {
        config: config.clone(),
        wait: WAIT,
        variables: Box::new(move |_| {
            // The functions find their credentials as these tests do.
            let ours = |name: &str| name.starts_with("AWS_") || ["HOME", "PATH"].contains(&name);
            let variables = env::vars().filter(|(name, _)| ours(name));
            variables.chain([("AWS_REGION".to_owned(), region.clone())]).collect()
        }),
        calls: None,
        log: log.clone(),
    };
    // Before anything is there: it takes down whatever there is, also when the rest cannot be made.
    let tidy = Box::new(Tidy { config: config.clone(), name: name.clone() });
    let made = Maker::new(&config, &name, &options).make(&workspace).await;
    let cloud = Cloud::of(&config, made.resources, None, Some(log));
    cloud.set_token(&options.token).await.expect("the secret takes the token");
    let runtime = Runtime::start(surroundings, made.functions);
    (Functions::Ours { runtime, _tidy: Some(tidy) }, cloud)
}

/// Deletes, when it is dropped, whatever is named like a stack.
#[derive(Debug)]
pub(crate) struct Tidy {
    config: SdkConfig,
    name: String,
}

impl Drop for Tidy {
    fn drop(&mut self) {
        // A test that failed drops it as well, in the midst of its own runtime.
        thread::scope(|scope| {
            let work = || {
                let runtime = Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(self.delete());
            };
            if scope.spawn(work).join().is_err() {
                super::tell(&format!("what begins with {} has to be deleted by hand", self.name));
            }
        });
    }
}

impl Tidy {
    async fn delete(&self) {
        // Clients of the test belong to its runtime.
        self.delete_queues().await;
        self.delete_secrets().await;
        self.delete_bucket().await;
    }

    async fn delete_queues(&self) {
        let sqs = aws_sdk_sqs::Client::new(&self.config);
        let found = sqs.list_queues().queue_name_prefix(&self.name).send().await;
        for url in found.expect("the queues").queue_urls() {
            sqs.delete_queue().queue_url(url).send().await.expect("a queue can be deleted");
        }
    }

    async fn delete_secrets(&self) {
        let secrets = aws_sdk_secretsmanager::Client::new(&self.config);
        let mut pages = secrets.list_secrets().into_paginator().send();
        while let Some(page) = pages.next().await {
            for secret in page.expect("the secrets").secret_list() {
                if secret.name().is_some_and(|name| name.starts_with(&self.name)) {
                    let delete = secrets.delete_secret().set_secret_id(secret.arn.clone());
                    let delete = delete.force_delete_without_recovery(true).send();
                    delete.await.expect("a secret can be deleted");
                }
            }
        }
    }

    async fn delete_bucket(&self) {
        let s3 = aws_sdk_s3::Client::new(&self.config);
        if s3.head_bucket().bucket(&self.name).send().await.is_err() {
            return;
        }
        loop {
            let found = s3.list_object_versions().bucket(&self.name).send().await;
            let found = found.expect("the versions");
            let versions = found.versions().iter().map(|found| (found.key(), found.version_id()));
            let markers = found.delete_markers().iter();
            let markers = markers.map(|found| (found.key(), found.version_id()));
            let identifier = |(key, version): (Option<&str>, Option<&str>)| {
                let object = ObjectIdentifier::builder().key(key.unwrap_or_default());
                object.set_version_id(version.map(str::to_owned)).build().expect("a key")
            };
            let objects: Vec<_> = versions.chain(markers).map(identifier).collect();
            if objects.is_empty() {
                break;
            }
            let objects = Delete::builder().set_objects(Some(objects)).quiet(true);
            let objects = objects.build().expect("objects");
            let delete = s3.delete_objects().bucket(&self.name).delete(objects);
            let deleted = delete.send().await.expect("objects can be deleted");
            assert!(deleted.errors().is_empty(), "{:?}", deleted.errors());
        }
        s3.delete_bucket().bucket(&self.name).send().await.expect("the bucket can be deleted");
    }
}
