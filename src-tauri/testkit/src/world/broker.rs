//! A broker as a model: it knows what it issued, ends and revokes tokens, and has bad weather on demand.
//!
//! It is as strict as the strictest real one: a one-time refresh token that is sent a second time is held against whoever
//! sent it ([`SimBroker::resent`]), and so is a code.

use chrono::Duration;
use daypass_brokers::{Artefact, BrokerError, Failure, Probe};
use daypass_domain::{AccountId, Calendar, DailyCutoff, Grant, Moment, Problem, Remedy, Secret, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long an access token lives.
#[derive(Clone, Copy, Debug)]
pub enum Life {
    /// Until a fixed time of the day.
    Cutoff(DailyCutoff),
    /// A span of its own.
    Own(Duration),
    /// Nobody knows.
    Unknown,
}

/// How tokens are renewed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Renewing {
    /// How long a sign-in lasts; `None`: for good.
    pub grant: Option<Duration>,
    /// Each renewal begins that span anew.
    pub rolls: bool,
    /// A refresh token works once.
    pub one_time: bool,
    /// No access token outlives the sign-in.
    pub caps: bool,
}

/// What is wrong with the broker for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// It does what it is asked, and its answers get lost.
    Silent,
    /// Nothing reaches it.
    Unreachable,
    /// It refuses whatever it is asked, because of a setting.
    BadSetting,
}

/// One request that reached for the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// A code for a token.
    Exchange,
    /// Whether a token works.
    Probe,
    /// A new token for a refresh token.
    Renew,
    /// The end of a token.
    Revoke,
    /// When the exchanges trade.
    Calendar,
}

/// The model.
#[derive(Debug)]
pub struct SimBroker {
    /// How long access tokens live.
    pub life: Life,
    /// Whether and how they renew.
    pub renewing: Option<Renewing>,
    /// Who comes back from a sign-in.
    pub user: &'static str,
    /// Whether the reply of a sign-in names them.
    pub tells_user: bool,
    /// How long an answer takes.
    pub takes: Duration,
    /// The quiet that it asks for after a probe.
    pub retry_after: Option<Duration>,
    /// Bad weather, from and to.
    pub weather: Vec<(Moment, Moment, Weather)>,
    /// Every request, in order.
    pub requests: Vec<(Moment, AccountId, Request)>,
    /// Spent codes and refresh tokens that were sent again.
    pub resent: u32,
    issued: u64,
    alive: BTreeMap<String, (Option<Moment>, &'static str)>,
    spent: BTreeSet<String>,
}

impl SimBroker {
    /// A broker whose tokens live so long and do not renew.
    pub fn new(life: Life) -> Self {
        Self {
            life,
            renewing: None,
            user: "AB1234",
            tells_user: true,
            takes: Duration::zero(),
            retry_after: None,
            weather: Vec::new(),
            requests: Vec::new(),
            resent: 0,
            issued: 0,
            alive: BTreeMap::new(),
            spent: BTreeSet::new(),
        }
    }

    /// A broker whose tokens live so long and renew in that way.
    pub fn renewing(life: Life, renewing: Renewing) -> Self {
        Self { renewing: Some(renewing), ..Self::new(life) }
    }

    /// Ends every token now, as a sign-out on the web does.
    pub fn revoke_all(&mut self) {
        self.alive.clear();
    }

    /// How many requests of a kind there were, from a moment on.
    pub fn count(&self, kind: Request, since: Moment) -> usize {
        self.requests.iter().filter(|(at, _, request)| *request == kind && *at >= since).count()
    }

    pub(super) fn code(&mut self) -> Artefact {
        self.issued += 1;
        Artefact(Secret::new(format!("code-{:06}", self.issued)))
    }

    pub(super) fn exchange(&mut self, id: &AccountId, code: &Artefact, now: Moment) -> Result<Grant, BrokerError> {
        self.requests.push((now, id.clone(), Request::Exchange));
        self.reach(now)?;
        if !self.spent.insert(code.0.expose().to_owned()) {
            self.resent += 1;
            return Err(error(Failure::Refused, Remedy::SignInAgain));
        }
        let mut grant = self.issue(now, now);
        grant.user = grant.user.filter(|_| self.tells_user);
        self.answered(now)?;
        Ok(grant)
    }

    pub(super) fn renew(&mut self, id: &AccountId, old: &Grant, now: Moment) -> Result<Grant, BrokerError> {
        self.requests.push((now, id.clone(), Request::Renew));
        self.reach(now)?;
        let refused = error(Failure::Refused, Remedy::SignInAgain);
        let (Some(how), Some(refresh)) = (self.renewing, &old.refresh) else { return Err(refused) };
        if self.spent.contains(refresh.expose()) {
            self.resent += 1;
            return Err(refused);
        }
        if old.refresh_ends.is_some_and(|end| end <= now) {
            return Err(refused);
        }
        if how.one_time {
            self.spent.insert(refresh.expose().to_owned());
        }
        let signed_in = self.alive.get(old.access.expose()).map_or(self.user, |(_, user)| *user);
        let mut grant = self.issue_to(signed_in, now, old.granted_at);
        if !how.one_time {
            grant.refresh = old.refresh.clone();
        }
        self.answered(now)?;
        Ok(grant)
    }

    pub(super) fn probe(&mut self, id: &AccountId, grant: &Grant, now: Moment) -> Probe {
        self.requests.push((now, id.clone(), Request::Probe));
        match self.weather_at(now) {
            Some(Weather::Silent | Weather::Unreachable) => return Probe::Unknown(problem(Remedy::TryAgain)),
            Some(Weather::BadSetting) => return Probe::Invalid(problem(Remedy::FixSetting)),
            None => {}
        }
        match self.alive.get(grant.access.expose()) {
            Some((end, user)) if end.is_none_or(|end| end > now) => {
                Probe::Valid { user: Some(UserId((*user).to_owned())) }
            }
            _ => Probe::Invalid(problem(Remedy::SignInAgain)),
        }
    }

    pub(super) fn calendar(
        &mut self,
        id: &AccountId,
        published: Option<Arc<Calendar>>,
        now: Moment,
    ) -> Result<Option<Arc<Calendar>>, Problem> {
        self.requests.push((now, id.clone(), Request::Calendar));
        match self.weather_at(now) {
            Some(_) => Err(problem(Remedy::TryAgain)),
            None => Ok(published),
        }
    }

    pub(super) fn revoke(&mut self, id: &AccountId, grant: &Grant, now: Moment) -> Result<(), BrokerError> {
        self.requests.push((now, id.clone(), Request::Revoke));
        self.reach(now)?;
        self.alive.remove(grant.access.expose());
        self.answered(now)
    }

    fn issue(&mut self, now: Moment, granted_at: Moment) -> Grant {
        self.issue_to(self.user, now, granted_at)
    }

    fn issue_to(&mut self, user: &'static str, now: Moment, granted_at: Moment) -> Grant {
        self.issued += 1;
        let how = self.renewing;
        let begins = if how.is_some_and(|how| how.rolls) { now } else { granted_at };
        let refresh_ends = how.and_then(|how| how.grant).map(|span| begins + span);
        let natural = match self.life {
            Life::Cutoff(cutoff) => Some(cutoff.after(now)),
            Life::Own(span) => Some(now + span),
            Life::Unknown => None,
        };
        let caps = how.is_some_and(|how| how.caps);
        let access_ends = if caps { natural.into_iter().chain(refresh_ends).min() } else { natural };
        let access = format!("token-{:06}", self.issued);
        self.alive.insert(access.clone(), (access_ends, user));
        Grant {
            access: Secret::new(access),
            refresh: how.map(|_| Secret::new(format!("refresh-{:06}", self.issued))),
            issued_at: now,
            granted_at,
            access_ends,
            refresh_ends,
            user: Some(UserId(user.to_owned())),
            refresh_sent: false,
        }
    }

    fn weather_at(&self, now: Moment) -> Option<Weather> {
        self.weather.iter().find(|(from, to, _)| (*from..*to).contains(&now)).map(|(_, _, weather)| *weather)
    }

    fn reach(&self, now: Moment) -> Result<(), BrokerError> {
        match self.weather_at(now) {
            Some(Weather::Unreachable) => Err(error(Failure::NotSent, Remedy::TryAgain)),
            Some(Weather::BadSetting) => Err(error(Failure::Refused, Remedy::FixSetting)),
            Some(Weather::Silent) | None => Ok(()),
        }
    }

    fn answered(&self, now: Moment) -> Result<(), BrokerError> {
        match self.weather_at(now) {
            Some(Weather::Silent) => Err(error(Failure::Unknown, Remedy::TryAgain)),
            _ => Ok(()),
        }
    }
}

fn error(failure: Failure, remedy: Remedy) -> BrokerError {
    BrokerError { failure, problem: problem(remedy), retry_after: None }
}

fn problem(remedy: Remedy) -> Problem {
    match remedy {
        Remedy::TryAgain => Problem::new("SIM-SILENT", "The broker did not answer.", "It is tried again.", remedy),
        Remedy::SignInAgain => Problem::new("SIM-INVALID", "The broker says no.", "Sign in again.", remedy),
        Remedy::FixSetting => Problem::new("SIM-SETTING", "The broker does not know this key.", "Check it.", remedy),
    }
}
