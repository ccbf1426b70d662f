//! Makes what the template asks for by calls to S3, SQS and Secrets Manager, where no CloudFormation
//! does it. All names, attributes and links are those of the template.

mod buckets;
mod functions;
mod queues;

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use local::workspace::{Notes, Workspace};
use local::{CloudOptions, Resources, build};
use serde_json::Value;

use crate::runtime::{Function, Mapping};
use crate::template::resolver::text;
use crate::template::{Made, Resolver, Template, Unmade};

/// Types that nobody plays, because no function asks for them. One that does makes the making fail.
const UNPLAYED: [&str; 8] = [
    "AWS::CloudWatch::",
    "AWS::Events::",
    "AWS::IAM::",
    "AWS::Logs::",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::",
    "AWS::Scheduler::",
    "AWS::Serverless::Function",
];

/// A stack that was made, and what is to run in it.
pub(super) struct Stack {
    pub(super) resources: Resources,
    pub(super) functions: Vec<(Function, Mapping)>,
}

/// Makes one stack.
pub(super) struct Maker {
    name: String,
    region: String,
    resolver: Resolver,
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    secrets: aws_sdk_secretsmanager::Client,
}

impl Maker {
    /// Whatever can be named is named after the stack.
    pub(super) fn new(config: &SdkConfig, name: &str, options: &CloudOptions) -> Self {
        let region = config.region().expect("a region").to_string();
        let mut parameters = options.parameters.clone();
        parameters.insert("CsmBaseUrl".to_owned(), options.csm_url.clone());
        for (pseudo, value) in
            [("AWS::StackName", name), ("AWS::Region", &region), ("AWS::Partition", "aws")]
        {
            parameters.insert(pseudo.to_owned(), value.to_owned());
        }
        Self {
            name: name.to_owned(),
            region,
            resolver: Resolver::new(Template::of_the_project(), parameters),
            s3: aws_sdk_s3::Client::new(config),
            sqs: aws_sdk_sqs::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
        }
    }

    /// Makes all resources, each after those that it needs.
    pub(super) async fn make(mut self, workspace: &Workspace) -> Stack {
        let template = self.resolver.template().clone();
        let mut left: Vec<(&str, &Value)> = template.section("Resources").collect();
        left.retain(|(_, resource)| {
            let kind = resource["Type"].as_str().expect("a type");
            !UNPLAYED.iter().any(|prefix| kind.starts_with(prefix))
        });
        while !left.is_empty() {
            let before = left.len();
            let mut waiting = Vec::new();
            for (name, resource) in left {
                match self.make_one(name, resource).await {
                    Ok(()) => {}
                    Err(Unmade(_)) => waiting.push((name, resource)),
                }
            }
            assert!(waiting.len() < before, "they wait for each other: {waiting:?}");
            left = waiting;
        }
        // Those that tell of what nobody plays are left out.
        let outputs: BTreeMap<String, String> = template
            .section("Outputs")
            .filter_map(|(name, output)| {
                let value = self.resolver.resolve(&output["Value"]).ok()?;
                Some((name.to_owned(), text(&value)))
            })
            .collect();
        let built = build::executables(workspace, Notes::default()).await;
        let functions = self.functions(built.expect("the functions can be built"));
        Stack { resources: Resources::of(&outputs).expect("the outputs"), functions }
    }

    async fn make_one(&mut self, name: &str, resource: &Value) -> Result<(), Unmade> {
        if !self.resolver.is_wanted(resource)? {
            return Ok(());
        }
        let needed = match &resource["DependsOn"] {
            Value::Array(names) => names.iter().map(text).collect(),
            Value::Null => Vec::new(),
            name => vec![text(name)],
        };
        if let Some(needed) = needed.into_iter().find(|name| !self.resolver.is_made(name)) {
            return Err(Unmade(needed));
        }
        let properties = self.properties(name)?;
        let made = match resource["Type"].as_str() {
            Some("AWS::SQS::Queue") => self.queue(&properties).await,
            Some("AWS::SQS::QueuePolicy") => self.queue_policy(&properties).await,
            Some("AWS::S3::Bucket") => self.bucket(&properties).await,
            Some("AWS::SecretsManager::Secret") => self.secret(name, &properties).await,
            other => panic!("nobody knows how to make {name}, a {other:?}"),
        };
        self.resolver.made(name, made);
        Ok(())
    }

    /// What a resource is made with. The bucket is not called as the template calls it but like the
    /// stack, wherever it is named: whoever comes across it has to see that it belongs to a test.
    fn properties(&self, name: &str) -> Result<Value, Unmade> {
        let template = self.resolver.template();
        let resolved = self.resolver.resolve(&template.properties(name))?;
        let mut buckets = template.resources("AWS::S3::Bucket");
        let (Some((_, bucket)), None) = (buckets.next(), buckets.next()) else {
            panic!("the template has one bucket");
        };
        let Ok(named) = self.resolver.resolve(&bucket["Properties"]["BucketName"]) else {
            return Ok(resolved);
        };
        let renamed = resolved.to_string().replace(&text(&named), &self.name);
        Ok(serde_json::from_str(&renamed).expect("what was written can be read"))
    }

    async fn secret(&self, name: &str, properties: &Value) -> Made {
        known(properties, &["Description", "SecretString"]);
        let create = self.secrets.create_secret().name(format!("{}-{name}", self.name));
        let created = create.secret_string(text(&properties["SecretString"])).send().await;
        let arn = created.expect("a secret can be made").arn.expect("an ARN");
        Made { reference: arn, attributes: BTreeMap::new() }
    }
}

/// Everything that a resource is made with has to be understood, or known not to matter here.
fn known(properties: &Value, names: &[&str]) {
    for name in properties.as_object().expect("properties").keys() {
        assert!(names.contains(&name.as_str()), "nobody knows what {name} means: {properties}");
    }
}
