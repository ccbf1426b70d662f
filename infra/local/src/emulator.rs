//! One emulator: a process group of its own that never outlives this program.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{env, thread};

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use uuid::Uuid;

use crate::error::LocalError;
use crate::venv::{self, Package};
use crate::workspace::{Notes, Workspace};

/// A program that plays AWS.
#[derive(Debug)]
pub struct Product {
    /// What has to be installed.
    pub package: Package,
    /// What Python runs. It has to serve on 127.0.0.1, at the port `EMULATOR_PORT` of its environment.
    pub program: &'static str,
    /// The path that answers with the `EMULATOR_ID` of its environment: proof that it is this
    /// emulator that answers.
    pub health: &'static str,
}

/// The emulator that runs the functions as well: they inherit its environment.
pub const MINISTACK: Product = Product {
    package: Package { name: "ministack", extra: "full", version: "1.5.33", megabytes: 215 },
    program: "\
port = os.environ['EMULATOR_PORT']
os.environ.update(
    BIND_HOST='127.0.0.1', GATEWAY_PORT=port, AWS_ENDPOINT_URL='http://127.0.0.1:' + port,
    IOT_MTLS_ENABLED='0', MINISTACK_EDITION=os.environ['EMULATOR_ID'])
sys.argv = ['ministack']
from ministack.app import main
main()
",
    health: "/_ministack/health",
};

/// Runs before the emulator's program and ends it when standard input is closed: that happens when it
/// is stopped and also when this program is killed, so no process can be left behind. What the
/// emulator holds is in its memory and in a folder of its own; there is nothing to be saved first.
const LAUNCHER: &str = "\
import os, signal, sys, threading
def end_with_its_owner():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=end_with_its_owner, daemon=True).start()
";

const ATTEMPTS: u32 = 3;
const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// A running emulator; dropping it ends it and every function process.
#[derive(Debug)]
pub struct Emulator {
    child: Mutex<Child>,
    endpoint: String,
    log: PathBuf,
    scratch: PathBuf,
}

impl Emulator {
    /// Installs an emulator if need be, and starts it.
    pub async fn start(
        workspace: &Workspace,
        product: &Product,
        notes: Notes,
    ) -> Result<Self, LocalError> {
        let python = venv::python(workspace, &product.package, notes).await?;
        let mut attempt = 1;
        loop {
            // Somebody else may take the free port in the moment before the emulator does.
            match Self::launch(workspace, product, &python).await {
                Err(LocalError::Emulator { .. }) if attempt < ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }

    async fn launch(
        workspace: &Workspace,
        product: &Product,
        python: &Path,
    ) -> Result<Self, LocalError> {
        let id = Uuid::new_v4().simple().to_string();
        let place = workspace.target.join("local").join(&id);
        let scratch = place.join("scratch");
        let log = place.join("emulator.log");
        fs::create_dir_all(&scratch).map_err(LocalError::io("making the emulator's folder"))?;
        // Others may add to it: functions that the emulator does not run itself.
        let output = OpenOptions::new().create(true).append(true).open(&log);
        let output = output.map_err(LocalError::io("making the emulator's log"))?;
        let errors = output.try_clone().map_err(LocalError::io("making the emulator's log"))?;
        let port = free_port().map_err(LocalError::io("looking for a free port"))?;
        let endpoint = format!("http://127.0.0.1:{port}");
        // The functions inherit the emulator's environment: whatever is set on this machine must
        // not reach them.
        let mut command = Command::new(python);
        command.env_clear();
        for name in ["PATH", "HOME", "LANG"] {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        let child = command
            .args(["-c", &[LAUNCHER, product.program].concat()])
            .env("EMULATOR_PORT", port.to_string())
            .env("EMULATOR_ID", &id)
            .env("TMPDIR", &scratch)
            .current_dir(&scratch)
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .map_err(LocalError::io("starting the emulator"))?;
        let emulator = Self { child: Mutex::new(child), endpoint, log, scratch };
        let (begin, path) = (Instant::now(), product.health);
        loop {
            let id = id.clone();
            if spawn_blocking(move || healthy(port, path, &id)).await.unwrap_or(false) {
                return Ok(emulator);
            }
            emulator.check()?;
            if begin.elapsed() > START_LIMIT {
                return Err(emulator.error("does not answer"));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Where its services answer.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Its log, with the output of the functions; it stays when the emulator is gone.
    pub fn log_file(&self) -> &Path {
        &self.log
    }

    /// An error if it has ended by itself.
    pub fn check(&self) -> Result<(), LocalError> {
        match self.child().try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.error(&format!("ended by itself ({status})"))),
            Err(error) => Err(self.error(&format!("cannot be watched ({error})"))),
        }
    }

    fn error(&self, detail: &str) -> LocalError {
        LocalError::Emulator { detail: detail.to_owned(), log: self.log.clone() }
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(child.stdin.take());
        let begin = Instant::now();
        while matches!(child.try_wait(), Ok(None)) && begin.elapsed() < STOP_LIMIT {
            thread::sleep(Duration::from_millis(10));
        }
        // Only if it did not hear: the functions then end by losing their runtime interface.
        let _ = child.kill();
        let _ = child.wait();
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// One short question on the loopback interface; nothing a client library would be worth.
fn healthy(port: u16, path: &str, id: &str) -> bool {
    let ask = || -> io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(200))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.contains(id))
}
