//! What the manager knows about one account: facts, never conclusions.
//!
//! Level, standing and the next step are computed from this each time (`health`, `next`), so they cannot go stale.
//! [`Facts`] is the part that outlives the program; it holds no secret and is sealed together with the token.

mod bots;
mod facts;
mod kept;

pub use bots::Bots;
pub use facts::{Campaign, Cause, Facts, Ladder, Pause, Refusal};
pub use kept::{Flight, Load, Proof, Said, Saved};

use crate::check::Check;
use crate::view::OutletView;
use crate::work::{Phase, Work};
use daypass_domain::{
    self as domain, BrokerProfile, Calendar, Generation, Grant, Moment, Policy, Problem, Renewal, Rotation, UserId,
    calendar,
};
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
    /// Who waits to hear what the broker says of the token.
    pub askers: Vec<crate::event::Ticket>,
    /// When its exchanges trade.
    pub almanac: Almanac,
    /// How this computer looked when it was looked at last.
    pub check: Option<Check>,
    /// The look that is under way, and who waits for it.
    pub looking: Option<Looking>,
    /// The kind of the notification that is shown, if one is.
    pub shown: Option<String>,
    /// Who has which token.
    pub bots: Bots,
    /// How it goes with its outlets; only for everybody's eyes.
    pub outlets: Vec<OutletView>,
    /// Something is still to be told, and it is told then: quiet hours, or a day on which nothing opens.
    pub muffled: Option<Moment>,
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

impl Almanac {
    /// The best calendar there is without asking anybody.
    pub(crate) fn of(setup: &Setup) -> Self {
        let exchanges = setup.account.exchanges(setup.profile);
        let kept = setup.calendar.clone().filter(|kept| exchanges.iter().all(|exchange| kept.has(exchange)));
        let calendar = kept.unwrap_or_else(|| calendar::for_exchanges(&exchanges));
        Self { calendar, exchanges, asked: None, tried: None, failed: None }
    }
}

impl Account {
    /// A new account, before its stored token has been read.
    pub fn new(setup: Setup) -> Self {
        let almanac = Almanac::of(&setup);
        Self {
            almanac,
            check: None,
            looking: None,
            shown: None,
            bots: Bots::default(),
            outlets: Vec::new(),
            muffled: None,
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
            askers: Vec::new(),
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

    /// When the token was refused, or ends or ended.
    pub fn lost_at(&self) -> Option<Moment> {
        let refused = self.facts.refused.as_ref().map(|refusal| refusal.at);
        refused.or_else(|| self.grant.as_ref().and_then(|grant| grant.access_ends))
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
