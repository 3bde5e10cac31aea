//! Tables for the tray: what each standing shows, in words.

use super::*;
use crate::backend::view::*;
use chrono::FixedOffset;
use daypass_api::scripted;

fn india() -> FixedOffset {
    FixedOffset::east_opt(19_800).expect("an offset")
}

fn moment(text: &str) -> Moment {
    text.parse().expect("an RFC 3339 time")
}

/// 11:42 in India.
fn now() -> Moment {
    moment("2026-11-23T06:12:00Z")
}

fn account(id: &str, standing: Standing, minutes: i64) -> AccountView {
    let until = now() + Duration::minutes(minutes);
    let held = !matches!(standing, Standing::Expired | Standing::EndedEarly | Standing::SignedOut);
    AccountView {
        standing,
        valid: held,
        held_until: held.then_some(until),
        ended_at: (!held && standing != Standing::SignedOut).then_some(until),
        ..scripted::account(id, now())
    }
}

fn seen(worst: &str, accounts: Vec<AccountView>) -> Snapshot {
    Snapshot { worst: Some(worst.into()), ..scripted::snapshot(now(), accounts) }
}

fn lines(model: &Model) -> Vec<String> {
    let line = |entry: &Entry| match entry {
        Entry::Account(_, glyph, text) => format!("({glyph:?}) {text}"),
        Entry::Verb(_, text, true) => text.clone(),
        Entry::Verb(_, text, false) => format!("[{text}]"),
        Entry::Group(_, text, inner) => format!("{text} > {}", inner.len()),
        Entry::Line => "-".into(),
    };
    model.menu.iter().map(line).collect()
}

#[test]
fn three_accounts_are_listed_worst_on_top_with_their_time_left() {
    let renewing = AccountView {
        work: Some(scripted::work(WorkKind::Renewing, now())),
        ..account("schwab", Standing::Working, 5955)
    };
    let accounts =
        vec![account("upstox", Standing::Valid, 1398), account("zerodha", Standing::EndsSoon, 108), renewing];
    let model = model(&seen("zerodha", accounts), &india());
    assert_eq!(model.glyph, Glyph::Soon);
    assert_eq!(model.tooltip, "Zerodha ends in 1 h 48 min. 2 others fine.");
    assert_eq!(
        lines(&model),
        [
            "(Soon) Zerodha · Ends soon · 1 h 48 min",
            "(Working) Schwab · Renewing · until 14:57 on 27 Nov",
            "(Ok) Upstox · Valid · until 11:00 tomorrow",
            "-",
            "Sign in now > 3",
            "Refresh now > 3",
            "Copy token > 3",
            "-",
            "Open Daypass",
            "Pause > 3",
            "Quit",
        ]
    );
}

#[test]
fn one_account_has_verbs_without_submenus() {
    let model = model(&seen("upstox", vec![account("upstox", Standing::Valid, 948)]), &india());
    let verbs = ["(Ok) Upstox · Valid · until 03:30 tomorrow", "-", "Sign in now", "Refresh now", "Copy token", "-"];
    assert_eq!(lines(&model)[..6], verbs);
}

#[test]
fn no_account_still_has_a_way_in_and_a_way_out() {
    let model = model(&Snapshot { worst: None, ..seen("", vec![]) }, &india());
    assert_eq!((model.glyph, model.tooltip.as_str()), (Glyph::SignedOut, "Daypass has no account yet."));
    assert_eq!(lines(&model), ["Open Daypass", "Quit"]);
}

#[test]
fn every_standing_has_a_shape_a_line_and_a_sentence() {
    let rows = [
        (Standing::Expired, -492, Glyph::Expired, "Upstox · Expired · since 03:30", "Upstox expired at 03:30."),
        (
            Standing::Expired,
            -992,
            Glyph::Expired,
            "Upstox · Expired · since 19:10 yesterday",
            "Upstox expired at 19:10 yesterday.",
        ),
        (
            Standing::EndedEarly,
            -62,
            Glyph::Expired,
            "Upstox · Ended early · since 10:40",
            "Upstox ended early at 10:40.",
        ),
        (Standing::LastHour, 42, Glyph::Urgent, "Upstox · Last hour · 42 min", "Upstox ends in 42 min."),
        (
            Standing::NotVerified,
            948,
            Glyph::Unverified,
            "Upstox · Not verified · until 03:30 tomorrow",
            "Upstox is not verified. Upstox has not confirmed the token yet.",
        ),
        (Standing::EndsSoon, 130, Glyph::Soon, "Upstox · Ends soon · 2 h 10 min", "Upstox ends in 2 h 10 min."),
        (Standing::SignedOut, 0, Glyph::SignedOut, "Upstox · Signed out", "Upstox is signed out."),
        (
            Standing::Valid,
            948,
            Glyph::Ok,
            "Upstox · Valid · until 03:30 tomorrow",
            "Upstox is valid until 03:30 tomorrow.",
        ),
        (
            Standing::Paused,
            948,
            Glyph::Paused,
            "Upstox · Paused · until you resume",
            "Upstox is paused until you resume.",
        ),
    ];
    for (standing, minutes, glyph, line, tooltip) in rows {
        let model = model(&seen("upstox", vec![account("upstox", standing, minutes)]), &india());
        assert_eq!((model.glyph, model.tooltip.as_str()), (glyph, tooltip), "{standing:?}");
        assert_eq!(lines(&model)[0], format!("({glyph:?}) {line}"), "{standing:?}");
    }
}

#[test]
fn an_account_that_is_not_verified_says_why() {
    let plain = account("upstox", Standing::NotVerified, 948);
    let rows = [
        (AccountView { generation: 0, silent_since: Some(now()), ..plain.clone() }, "The stored token cannot be read."),
        (AccountView { silent_since: Some(now()), ..plain.clone() }, "Upstox does not answer."),
        (plain, "Upstox has not confirmed the token yet."),
    ];
    for (account, why) in rows {
        let model = model(&seen("upstox", vec![account]), &india());
        assert_eq!(model.tooltip, format!("Upstox is not verified. {why}"));
    }
}

#[test]
fn the_tooltip_says_what_stands_between_the_worst_account_and_the_open() {
    use Ready::{AtRisk, NotReady};
    let ends = "The token ends at 03:30 IST, before the market opens at 09:15 IST.";
    let port = "Port 5001 is taken by python3.";
    let rows = [
        ("not ready, and the open is near", Standing::EndsSoon, NotReady, 6, ends, "Upstox is not ready: "),
        ("not ready, and the market is open", Standing::EndsSoon, NotReady, -2, ends, "Upstox is not ready: "),
        ("not ready, and the open is far", Standing::EndsSoon, NotReady, 13, ends, ""),
        ("at risk, however far the open is", Standing::EndsSoon, AtRisk, 60, port, "Upstox is at risk: "),
        ("paused by choice", Standing::Paused, NotReady, 6, ends, ""),
        ("the first sentence has said it", Standing::NotVerified, AtRisk, 6, "Upstox does not answer.", ""),
    ];
    for (row, standing, state, hours, why, expected) in rows {
        let opens = now() + Duration::hours(hours);
        let plain = account("upstox", standing, 130);
        let readiness =
            plain.readiness.clone().map(|stands| ReadinessView { state, why: Some(why.into()), opens, ..stands });
        let tooltip = model(&seen("upstox", vec![AccountView { readiness, ..plain.clone() }]), &india()).tooltip;
        let before = model(&seen("upstox", vec![plain]), &india()).tooltip;
        let threat = if expected.is_empty() { String::new() } else { format!(" {expected}{why}") };
        assert_eq!(tooltip, before + &threat, "{row}");
    }
}

#[test]
fn what_cannot_be_done_is_grey() {
    let rows = [
        (
            "signed out: nothing to copy",
            account("upstox", Standing::SignedOut, 0),
            ["Sign in now", "Refresh now", "[Copy token]"],
        ),
        (
            "no key: nothing to sign in with",
            AccountView { missing: vec!["API key".into()], ..account("upstox", Standing::SignedOut, 0) },
            ["[Sign in now]", "[Refresh now]", "[Copy token]"],
        ),
        (
            "a sign-in waits: it can be joined, a refresh is under way",
            AccountView {
                work: Some(scripted::work(WorkKind::WaitingForBrowser, now())),
                ..account("upstox", Standing::Working, 100)
            },
            ["Sign in now", "[Refresh now]", "Copy token"],
        ),
    ];
    for (row, account, verbs) in rows {
        let model = model(&seen("upstox", vec![account]), &india());
        assert_eq!(lines(&model)[2..5], verbs, "{row}");
    }
}

#[test]
fn a_pause_offers_its_end() {
    let until = Some(now() + Duration::hours(1));
    let paused = |until| AccountView { paused: Some(PauseView { until }), ..account("upstox", Standing::Paused, 100) };
    let one = model(&seen("upstox", vec![paused(until)]), &india());
    assert_eq!(one.tooltip, "Upstox is paused until 12:42.");
    assert_eq!(lines(&one)[0], "(Paused) Upstox · Paused · until 12:42");
    assert_eq!(lines(&one)[6..], ["Open Daypass", "Resume", "Quit"]);
    let both = model(&seen("dhan", vec![paused(until), account("dhan", Standing::Valid, 900)]), &india());
    assert_eq!(lines(&both)[7..], ["Open Daypass", "Pause > 3", "Resume", "Quit"]);
}

#[test]
fn others_that_need_somebody_are_not_called_fine() {
    let accounts = vec![
        account("upstox", Standing::Expired, -492),
        account("dhan", Standing::SignedOut, 0),
        account("fyers", Standing::Valid, 900),
    ];
    let model = model(&seen("upstox", accounts), &india());
    assert_eq!(model.tooltip, "Upstox expired at 03:30. 1 other fine, 1 not.");
}

#[test]
fn a_rest_ends_on_the_wall_clock_where_it_says_a_time() {
    assert_eq!(Rest::Hour.end(now(), &india()), Some(now() + Duration::hours(1)));
    assert_eq!(Rest::Open.end(now(), &india()), None);
    assert_eq!(Rest::Tomorrow.end(now(), &india()), Some(moment("2026-11-24T02:30:00Z")));
    let late = moment("2026-11-23T19:00:00Z"); // 00:30 on the 24th in India: tomorrow is the 25th
    assert_eq!(Rest::Tomorrow.end(late, &india()), Some(moment("2026-11-25T02:30:00Z")));
}

#[test]
fn texts_are_looked_at_again_when_the_first_of_them_changes_and_not_before() {
    let at = |seconds: i64| {
        let account = account("upstox", Standing::Valid, 900);
        AccountView { held_until: Some(now() + Duration::seconds(seconds)), ..account }
    };
    let wait = |accounts: Vec<AccountView>| {
        let wait = until_change(&seen("upstox", accounts), &india());
        wait.map(|wait| wait.num_seconds())
    };
    let midnight = 12 * 3600 + 18 * 60;
    assert_eq!(wait(vec![at(7200 + 30)]), Some(30), "half a minute over: half a minute to wait");
    assert_eq!(wait(vec![at(7200 + 30), at(3600 + 10)]), Some(10), "the nearest counts");
    assert_eq!(wait(vec![at(3 * 3600 + 1000)]), Some(1000), "minutes are counted from three hours on");
    assert_eq!(wait(vec![at(86_400 * 4)]), Some(midnight), "a day is named");
    assert_eq!(wait(vec![account("upstox", Standing::Expired, -492)]), Some(midnight), "and so is a past one");
    assert_eq!(wait(vec![account("upstox", Standing::SignedOut, 0)]), None, "nothing is counted");
    assert_eq!(wait(vec![]), None);
}

#[test]
fn quitting_asks_where_bots_have_no_token_for_today() {
    let bot = |current| BotView { name: "hedger".into(), via: BotVia::Socket, generation: 3, at: now(), current };
    let session = |from: i64, to: i64| {
        let at = |hours| now() + Duration::hours(hours);
        let (opens, closes) = (at(from), at(to));
        let (state, ready_by) = (Ready::NotReady, opens);
        Some(ReadinessView { state, why: None, opens, closes, ready_by, sign_in_from: None })
    };
    for (sentence, standing, bots, readiness, asks) in [
        ("a bot that came before and has none", Standing::Expired, vec![bot(false)], session(1, 7), Some(1)),
        ("two of them, in the session", Standing::Expired, vec![bot(false), bot(true)], session(-1, 5), Some(2)),
        ("one that still has yesterday's", Standing::Valid, vec![bot(false), bot(true)], session(1, 7), Some(1)),
        ("all of them have it", Standing::Valid, vec![bot(true)], session(1, 7), None),
        ("no bot ever came", Standing::Expired, vec![], session(1, 7), None),
        ("the session is over", Standing::Expired, vec![bot(false)], session(-7, -1), None),
        ("the next one is tomorrow", Standing::Expired, vec![bot(false)], session(20, 26), None),
        ("there is none", Standing::Expired, vec![bot(false)], None, None),
    ] {
        let account = AccountView { bots, readiness, ..account("upstox", standing, -60) };
        let menu = model(&seen("upstox", vec![account]), &india()).menu;
        match (menu.last(), asks) {
            (Some(Entry::Verb(Act::Quit, text, true)), None) => assert_eq!(text, "Quit", "{sentence}"),
            (Some(Entry::Group(_, text, inner)), Some(count)) => {
                let why = Entry::Verb(Act::BotsWait, words::bots_wait(count), false);
                let anyway = Entry::Verb(Act::Quit, "Quit anyway".into(), true);
                assert_eq!((&**text, inner), ("Quit", &vec![why, anyway]), "{sentence}");
            }
            (last, _) => panic!("{sentence}: {last:?}"),
        }
    }
}
