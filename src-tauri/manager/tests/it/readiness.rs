//! Table: whether an account is ready for the session at hand, why not, and from when on a sign-in would make it so.

use crate::tables::{TROUBLE, holding, of_eight_hours, overnight, renewing};
use daypass_domain::account::EXCHANGES;
use daypass_domain::calendar::{Holiday, INDIA, Published, Session};
use daypass_domain::ledger::ReadyState::{self, AtRisk, NotReady, Ready};
use daypass_domain::{Moment, Policy, Problem, Remedy};
use daypass_manager::account::Account;
use daypass_manager::check::{Aspect, Check, Finding};
use daypass_manager::readiness;
use daypass_testkit::{at, ist, oauth2, upstox};
use std::sync::Arc;

/// A sentence, an account, now; the answer with its reason, the open of the session, from when on a sign-in is of use.
type Row<'a> = (&'a str, Account, Moment, (ReadyState, &'a str), Moment, Option<Moment>);

fn check(rows: Vec<Row<'_>>) {
    for (sentence, account, now, (state, why), opens, from) in rows {
        let found = readiness(&account, &Policy::default(), now).expect("a session is always to come");
        assert_eq!((found.state, found.why.as_deref().unwrap_or_default()), (state, why), "{sentence}");
        assert_eq!((found.opens, found.sign_in_from), (opens, from), "{sentence}");
    }
}

fn with(mut account: Account, change: impl FnOnce(&mut Account)) -> Account {
    change(&mut account);
    account
}

fn found(account: Account, aspect: Aspect, risk: bool) -> Account {
    let what =
        if aspect == Aspect::Port { "Port 5001 is taken by nginx (pid 812)." } else { "The disk is nearly full." };
    let problem = Problem::new("found", what, "End it.", Remedy::FixSetting);
    let finding = Finding { aspect, problem: Some(problem), risk, seen: what.to_owned() };
    with(account, |account| account.check = Some(Check { at: ist("16 20:00"), findings: vec![finding] }))
}

fn silent(misses: u32) -> Account {
    with(overnight(), |account| {
        account.proof.misses = misses;
        account.proof.silent_since = Some(ist("17 08:12"));
    })
}

#[test]
fn before_and_after_a_sign_in() {
    let (tuesday, wednesday) = (ist("17 09:15"), ist("18 09:15"));
    let nothing = || Account::new(upstox());
    let blocked = with(overnight(), |account| {
        account.facts.campaign.blocked = true;
        account.trouble = Some(TROUBLE);
    });
    let missing = with(nothing(), |account| account.setup.missing = Some(TROUBLE));
    let no_token = "There is no token. Sign in to get one.";
    check(vec![
        ("not ready before the first sign-in", nothing(), ist("17 08:00"), (NotReady, no_token), tuesday, None),
        (
            "a sign-in at 02:29 would end before the open, and the sentence says when one is of use",
            nothing(),
            ist("17 02:29"),
            (NotReady, "There is no token. Sign in after 03:30 IST."),
            tuesday,
            Some(ist("17 03:30")),
        ),
        ("ready after it", overnight(), ist("17 09:00"), (Ready, ""), tuesday, None),
        ("ready in the session", overnight(), ist("17 15:39"), (Ready, ""), tuesday, None),
        ("a setting is missing", missing, ist("17 08:00"), (NotReady, "It failed. Try again."), tuesday, None),
        (
            "a setting that is wrong says so itself",
            blocked,
            ist("18 08:00"),
            (NotReady, "It failed. Try again."),
            wednesday,
            None,
        ),
        (
            "not ready after the night",
            overnight(),
            ist("18 08:00"),
            (NotReady, "The token ended at 03:30 IST. Sign in to get one."),
            wednesday,
            None,
        ),
    ]);
}

#[test]
fn what_threatens_a_session() {
    let (now, opens) = (ist("17 09:00"), ist("17 09:15"));
    let unproven = with(overnight(), |account| account.proof.yes = false);
    let unasked = with(overnight(), |account| {
        account.proof.yes = false;
        account.setup.probes = false;
    });
    check(vec![
        (
            "at risk until the broker has said yes",
            unproven,
            now,
            (AtRisk, "Upstox has not confirmed the token yet."),
            opens,
            None,
        ),
        ("a broker that cannot be asked is believed", unasked, now, (Ready, ""), opens, None),
        ("one check without an answer is none", silent(1), now, (Ready, ""), opens, None),
        (
            "at risk while the broker is silent",
            silent(2),
            now,
            (AtRisk, "Upstox does not answer since 08:12 IST."),
            opens,
            None,
        ),
        (
            "at risk by what the evening's look has found",
            found(overnight(), Aspect::Disk, true),
            now,
            (AtRisk, "The disk is nearly full."),
            opens,
            None,
        ),
        (
            "a port that is taken threatens nobody who is signed in",
            found(overnight(), Aspect::Port, true),
            now,
            (Ready, ""),
            opens,
            None,
        ),
        (
            "what is only worth knowing is no risk",
            found(overnight(), Aspect::Disk, false),
            now,
            (Ready, ""),
            opens,
            None,
        ),
    ]);
}

#[test]
fn a_token_has_to_reach_the_close() {
    let (before_open, before_close) = (
        "The token ends at 03:30 IST, before the market opens at 09:15 IST.",
        "The token ends at 15:15 IST, before the market closes at 15:40 IST.",
    );
    let trap = holding(Account::new(upstox()), "18 02:29", Some("18 03:30"));
    let wednesday = (ist("18 09:15"), Some(ist("18 03:30")));
    check(vec![
        (
            "the 02:30 trap: got at 02:29, ends at 03:30",
            trap,
            ist("18 02:30"),
            (NotReady, before_open),
            wednesday.0,
            wednesday.1,
        ),
        (
            "once the market has closed the next session counts",
            overnight(),
            ist("17 15:40"),
            (NotReady, before_open),
            wednesday.0,
            wednesday.1,
        ),
        (
            "a life of its own that ends in the session",
            of_eight_hours(),
            ist("17 12:00"),
            (NotReady, before_close),
            ist("17 09:15"),
            None,
        ),
        (
            "a token without a known end is believed",
            holding(Account::new(upstox()), "17 08:41", None),
            ist("17 09:00"),
            (Ready, ""),
            ist("17 09:15"),
            None,
        ),
    ]);
}

/// In New York, with an access token until 11:00 ET on Tuesday and a sign-in that lasts until then.
fn in_new_york(sign_in_ends: &str) -> Account {
    with(renewing(), |account| {
        let grant = account.grant.as_mut().expect("a token");
        (grant.access_ends, grant.refresh_ends) = (Some(at("2026-11-17T11:00:00-05:00")), Some(at(sign_in_ends)));
    })
}

#[test]
fn what_renews_by_itself_has_to_reach_the_close_as_well() {
    let (now, opens) = (at("2026-11-17T10:45:00-05:00"), at("2026-11-17T09:30:00-05:00"));
    let failing = with(in_new_york("2026-11-18T09:00:00-05:00"), |account| account.facts.campaign.failures = 1);
    check(vec![
        ("the sign-in behind it lasts", in_new_york("2026-11-17T16:00:00-05:00"), now, (Ready, ""), opens, None),
        (
            "the sign-in behind it does not last",
            in_new_york("2026-11-17T15:59:00-05:00"),
            now,
            (NotReady, "The token ends at 15:59 ET, before the market closes at 16:00 ET."),
            opens,
            None,
        ),
        (
            "at risk while a renewal fails",
            failing,
            now,
            (AtRisk, "Another broker (OAuth2) has not renewed the token yet; Daypass goes on trying."),
            opens,
            None,
        ),
    ]);
}

#[test]
fn the_session_at_hand_is_the_calendars() {
    let ended_in = |issued: &str, ends: &str| holding(Account::new(upstox()), issued, Some(ends));
    let muhurat = |mut account: Account| {
        let session =
            |exchange: &str| Session { opens: ist("08 18:00"), closes: ist("08 19:00"), exchange: exchange.to_owned() };
        let holiday = Holiday {
            date: ist("08 12:00").date_naive(),
            why: Some("Diwali (Muhurat trading)".to_owned()),
            closed: Vec::new(),
            open: vec![session("NSE"), session("NFO")],
        };
        let published = Published { holidays: vec![holiday], ..Published::default() };
        account.almanac.calendar = Arc::new(INDIA.calendar().with(&published, ist("01 09:00")));
        account
    };
    let mut commodities = upstox();
    commodities.account.options.insert(EXCHANGES.to_owned(), "MCX".to_owned());
    let commodities = holding(Account::new(commodities), "24 08:00", Some("25 03:30"));
    let ended = "The token ended at 03:30 IST. Sign in after 03:30 IST";
    check(vec![
        (
            "on a holiday the next session counts, and a sign-in today gives nothing for it",
            ended_in("23 08:41", "24 03:30"),
            ist("24 10:00"),
            (NotReady, &format!("{ended}.")),
            ist("25 09:15"),
            Some(ist("25 03:30")),
        ),
        (
            "on a Saturday it is Monday's",
            ended_in("20 08:41", "21 03:30"),
            ist("21 10:00"),
            (NotReady, &format!("{ended} on Monday.")),
            ist("23 09:15"),
            Some(ist("23 03:30")),
        ),
        ("MCX trades in the evening of a holiday", commodities, ist("24 08:30"), (Ready, ""), ist("24 17:00"), None),
        (
            "Muhurat on a Sunday evening",
            muhurat(ended_in("08 10:00", "09 03:30")),
            ist("08 12:00"),
            (Ready, ""),
            ist("08 18:00"),
            None,
        ),
        (
            "and without a word of the broker that Sunday is closed",
            ended_in("08 10:00", "09 03:30"),
            ist("08 12:00"),
            (NotReady, "The token ends at 03:30 IST, before the market opens at 09:15 IST."),
            ist("09 09:15"),
            Some(ist("09 03:30")),
        ),
    ]);
}

#[test]
fn new_york_opens_an_hour_later_in_utc_once_the_clocks_have_gone_back() {
    let held = |ends: &str| {
        let mut account = Account::new(oauth2());
        account = holding(account, "01 09:00", None);
        account.grant.as_mut().expect("a token").access_ends = Some(at(ends));
        account
    };
    let opens = at("2026-11-02T14:30:00Z");
    check(vec![
        (
            "from Friday evening, still in summer time",
            held("2026-11-02T21:00:00Z"),
            at("2026-10-30T20:00:00Z"),
            (Ready, ""),
            opens,
            None,
        ),
        (
            "what would have reached a close in summer time does not reach this one",
            held("2026-11-02T20:00:00Z"),
            at("2026-11-01T12:00:00Z"),
            (NotReady, "The token ends at 15:00 ET, before the market closes at 16:00 ET."),
            opens,
            None,
        ),
    ]);
}
