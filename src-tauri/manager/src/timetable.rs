//! What happens when, as a table for people: one plain trading day at Upstox, computed from the rules themselves.
//!
//! The invariant: no time and no number is written here; each is what the function that decides gives for a sample
//! account. What this is not: a plan of a real account; `next` makes those.

use crate::account::{Account, Cause, Setup};
use crate::ladder::{self, Rung};
use crate::market::{self, day_clock};
use crate::next::{evening, lead_begins};
use crate::useful::{new_end, useful};
use crate::words::time;
use chrono::{Duration, TimeZone};
use daypass_brokers::find;
use daypass_domain::calendar::TradingDay;
use daypass_domain::{AccountId, Generation, Grant, Moment, Policy, RedirectUri, Secret, span};

/// The sample's date: a Tuesday after a trading day and before another, as plain as they come.
const DATE: (i32, u32, u32) = (2026, 11, 17);
/// The broker of the sample, because its days are the hardest.
const BROKER: &str = "upstox";

/// The table, in Markdown; empty if the sample's broker is not there.
pub fn timetable(policy: &Policy) -> String {
    let Some(sample) = Sample::new() else { return String::new() };
    let mut rows = sample.night(policy);
    rows.extend(sample.morning(policy));
    rows.extend(sample.day(policy));
    let lines: String = rows.iter().map(|(when, what)| format!("| {when} | {what} |\n")).collect();
    format!("| when | what happens |\n|---|---|\n{lines}")
}

type Row = (String, String);

/// An account whose token was got the morning before, and the trading day that it is looked at on.
struct Sample {
    account: Account,
    day: TradingDay,
    end: Moment,
}

impl Sample {
    fn new() -> Option<Self> {
        let mut account = Account::new(setup()?);
        let zone = account.almanac.calendar.zone();
        let at = zone.with_ymd_and_hms(DATE.0, DATE.1, DATE.2, 12, 0, 0).single()?.to_utc();
        let issued_at = at - Duration::days(1);
        let end = new_end(&account, issued_at)?;
        account.grant = Some(Grant {
            access: Secret::new("a token of a table"),
            refresh: None,
            issued_at,
            granted_at: issued_at,
            access_ends: Some(end),
            refresh_ends: None,
            user: None,
            refresh_sent: false,
        });
        account.generation = Generation(1);
        account.facts.signed_out = false;
        let day = market::day_of(&account, at)?;
        Some(Self { account, day, end })
    }

    fn at(&self, moment: Moment) -> String {
        time(&self.account, moment)
    }

    fn night(&self, policy: &Policy) -> Vec<Row> {
        let (account, end) = (&self.account, self.end);
        let issued_at = account.grant.as_ref().map_or(end, |grant| grant.issued_at);
        let lead = lead_begins(issued_at, end, policy.lead);
        let trap = match new_end(account, lead).filter(|_| !useful(account, lead)) {
            Some(new) => {
                format!(
                    "No refresh: a token got now would also end at {}. Whoever asks is told so first.",
                    self.at(new)
                )
            }
            None => "A refresh is tried.".to_owned(),
        };
        let mut rows = vec![
            (self.at(end - policy.green_above), "The icon turns orange.".to_owned()),
            (self.at(end - policy.red_below), "The icon turns red.".to_owned()),
            (self.at(lead), trap),
            (self.at(end), "The token ends. Nobody is woken; from now on a sign-in lasts through the day.".to_owned()),
        ];
        // Two things at one time are one row.
        rows.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = format!("{} {}", earlier.1, later.1);
            }
            same
        });
        rows
    }

    fn morning(&self, policy: &Policy) -> Vec<Row> {
        let wait = span(policy.sign_in_wait);
        let row = |rung: &Rung| {
            let what = match rung.cause {
                Cause::Hint => "A quiet hint, when somebody is first seen at the computer.".to_owned(),
                Cause::Reminder => format!(
                    "A reminder. If somebody is there and the settings allow it, the browser opens, once, and waits {wait}."
                ),
                Cause::ReadyBy => {
                    "The token should be proven by now. If not: a critical notification that stays.".to_owned()
                }
                Cause::Five => format!("The last one: {} to the open. Every snooze ends here.", self.to_open(rung)),
                _ => format!("Another one: {} to the open.", self.to_open(rung)),
            };
            (self.at(rung.at), what)
        };
        ladder::rungs(&self.account, policy, &self.day).iter().map(row).collect()
    }

    fn to_open(&self, rung: &Rung) -> String {
        span(self.day.opens - rung.at)
    }

    fn day(&self, policy: &Policy) -> Vec<Row> {
        let looks = evening(&self.account, policy, self.day.opens).map(|at| self.at(at)).unwrap_or_default();
        let (check, again) = (span(policy.check_every), span(policy.confirm_after));
        let next = market::day_after(&self.account, self.day.opens);
        let tomorrow = next.map(|day| self.at(day.opens)).unwrap_or_default();
        let snooze = span(day_clock(&self.account).span(ladder::SNOOZE));
        vec![
            (self.at(self.day.opens), "The market opens. The ledger notes whether the account was ready.".to_owned()),
            (self.at(self.day.closes), "The market closes.".to_owned()),
            (
                looks,
                format!(
                    "This computer is looked at: will the open at {tomorrow} be ready? What threatens it is told once and \
                     looked at again every {check}."
                ),
            ),
            (
                format!("every {check}"),
                format!(
                    "The broker is asked about the token. A refusal counts after a second one, {again} later; silence does not."
                ),
            ),
            ("after a snooze".to_owned(), format!("The reminder comes back in {snooze}.")),
            (
                "in quiet hours".to_owned(),
                "No hint, no reminder and no browser; the critical steps before the open still come.".to_owned(),
            ),
            ("on a closed day".to_owned(), "Nobody is asked.".to_owned()),
        ]
    }
}

fn setup() -> Option<Setup> {
    let profile = find(BROKER)?.profile();
    let account = daypass_domain::Account {
        id: AccountId::new(BROKER).ok()?,
        label: profile.name.to_owned(),
        broker: BROKER.to_owned(),
        client_id: String::new(),
        redirect_uri: RedirectUri::default(),
        user: None,
        practice: false,
        day: None,
        options: Default::default(),
    };
    Some(Setup {
        account,
        profile,
        renewal: profile.renewal,
        probes: profile.probes,
        revokes: profile.revocation.is_some(),
        missing: None,
        policy: None,
        calendar: None,
    })
}
