//! How often the functions were invoked, and what they asked AWS for.

use std::collections::{BTreeMap, HashMap};

/// How the message of an invocation fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It could be deleted.
    Done,
    /// It stayed: a batch whose task is open, or a task that was looked at too early.
    Stays,
    /// The invocation failed.
    Failed,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Done, Self::Stays, Self::Failed];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Stays => "stays",
            Self::Failed => "failed",
        }
    }

    /// By its word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.word() == word)
    }
}

/// Invocations of one function that ended alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocations {
    /// How many.
    pub count: u64,
    /// How long all of them took together, in milliseconds.
    pub millis: u64,
    /// What they asked for, such as `S3 GetObject`, and how often.
    pub requests: BTreeMap<String, u64>,
}

/// Invocations by function and end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(pub BTreeMap<(String, End), Invocations>);

impl Counts {
    /// Counts what was noted line by line: `call split-1 s3 PUT - x-id=PutObject` for every request, and
    /// `end split-1 done 25` for every invocation. An environment deals with one invocation at a time,
    /// so a request belongs to the one that ends next.
    pub fn of(notes: &str) -> Self {
        let mut counts = Self::default();
        let mut asked: HashMap<&str, BTreeMap<String, u64>> = HashMap::new();
        for line in notes.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["end", environment, end, millis] => {
                    let (function, _) = environment.rsplit_once('-').expect("a number");
                    let end = End::of(end).expect("an end");
                    let invocations = counts.0.entry((function.to_owned(), end)).or_default();
                    invocations.count += 1;
                    invocations.millis += millis.parse::<u64>().expect("milliseconds");
                    for (request, times) in asked.remove(environment).unwrap_or_default() {
                        *invocations.requests.entry(request).or_default() += times;
                    }
                }
                // Those of the tests, and of the mappings, which follow from the invocations.
                ["call", "tests" | "mappings", ..] => {}
                ["call", environment, service, method, target, query] => {
                    let request = request(service, method, target, query);
                    *asked.entry(environment).or_default().entry(request).or_default() += 1;
                }
                _ => panic!("{line} is no note"),
            }
        }
        counts
    }
}

/// Whether a request is made once by each environment, and not by each invocation.
pub fn is_of_environment(request: &str) -> bool {
    request.starts_with("SecretsManager ")
}

/// The name of a request.
fn request(service: &str, method: &str, target: &str, query: &str) -> String {
    let has = |name: &str| {
        query.split('&').any(|part| part.split('=').next().is_some_and(|its| its == name))
    };
    match (service, method) {
        ("s3", "GET") if has("list-type") => "S3 ListObjectsV2".to_owned(),
        ("s3", "GET") => "S3 GetObject".to_owned(),
        ("s3", "HEAD") => "S3 HeadObject".to_owned(),
        ("s3", "PUT") if has("partNumber") => "S3 UploadPart".to_owned(),
        ("s3", "PUT") => "S3 PutObject".to_owned(),
        ("s3", "POST") if has("uploads") => "S3 CreateMultipartUpload".to_owned(),
        ("s3", "POST") if has("uploadId") => "S3 CompleteMultipartUpload".to_owned(),
        ("s3", "DELETE") if has("uploadId") => "S3 AbortMultipartUpload".to_owned(),
        ("sqs", _) => format!("SQS {target}"),
        ("sqs.fifo", _) => format!("SQS.fifo {target}"),
        ("secretsmanager", _) => format!("SecretsManager {target}"),
        ("events", _) => format!("EventBridge {target}"),
        _ => panic!("nobody knows what {service} {method} {target} {query} is"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_belongs_to_the_invocation_that_its_environment_is_busy_with() {
        let counts = Counts::of(
            "call tests s3 PUT - x-id=PutObject\n\
             call poll-1 s3 GET - x-id=GetObject\ncall poll-2 sqs.fifo POST DeleteMessage -\n\
             call mappings sqs POST ReceiveMessage -\nend poll-1 stays 20\nend poll-2 done 30\n\
             call poll-1 s3 GET - list-type=2&prefix=x\nend poll-1 stays 5\n",
        );
        let invocations = |count, millis, requests: &[(&str, u64)]| {
            let requests = requests.iter().map(|(name, times)| ((*name).to_owned(), *times));
            Invocations { count, millis, requests: requests.collect() }
        };
        let poll = |end| ("poll".to_owned(), end);
        let stays = invocations(2, 25, &[("S3 GetObject", 1), ("S3 ListObjectsV2", 1)]);
        let done = invocations(1, 30, &[("SQS.fifo DeleteMessage", 1)]);
        assert_eq!(counts.0, [(poll(End::Stays), stays), (poll(End::Done), done)].into());
    }

    #[test]
    fn requests_to_the_bucket_are_told_apart() {
        for (method, query, name) in [
            ("PUT", "x-id=PutObject", "S3 PutObject"),
            ("PUT", "partNumber=1&uploadId=u", "S3 UploadPart"),
            ("POST", "uploads", "S3 CreateMultipartUpload"),
            ("POST", "uploadId=u", "S3 CompleteMultipartUpload"),
            ("DELETE", "uploadId=u", "S3 AbortMultipartUpload"),
            ("GET", "list-type=2&prefix=a", "S3 ListObjectsV2"),
            ("GET", "x-id=GetObject&versionId=v", "S3 GetObject"),
            ("HEAD", "-", "S3 HeadObject"),
        ] {
            assert_eq!(request("s3", method, "-", query), name);
        }
    }
}
