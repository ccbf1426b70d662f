//! Which object each file of the command line becomes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use csm_import::import::keys::{APPROVED, EXPORTS, SCHEDULED};
use walkdir::{DirEntry, WalkDir};

use crate::error::LocalError;

/// A file and the object it is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The key, below `exports/`, `plan/` or `scheduled/`.
    pub key: String,
    /// The file.
    pub file: PathBuf,
    /// How long it is.
    pub bytes: u64,
}

/// Turns the paths of a command line into objects. Every folder is one import; so are loose files
/// of one folder, and a loose file alone. `root` is where they are dropped.
///
/// The longest files come first: what is dropped together must not be torn apart by an upload that
/// takes longer than the functions wait for a folder to settle. What waits for the schedule comes in the
/// order of the command line: the oldest is imported first.
pub fn drops(root: &'static str, paths: &[PathBuf]) -> Result<Vec<Export>, LocalError> {
    let mut drops = Drops::new(root);
    let mut loose: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in paths {
        let about = |error| LocalError::usage(format!("{}: {error}", path.display()));
        let kind = fs::symlink_metadata(path).map_err(about)?.file_type();
        let real = path.canonicalize().map_err(about)?;
        if kind.is_symlink() {
            return Err(unusable(path, "is a symbolic link; name the file or folder itself"));
        } else if kind.is_dir() {
            drops.folder(&real)?;
        } else if kind.is_file() {
            let parent = real.parent().unwrap_or(&real).to_owned();
            loose.entry(parent).or_default().push(real);
        } else {
            return Err(unusable(path, "is neither a file nor a folder"));
        }
    }
    for (parent, files) in loose {
        drops.loose(&parent, files)?;
    }
    if root != SCHEDULED {
        drops.exports.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.key.cmp(&b.key)));
    }
    Ok(drops.exports)
}

struct Drops {
    root: &'static str,
    exports: Vec<Export>,
    /// First parts of keys that are in use.
    names: BTreeSet<String>,
    /// Files that were taken already: naming one twice does not import it twice.
    taken: BTreeSet<PathBuf>,
}

impl Drops {
    fn new(root: &'static str) -> Self {
        // What is dropped there is no export that is new, but a plan that is approved.
        let approved = APPROVED.trim_start_matches(EXPORTS).trim_end_matches('/').to_owned();
        let (exports, taken) = (Vec::new(), BTreeSet::new());
        Self { root, exports, names: BTreeSet::from([approved]), taken }
    }

    fn folder(&mut self, folder: &Path) -> Result<(), LocalError> {
        let mut files = Vec::new();
        let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)) {
            let entry = entry.map_err(|error| LocalError::usage(error.to_string()))?;
            if entry.file_type().is_file() {
                files.push(entry.into_path());
            }
        }
        if files.is_empty() {
            return Err(unusable(folder, "contains no files"));
        }
        files.retain(|file| !self.taken.contains(file));
        if files.is_empty() {
            return Ok(());
        }
        let name = self.name(folder)?;
        for file in files {
            let mut key = format!("{}{name}", self.root);
            for part in file.strip_prefix(folder).unwrap_or(&file) {
                key.push('/');
                key.push_str(utf8(Path::new(part))?);
            }
            self.add(key, file)?;
        }
        Ok(())
    }

    fn loose(&mut self, parent: &Path, mut files: Vec<PathBuf>) -> Result<(), LocalError> {
        files.sort();
        files.dedup();
        files.retain(|file| !self.taken.contains(file));
        if let [file] = files.as_slice() {
            let name = utf8(Path::new(file.file_name().unwrap_or_default()))?;
            if self.names.insert(name.to_owned()) {
                return self.add(format!("{}{name}", self.root), file.clone());
            }
        }
        let folder = if files.is_empty() { String::new() } else { self.name(parent)? };
        for file in files {
            let name = utf8(Path::new(file.file_name().unwrap_or_default()))?;
            self.add(format!("{}{folder}/{name}", self.root), file.clone())?;
        }
        Ok(())
    }

    /// The folder's own name, or that name with a number where another group has it.
    fn name(&mut self, folder: &Path) -> Result<String, LocalError> {
        let name = utf8(Path::new(folder.file_name().unwrap_or("root".as_ref())))?;
        let mut unique = name.to_owned();
        let mut number = 1;
        while !self.names.insert(unique.clone()) {
            number += 1;
            unique = format!("{name}-{number}");
        }
        Ok(unique)
    }

    fn add(&mut self, key: String, file: PathBuf) -> Result<(), LocalError> {
        let about = |error| LocalError::usage(format!("{}: {error}", file.display()));
        let bytes = File::open(&file).and_then(|open| open.metadata()).map_err(about)?.len();
        self.taken.insert(file.clone());
        self.exports.push(Export { key, file, bytes });
        Ok(())
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

fn utf8(path: &Path) -> Result<&str, LocalError> {
    path.to_str().ok_or_else(|| unusable(path, "has a name that is not UTF-8"))
}

fn unusable(path: &Path, why: &str) -> LocalError {
    LocalError::usage(format!("{} {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    fn tree(files: &[&str]) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        root
    }

    fn keys(root: &TempDir, paths: &[&str]) -> Vec<String> {
        let paths: Vec<_> = paths.iter().map(|path| root.path().join(path)).collect();
        let mut keys: Vec<_> =
            drops(EXPORTS, &paths).unwrap().into_iter().map(|export| export.key).collect();
        keys.sort();
        keys
    }

    #[test]
    fn a_folder_keeps_its_shape_and_hidden_files_stay_behind() {
        let root = tree(&["in/Account.csv", "in/sub/b/Contact.csv", "in/.DS_Store", "in/.git/x"]);
        symlink("/etc/passwd", root.path().join("in/link.csv")).unwrap();
        assert_eq!(
            keys(&root, &["in"]),
            ["exports/in/Account.csv", "exports/in/sub/b/Contact.csv"]
        );
    }

    #[test]
    fn loose_files_are_grouped_by_their_folder() {
        let root = tree(&["a/Account.csv", "a/Contact.csv", "b/Lead.csv"]);
        assert_eq!(
            keys(&root, &["a/Contact.csv", "b/Lead.csv", "a/Account.csv", "a/Contact.csv"]),
            ["exports/Lead.csv", "exports/a/Account.csv", "exports/a/Contact.csv"]
        );
    }

    #[test]
    fn describe_files_stay_beside_their_exports() {
        let root = tree(&["in/Account.csv", "in/Account.describe.json"]);
        let expected = ["exports/in/Account.csv", "exports/in/Account.describe.json"];
        assert_eq!(keys(&root, &["in"]), expected);
        assert_eq!(keys(&root, &["in/Account.describe.json", "in/Account.csv"]), expected);
    }

    #[test]
    fn a_folder_of_any_name_is_no_approved_plan() {
        let root = tree(&["approved/Account.csv"]);
        assert_eq!(keys(&root, &["approved"]), ["exports/approved-2/Account.csv"]);
    }

    #[test]
    fn groups_of_the_same_name_stay_apart() {
        let root = tree(&["a/in/Contact.csv", "b/in/Contact.csv", "c/Lead.csv", "d/Lead.csv"]);
        assert_eq!(
            keys(&root, &["a/in", "b/in", "c/Lead.csv", "d/Lead.csv"]),
            [
                "exports/Lead.csv",
                "exports/d/Lead.csv",
                "exports/in-2/Contact.csv",
                "exports/in/Contact.csv"
            ]
        );
    }

    #[test]
    fn what_is_named_twice_is_dropped_once() {
        let root = tree(&["in/Contact.csv"]);
        assert_eq!(keys(&root, &["in", "in/Contact.csv", "in"]), ["exports/in/Contact.csv"]);
    }

    #[test]
    fn the_longest_file_is_dropped_first() {
        let root = tree(&["in/a.csv", "in/b-is-longer.csv"]);
        let plan = drops("plan/", &[root.path().join("in")]).unwrap();
        assert!(plan[0].bytes > plan[1].bytes);
        assert_eq!(plan[0].key, "plan/in/b-is-longer.csv");
    }

    #[test]
    fn what_waits_for_the_schedule_keeps_its_order() {
        let root = tree(&["in/a.csv", "in/b-is-longer.csv", "first/z.csv"]);
        let paths = ["first", "in"].map(|path| root.path().join(path));
        let scheduled = drops(SCHEDULED, &paths).unwrap();
        let keys: Vec<_> = scheduled.iter().map(|export| export.key.as_str()).collect();
        assert_eq!(
            keys,
            ["scheduled/first/z.csv", "scheduled/in/a.csv", "scheduled/in/b-is-longer.csv"]
        );
    }

    #[test]
    fn what_cannot_be_dropped_is_wrong_usage() {
        let root = tree(&["full/x.csv", "hidden/.x"]);
        fs::create_dir(root.path().join("empty")).unwrap();
        symlink(root.path().join("full"), root.path().join("link")).unwrap();
        for path in ["missing", "empty", "hidden", "link"] {
            let error = drops(EXPORTS, &[root.path().join(path)]).unwrap_err();
            assert!(matches!(error, LocalError::Usage(_)), "{path}: {error}");
        }
    }
}
