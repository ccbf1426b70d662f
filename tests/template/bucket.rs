//! The bucket: who may reach it, what starts an import, and what is removed when.

use csm_import::import::keys;
use csm_import_tests::template::Template;
use serde_json::{Value, json};

use crate::{Rule, at, lines, target};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        says: "the bucket outlives its stack, keeps versions, and is closed to everybody else",
        faults: closed,
        mistakes: &[
            ("/Resources/Bucket/DeletionPolicy", ""),
            ("/Resources/Bucket/UpdateReplacePolicy", r#""Delete""#),
            ("/Resources/Bucket/Properties/VersioningConfiguration/Status", r#""Suspended""#),
            ("/Resources/Bucket/Properties/BucketEncryption", ""),
            (
                "/Resources/Bucket/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy",
                "false",
            ),
            ("/Resources/BucketPolicy/DeletionPolicy", ""),
            ("/Resources/BucketPolicy/UpdateReplacePolicy", ""),
            ("/Resources/BucketPolicy/Properties/PolicyDocument/Statement/0/Resource/1", ""),
            ("/Resources/BucketPolicy/Properties/PolicyDocument/Statement/0/Condition", "{}"),
        ],
    },
    Rule {
        says: "only what is dropped below exports/ or plan/ starts an import, never what is written",
        faults: notifications,
        mistakes: &[
            (
                "/Resources/Bucket/Properties/NotificationConfiguration/QueueConfigurations/1/Filter",
                "",
            ),
            (
                "/Resources/Bucket/Properties/NotificationConfiguration/QueueConfigurations/0/Filter/S3Key/Rules/0/Value",
                r#""imports/""#,
            ),
            (
                "/Resources/Bucket/Properties/NotificationConfiguration/QueueConfigurations/0/Event",
                r#""s3:ObjectRemoved:*""#,
            ),
        ],
    },
    Rule {
        says: "of an import, only its working papers are removed, and of a state nothing",
        faults: lifecycle,
        mistakes: &[
            ("/Resources/Bucket/Properties/LifecycleConfiguration/Rules/4/TagFilters", ""),
            (
                "/Resources/Bucket/Properties/LifecycleConfiguration/Rules/4/TagFilters/0/Value",
                r#""x""#,
            ),
            ("/Resources/Bucket/Properties/LifecycleConfiguration/Rules/6/ExpirationInDays", "30"),
            ("/Resources/Bucket/Properties/LifecycleConfiguration/Rules/0", ""),
            ("/Resources/Bucket/Properties/LifecycleConfiguration/Rules/1/ExpirationInDays", "365"),
        ],
    },
    Rule {
        says: "the queue takes notifications of this bucket, in this account, and of no other",
        faults: notified,
        mistakes: &[
            ("/Resources/ExportsQueuePolicy/Properties/PolicyDocument/Statement/0/Condition", "{}"),
            (
                "/Resources/ExportsQueuePolicy/Properties/PolicyDocument/Statement/0/Condition/ArnEquals/aws:SourceArn/Fn::Sub/0",
                r#""arn:${AWS::Partition}:s3:::*""#,
            ),
        ],
    },
];

fn holds(all: &[(bool, &str)]) -> Vec<String> {
    lines(all.iter().map(|(holds, otherwise)| (!holds).then(|| (*otherwise).to_owned())))
}

fn closed(template: &Template) -> Vec<String> {
    let resources = &template.document()["Resources"];
    let bucket = &resources["Bucket"];
    let stays = |name: &str, policy: &str| resources[name][policy] == "Retain";
    let properties = &bucket["Properties"];
    let public = &properties["PublicAccessBlockConfiguration"];
    let all = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
    let encryption = &properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    let denial = at(template, "BucketPolicy", "/PolicyDocument/Statement/0");
    holds(&[
        (stays("Bucket", "DeletionPolicy"), "it goes with the stack"),
        (stays("Bucket", "UpdateReplacePolicy"), "an update may remove it"),
        (stays("BucketPolicy", "DeletionPolicy"), "what closes it goes with the stack"),
        (stays("BucketPolicy", "UpdateReplacePolicy"), "an update may remove what closes it"),
        (properties["VersioningConfiguration"]["Status"] == "Enabled", "it keeps no versions"),
        (encryption["ServerSideEncryptionByDefault"].is_object(), "it is not encrypted"),
        (all.iter().all(|name| public[*name] == true), "it may be made public"),
        (
            denial["Effect"] == "Deny"
                && denial["Action"] == "s3:*"
                && denial["Resource"].as_array().is_some_and(|resources| resources.len() == 2)
                && denial["Condition"] == json!({"Bool": {"aws:SecureTransport": "false"}}),
            "it is reached by connections that are not encrypted",
        ),
    ])
}

fn notifications(template: &Template) -> Vec<String> {
    let all = at(template, "Bucket", "/NotificationConfiguration/QueueConfigurations");
    let told = |notification: &Value| {
        let rules = &notification["Filter"]["S3Key"]["Rules"];
        let prefix = rules[0]["Value"].as_str().filter(|_| rules[0]["Name"] == "prefix");
        let well = notification["Event"] == "s3:ObjectCreated:*"
            && target(&notification["Queue"]) == "ExportsQueue";
        prefix.filter(|_| well).map(str::to_owned)
    };
    let prefixes: Option<Vec<String>> =
        all.as_array().and_then(|all| all.iter().map(told).collect());
    let expected = [keys::EXPORTS, keys::PLAN].map(str::to_owned).to_vec();
    let kinds = at(template, "Bucket", "/NotificationConfiguration");
    holds(&[
        (prefixes == Some(expected), "they are about something else"),
        (kinds.as_object().is_some_and(|kinds| kinds.len() == 1), "others are told as well"),
    ])
}

fn lifecycle(template: &Template) -> Vec<String> {
    let rules = at(template, "Bucket", "/LifecycleConfiguration/Rules");
    let rules = rules.as_array().cloned().unwrap_or_default();
    let expires = |rule: &&Value| rule.get("ExpirationInDays").is_some();
    let expected = |rule: &Value| {
        let days = rule["ExpirationInDays"]["Ref"].as_str().unwrap_or_default();
        let tag = json!([{"Key": "csm-import", "Value": "working-paper"}]);
        let of_an_import = rule["TagFilters"] == tag && days == "WorkingPaperDays";
        match rule["Prefix"].as_str() {
            Some(keys::IMPORTS) => of_an_import,
            Some(keys::EXPORTS | keys::PLAN | keys::SCHEDULED) => days == "ExportDays",
            _ => false,
        }
    };
    let mut wrong: Vec<String> = rules
        .iter()
        .filter(expires)
        .filter(|rule| !expected(rule))
        .map(ToString::to_string)
        .collect();
    let unfinished = rules.iter().any(|rule| {
        rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 1
            && rule.get("Prefix").is_none()
    });
    let prefixes =
        [keys::IMPORTS, keys::EXPORTS, keys::PLAN, keys::SCHEDULED, keys::STATES, "config/"];
    let replaced = prefixes.iter().all(|prefix| {
        let of_it = |rule: &&Value| rule["Prefix"] == **prefix;
        let mut of_it = rules.iter().filter(of_it);
        of_it.any(|rule| rule["NoncurrentVersionExpiration"]["NoncurrentDays"].is_number())
    });
    wrong.extend(holds(&[
        (unfinished, "unfinished uploads stay"),
        (replaced, "versions that were replaced stay"),
        (rules.iter().all(|rule| rule["Status"] == "Enabled"), "a rule is not in force"),
    ]));
    wrong
}

fn notified(template: &Template) -> Vec<String> {
    let statement = at(template, "ExportsQueuePolicy", "/PolicyDocument/Statement/0");
    let condition = &statement["Condition"];
    let source = condition["ArnEquals"]["aws:SourceArn"]["Fn::Sub"].clone();
    let name = at(template, "Bucket", "/BucketName/Fn::Sub");
    let arn = format!("arn:${{AWS::Partition}}:s3:::{}", name[0].as_str().unwrap_or_default());
    holds(&[
        (source[0] == arn.as_str() && source[1] == name[1], "it is about another bucket"),
        (
            condition["StringEquals"]["aws:SourceAccount"] == json!({"Ref": "AWS::AccountId"}),
            "a bucket of that name may be another account's",
        ),
        (statement["Action"] == "sqs:SendMessage", "it allows more than to send"),
        (statement["Principal"] == json!({"Service": "s3.amazonaws.com"}), "others may send"),
    ])
}
