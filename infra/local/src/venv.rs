//! Installations of emulators: each a Python virtual environment in cargo's target directory, made
//! once and thrown away by `cargo clean`.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::sleep;

use crate::error::LocalError;
use crate::workspace::{Notes, Workspace};

/// A package of the Python registry.
#[derive(Debug)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// Which of its optional parts are needed.
    pub extra: &'static str,
    /// The one version that was tried; another one may behave differently.
    pub version: &'static str,
    /// What it takes with all that it needs, so that people know what they wait for.
    pub megabytes: u32,
}

const LOOK_AGAIN: Duration = Duration::from_millis(200);
const VERSION_CHECK: &str = "import sys; sys.exit(sys.version_info < (3, 10))";

/// The Python of the environment in which a package is installed.
pub async fn python(
    workspace: &Workspace,
    package: &Package,
    notes: Notes,
) -> Result<PathBuf, LocalError> {
    let Package { name, version, megabytes, .. } = package;
    let home = workspace.target.join(format!("{name}-{version}"));
    let python = home.join("bin/python");
    let complete = home.join("complete");
    if complete.is_file() {
        return Ok(python);
    }
    // Tests start in several processes at once: one installs, the others wait for it.
    let _lock = lock(&home.with_extension("lock")).await?;
    if complete.is_file() {
        return Ok(python);
    }
    notes.say(&format!("Installing the emulator ({name} {version}, once, about {megabytes} MB) …"));
    install(&home, &python, package).await?;
    fs::write(&complete, version)
        .map_err(LocalError::io("finishing the emulator's installation"))?;
    Ok(python)
}

async fn install(home: &Path, python: &Path, package: &Package) -> Result<(), LocalError> {
    let suitable =
        Command::new("python3").args(["-c", VERSION_CHECK]).kill_on_drop(true).status().await;
    match suitable {
        Ok(status) if status.success() => {}
        Ok(_) => {
            return Err(LocalError::usage("the emulator needs Python 3.10 or newer as python3"));
        }
        Err(error) => {
            return Err(LocalError::usage(format!(
                "the emulator needs Python 3.10 or newer; python3 cannot be run: {error}"
            )));
        }
    }
    let mut venv = Command::new("python3");
    succeed("python3 -m venv", venv.args(["-m", "venv", "--clear"]).arg(home)).await?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    let Package { name, extra, version, .. } = package;
    succeed("pip install", pip.arg(format!("{name}[{extra}]=={version}"))).await
}

async fn succeed(name: &str, command: &mut Command) -> Result<(), LocalError> {
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(LocalError::io(format!("running {name}")))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let detail = format!("{}\n{}", output.status, String::from_utf8_lossy(&text).trim());
    Err(LocalError::Command { command: name.to_owned(), detail })
}

/// Waits without blocking a thread, so that an interrupted wait ends at once. The system gives
/// the lock back when its holder ends, however it ends.
async fn lock(path: &Path) -> Result<File, LocalError> {
    let what = || format!("locking {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(LocalError::io(what()))?;
    }
    let file = File::create(path).map_err(LocalError::io(what()))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(LOOK_AGAIN).await,
            Err(TryLockError::Error(source)) => return Err(LocalError::io(what())(source)),
        }
    }
}
