//! A stack on moto, which knows S3, SQS and Secrets Manager better than CloudFormation and Lambda.

use std::time::Duration;

use local::cloud::configuration;
use local::emulator::{Emulator, Product};
use local::venv::Package;
use local::workspace::{Notes, Workspace};
use local::{Cloud, CloudOptions};
use uuid::Uuid;

use super::Functions;
use super::maker::Maker;
use crate::runtime::{Runtime, Surroundings};

/// Notes every request in a file beside its log: who asks, by the access key; the service and whether it
/// is about a FIFO queue, which costs more; the method, the operation where a header names it, and the
/// query.
const MOTO: Product = Product {
    package: Package { name: "moto", extra: "server", version: "5.2.5", megabytes: 320 },
    program: "\
import io
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, run_simple
class Handler(WSGIRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_request(self, *_):
        pass
moto = DomainDispatcherApplication(create_backend_app)
calls = os.open('../calls.log', os.O_CREAT | os.O_WRONLY | os.O_APPEND)
def serve(environ, start_response):
    if environ['PATH_INFO'] == '/_health':
        start_response('200 OK', [])
        return [os.environ['EMULATOR_ID'].encode()]
    scope = environ.get('HTTP_AUTHORIZATION', '').partition('Credential=')[2].split('/')
    if len(scope) > 3:
        if scope[3] == 'sqs':
            body = environ['wsgi.input'].read(int(environ['CONTENT_LENGTH']))
            environ['wsgi.input'] = io.BytesIO(body)
            scope[3] += '.fifo' if b'.fifo\"' in body else ''
        target = environ.get('HTTP_X_AMZ_TARGET', '-').rpartition('.')[2]
        query = environ.get('QUERY_STRING') or '-'
        words = ['call', scope[0], scope[3], environ['REQUEST_METHOD'], target, query]
        os.write(calls, (' '.join(words) + '\\n').encode())
    return moto(environ, start_response)
run_simple('127.0.0.1', int(os.environ['EMULATOR_PORT']), serve, threaded=True,
           request_handler=Handler)
",
    health: "/_health",
};

/// Moto does not notice during a long poll that a message group is free again.
pub(super) const WAIT: Duration = Duration::from_secs(1);

pub(super) async fn start(options: CloudOptions) -> (Functions, Cloud) {
    let workspace = Workspace::find().expect("the workspace");
    let emulator = emulator(&workspace).await;
    let endpoint = emulator.endpoint().to_owned();
    let log = emulator.log_file().to_owned();
    let config = configuration(&endpoint, "tests");
    let surroundings = Surroundings {
        config: configuration(&endpoint, "mappings"),
        wait: WAIT,
        variables: Box::new(move |environment| {
            let variables = [
                ("AWS_ENDPOINT_URL", endpoint.as_str()),
                ("AWS_REGION", "us-east-1"),
                // Moto takes every key, which thus says who asks.
                ("AWS_ACCESS_KEY_ID", environment),
                ("AWS_SECRET_ACCESS_KEY", "test"),
            ];
            variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        }),
        calls: Some(log.with_file_name("calls.log")),
        log: log.clone(),
    };
    let name = format!("csm-import-test-{}", Uuid::new_v4().simple());
    let made = Maker::new(&config, &name, &options).make(&workspace).await;
    let cloud = Cloud::of(&config, made.resources, Some(emulator), Some(log));
    cloud.set_token(&options.token).await.expect("the secret takes the token");
    let runtime = Runtime::start(surroundings, made.functions);
    (Functions::Ours { runtime, _tidy: None }, cloud)
}

/// Starts an empty moto.
pub async fn emulator(workspace: &Workspace) -> Emulator {
    Emulator::start(workspace, &MOTO, Notes::default()).await.expect("moto starts")
}
