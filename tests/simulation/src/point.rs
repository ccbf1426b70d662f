//! The names of the points at which something can go wrong.

use csm_import::import::keys;

/// What a key of the bucket is called.
pub fn object(key: &str) -> String {
    let Some((folder, rest)) = key.split_once('/') else { return key.to_owned() };
    match folder {
        "imports" => imported(rest.split_once('/').map_or(rest, |(_, name)| name)),
        "state" => rest.split_once('/').map_or(rest, |(kind, _)| kind).to_owned() + " state",
        _ if keys::is_drop(key) => "an export".to_owned(),
        _ => key.to_owned(),
    }
}

/// The name of an object of an import, without numbers.
fn imported(name: &str) -> String {
    let (folder, file) = name.split_once('/').unwrap_or(("", name));
    let stage = file.split(['-', '.']).next().unwrap_or_default();
    match folder {
        "segments" if !name.ends_with("ndjson") => format!("the manifest of {stage}"),
        "segments" => format!("a segment of {stage}"),
        "rejected" => format!("left-out {stage}"),
        "tasks" => format!("the task of {stage}"),
        "results" => format!("the results of {stage}"),
        _ => name.to_owned(),
    }
}

/// What a request to the site does.
pub fn request(method: &str, path: &str) -> &'static str {
    match (method, path) {
        (_, path) if path.ends_with("organization/profile/bulk") => "posts organizations",
        (_, path) if path.ends_with("customer/profile/bulk") => "posts customers",
        ("GET", path) if path.contains("/tasks/") => "looks at a task",
        ("GET", path) if path.ends_with("/details") => "reads the detail fields",
        (_, path) if path.ends_with("organization/fetch") => "reads back organizations",
        (_, path) if path.ends_with("search-by-detail-field") => "searches a customer",
        (_, path) if path.ends_with("profile/fetch") => "reads back profiles",
        _ => "asks the site",
    }
}
