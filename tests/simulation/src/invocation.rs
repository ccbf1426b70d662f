//! Lambda: one invocation of a function, which may die or be stopped at its limit at any step.

use std::fmt::Display;
use std::future::pending;
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use csm_import::deadline::Deadline;
use csm_import::delivery::{Consumer, Delivery, consume_all};
use csm_import::port::Clock;
use tokio::sync::Notify;

use crate::fault::Fault;
use crate::queue::{Kind, WorldQueue};
use crate::world::{World, WorldClock, lock};

/// The three functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// SPLIT.
    Split,
    /// SUBMIT.
    Submit,
    /// POLL.
    Poll,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Split, Self::Submit, Self::Poll];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Split => "SPLIT",
            Self::Submit => "SUBMIT",
            Self::Poll => "POLL",
        }
    }

    /// The queue that it is fed from.
    pub const fn queue(self) -> Kind {
        match self {
            Self::Split => Kind::Exports,
            Self::Submit => Kind::Batches,
            Self::Poll => Kind::Tasks,
        }
    }

    /// After so long it is stopped, as in the template.
    pub const fn limit(self) -> Duration {
        match self {
            Self::Split | Self::Poll => Duration::from_mins(15),
            Self::Submit => Duration::from_secs(90),
        }
    }

    /// How many run at once. SUBMIT is bounded by the groups of its queue, POLL by the tasks.
    pub const fn concurrency(self) -> usize {
        match self {
            Self::Split => 4,
            Self::Submit => 50,
            Self::Poll => 10,
        }
    }
}

/// An invocation, known to every step that it takes.
struct Invocation {
    function: Function,
    number: u64,
    body: String,
    killed: Notify,
}

tokio::task_local! {
    static CURRENT: Arc<Invocation>;
}

/// Who takes this step.
pub fn name() -> String {
    let name = |invocation: &Arc<Invocation>| {
        format!("{} {}", invocation.function.name(), invocation.number)
    };
    CURRENT.try_with(name).unwrap_or_else(|_| "-".to_owned())
}

/// The message that this step is about.
pub fn body() -> Option<String> {
    CURRENT.try_with(|invocation| invocation.body.clone()).ok()
}

/// The function that takes this step; nobody, if it comes from outside.
pub fn function() -> Option<Function> {
    CURRENT.try_with(|invocation| invocation.function).ok()
}

/// The name of a point: which function does what with what.
pub fn point(what: impl Display) -> String {
    format!("{} {what}", function().map_or("nobody", Function::name))
}

/// Ends the invocation that this step belongs to. Never returns: whoever runs it drops it.
pub async fn die() {
    let _ = CURRENT.try_with(|invocation| invocation.killed.notify_one());
    pending::<()>().await;
}

/// Runs one invocation to whichever end, and deletes the message if that is what came of it.
pub async fn run<C: Consumer>(
    world: &Arc<World>,
    function: Function,
    number: u64,
    consumer: &C,
    delivery: Delivery,
) {
    let invocation = Arc::new(Invocation {
        function,
        number,
        body: delivery.body.clone(),
        killed: Notify::new(),
    });
    let note = |what: &str| CURRENT.sync_scope(Arc::clone(&invocation), || world.note(what));
    note(&format!("begins with {} (receive {})", delivery.id, delivery.receives));
    let queue = WorldQueue::new(Arc::clone(world), function.queue());
    let clock = WorldClock(Arc::clone(world));
    let deadline = Deadline::at(clock.now() + function.limit());
    let delivery = Delivery { deadline, ..delivery };
    let work = consume_all(consumer, &queue, &clock, slice::from_ref(&delivery));
    let work = CURRENT.scope(Arc::clone(&invocation), work);
    let end = tokio::select! {
        biased;
        () = invocation.killed.notified() => Err("died"),
        () = tokio::time::sleep(function.limit()) => {
            lock(&world.chance).count(Fault::LimitReached);
            Err("was stopped at its limit")
        }
        staying = work => Ok(staying),
    };
    let told = match &end {
        Err(how) => (*how).to_owned(),
        Ok(staying) if staying.is_empty() => "is done".to_owned(),
        Ok(_) => "keeps its message".to_owned(),
    };
    note(&told);
    if end.is_ok_and(|staying| staying.is_empty()) {
        let point = format!("{} is done with its message", function.name());
        let fault = lock(&world.chance).fault(&point, &[Fault::DeleteLost]);
        if fault.is_none() {
            queue.with(|messages, now, chance| {
                messages.delete(&delivery.receipt_handle, now, chance);
            });
        }
    }
}
