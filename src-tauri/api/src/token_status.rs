//! The one status object: what `GET /api/token/status` answers and `daypass status --json` prints.
//!
//! The first seven fields are stable and always there. It is made from a view and the moment of that view by a pure
//! function, so that every door says the same. What this is not: a place where anything is decided; level and sentence
//! come from the manager.

use crate::problem::unknown_account;
use chrono::{DateTime, FixedOffset, Offset, SecondsFormat};
use daypass_domain::Moment;
use daypass_manager::Refused;
use daypass_manager::view::{AccountView, Level, ProbeOutcome, ReadinessView, Snapshot, Standing};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// What a script wants to know about one account's token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TokenStatus {
    /// A token is held, has not ended and was not refused.
    pub valid: bool,
    /// Whole seconds to the access token's end; 0 without a valid token, null if the broker gives no end.
    pub time_remaining_seconds: Option<i64>,
    /// The same in hours, rounded down to two decimals.
    pub time_remaining_hours: Option<f64>,
    /// The access token's end on the exchange's clock, with its offset; null without a token or without a known end.
    #[serde(serialize_with = "rfc3339")]
    pub expiry_time: Option<DateTime<FixedOffset>>,
    /// Inside the lead, and a new token would last longer.
    pub needs_refresh: bool,
    /// One sentence in English.
    pub message: String,
    /// The last probe said yes to this very token.
    pub api_validated: bool,
    /// Until when a valid token is certain without a person.
    #[serde(serialize_with = "rfc3339")]
    pub held_until: Option<DateTime<FixedOffset>>,
    /// What the clock says; null without an account.
    pub level: Option<Level>,
    /// Whose token it is; null without an account.
    pub account: Option<String>,
    /// What its owner calls the account.
    pub label: Option<String>,
    /// The broker's id.
    pub broker: Option<String>,
    /// Where its people and programs see it.
    pub standing: Option<Standing>,
    /// Which token it is; 0 before the first.
    pub generation: u64,
    /// When it was issued.
    #[serde(serialize_with = "rfc3339")]
    pub issued_at: Option<DateTime<FixedOffset>>,
    /// Whether a new token now would outlive the held one.
    pub useful: bool,
    /// Whether the broker renews without a person while it lasts.
    pub renews: bool,
    /// All attempts failed: it is up to a person now.
    pub manual: bool,
    /// Whether it is paused.
    pub paused: bool,
    /// How it stands for the session at hand; null where no session is known to come.
    pub readiness: Option<ReadinessView>,
}

/// How to begin, where there is no account.
const NO_ACCOUNT: &str = "There is no account yet. Put UPSTOX_CLIENT_ID and UPSTOX_CLIENT_SECRET into .env, or start \
                          with a practice account: daypass serve --practice.";

impl TokenStatus {
    /// Of this account at this moment.
    pub fn of(account: &AccountView, now: Moment) -> Self {
        let local = |at: Option<Moment>| at.map(|at| on_the_exchange(at, &account.day.zone));
        let valid = account.valid && account.expiry_time.is_none_or(|end| end > now);
        let seconds = match account.expiry_time {
            _ if !valid => Some(0),
            end => end.map(|end| (end - now).num_seconds()),
        };
        Self {
            valid,
            time_remaining_seconds: seconds,
            time_remaining_hours: seconds.map(hours),
            expiry_time: local(account.expiry_time),
            needs_refresh: account.needs_refresh,
            message: account.message.clone(),
            api_validated: valid
                && account.last_probe.as_ref().is_some_and(|probe| probe.outcome == ProbeOutcome::Valid),
            held_until: local(account.held_until),
            level: Some(account.level),
            account: Some(account.id.clone()),
            label: Some(account.label.clone()),
            broker: Some(account.broker.clone()),
            standing: Some(account.standing),
            generation: account.generation,
            issued_at: local(account.issued_at),
            useful: account.useful,
            renews: account.renews,
            manual: account.manual,
            paused: account.paused.is_some(),
            readiness: account.readiness.clone(),
        }
    }

    /// Where there is no account at all: no token, and how to get to one.
    pub fn without_account() -> Self {
        Self {
            valid: false,
            time_remaining_seconds: Some(0),
            time_remaining_hours: Some(0.0),
            expiry_time: None,
            needs_refresh: false,
            message: NO_ACCOUNT.to_owned(),
            api_validated: false,
            held_until: None,
            level: None,
            account: None,
            label: None,
            broker: None,
            standing: None,
            generation: 0,
            issued_at: None,
            useful: false,
            renews: false,
            manual: false,
            paused: false,
            readiness: None,
        }
    }

    /// Of the account that is asked for; if none is, of the one that needs somebody most.
    pub fn asked(snapshot: &Snapshot, account: Option<&str>) -> Result<Self, Refused> {
        match account.map(str::trim).filter(|id| !id.is_empty()) {
            None => Ok(Self::of_worst(snapshot)),
            Some(id) => {
                let found = snapshot.accounts.iter().find(|account| account.id == id);
                found.map(|account| Self::of(account, snapshot.now)).ok_or_else(|| unknown_account(id))
            }
        }
    }

    /// Of the account that needs somebody most; with one account, of that one.
    pub fn of_worst(snapshot: &Snapshot) -> Self {
        worst(snapshot).map_or_else(Self::without_account, |account| Self::of(account, snapshot.now))
    }
}

/// The account that needs somebody most.
pub(crate) fn worst(snapshot: &Snapshot) -> Option<&AccountView> {
    let named = |id: &String| snapshot.accounts.iter().find(|account| account.id == *id);
    snapshot.worst.as_ref().and_then(named).or(snapshot.accounts.first())
}

/// Rounded down: nobody is promised time that is not there.
fn hours(seconds: i64) -> f64 {
    (seconds as f64 / 36.0).floor() / 100.0
}

/// A cut-off at 03:30 in India reads as 03:30, wherever this computer stands.
fn on_the_exchange(at: Moment, zone: &str) -> DateTime<FixedOffset> {
    match zone.parse::<chrono_tz::Tz>() {
        Ok(zone) => at.with_timezone(&zone).fixed_offset(),
        Err(_) => at.with_timezone(&chrono::Utc.fix()),
    }
}

/// With a numeric offset even in UTC: some readers know no `Z`.
fn rfc3339<S: Serializer>(at: &Option<DateTime<FixedOffset>>, to: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, false)).serialize(to)
}

#[cfg(test)]
mod tests;
