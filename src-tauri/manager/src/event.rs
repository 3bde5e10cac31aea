//! What comes in: asks of people and programs, answers to effects, and time.

use crate::account::{Facts, Setup};
use crate::check::Finding;
use crate::notice::Telling;
use crate::refused::Refused;
use crate::view::{Note, OutletView, VaultView};
use daypass_brokers::{Artefact, BrokerError, Probe};
use daypass_domain::ledger::Entry;
use daypass_domain::{AccountId, Attempt, Calendar, Generation, Grant, Moment, Problem};
use std::sync::Arc;

pub use daypass_domain::Presence;

/// Everything that can happen.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "an event is alive once and moved a few times; a box would cost more")]
pub enum Event {
    /// The program has started and all accounts are there.
    Started,
    /// Time has passed.
    Tick,
    /// The computer slept and woke: look at everything again, when there is a network.
    Woke,
    /// The clock was set: look at everything again.
    ClockSet,
    /// The time was corrected.
    ClockOff {
        /// How far this computer's clock is behind (negative: ahead), if that is worth telling.
        behind: Option<chrono::Duration>,
        /// How far "now" has jumped forward by it.
        shift: chrono::Duration,
    },
    /// The computer is on a network, or not.
    Network(bool),
    /// Somebody is at the computer, or not.
    Presence(Presence),
    /// This computer's offset from UTC.
    LocalOffset(chrono::FixedOffset),
    /// An account was added, or its settings changed.
    Put(Box<Setup>),
    /// An account was removed from the settings.
    Removed(AccountId),
    /// The vault as a whole.
    Vault(VaultView),
    /// Troubles of the program itself.
    Notes(Vec<Note>),
    /// A program was given a token; only for everybody's eyes.
    HandedOut(Entry),
    /// The same before the program started, one after the other.
    HandedBefore(Entry),
    /// How it goes with an account's outlets; only for everybody's eyes.
    Outlets(AccountId, Vec<OutletView>),
    /// Somebody wants something.
    Ask(AccountId, Ask, Ticket),
    /// An answer to an effect.
    Answer(AccountId, Attempt, Answer),
}

/// Names somebody who waits for a reply; 0 is nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ticket(pub u64);

/// What can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Start a sign-in or join the one under way; `open` allows a browser.
    SignIn {
        /// Whether a browser may be opened.
        open: bool,
    },
    /// A new token now: silently where the broker can, else through a sign-in.
    Refresh {
        /// Whether a browser may be opened.
        open: bool,
    },
    /// Reply when the work under way is over.
    Finished,
    /// End the work under way.
    Cancel,
    /// Ask the broker about the token; the reply comes when it has answered, or at once where it is not asked now.
    Probe,
    /// A bot says that the broker refused this generation.
    ReportInvalid(Generation),
    /// End the token.
    SignOut,
    /// Rest.
    Pause(Option<Moment>),
    /// Work again.
    Resume,
    /// Remind in ten minutes.
    Snooze,
    /// Look at this computer now; the reply comes when that is done.
    LookAround,
}

/// Answers to effects.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "an answer is alive once and moved a few times; a box would cost more")]
pub enum Answer {
    /// What the vault had.
    Loaded(Result<Option<Found>, Problem>),
    /// What the vault did.
    Saved(Result<Written, Problem>),
    /// The listener is open and this is the address to sign in at; or it could not be opened.
    Listening(Result<String, Problem>),
    /// Whether a browser took the address.
    Opened(Result<(), Problem>),
    /// The browser came back, with the code or with the broker's refusal.
    Returned(Result<Artefact, Problem>),
    /// The code was exchanged.
    Exchanged(Result<Grant, BrokerError>),
    /// The broker was asked.
    Probed(Probe, Trip),
    /// The token was renewed.
    Renewed(Result<Grant, BrokerError>),
    /// The token was ended at the broker.
    Revoked(Result<(), BrokerError>),
    /// The calendar as it is now known; none if this broker publishes none.
    Calendar(Result<Option<Arc<Calendar>>, Problem>),
    /// What was seen of this computer.
    Looked(Vec<Finding>),
}

/// What an answer's way told on the side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trip {
    /// The broker asks for quiet for so long.
    pub retry_after: Option<chrono::Duration>,
    /// How long the answer took.
    pub took: Option<chrono::Duration>,
}

/// What lies in the vault for one account.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The token.
    pub grant: Option<Grant>,
    /// Which one it is.
    pub generation: Generation,
    /// What is remembered beside it.
    pub facts: Facts,
    /// A token that a sign-in has brought and the broker has not yet been asked about: a person is behind it, so it is
    /// on disk from the first moment, and the one held before stays the one that counts.
    pub candidate: Option<Grant>,
}

/// What a read found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What lies there.
    pub stored: Stored,
    /// When it was written, and what is kept beside it.
    pub written: Written,
    /// Why it is not the newest: that one cannot be read, and a backup stands in.
    pub stands_in: Option<Problem>,
}

/// A successful write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// When it was written.
    pub at: Moment,
    /// Earlier generations kept.
    pub backups: u32,
}

/// What goes out. Each effect that expects an answer carries an attempt number.
#[derive(Debug)]
pub enum Effect {
    /// Read what is stored: [`Answer::Loaded`].
    Load(AccountId, Attempt),
    /// Write this: [`Answer::Saved`].
    Save(AccountId, Attempt, Box<Stored>),
    /// Erase everything that is stored for it.
    Erase(AccountId),
    /// Open the listener, then the browser if `open`: [`Answer::Listening`], [`Answer::Opened`], [`Answer::Returned`].
    Listen {
        /// Whose sign-in.
        account: AccountId,
        /// Its number.
        attempt: Attempt,
        /// Whether to open a browser.
        open: Opening,
    },
    /// Open the browser at the address of a sign-in whose listener is already open: [`Answer::Opened`].
    OpenBrowser(AccountId, Attempt),
    /// Close the listener and say on its page how it ended.
    Close(AccountId, Attempt, Ending),
    /// Exchange the code, once: [`Answer::Exchanged`].
    Exchange(AccountId, Attempt, Artefact),
    /// Ask the broker: [`Answer::Probed`].
    Probe(AccountId, Attempt, Grant),
    /// Renew: [`Answer::Renewed`].
    Renew(AccountId, Attempt, Grant),
    /// End the token at the broker: [`Answer::Revoked`].
    Revoke(AccountId, Attempt, Grant),
    /// Ask the broker when its exchanges trade, with the token if it wants one: [`Answer::Calendar`].
    Calendar(AccountId, Attempt, Option<Grant>),
    /// Look at this computer: [`Answer::Looked`].
    LookAround(AccountId, Attempt),
    /// Write a line to the ledger.
    Record(Entry),
    /// Bots and outlets may have this generation: a new one, or after a start the one that was stored.
    Deliver(AccountId, Generation),
    /// Tell a person.
    Tell(Telling),
    /// Reply to an ask.
    Reply(Ticket, Result<Reply, Refused>),
    /// Write a line to the log.
    Log(AccountId, LogLevel, String),
    /// Something that can be seen has changed.
    Changed,
}

/// What to do about a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// None is wanted: the address is told.
    No,
    /// A person has clicked.
    ForAClick,
    /// Nobody has: only if somebody is there to see it.
    IfSomebodyIsThere,
}

impl Opening {
    /// The code of the answer to [`Effect::Listen`] that nobody is there, so that nothing was begun.
    pub const NOBODY_THERE: &str = "nobody_there";
}

/// A "yes".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Done, or begun.
    Done,
    /// A sign-in waits here until then.
    SignIn {
        /// Where to sign in.
        url: String,
        /// When it stops waiting.
        until: Moment,
        /// Whether a browser was opened for it.
        browser: bool,
        /// What it would give, where that is less than one may think.
        note: Option<String>,
    },
}

/// How a sign-in ended, for the page in the browser.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// Proven (or not yet), stored (or not).
    SignedIn {
        /// Who.
        user: Option<String>,
        /// Until when the token is good.
        until: Option<Moment>,
        /// Whether the broker said yes to it.
        proven: bool,
        /// Why it is not stored, if it is not.
        not_saved: Option<Problem>,
        /// How long it took from the start.
        took: chrono::Duration,
    },
    /// Somebody else signed in.
    WrongUser {
        /// Who did.
        got: String,
        /// Who may.
        wanted: String,
    },
    /// Nobody came back in time.
    TooLate {
        /// How long it was waited for.
        waited: chrono::Duration,
    },
    /// Cancelled in Daypass.
    Cancelled,
    /// It failed.
    Failed(Problem),
}

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// As usual.
    Info,
    /// Somebody should look.
    Warn,
    /// Somebody must act.
    Error,
}
