//! Why something that was asked for is not done. Front ends branch on [`Code`], never on the words.

use daypass_domain::Problem;
use serde::{Deserialize, Serialize};

/// The kinds of "no".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No account has this id.
    UnknownAccount,
    /// Key, secret or another required setting is missing or wrong.
    NoCredentials,
    /// The account is paused.
    Paused,
    /// A new token would not outlive the one that is held.
    NotUseful,
    /// There is no token to hand out yet.
    NoToken,
    /// The token has ended or was refused, and there is no new one yet.
    Ended,
    /// What was asked is about a token that has been replaced.
    Stale,
    /// Too many ask at once, or one asks too often.
    TooMany,
    /// The token will not last as long as was asked for.
    TooShort,
    /// Nothing of the kind is under way.
    NothingToDo,
    /// The sign-in could not begin: the port is taken, for example.
    CannotStart,
    /// The sign-in or refresh was tried and failed.
    Failed,
    /// A person must sign in, and no browser can be opened here.
    PersonNeeded,
    /// The time limit that the caller gave is over.
    TimeLimit,
    /// What was sent makes no sense.
    BadInput,
    /// No Daypass runs here, or it does not answer.
    NotRunning,
    /// Something inside broke; the log has more.
    Internal,
}

/// A "no" with its sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[error("{problem}")]
pub struct Refused {
    /// For programs.
    pub code: Code,
    /// For people.
    pub problem: Problem,
}
