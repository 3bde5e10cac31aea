//! What the manager knows about one account: facts, never conclusions.
//!
//! Level, standing and the next step are computed from this each time (`health`, `next`), so they cannot go stale.
//! [`Facts`] is the part that outlives the program; it holds no secret and is sealed together with the token.

use crate::check::Check;
use crate::work::{Phase, Work};
use daypass_domain::{
    self as domain, BrokerProfile, Calendar, Generation, Grant, Moment, Policy, Problem, Renewal, Rotation, UserId,
    calendar,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One account under management.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its settings.
    pub setup: Setup,
    /// The newest token; an older one never comes back.
    pub grant: Option<Grant>,
    /// Which token that is.
    pub generation: Generation,
    /// What is remembered across restarts.
    pub facts: Facts,
    /// What the broker has said since the program started.
    pub proof: Proof,
    /// Whether the token is on disk.
    pub saved: Saved,
    /// Whether the stored token could be read at start.
    pub load: Load,
    /// The one thing under way.
    pub work: Option<Work>,
    /// The last trouble that is not over.
    pub trouble: Option<Problem>,
    /// Who waits to hear how the work under way ends.
    pub waiting: Vec<crate::event::Ticket>,
    /// When its exchanges trade.
    pub almanac: Almanac,
    /// How this computer looked when it was looked at last.
    pub check: Option<Check>,
    /// The look that is under way, and who waits for it.
    pub looking: Option<Looking>,
    /// Nothing is asked of the broker before then: the computer has woken and has no network yet.
    pub hold: Option<Moment>,
}

/// The calendar of an account's exchanges, and how it is kept fresh.
#[derive(Clone, Debug)]
pub struct Almanac {
    /// The calendar; always there, built in if nothing better is known.
    pub calendar: Arc<Calendar>,
    /// What of it the account trades.
    pub exchanges: Vec<String>,
    /// The request under way.
    pub asked: Option<Flight>,
    /// When the broker was asked last.
    pub tried: Option<Moment>,
    /// Requests in a row that brought nothing, and why the last one did not.
    pub failed: Option<(u32, Problem)>,
}

/// A look at this computer that is under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Looking {
    /// Its number and end.
    pub flight: Flight,
    /// Who asked for it; nobody if the clock did, and then a risk is told.
    pub asked: Vec<crate::event::Ticket>,
    /// Whether a risk is told.
    pub tells: bool,
}

/// An account as the settings and its broker's profile describe it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The settings.
    pub account: domain::Account,
    /// The broker.
    pub profile: &'static BrokerProfile,
    /// How this account renews; a profile may leave it to the settings.
    pub renewal: Renewal,
    /// Whether this account's tokens can be asked about.
    pub probes: bool,
    /// Whether the broker can end a token of this account.
    pub revokes: bool,
    /// The first thing that is missing or wrong, if it cannot sign in.
    pub missing: Option<Problem>,
    /// Numbers of its own, such as a practice account's short day.
    pub policy: Option<Policy>,
    /// The calendar of its exchanges as it was kept, if one was.
    pub calendar: Option<Arc<Calendar>>,
}

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

impl Almanac {
    /// The best calendar there is without asking anybody.
    pub(crate) fn of(setup: &Setup) -> Self {
        let exchanges = setup.account.exchanges(setup.profile);
        let kept = setup.calendar.clone().filter(|kept| exchanges.iter().all(|exchange| kept.has(exchange)));
        let calendar = kept.unwrap_or_else(|| Arc::new(calendar::for_exchanges(&exchanges)));
        Self { calendar, exchanges, asked: None, tried: None, failed: None }
    }
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

/// The broker's answers since the program started.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The last answer of any kind.
    pub last: Option<(Moment, Said)>,
    /// The broker said yes to the token held now.
    pub yes: bool,
    /// Checks in a row without a usable answer.
    pub misses: u32,
    /// Since when.
    pub silent_since: Option<Moment>,
    /// Refusals in a row; the second one counts.
    pub refusals: u32,
    /// Ask now, whatever the clock says: after a wake-up, a report, a new token.
    pub at_once: bool,
    /// A bot says that the broker refused the token: ask soon.
    pub reported: bool,
    /// The ask under way is one that the clock brought.
    pub routine: bool,
    /// The broker asked for quiet until then.
    pub not_before: Option<Moment>,
}

/// What was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// The token works.
    Yes,
    /// The token does not work.
    No(Problem),
    /// No usable answer.
    Nothing(Problem),
}

/// Whether the newest token and its facts are on disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// The save under way.
    pub pending: Option<Flight>,
    /// The generation that the vault answered for, well or badly: bots may have it from then on.
    pub answered: Generation,
    /// When it was last written.
    pub at: Option<Moment>,
    /// How many earlier generations are kept.
    pub backups: u32,
    /// Failures in a row, when the last was, and why.
    pub failed: Option<(u32, Moment, Problem)>,
    /// The facts as they are on disk or on their way there.
    pub facts: Facts,
    /// Whether a token that is still to be proven is on disk or on its way there.
    pub candidate: bool,
}

/// Something that the vault was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Its number.
    pub attempt: daypass_domain::Attempt,
    /// When it counts as failed: a keyring may never answer.
    pub until: Moment,
}

/// Whether the stored token could be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// Read, or there was nothing to read.
    Done,
    /// Being read, after that many failures.
    Pending(Flight, u32),
    /// Not readable now (a locked keyring): tried again, and nothing is overwritten meanwhile.
    Failed(u32, Moment, Problem),
}

impl Account {
    /// A new account, before its stored token has been read.
    pub fn new(setup: Setup) -> Self {
        let almanac = Almanac::of(&setup);
        Self {
            almanac,
            check: None,
            looking: None,
            hold: None,
            setup,
            grant: None,
            generation: Generation(0),
            facts: Facts { signed_out: true, ..Facts::default() },
            proof: Proof::default(),
            saved: Saved::default(),
            load: Load::Done,
            work: None,
            trouble: None,
            waiting: Vec::new(),
        }
    }

    /// The numbers that it goes by.
    pub fn policy<'a>(&'a self, general: &'a Policy) -> &'a Policy {
        self.setup.policy.as_ref().unwrap_or(general)
    }

    /// The token, if it has not ended and was not refused.
    pub fn valid_grant(&self, now: Moment) -> Option<&Grant> {
        self.grant.as_ref().filter(|grant| self.facts.refused.is_none() && !grant.ended(now))
    }

    /// Whether a new token can be had without a person: a refresh token that is neither spent nor over.
    pub fn can_renew(&self, now: Moment) -> bool {
        let Some(grant) = &self.grant else { return false };
        if self.facts.capped && !grant.ended(now) {
            return false;
        }
        let spent = grant.refresh_sent && self.spends_refresh();
        self.setup.renewal != Renewal::None
            && grant.refresh.is_some()
            && !spent
            && grant.refresh_ends.is_none_or(|end| end > now)
    }

    /// Whether a refresh token works only once: by the settings, or because this broker has replaced one before.
    pub fn spends_refresh(&self) -> bool {
        match self.setup.renewal {
            Renewal::None => false,
            Renewal::RefreshToken(rotation) => rotation == Rotation::OneTime || self.facts.rotates,
        }
    }

    /// The token of a sign-in that is being proven.
    pub fn candidate(&self) -> Option<&Grant> {
        match &self.work.as_ref()?.sign_in()?.phase {
            Phase::Proving(proving) => Some(&proving.grant),
            _ => None,
        }
    }

    /// Whether nothing stands in the way of a new piece of work: none is under way, and the token is known.
    pub fn idle(&self) -> bool {
        self.work.is_none() && (self.load == Load::Done || self.grant.is_some())
    }

    /// The only user that may sign in.
    pub fn expected_user(&self) -> Option<&UserId> {
        self.setup.account.user.as_ref().or(self.facts.user.as_ref())
    }

    /// Spreads accounts that fail together; the same for one row of failures.
    pub fn seed(&self) -> u64 {
        // FNV-1a over id and generation: no randomness is needed for a spread, and the sum survives a restart.
        self.setup
            .account
            .id
            .as_str()
            .bytes()
            .chain(self.generation.0.to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}
