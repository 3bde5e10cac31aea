//! What the tray shows, as a function of the snapshot.
//!
//! Invariant: the icon is about the worst account, and every line, verb and sentence follows from the snapshot and a zone;
//! nothing here asks anybody or draws anything. What this is not: the icon itself; `tray_icon.rs` puts this on the
//! desktop.

use crate::backend::view::{AccountView, Ready, Snapshot, Standing};
use crate::backend::{AccountId, Moment};
use crate::icons::Glyph;
use crate::words;
use chrono::{Days, Duration, NaiveTime, TimeZone};

/// Everything that is seen in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Model {
    /// The worst account's shape.
    pub(crate) glyph: Glyph,
    /// One or two sentences.
    pub(crate) tooltip: String,
    /// The menu from top to bottom.
    pub(crate) menu: Vec<Entry>,
}

/// One line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// An account: shape, name, word and time.
    Account(Act, Glyph, String),
    /// A verb; greyed where it cannot do anything now.
    Verb(Act, String, bool),
    /// Verbs under one word.
    Group(&'static str, String, Vec<Entry>),
    /// A thin line.
    Line,
}

/// What a click does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Act {
    /// Opens the account's card.
    Show(AccountId),
    /// Starts or joins a sign-in.
    SignIn(AccountId),
    /// Refreshes.
    Refresh(AccountId),
    /// Lends the token to the clipboard.
    Copy(AccountId),
    /// Opens the window.
    Open,
    /// Rests all accounts.
    Pause(Rest),
    /// Ends all rests.
    Resume,
    /// Nothing: the line only says why the next one asks.
    BotsWait,
    /// Ends the program.
    Quit,
}

/// How long a rest lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rest {
    /// One hour.
    Hour,
    /// Until 08:00 tomorrow, local time.
    Tomorrow,
    /// Until somebody resumes.
    Open,
}

impl Rest {
    /// When the rest ends; none if it has no end.
    pub(crate) fn end<Tz: TimeZone>(self, now: Moment, zone: &Tz) -> Option<Moment> {
        const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 0, 0).expect("08:00 exists");
        match self {
            Rest::Hour => Some(now + Duration::hours(1)),
            Rest::Tomorrow => {
                let tomorrow = now.with_timezone(zone).date_naive().checked_add_days(Days::new(1))?;
                // Where the clocks change, 08:00 may happen twice (the first counts); it is never skipped.
                zone.from_local_datetime(&tomorrow.and_time(MORNING)).earliest().map(|at| at.to_utc())
            }
            Rest::Open => None,
        }
    }
}

/// The tray for this snapshot, with local times in `zone`.
pub(crate) fn model<Tz: TimeZone>(seen: &Snapshot, zone: &Tz) -> Model {
    let worst = seen.worst.as_ref().and_then(|id| seen.accounts.iter().find(|account| &account.id == id));
    Model {
        glyph: worst.map_or(Glyph::SignedOut, |account| Glyph::of(account.standing)),
        tooltip: worst.map_or_else(|| "Daypass has no account yet.".into(), |account| tooltip(account, seen, zone)),
        menu: menu(seen, zone),
    }
}

/// How long until any text of [`model`] would change by time alone; none if no time is shown.
pub(crate) fn until_change<Tz: TimeZone>(seen: &Snapshot, zone: &Tz) -> Option<Duration> {
    let wait = |account| match time(account, seen.now) {
        Time::None => None,
        Time::Left(left) => Some(words::until_next_text(left)),
        // Beside the clock's time stands the day.
        Time::Until(at) => Some((at - seen.now - COUNTED).min(words::until_midnight(seen.now, zone))),
        Time::Since(_) | Time::Rest(_) => Some(words::until_midnight(seen.now, zone)),
    };
    seen.accounts.iter().filter_map(wait).min()
}

/// Minutes are counted down in the last hours only: before them nobody needs them, and each change wakes the computer.
const COUNTED: Duration = Duration::hours(3);

/// The time in an account's line.
enum Time {
    None,
    /// Counted down.
    Left(Duration),
    /// An end that is further away.
    Until(Moment),
    /// An end that is past.
    Since(Moment),
    /// The end of a rest.
    Rest(Moment),
}

fn time(account: &AccountView, now: Moment) -> Time {
    let time = match account.standing {
        Standing::SignedOut => None,
        Standing::Paused => account.paused.as_ref().and_then(|pause| pause.until).map(Time::Rest),
        Standing::Expired | Standing::EndedEarly => account.ended_at.map(Time::Since),
        _ => account.held_until.map(|end| if end - now < COUNTED { Time::Left(end - now) } else { Time::Until(end) }),
    };
    time.unwrap_or(Time::None)
}

fn tooltip<Tz: TimeZone>(worst: &AccountView, seen: &Snapshot, zone: &Tz) -> String {
    let rest = seen.accounts.iter().filter(|account| account.id != worst.id);
    let (fine, not_fine) = rest.fold((0, 0), |(fine, not), account| match account.standing {
        Standing::Valid | Standing::Working | Standing::Paused => (fine + 1, not),
        _ => (fine, not + 1),
    });
    sentence(worst, seen.now, zone) + &threat(worst, seen.now).unwrap_or_default() + &words::others(fine, not_fine)
}

/// An open that is further away is no news, in a tooltip that is read at a glance least of all.
const NEAR: Duration = Duration::hours(12);

/// What stands between the account and the session at hand, where the first sentence does not say it already.
fn threat(account: &AccountView, now: Moment) -> Option<String> {
    let stands = account.readiness.as_ref()?;
    let why = stands.why.as_ref()?;
    match (stands.state, account.standing) {
        (_, Standing::Paused | Standing::Working) | (Ready::AtRisk, Standing::NotVerified) => None,
        (Ready::NotReady, _) if stands.opens - now > NEAR => None,
        (Ready::NotReady, _) => Some(format!(" {} is not ready: {why}", account.label)),
        (Ready::AtRisk, _) => Some(format!(" {} is at risk: {why}", account.label)),
        (Ready::Ready, _) => None,
    }
}

fn sentence<Tz: TimeZone>(account: &AccountView, now: Moment, zone: &Tz) -> String {
    let name = &account.label;
    let at =
        |moment: Option<Moment>| moment.map(|at| format!(" at {}", words::moment(at, now, zone))).unwrap_or_default();
    match (account.standing, account.held_until) {
        (Standing::Expired, _) => format!("{name} expired{}.", at(account.ended_at)),
        (Standing::EndedEarly, _) => format!("{name} ended early{}.", at(account.ended_at)),
        (Standing::SignedOut, _) if !account.missing.is_empty() => format!("{name} is not set up."),
        (Standing::SignedOut, _) => format!("{name} is signed out."),
        (Standing::NotVerified, _) => format!("{name} is not verified. {}", unverified(account)),
        (Standing::Working, _) => format!("{name}: {}.", lower_first(words::word(account))),
        (Standing::Paused, _) => match account.paused.as_ref().and_then(|pause| pause.until) {
            Some(until) => format!("{name} is paused until {}.", words::moment(until, now, zone)),
            None => format!("{name} is paused until you resume."),
        },
        (Standing::LastHour | Standing::EndsSoon | Standing::Valid, Some(end)) if end - now < COUNTED => {
            format!("{name} ends in {}.", words::span(end - now))
        }
        (Standing::LastHour | Standing::EndsSoon | Standing::Valid, Some(end)) => {
            format!("{name} is valid until {}.", words::moment(end, now, zone))
        }
        (Standing::LastHour | Standing::EndsSoon | Standing::Valid, None) => format!("{name} is valid."),
    }
}

fn unverified(account: &AccountView) -> String {
    match (account.generation, account.silent_since) {
        (0, _) => "The stored token cannot be read.".into(),
        (_, Some(_)) => format!("{} does not answer.", account.broker_name),
        (_, None) => format!("{} has not confirmed the token yet.", account.broker_name),
    }
}

fn menu<Tz: TimeZone>(seen: &Snapshot, zone: &Tz) -> Vec<Entry> {
    let ranked = neediest_first(seen);
    let mut menu: Vec<Entry> = ranked.iter().filter_map(|account| line(account, seen.now, zone)).collect();
    if !menu.is_empty() {
        menu.push(Entry::Line);
        menu.extend(verb("sign_in", "Sign in now", &ranked, Act::SignIn, can_sign_in));
        menu.extend(verb("refresh", "Refresh now", &ranked, Act::Refresh, can_refresh));
        menu.extend(verb("copy", "Copy token", &ranked, Act::Copy, |account| account.valid));
        menu.push(Entry::Line);
    }
    menu.push(Entry::Verb(Act::Open, "Open Daypass".into(), true));
    menu.extend(pausing(&seen.accounts));
    menu.push(quit(seen));
    menu
}

/// Asks once where bots that came before have no token for the session at hand: who quits then may not know of them.
fn quit(seen: &Snapshot) -> Entry {
    let quit = |text: &str| Entry::Verb(Act::Quit, text.into(), true);
    match seen.accounts.iter().map(|account| bots_without(account, seen.now)).sum() {
        0 => quit("Quit"),
        count => {
            let why = Entry::Verb(Act::BotsWait, words::bots_wait(count), false);
            Entry::Group("quitting", "Quit".into(), vec![why, quit("Quit anyway")])
        }
    }
}

fn bots_without(account: &AccountView, now: Moment) -> usize {
    let today = account.readiness.as_ref().is_some_and(|stands| stands.opens - now < NEAR && now < stands.closes);
    if !today || account.paused.is_some() {
        return 0;
    }
    account.bots.iter().filter(|bot| !(account.valid && bot.current)).count()
}

/// The worst on top; among equals, the nearest end.
fn neediest_first(seen: &Snapshot) -> Vec<&AccountView> {
    let mut ranked: Vec<&AccountView> = seen.accounts.iter().collect();
    ranked.sort_by_key(|account| (account.standing, account.held_until.unwrap_or(Moment::MAX_UTC)));
    ranked
}

fn line<Tz: TimeZone>(account: &AccountView, now: Moment, zone: &Tz) -> Option<Entry> {
    let time = match time(account, now) {
        Time::None if account.standing == Standing::Paused => " · until you resume".into(),
        Time::None => String::new(),
        Time::Left(left) => format!(" · {}", words::span(left)),
        Time::Until(end) | Time::Rest(end) => format!(" · until {}", words::moment(end, now, zone)),
        Time::Since(end) => format!(" · since {}", words::moment(end, now, zone)),
    };
    let text = format!("{} · {}{time}", account.label, words::word(account));
    Some(Entry::Account(Act::Show(id(account)?), Glyph::of(account.standing), text))
}

/// One verb for one account, or a group with a verb for each of several.
fn verb(
    key: &'static str,
    word: &str,
    ranked: &[&AccountView],
    act: impl Fn(AccountId) -> Act,
    can: impl Fn(&AccountView) -> bool,
) -> Option<Entry> {
    let each = ranked.iter().filter_map(|account| Some((act(id(account)?), account.label.clone(), can(account))));
    let mut each: Vec<_> = each.collect();
    match each.len() {
        0 => None,
        1 => each.pop().map(|(act, _, can)| Entry::Verb(act, word.into(), can)),
        _ => {
            let verbs = each.into_iter().map(|(act, label, can)| Entry::Verb(act, label, can)).collect();
            Some(Entry::Group(key, word.into(), verbs))
        }
    }
}

fn pausing(accounts: &[AccountView]) -> Vec<Entry> {
    let paused = accounts.iter().filter(|account| account.paused.is_some()).count();
    let mut entries = Vec::new();
    if paused < accounts.len() {
        let rest = |rest, text: &str| Entry::Verb(Act::Pause(rest), text.into(), true);
        let rests = vec![
            rest(Rest::Hour, "1 hour"),
            rest(Rest::Tomorrow, "Until tomorrow 08:00"),
            rest(Rest::Open, "Until I resume"),
        ];
        entries.push(Entry::Group("pause", "Pause".into(), rests));
    }
    if paused > 0 {
        entries.push(Entry::Verb(Act::Resume, "Resume".into(), true));
    }
    entries
}

fn can_sign_in(account: &AccountView) -> bool {
    account.missing.is_empty()
}

fn can_refresh(account: &AccountView) -> bool {
    account.missing.is_empty() && account.work.is_none()
}

/// An id that came through a view was an account's; one that cannot be one gets no line.
fn id(account: &AccountView) -> Option<AccountId> {
    AccountId::new(account.id.clone()).ok()
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
#[path = "tray_tests.rs"]
mod tests;
