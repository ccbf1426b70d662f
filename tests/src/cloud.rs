//! What a stack stands on. The same scenarios run on each.

mod account;
mod maker;
pub(crate) mod ministack;
pub mod moto;

use std::env;
use std::path::Path;
use std::time::Duration;

use local::{Cloud, CloudOptions};

use self::account::Tidy;
use crate::runtime::Runtime;

/// The variable that says what the stacks of the tests stand on.
pub const VARIABLE: &str = "CSM_IMPORT_CLOUD";

/// What plays AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ministack, which makes the stack by its CloudFormation and runs the functions by its Lambda.
    Ministack,
    /// moto for all but the functions, which the runtime of these tests runs.
    Moto,
    /// AWS itself for all but the functions, which the runtime of these tests runs.
    Account,
}

impl Kind {
    /// What was asked for.
    pub fn chosen() -> Self {
        match env::var(VARIABLE).as_deref() {
            Err(_) | Ok("" | "ministack") => Self::Ministack,
            Ok("moto") => Self::Moto,
            Ok("account") => Self::Account,
            Ok(other) => panic!("{VARIABLE} is ministack, moto or account, not {other}"),
        }
    }

    /// How long a changed attribute of a queue may not be heeded yet.
    pub const fn lag(self) -> Duration {
        match self {
            Self::Ministack => Duration::ZERO,
            // A long poll goes by what was set when it began.
            Self::Moto => moto::WAIT.saturating_mul(2),
            // As documented.
            Self::Account => Duration::from_mins(1),
        }
    }

    /// Whether a scenario is to run that can only run here. If not, says why.
    pub fn is_chosen(self, reason: &str) -> bool {
        let is_chosen = Self::chosen() == self;
        if !is_chosen {
            tell(&format!("skipped, for {self:?} only: {reason}"));
        }
        is_chosen
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs a test reads why it was skipped")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// Who runs the functions of a stack.
pub(crate) enum Functions {
    /// The emulator.
    Emulated,
    /// These tests. What is ended first stands first.
    Ours { runtime: Runtime, _tidy: Option<Box<Tidy>> },
}

/// Makes a stack.
pub(crate) async fn start(kind: Kind, options: CloudOptions) -> (Functions, Cloud) {
    match kind {
        Kind::Ministack => {
            (Functions::Emulated, Cloud::start(options).await.expect("the template deploys"))
        }
        Kind::Moto => moto::start(options).await,
        Kind::Account => account::start(options).await,
    }
}

impl Functions {
    /// Kills every process of a stack's functions; how many there were.
    pub(crate) fn kill(&self, cloud: &Cloud) -> usize {
        match self {
            Self::Emulated => ministack::kill_functions(cloud),
            Self::Ours { runtime, .. } => runtime.kill(),
        }
    }

    /// Where invocations and requests are noted, if they are.
    pub(crate) fn calls(&self) -> Option<&Path> {
        match self {
            Self::Emulated => None,
            Self::Ours { runtime, .. } => runtime.calls(),
        }
    }
}
