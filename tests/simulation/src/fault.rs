//! What can go wrong.

use std::fmt;

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $words:literal;)+) => {
        /// Something that goes wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// In words.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }
        }
    };
}

faults! {
    /// The function dies before the effect.
    CrashBefore = "crash before";
    /// The function dies when the effect is there and nobody knows it.
    CrashAfter = "crash after";
    /// An error, and there is no effect.
    ErrorBefore = "error before";
    /// An error although it worked: a time-out whose request arrived.
    ErrorAfter = "error though it worked";
    /// A conditional write that was done and says that it was not: a retry inside the SDK met the
    /// object that the first attempt wrote.
    LostAfter = "written, and told lost";
    /// A conditional write that somebody else was quicker than.
    LostRace = "race lost";
    /// The answer takes its time: the function may reach its limit.
    Slow = "slow answer";
    /// A standard queue delivers a message once more.
    Duplicate = "message delivered twice";
    /// The message that a function is done with is not deleted.
    DeleteLost = "finished message not deleted";
    /// S3 tells of an object twice.
    NotifiedTwice = "notified twice";
    /// No connection to the site.
    Unconnected = "site not reached";
    /// The request does not arrive, and no answer comes.
    SilenceBefore = "no answer, not arrived";
    /// The request arrives, and no answer comes.
    SilenceAfter = "no answer, arrived";
    /// The request arrives; the answer is a gateway's 502.
    GatewayAfter = "502, arrived";
    /// 500, and the request did nothing.
    Unavailable = "500";
    /// 503 with `Retry-After`.
    Overloaded = "503 with Retry-After";
    /// 429 with `Retry-After`.
    Throttled = "429";
    /// 400: the site refuses the request for what it holds.
    Refused = "400";
    /// 401.
    Unauthorized = "401";
    /// 403.
    Forbidden = "403";
    /// 404 in the form of the site's own errors.
    NotFound = "404";
    /// 412.
    OptInRefused = "412";
    /// Accepted, with an answer that nobody can read.
    Garbled = "answer unreadable, arrived";
    /// The site does not know a task any more.
    TaskForgotten = "task forgotten by the site";
    /// A task ends FAILED although it worked.
    TaskFailedWritten = "task FAILED, all written";
    /// A task ends FAILED and wrote half of its records.
    TaskFailedHalf = "task FAILED, half written";
    /// A task ends FAILED and wrote nothing.
    TaskFailedUnwritten = "task FAILED, nothing written";
    /// A task tells its failures by ids that nobody knows.
    UnusableIds = "failures with unusable ids";
    /// A task takes longer than the half hour for which it counts as open.
    TaskOver30Minutes = "task of 45 minutes";
    /// A task takes longer than the three days for which results are kept.
    TaskOver3Days = "task of 80 hours";
    /// Customers are not linked to their organizations, and nobody says so.
    AssociationDropped = "association dropped";
    /// The site forgets all idempotency keys.
    KeysForgotten = "keys forgotten by the site";
    /// Others take all slots of the site for a while.
    SlotsTaken = "slots taken by others";
    /// The token is changed; the secret follows later.
    TokenChanged = "token changed";
    /// The token is changed, and the secret does not follow.
    TokenWrong = "token wrong for good";
    /// The secret cannot be read.
    SecretUnreadable = "secret not readable";
    /// An export is replaced while it is imported.
    ExportReplaced = "export replaced";
    /// An export is deleted for good while it is imported.
    ExportDeleted = "export deleted";
    /// A function reaches its time limit.
    LimitReached = "function stopped at its limit";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl Fault {
    /// Whether it lets an import stop: nothing will work until someone acts.
    pub const fn stops(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::Unauthorized
                | Self::Forbidden
                | Self::NotFound
                | Self::OptInRefused
                | Self::TokenChanged
                | Self::TokenWrong
                | Self::ExportReplaced
                | Self::ExportDeleted
        )
    }

    /// Whether the site, or the way to it, does not answer as it should for a while.
    pub const fn is_of_the_site(self) -> bool {
        matches!(
            self,
            Self::Unconnected
                | Self::SilenceBefore
                | Self::SilenceAfter
                | Self::GatewayAfter
                | Self::Unavailable
                | Self::Overloaded
                | Self::Throttled
                | Self::Garbled
                | Self::Slow
                | Self::SecretUnreadable
        )
    }
}
