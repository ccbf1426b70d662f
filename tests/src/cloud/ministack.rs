//! Functions that the emulator runs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use local::Cloud;

/// Kills every process of a stack's functions; how many there were.
pub(super) fn kill_functions(cloud: &Cloud) -> usize {
    // The emulator unpacks the functions beside its log.
    let place = cloud.log_file().and_then(|log| log.parent()).expect("it was started here");
    let place = place.canonicalize().expect("its folder is there");
    let is_ours = |process: &PathBuf| {
        let program = fs::read_link(process.join("exe"));
        program.is_ok_and(|program| program.starts_with(&place) && program.ends_with("bootstrap"))
    };
    let processes = fs::read_dir("/proc").expect("processes");
    let ids: Vec<_> = processes
        .map(|entry| entry.expect("a process").path())
        .filter(is_ours)
        .filter_map(|process| process.file_name()?.to_str().map(str::to_owned))
        .collect();
    let killed = |id: &&String| {
        let kill = Command::new("kill").args(["-KILL", id]).status();
        // One of them may have ended by itself since.
        kill.expect("kill can be run").success()
    };
    ids.iter().filter(killed).count()
}
