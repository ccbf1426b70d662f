//! From the template and the functions to a stack, by the calls that a deployment tool makes.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::time::Duration;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, Parameter, Stack, StackStatus,
};
use aws_sdk_s3::primitives::ByteStream;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::build::Functions;
use crate::error::LocalError;

/// The template, as it is deployed everywhere.
pub const TEMPLATE: &str = include_str!("../../template.yaml");
const CODE_BUCKET: &str = "csm-import-code";
const CHANGE_SET: &str = "create";
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const LIMIT: Duration = Duration::from_mins(2);

/// What is deployed, where CloudFormation finds it.
#[derive(Debug)]
pub struct Uploaded {
    /// The address of the template, which is larger than a request may have it.
    pub template_url: String,
    /// Template parameters that say where the code is and what it was built for.
    pub parameters: BTreeMap<String, String>,
}

/// Lays down template and code in the emulator at `endpoint`. The key of the code follows from it: an
/// emulator that has it already is not given it again.
pub async fn upload(
    s3: &aws_sdk_s3::Client,
    endpoint: &str,
    functions: &Functions,
) -> Result<Uploaded, LocalError> {
    let what = "uploading the template and the functions";
    s3.create_bucket().bucket(CODE_BUCKET).send().await.map_err(LocalError::aws(what))?;
    let prefix = format!("{}/", functions.version);
    for (name, zip) in &functions.zips {
        let key = format!("{prefix}{name}.zip");
        if s3.head_object().bucket(CODE_BUCKET).key(&key).send().await.is_ok() {
            continue;
        }
        let body = ByteStream::from(zip.clone());
        let put = s3.put_object().bucket(CODE_BUCKET).key(key).body(body);
        put.send().await.map_err(LocalError::aws(what))?;
    }
    let body = ByteStream::from_static(TEMPLATE.as_bytes());
    // Others may deploy another one to the same emulator.
    let template = format!("{}template.yaml", Uuid::new_v4());
    let put = s3.put_object().bucket(CODE_BUCKET).key(&template).body(body);
    put.send().await.map_err(LocalError::aws(what))?;
    let architecture = if ARCH == "aarch64" { "arm64" } else { ARCH };
    let parameters =
        [("CodeBucket", CODE_BUCKET), ("CodePrefix", &prefix), ("Architecture", architecture)];
    Ok(Uploaded {
        template_url: format!("{endpoint}/{CODE_BUCKET}/{template}"),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    })
}

/// Creates the stack and answers its outputs.
pub async fn create(
    client: &Client,
    stack: &str,
    uploaded: &Uploaded,
) -> Result<BTreeMap<String, String>, LocalError> {
    let work = async {
        create_change_set(client, stack, uploaded).await?;
        execute(client, stack).await?;
        outputs(client, stack).await
    };
    timeout(LIMIT, work).await.unwrap_or_else(|_| {
        Err(LocalError::Deploy(format!("it took longer than {} s", LIMIT.as_secs())))
    })
}

/// Deletes the stack; the bucket stays, as the template wants it.
pub async fn delete(client: &Client, stack: &str) -> Result<(), LocalError> {
    let deleted = client.delete_stack().stack_name(stack).send().await;
    deleted.map(drop).map_err(LocalError::aws("deleting the stack"))
}

async fn create_change_set(
    client: &Client,
    stack: &str,
    uploaded: &Uploaded,
) -> Result<(), LocalError> {
    let parameters = uploaded.parameters.iter().map(|(name, value)| {
        Parameter::builder().parameter_key(name).parameter_value(value).build()
    });
    client
        .create_change_set()
        .stack_name(stack)
        .change_set_name(CHANGE_SET)
        .change_set_type(ChangeSetType::Create)
        .template_url(&uploaded.template_url)
        .set_parameters(Some(parameters.collect()))
        .capabilities(Capability::CapabilityIam)
        .capabilities(Capability::CapabilityAutoExpand)
        .send()
        .await
        .map_err(LocalError::aws("deploying the template"))?;
    loop {
        let what = "preparing the stack";
        let describe = client.describe_change_set().stack_name(stack).change_set_name(CHANGE_SET);
        let found = describe.send().await.map_err(LocalError::aws(what))?;
        match found.status() {
            Some(ChangeSetStatus::CreateComplete) => return Ok(()),
            Some(ChangeSetStatus::Failed) => {
                let reason = found.status_reason().unwrap_or("no reason was given");
                return Err(LocalError::Deploy(reason.to_owned()));
            }
            _ => sleep(LOOK_AGAIN).await,
        }
    }
}

async fn execute(client: &Client, stack: &str) -> Result<(), LocalError> {
    let execute = client.execute_change_set().stack_name(stack).change_set_name(CHANGE_SET);
    execute.send().await.map(drop).map_err(LocalError::aws("creating the stack"))
}

async fn outputs(client: &Client, stack: &str) -> Result<BTreeMap<String, String>, LocalError> {
    loop {
        let describe = client.describe_stacks().stack_name(stack).send().await;
        let described = describe.map_err(LocalError::aws("waiting for the stack"))?;
        let found = described.stacks().first();
        let status = found.and_then(|stack| stack.stack_status());
        match status {
            Some(StackStatus::CreateComplete) => {
                let outputs = found.map(Stack::outputs).unwrap_or_default();
                return Ok(outputs
                    .iter()
                    .filter_map(|output| {
                        Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
                    })
                    .collect());
            }
            Some(StackStatus::CreateInProgress | StackStatus::ReviewInProgress) => {
                sleep(LOOK_AGAIN).await;
            }
            _ => return Err(LocalError::Deploy(reasons(client, stack).await)),
        }
    }
}

/// Why resources were not created, the first one first: the others follow from it.
async fn reasons(client: &Client, stack: &str) -> String {
    let Ok(events) = client.describe_stack_events().stack_name(stack).send().await else {
        return "and the reason cannot be read".to_owned();
    };
    let mut failed: Vec<String> = events
        .stack_events()
        .iter()
        .filter(|event| {
            event.resource_status().is_some_and(|status| status.as_str().ends_with("_FAILED"))
        })
        .map(|event| {
            let resource = event.logical_resource_id().unwrap_or("a resource");
            format!("{resource}: {}", event.resource_status_reason().unwrap_or("no reason given"))
        })
        .collect();
    failed.reverse();
    failed.join("; ")
}
