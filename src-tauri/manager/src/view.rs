//! What everybody may see of an account: no secret is in here, by type.
//!
//! Level, standing, reason and times are decided in Rust; whoever shows them only formats and counts down. The types
//! are exported to the window (`make bindings`), which is why they hold plain values.

mod bot;
mod day;
mod outlet;
mod readiness;
mod standing;
mod vault;
mod work;

pub use bot::{BotVia, BotView};
pub use day::{DayView, SpanKind, SpanView};
pub use outlet::{OutletState, OutletView};
pub use readiness::{CalendarState, CalendarView, CheckView, ReadinessView, Ready};
pub use standing::{Level, ProbeOutcome, ProbeView, Standing};
pub use vault::{SavedState, SavedView, VaultKind, VaultView};
pub use work::{NextStep, NextView, PauseView, WorkKind, WorkView};

use chrono::{DateTime, Utc};
use daypass_domain::Problem;
use serde::{Deserialize, Serialize};

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snapshot {
    /// When this was true, on this machine's clock.
    pub now: DateTime<Utc>,
    /// In the owner's order.
    pub accounts: Vec<AccountView>,
    /// The account that needs somebody most, if there is any account: icon, badge and banner are about it.
    pub worst: Option<String>,
    /// The state of the vault as a whole.
    pub vault: VaultView,
    /// Troubles of the program itself: a settings file with a mistake, a taken port.
    pub notes: Vec<Note>,
    /// How far this computer's clock is behind (positive) or ahead (negative) of the brokers', in seconds; 0 if that is
    /// not worth telling. Every time in here has it taken into account.
    #[cfg_attr(test, ts(type = "number"))]
    pub clock_off_seconds: i64,
    /// The program's version.
    pub version: String,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub label: String,
    /// The broker's id.
    pub broker: String,
    /// The broker's name.
    pub broker_name: String,
    /// Built-in practice account.
    pub practice: bool,
    /// Who is signed in, or who the owner says may.
    pub user: Option<String>,
    /// Where its people and programs see it.
    pub standing: Standing,
    /// What the clock says about the held token.
    pub level: Level,
    /// The last probe said yes to this very token since the program started.
    pub verified: bool,
    /// A token is held, has not ended and was not refused.
    pub valid: bool,
    /// Which token it is; 0 before the first.
    #[cfg_attr(test, ts(type = "number"))]
    pub generation: u64,
    /// When the token was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// The access token's end. None without a token, or if the broker gives no end.
    pub expiry_time: Option<DateTime<Utc>>,
    /// Until when a valid token is certain without a person. None: no token, or no known end.
    pub held_until: Option<DateTime<Utc>>,
    /// When the last token ended or was refused, if none is valid now.
    pub ended_at: Option<DateTime<Utc>>,
    /// Inside the lead, and a new token would last longer.
    pub needs_refresh: bool,
    /// The end that a sign-in now would give, where that can be known.
    pub new_end: Option<DateTime<Utc>>,
    /// Whether a new token now would outlive the held one.
    pub useful: bool,
    /// Whether the broker renews without a person while it lasts.
    pub renews: bool,
    /// One sentence in English, for the API, the terminal and the tray. The window has its own words.
    pub message: String,
    /// The last time the broker was asked.
    pub last_probe: Option<ProbeView>,
    /// Since when checks bring no usable answer.
    pub silent_since: Option<DateTime<Utc>>,
    /// What comes next.
    pub next: NextView,
    /// What is under way, if anything.
    pub work: Option<WorkView>,
    /// The last trouble that is not over.
    pub trouble: Option<Problem>,
    /// Whether the token is on disk.
    pub saved: SavedView,
    /// Failed refresh attempts in a row.
    pub failures: u32,
    /// All attempts failed: it is up to a person now.
    pub manual: bool,
    /// Paused by its owner.
    pub paused: Option<PauseView>,
    /// The settings that are missing before it can sign in, as labels.
    pub missing: Vec<String>,
    /// The redirect URI, to be copied into the broker's form.
    pub redirect_uri: String,
    /// How it stands for the session at hand. None: no session is known to come.
    pub readiness: Option<ReadinessView>,
    /// What to know before signing in now, in one English sentence: that it would not last, and when one would.
    pub sign_in_note: Option<String>,
    /// How this computer looked when it was looked at last.
    pub check: Option<CheckView>,
    /// Who was given the token, the last one first.
    pub bots: Vec<BotView>,
    /// Where its tokens are put.
    pub outlets: Vec<OutletView>,
    /// What its trading days are taken from.
    pub calendar: CalendarView,
    /// The day bar.
    pub day: DayView,
}

/// A trouble of the program itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Note {
    /// Where it comes from: a file with line, a port.
    pub about: String,
    /// The trouble.
    pub problem: Problem,
}
