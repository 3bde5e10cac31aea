//! What is remembered of an account across restarts, sealed with its token.
//!
//! The invariant: no secret is in here, and a field that an older program did not write has a default. What this is not:
//! what the broker has said; that counts only while the program runs.

use daypass_domain::{Moment, Problem, UserId};
use serde::{Deserialize, Serialize};

/// What is remembered across restarts, sealed with the token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The user that signed in first, if the settings name nobody.
    pub user: Option<UserId>,
    /// Signed out by choice, or never signed in: nobody is asked.
    pub signed_out: bool,
    /// When and why the broker refused the token before its time.
    pub refused: Option<Refusal>,
    /// Failed attempts to get a new token in place of this one.
    pub campaign: Campaign,
    /// What people have been told about this token already.
    pub told: Vec<Cause>,
    /// What people have been told today about an ended token, by the market's clock.
    pub ladder: Ladder,
    /// Rest, by choice.
    pub paused: Option<Pause>,
    /// The sign-in whose coming end a person has been asked about, by its moment: once is enough while it still renews.
    pub asked_about: Option<Moment>,
    /// Each renewal moves the end of what renews, so that no end of it concerns anybody.
    pub rolls: bool,
    /// A renewal has replaced the refresh token.
    pub rotates: bool,
    /// The exchange day on whose evening this computer was looked at, by its midnight.
    pub evening: Option<Moment>,
    /// The session at whose open the ledger was told how the account stood, by its open.
    pub marked: Option<Moment>,
    /// The last renewal did not move the token's end: another one would give nothing before it has ended.
    pub capped: bool,
}

/// How far the reminders of one trading day have come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ladder {
    /// The day's midnight.
    pub day: Option<Moment>,
    /// The steps that were told on that day.
    pub told: Vec<Cause>,
    /// No step before then.
    pub snoozed_until: Option<Moment>,
}

/// A confirmed refusal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// When it was confirmed.
    pub at: Moment,
    /// In whose words.
    pub problem: Problem,
}

/// A row of attempts to replace one token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Campaign {
    /// When the first attempt began.
    pub began: Option<Moment>,
    /// Failed attempts in a row.
    pub failures: u32,
    /// When the last one failed.
    pub last_failure: Option<Moment>,
    /// The broker asked for quiet until then.
    pub not_before: Option<Moment>,
    /// A person was asked (without a browser), and has until then.
    pub asked_until: Option<Moment>,
    /// It is up to a person now.
    pub manual: bool,
    /// A setting is wrong: nothing is tried before it is changed.
    pub blocked: bool,
}

/// What a person can be told once per token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Under the green threshold.
    Orange,
    /// Under the red threshold.
    Red,
    /// Ended.
    Ended,
    /// Refused before its time.
    Refused,
    /// All attempts failed.
    Manual,
    /// The evening's look has found a risk for the next session.
    Evening,
    /// The market ladder: a quiet hint.
    Hint,
    /// The market ladder: a reminder.
    Reminder,
    /// The market ladder: the ready-by time.
    ReadyBy,
    /// The market ladder: a quarter of an hour before the open.
    Quarter,
    /// The market ladder: five minutes before the open.
    Five,
}

impl Cause {
    /// Its stable name, as in notices, logs and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Orange => "orange",
            Cause::Red => "red",
            Cause::Ended => "ended",
            Cause::Refused => "refused",
            Cause::Manual => "manual",
            Cause::Evening => "evening",
            Cause::Hint => "hint",
            Cause::Reminder => "reminder",
            Cause::ReadyBy => "ready_by",
            Cause::Quarter => "quarter",
            Cause::Five => "five",
        }
    }
}

/// A pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it ends by itself.
    pub until: Option<Moment>,
}
