//! What everybody may see of an account: no secret is in here, by type.
//!
//! Level, standing, reason and times are decided in Rust; whoever shows them only formats and counts down. The types
//! are exported to the window (`make bindings`), which is why they hold plain values.

use crate::check::Finding;
use chrono::{DateTime, Utc};
use daypass_domain::Problem;
use serde::{Deserialize, Serialize};

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
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
    /// How this computer looked when it was looked at last.
    pub check: Option<CheckView>,
    /// What its trading days are taken from.
    pub calendar: CalendarView,
    /// The day bar.
    pub day: DayView,
}

/// Whether it is ready for a session: proven before the open, and lasting through the close.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ReadinessView {
    /// The answer.
    pub state: Ready,
    /// Why, in one English sentence; none if it is ready.
    pub why: Option<String>,
    /// When the session opens.
    pub opens: DateTime<Utc>,
    /// When it closes.
    pub closes: DateTime<Utc>,
    /// When the token must be proven.
    pub ready_by: DateTime<Utc>,
    /// When the sign-in that is missing becomes of use; none if it is now, or if none is missing.
    pub sign_in_from: Option<DateTime<Utc>>,
}

/// Whether it is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Ready {
    /// A proven token lasts through the session.
    Ready,
    /// All is there, and something threatens it.
    AtRisk,
    /// Something is still to come.
    NotReady,
}

/// A look at this computer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CheckView {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What an account's trading days are taken from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CalendarView {
    /// How much it is worth.
    pub state: CalendarState,
    /// When the broker last answered, or from when on its answer is old.
    pub since: Option<DateTime<Utc>>,
    /// The exchanges that the account trades at.
    pub exchanges: Vec<String>,
    /// Why the broker's calendar could not be fetched the last time.
    pub problem: Option<Problem>,
}

/// How much a calendar is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum CalendarState {
    /// The broker has confirmed it lately.
    Fresh,
    /// The broker's, but old.
    Stale,
    /// What this program knows by itself.
    BuiltIn,
}

/// Where an account stands: one word for icon, badge and card. Worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its time is over.
    Expired,
    /// The broker refused it before its time, twice.
    EndedEarly,
    /// Less than the red threshold is left.
    LastHour,
    /// A token is held, and the broker has not said yes or does not answer.
    NotVerified,
    /// Less than the green threshold is left.
    EndsSoon,
    /// A sign-in waits, or a renewal is under way.
    Working,
    /// No token, by choice or because nobody has signed in yet.
    SignedOut,
    /// Held for longer than the green threshold, and the broker said yes.
    Valid,
    /// Reminders and refreshes rest, by choice.
    Paused,
}

/// What the clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Under 1 h, ended, refused, or no token.
    Red,
    /// 1 to 3 h.
    Orange,
    /// More than 3 h.
    Green,
}

/// One answer of the broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ProbeView {
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// What it said.
    pub outcome: ProbeOutcome,
    /// Why, unless it said yes.
    pub problem: Option<Problem>,
}

/// What a probe learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ProbeOutcome {
    /// The broker accepted the token.
    Valid,
    /// The broker refused it.
    Invalid,
    /// No usable answer.
    Unknown,
}

/// What the program will do next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NextView {
    /// What.
    pub step: NextStep,
    /// When; None if it waits for a person.
    pub at: Option<DateTime<Utc>>,
}

/// The kinds of next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Nothing until a person does something.
    Nothing,
    /// Settings are missing.
    EnterCredentials,
    /// Ask the broker about the token.
    Probe,
    /// Replace the token without a person.
    Renew,
    /// Ask a person to sign in.
    AskPerson,
    /// Ask the person again.
    Remind,
    /// Write the token to disk again.
    SaveAgain,
    /// The work that is under way ends.
    GiveUp,
    /// The pause ends.
    Resume,
}

/// Work under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct WorkView {
    /// What it is.
    pub kind: WorkKind,
    /// When it began.
    pub since: DateTime<Utc>,
    /// When it gives up.
    pub until: Option<DateTime<Utc>>,
    /// The address to sign in at, for "copy link"; it carries no secret.
    pub sign_in_url: Option<String>,
    /// Which attempt of how many.
    pub attempt: u32,
    /// Of how many.
    pub of: u32,
}

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// The listener is being opened.
    Starting,
    /// A person is in the browser.
    WaitingForBrowser,
    /// The code is being exchanged.
    Exchanging,
    /// The broker is asked about the new token.
    Proving,
    /// The token is being renewed.
    Renewing,
    /// The token is being ended at the broker.
    SigningOut,
}

/// Whether the token is on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SavedView {
    /// The state.
    pub state: SavedState,
    /// When it was last written.
    pub at: Option<DateTime<Utc>>,
    /// How many earlier generations are kept.
    pub backups: u32,
    /// Why it is not on disk.
    pub problem: Option<Problem>,
}

/// Whether the token is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum SavedState {
    /// There is nothing to save.
    Nothing,
    /// Being written.
    Pending,
    /// On disk, sealed.
    Saved,
    /// In memory only; it is tried again.
    Failed,
}

/// A pause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PauseView {
    /// When it ends; None: until somebody resumes.
    pub until: Option<DateTime<Utc>>,
}

/// The vault as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct VaultView {
    /// What protects the files.
    pub kind: VaultKind,
    /// What is wrong with it, if anything.
    pub problem: Option<Problem>,
}

/// What protects the sealed files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum VaultKind {
    /// A key in the system keyring.
    Keyring,
    /// A passphrase.
    Passphrase,
    /// Nothing is written: tokens are gone when the program ends.
    Memory,
    /// The keyring is locked: nothing can be read or written until it is unlocked.
    Locked,
}

/// A trouble of the program itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Note {
    /// Where it comes from: a file with line, a port.
    pub about: String,
    /// The trouble.
    pub problem: Problem,
}

/// One exchange day, midnight to midnight, for the bar. Positions are hours from 0 to 24 on the exchange's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DayView {
    /// The day's midnight.
    pub starts: DateTime<Utc>,
    /// How long this day takes; 86,400 unless it is a practice day or the clocks change.
    pub seconds: f64,
    /// IANA name of the exchange's zone.
    pub zone: String,
    /// Its short word: `IST`.
    pub zone_word: String,
    /// The spans of the lane, in order.
    pub spans: Vec<SpanView>,
    /// The token outlives this day.
    pub goes_on: bool,
    /// The broker's fixed cut-off.
    pub cut: Option<f64>,
    /// The owner's ready-by time; none if nothing trades on this day.
    pub ready: Option<f64>,
    /// When trading opens.
    pub open: Option<f64>,
    /// When trading closes.
    pub close: Option<f64>,
    /// Whether the market trades on this day at all.
    pub trades: bool,
    /// Why the day is not like its weekday, such as the name of a holiday.
    pub why: Option<String>,
}

/// A span of the lane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SpanView {
    /// Hours.
    pub from: f64,
    /// Hours.
    pub to: f64,
    /// How it is drawn.
    pub kind: SpanKind,
}

/// How a span is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Token time already used.
    Spent,
    /// Proven time still ahead.
    Left,
    /// Expected, not proven.
    Hope,
    /// No token.
    None,
}
