//! How far a request came that was not answered, in words.
//!
//! Whichever it is, the request is tried again. The words are for whoever reads the log.

use std::error::Error;

/// How far a request came that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// The host's name has no address.
    Name,
    /// No connection was made in time.
    ConnectionLate,
    /// No connection: refused, or no way there.
    Connection,
    /// A connection, but no agreement on TLS.
    Tls,
    /// A connection, but no answer in time.
    Answer,
    /// The answer broke off.
    Broken,
}

impl Unreached {
    /// Tells it from an error of the HTTP client. What failed below a connection is not told by type,
    /// but by the texts of its causes.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let mut causes = String::new();
        let mut cause = error.source();
        while let Some(error) = cause {
            causes.push_str(&error.to_string().to_lowercase());
            causes.push('\n');
            cause = error.source();
        }
        Self::tell(error.is_connect(), error.is_timeout(), &causes)
    }

    fn tell(connecting: bool, late: bool, causes: &str) -> Self {
        let says = |words: &[&str]| words.iter().any(|word| causes.contains(word));
        match (connecting, late) {
            (true, _) if says(&["dns error", "lookup address"]) => Self::Name,
            (true, true) => Self::ConnectionLate,
            (true, false) if says(&["certificate", "tls", "handshake", "corrupt message"]) => {
                Self::Tls
            }
            (true, false) => Self::Connection,
            (false, true) => Self::Answer,
            (false, false) => Self::Broken,
        }
    }
}

impl std::fmt::Display for Unreached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Name => "the name of its host is not known (DNS); check the address",
            Self::ConnectionLate => {
                "the connection was not made in time; a firewall or a subnet without a way to the \
                 internet may be in between"
            }
            Self::Connection => "the connection was refused or there is no way to it",
            Self::Tls => "the encryption could not be agreed on (TLS); a proxy may be in between",
            Self::Answer => "it did not answer in time",
            Self::Broken => "the connection broke off",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_told_apart() {
        for (connecting, late, causes, how) in [
            (true, false, "client error (connect)\ndns error\n", Unreached::Name),
            (true, true, "operation timed out", Unreached::ConnectionLate),
            (true, false, "invalid peer certificate: unknownissuer", Unreached::Tls),
            (true, false, "received corrupt message of type invalidcontenttype", Unreached::Tls),
            (true, false, "tcp connect error\nconnection refused", Unreached::Connection),
            (false, true, "operation timed out", Unreached::Answer),
            (false, false, "connection closed before message completed", Unreached::Broken),
        ] {
            assert_eq!(Unreached::tell(connecting, late, causes), how, "{causes}");
        }
    }
}
