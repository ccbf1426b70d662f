//! Where this program was built: the functions are built beside it, in the same way.

use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::{env, io};

use crate::error::LocalError;

/// The source tree and where cargo puts what it builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target: PathBuf,
    /// The profile this program was built with.
    pub profile: String,
    /// The target triple, when this program was built for a named one.
    pub triple: Option<String>,
}

impl Workspace {
    /// Finds the workspace of the running program.
    pub fn find() -> Result<Self, LocalError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().map_err(|_| {
            LocalError::usage(format!("the source tree is no longer at {}", root.display()))
        })?;
        let program = env::current_exe().map_err(LocalError::io("looking for this program"))?;
        Ok(Self::of(root, &program))
    }

    /// Cargo marks its target directory with `CACHEDIR.TAG`; what lies between that directory and
    /// a program tells how the program was built: `[triple/]profile[/deps]`.
    fn of(root: PathBuf, program: &Path) -> Self {
        let tagged =
            program.ancestors().skip(1).find(|folder| folder.join("CACHEDIR.TAG").is_file());
        let Some(target) = tagged else {
            let target = root.join("target");
            return Self { root, target, profile: "dev".to_owned(), triple: None };
        };
        let mut between: Vec<String> = program
            .parent()
            .and_then(|folder| folder.strip_prefix(target).ok())
            .into_iter()
            .flat_map(Path::components)
            .filter_map(|part| match part {
                Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
                _ => None,
            })
            .collect();
        between.retain(|part| part != "deps" && part != "examples");
        let profile = match between.pop() {
            Some(folder) if folder != "debug" => folder,
            _ => "dev".to_owned(),
        };
        Self { root, target: target.to_owned(), profile, triple: between.pop() }
    }
}

/// Remarks for the person who waits, on standard error: standard output belongs to the ledger.
#[derive(Debug, Clone, Copy, Default)]
pub struct Notes {
    /// Whether anybody wants to read them.
    pub shown: bool,
}

impl Notes {
    /// Says something. A closed standard error is nothing to stop for.
    pub fn say(self, text: &str) {
        if self.shown {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_program_tells_how_it_was_built() {
        let target = tempfile::tempdir().unwrap();
        std::fs::write(target.path().join("CACHEDIR.TAG"), "").unwrap();
        for (program, profile, triple) in [
            ("debug/local", "dev", None),
            ("debug/deps/pipeline-0f", "dev", None),
            ("release/local", "release", None),
            (
                "x86_64-unknown-linux-musl/release/local",
                "release",
                Some("x86_64-unknown-linux-musl"),
            ),
        ] {
            let found = Workspace::of("/w".into(), &target.path().join(program));
            assert_eq!(found.target, target.path(), "{program}");
            assert_eq!(found.profile, profile, "{program}");
            assert_eq!(found.triple.as_deref(), triple, "{program}");
        }
    }

    #[test]
    fn a_program_outside_of_a_target_directory_builds_in_the_workspace() {
        let found = Workspace::of("/w".into(), Path::new("/nowhere/local"));
        assert_eq!(found.target, Path::new("/w/target"));
    }
}
