//! The three functions, built like this program and packed the way Lambda wants them.

use std::io::{self, Cursor, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::{env, fs};

use serde::Deserialize;
use tokio::process::Command;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::error::LocalError;
use crate::workspace::{Notes, Workspace};

/// The functions of the template; each is a binary of the same name.
pub const NAMES: [&str; 3] = ["split", "submit", "poll"];

/// The functions, ready to be uploaded.
#[derive(Debug)]
pub struct Functions {
    /// Changes when one of the binaries does.
    pub version: String,
    /// Name and zip of each function.
    pub zips: Vec<(&'static str, Vec<u8>)>,
}

/// The name of a function and where its program is.
pub type Executable = (&'static str, PathBuf);

/// Builds the functions, once in a process.
pub async fn executables(
    workspace: &Workspace,
    notes: Notes,
) -> Result<&'static [Executable], LocalError> {
    static EXECUTABLES: OnceCell<Vec<Executable>> = OnceCell::const_new();
    let built = EXECUTABLES.get_or_try_init(|| {
        notes.say("Building the functions …");
        compile(workspace)
    });
    built.await.map(Vec::as_slice)
}

/// Builds and packs the functions, once in a process.
pub async fn functions(
    workspace: &Workspace,
    notes: Notes,
) -> Result<&'static Functions, LocalError> {
    static FUNCTIONS: OnceCell<Functions> = OnceCell::const_new();
    FUNCTIONS
        .get_or_try_init(|| async {
            let executables = executables(workspace, notes).await?;
            spawn_blocking(move || pack(executables))
                .await
                .map_err(|error| LocalError::io("packing the functions")(io::Error::other(error)))?
        })
        .await
}

/// What cargo says about something it has built.
#[derive(Deserialize)]
struct Artifact {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

async fn compile(workspace: &Workspace) -> Result<Vec<Executable>, LocalError> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&workspace.root).args(["build", "--bins"]);
    for name in NAMES {
        cargo.args(["--package", name]);
    }
    cargo.args(["--profile", &workspace.profile]).arg("--target-dir").arg(&workspace.target);
    if let Some(triple) = &workspace.triple {
        cargo.args(["--target", triple]);
    }
    // Diagnostics go to standard error as usual; standard output lists what was built.
    let child = cargo
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(LocalError::io("running cargo"))?;
    let output = child.wait_with_output().await.map_err(LocalError::io("running cargo"))?;
    let failed = |detail: String| LocalError::Command { command: "cargo build".to_owned(), detail };
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let built = programs(&output.stdout);
    NAMES
        .into_iter()
        .map(|name| {
            let found = built.iter().rev().find(|(built, _)| built == name);
            let (_, path) = found.ok_or_else(|| failed(format!("it built no program {name}")))?;
            Ok((name, path.clone()))
        })
        .collect()
}

fn programs(messages: &[u8]) -> Vec<(String, PathBuf)> {
    messages
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Artifact>(line).ok())
        .filter_map(|artifact| Some((artifact.target?.name, artifact.executable?)))
        .collect()
}

fn pack(executables: &[Executable]) -> Result<Functions, LocalError> {
    let mut version = Uuid::NAMESPACE_OID;
    let mut zips = Vec::new();
    for (name, path) in executables {
        let program =
            fs::read(path).map_err(LocalError::io(format!("reading {}", path.display())))?;
        version = Uuid::new_v5(&version, &program);
        let zip = zip(&program).map_err(LocalError::io(format!("packing {name}")))?;
        zips.push((*name, zip));
    }
    Ok(Functions { version: version.simple().to_string(), zips })
}

/// Lambda runs the file `bootstrap` of the zip, which therefore must be executable.
fn zip(program: &[u8]) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // It travels within this machine; a higher level costs more than it saves.
        .compression_level(Some(1))
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", options)?;
    zip.write_all(program)?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_names_the_programs_among_other_messages() {
        let messages =
            br#"{"reason":"compiler-artifact","target":{"name":"split"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"split"},"executable":"/t/debug/split"}
not json
{"reason":"build-finished","success":true}
"#;
        assert_eq!(programs(messages), [("split".to_owned(), PathBuf::from("/t/debug/split"))]);
    }

    #[test]
    fn the_bootstrap_can_be_executed() {
        let mut archive = zip::ZipArchive::new(Cursor::new(zip(b"program").unwrap())).unwrap();
        let file = archive.by_name("bootstrap").unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    }
}
