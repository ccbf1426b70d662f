//! A deployed stack and what can be done with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_sqs::types::QueueAttributeName;
use uuid::Uuid;

use crate::emulator::{Emulator, MINISTACK};
use crate::error::{LocalError, see};
use crate::workspace::{Notes, Workspace};
use crate::{build, deploy};

/// How to deploy.
#[derive(Debug, Clone)]
pub struct CloudOptions {
    /// The site, up to and including the cloud id.
    pub csm_url: String,
    /// What the functions authenticate with.
    pub token: String,
    /// Template parameters that shall differ from their defaults.
    pub parameters: BTreeMap<String, String>,
    /// An emulator that runs already; without it one is started.
    pub aws_endpoint: Option<String>,
    /// Whether somebody wants to be told what takes time.
    pub notes: Notes,
}

impl CloudOptions {
    /// Defaults that suit a local import of one or a few files.
    pub fn new(csm_url: impl Into<String>, token: impl Into<String>) -> Self {
        let options = Self {
            csm_url: csm_url.into(),
            token: token.into(),
            parameters: BTreeMap::new(),
            aws_endpoint: None,
            notes: Notes::default(),
        };
        // Nobody copies the files of a folder by hand here; there is little to wait for.
        options.parameter("SettleSeconds", "2")
    }

    /// Sets a template parameter.
    pub fn parameter(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }
}

/// The addresses of the stack's queues.
#[derive(Debug, Clone)]
pub struct Queues {
    /// Dropped objects.
    pub exports: String,
    /// Batches to be submitted, and those whose task is open.
    pub batches: String,
    /// Open tasks.
    pub tasks: String,
    /// What was given up on, by queue.
    pub exports_dead_letters: String,
    /// The same for batches.
    pub batches_dead_letters: String,
    /// The same for tasks.
    pub tasks_dead_letters: String,
}

impl Queues {
    /// The three queues in which nothing lies while all is well.
    pub fn dead_letters(&self) -> [&str; 3] {
        [&self.exports_dead_letters, &self.batches_dead_letters, &self.tasks_dead_letters]
    }
}

/// What a stack consists of, as far as others have to do with it.
#[derive(Debug, Clone)]
pub struct Resources {
    /// The bucket.
    pub bucket: String,
    /// The queues.
    pub queues: Queues,
    /// Name or ARN of the secret.
    pub secret: String,
}

impl Resources {
    /// Finds them among the outputs of the template.
    pub fn of(outputs: &BTreeMap<String, String>) -> Result<Self, LocalError> {
        let output = |name: &str| {
            let missing = || LocalError::Deploy(format!("the stack has no output {name}"));
            outputs.get(name).cloned().ok_or_else(missing)
        };
        Ok(Self {
            bucket: output("BucketName")?,
            queues: Queues {
                exports: output("ExportsQueueUrl")?,
                batches: output("BatchesQueueUrl")?,
                tasks: output("TasksQueueUrl")?,
                exports_dead_letters: output("ExportsDeadLettersUrl")?,
                batches_dead_letters: output("BatchesDeadLettersUrl")?,
                tasks_dead_letters: output("TasksDeadLettersUrl")?,
            },
            secret: output("SecretArn")?,
        })
    }
}

/// A deployed stack; dropping it ends the emulator that was started for it.
#[derive(Debug)]
pub struct Cloud {
    emulator: Option<Emulator>,
    /// The stack in an emulator that was given, which somebody has to take out of it again.
    guest: Option<(aws_sdk_cloudformation::Client, String)>,
    endpoint: String,
    log: Option<PathBuf>,
    resources: Resources,
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    secrets: aws_sdk_secretsmanager::Client,
}

impl Cloud {
    /// Builds the functions, starts an emulator if none is given, and deploys.
    pub async fn start(options: CloudOptions) -> Result<Self, LocalError> {
        let workspace = Workspace::find()?;
        let functions = build::functions(&workspace, options.notes).await?;
        let emulator = match &options.aws_endpoint {
            Some(_) => None,
            None => Some(Emulator::start(&workspace, &MINISTACK, options.notes).await?),
        };
        let endpoint = match (&emulator, options.aws_endpoint) {
            (Some(emulator), _) => emulator.endpoint().to_owned(),
            (None, endpoint) => endpoint.unwrap_or_default(),
        };
        let config = configuration(&endpoint, "test");
        let s3 = aws_sdk_s3::Client::new(&config);
        let cloudformation = aws_sdk_cloudformation::Client::new(&config);
        options.notes.say("Deploying the template …");
        let mut uploaded = deploy::upload(&s3, &endpoint, functions).await?;
        uploaded.parameters.insert("CsmBaseUrl".to_owned(), options.csm_url);
        uploaded.parameters.extend(options.parameters);
        let stack = format!("csm-import-{}", &Uuid::new_v4().simple());
        let outputs = deploy::create(&cloudformation, &stack, &uploaded).await?;
        let log = emulator.as_ref().map(|emulator| emulator.log_file().to_owned());
        let mut cloud = Self::of(&config, Resources::of(&outputs)?, emulator, log);
        if cloud.emulator.is_none() {
            cloud.guest = Some((cloudformation, stack));
        }
        cloud.set_token(&options.token).await?;
        Ok(cloud)
    }

    /// A stack that somebody else has made, in an emulator that ends with it if there is one. The log
    /// is that of the functions, for those who have to look into it.
    pub fn of(
        config: &SdkConfig,
        resources: Resources,
        emulator: Option<Emulator>,
        log: Option<PathBuf>,
    ) -> Self {
        Self {
            emulator,
            guest: None,
            endpoint: config.endpoint_url().unwrap_or_default().to_owned(),
            log,
            resources,
            s3: aws_sdk_s3::Client::new(config),
            sqs: aws_sdk_sqs::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
        }
    }

    /// Where the emulated services answer.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.resources.bucket
    }

    /// The queues.
    pub const fn queues(&self) -> &Queues {
        &self.resources.queues
    }

    /// A client for the bucket.
    pub const fn s3(&self) -> &aws_sdk_s3::Client {
        &self.s3
    }

    /// A client for the queues.
    pub const fn sqs(&self) -> &aws_sdk_sqs::Client {
        &self.sqs
    }

    /// The log of the emulator and the functions, if this program started them.
    pub fn log_file(&self) -> Option<&Path> {
        self.log.as_deref()
    }

    /// An error if the emulator has ended by itself.
    pub fn check(&self) -> Result<(), LocalError> {
        self.emulator.as_ref().map_or(Ok(()), Emulator::check)
    }

    /// Puts a token into the secret; functions that run already may keep the one before.
    pub async fn set_token(&self, token: &str) -> Result<(), LocalError> {
        let value = serde_json::json!({ "token": token }).to_string();
        let put =
            self.secrets.put_secret_value().secret_id(&self.resources.secret).secret_string(value);
        put.send().await.map(drop).map_err(LocalError::aws("filling the secret"))
    }

    /// An error if a message was given up on.
    pub async fn check_dead_letters(&self) -> Result<(), LocalError> {
        for url in self.resources.queues.dead_letters() {
            if self.messages(url).await? > 0 {
                let receive = self.sqs.receive_message().queue_url(url).visibility_timeout(0);
                let received = receive.send().await.map_err(LocalError::aws("reading a queue"))?;
                let message = received.messages().first().and_then(|message| message.message_id());
                return Err(LocalError::DeadLetter {
                    queue: url.rsplit('/').next().unwrap_or(url).to_owned(),
                    message: message.unwrap_or("(id unknown)").to_owned(),
                    log: see(self.log_file()),
                });
            }
        }
        Ok(())
    }

    /// About how many messages wait in a queue.
    pub async fn messages(&self, queue_url: &str) -> Result<u64, LocalError> {
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let ask =
            self.sqs.get_queue_attributes().queue_url(queue_url).attribute_names(name.clone());
        let answer = ask.send().await.map_err(LocalError::aws("looking at a queue"))?;
        let number = answer.attributes().and_then(|values| values.get(&name)?.parse().ok());
        Ok(number.unwrap_or_default())
    }

    /// Ends the emulator, or takes the stack out of the one that was given.
    pub async fn stop(self) -> Result<(), LocalError> {
        match &self.guest {
            Some((cloudformation, stack)) => deploy::delete(cloudformation, stack).await,
            None => Ok(()),
        }
    }
}

/// How an emulator is asked. It takes every key, which thus may say who asks. Nothing is read from the
/// machine: its profiles and variables belong to real accounts.
pub fn configuration(endpoint: &str, access_key: &str) -> SdkConfig {
    let credentials = Credentials::new(access_key, "test", None, None, "emulator");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard())
        .endpoint_url(endpoint)
        .build()
}
