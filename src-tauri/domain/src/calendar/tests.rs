//! What the calendar answers, as tables: the day of a trader in Mumbai and in New York.

use super::*;
use chrono::NaiveTime;
use std::sync::Arc;

/// How long before the opening a token must be proven valid; the manager's number, here to read the rows by.
const READY: Duration = Duration::minutes(30);

fn at(text: &str) -> Moment {
    text.parse().expect("a test's moment")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a test's date")
}

fn names(text: &str) -> Vec<String> {
    exchange_words(text)
}

fn session(exchange: &str, opens: &str, closes: &str) -> Session {
    Session { opens: at(opens), closes: at(closes), exchange: exchange.to_owned() }
}

/// A calendar as a broker fills it in the year of the tests.
fn from_broker() -> Calendar {
    let muhurat = |exchange| session(exchange, "2026-11-08T18:00:00+05:30", "2026-11-08T19:00:00+05:30");
    let saturday = |exchange| session(exchange, "2026-05-02T09:15:00+05:30", "2026-05-02T12:30:00+05:30");
    let normal = |exchange| session(exchange, "2026-01-01T09:15:00+05:30", "2026-01-01T15:30:00+05:30");
    let holidays = vec![
        Holiday {
            date: date("2026-01-01"),
            why: Some("New Year Day".to_owned()),
            closed: vec![],
            open: ["NSE", "BSE"].map(normal).to_vec(),
        },
        Holiday {
            date: date("2026-05-02"),
            why: Some("Disaster recovery drill".to_owned()),
            open: ["NSE", "BSE"].map(saturday).to_vec(),
            ..Holiday::default()
        },
        Holiday {
            date: date("2026-10-02"),
            why: Some("Mahatma Gandhi Jayanti".to_owned()),
            closed: names("NSE BSE NFO BFO CDS BCD"),
            open: vec![session("MCX", "2026-10-02T17:00:00+05:30", "2026-10-02T23:30:00+05:30")],
        },
        Holiday {
            date: date("2026-11-08"),
            why: Some("Diwali (Muhurat trading)".to_owned()),
            open: ["NSE", "BSE", "MCX"].map(muhurat).to_vec(),
            ..Holiday::default()
        },
        Holiday { date: date("2026-11-16"), why: Some("Said and nothing closed".to_owned()), ..Holiday::default() },
    ];
    let published = Published { year: Some(2026), holidays, timings: vec![] };
    INDIA.calendar().with(&published, at("2026-01-01T08:00:00+05:30"))
}

#[test]
fn a_day_gives_its_deadline_or_says_that_nothing_trades() {
    let calendar = from_broker();
    for (sentence, day, exchanges, ready_by) in [
        ("a plain Tuesday", "2026-11-17", "NSE BSE", Some("2026-11-17T08:45:00+05:30")),
        ("currencies open earlier than shares", "2026-11-17", "NSE CDS", Some("2026-11-17T08:30:00+05:30")),
        ("a holiday", "2026-10-02", "NSE BSE NFO BFO", None),
        ("commodities on the evening of a holiday", "2026-10-02", "NSE MCX", Some("2026-10-02T16:30:00+05:30")),
        ("Muhurat trading on a Sunday", "2026-11-08", "NSE BSE", Some("2026-11-08T17:30:00+05:30")),
        ("a special Saturday", "2026-05-02", "NSE", Some("2026-05-02T08:45:00+05:30")),
        ("a special Saturday of the others", "2026-05-02", "MCX", None),
        ("a trading holiday on which everybody trades", "2026-01-01", "NSE BSE", Some("2026-01-01T08:45:00+05:30")),
        ("a holiday on which nobody is closed", "2026-11-16", "NSE", Some("2026-11-16T08:45:00+05:30")),
        ("a holiday that the broker does not list any more", "2026-11-24", "NSE", Some("2026-11-24T08:45:00+05:30")),
        ("a special Sunday that the broker does not list", "2026-02-01", "NSE", Some("2026-02-01T08:45:00+05:30")),
        ("a Saturday", "2026-11-21", "NSE MCX", None),
        ("a weekday of a year that nobody has published", "2031-08-15", "NSE", Some("2031-08-15T08:45:00+05:30")),
        ("a weekend of that year", "2031-08-16", "NSE", None),
        ("exchanges of another market", "2026-11-17", "NYSE", None),
        ("no exchanges", "2026-11-17", "", None),
    ] {
        let found = calendar.trading_day(date(day), &names(exchanges)).map(|day| day.opens - READY);
        assert_eq!(found, ready_by.map(at), "{sentence}");
    }
}

#[test]
fn a_day_says_what_is_known_of_it_and_why_it_is_different() {
    let calendar = from_broker();
    for (sentence, day, exchanges, known, why) in [
        ("a plain day of a published year", "2026-11-17", "NSE", true, None),
        ("a holiday", "2026-10-02", "NSE", true, Some("Mahatma Gandhi Jayanti")),
        ("Muhurat trading", "2026-11-08", "NSE", true, Some("Diwali (Muhurat trading)")),
        ("a special session of others", "2026-11-08", "CDS", true, None),
        ("a holiday that changes nothing", "2026-01-01", "NSE", true, None),
        ("a weekday of an unpublished year", "2031-08-15", "NSE", false, None),
    ] {
        let day = calendar.day(date(day), &names(exchanges));
        assert_eq!((day.known, day.why.as_deref()), (known, why), "{sentence}");
    }
}

#[test]
fn the_built_in_holidays_of_india() {
    let calendar = INDIA.calendar();
    for (sentence, day, exchanges, hours) in [
        ("shares rest at Holi", "2026-03-03", "NSE BSE NFO BFO CDS BCD", None),
        ("commodities open in the evening", "2026-03-03", "NSE MCX", Some(("17:00", "23:30"))),
        ("everybody rests at Christmas", "2026-12-25", "NSE CDS MCX", None),
        ("banks rest, shares do not", "2026-08-26", "NSE CDS", Some(("09:15", "15:30"))),
        ("currencies rest with the banks", "2026-08-26", "CDS BCD", None),
        ("the budget on a Sunday", "2026-02-01", "NSE NFO", Some(("09:15", "15:30"))),
        ("commodities at New Year: the morning alone", "2026-01-01", "MCX", Some(("09:00", "17:00"))),
        ("a plain day goes on until commodities close", "2026-11-17", "NSE MCX", Some(("09:00", "23:30"))),
        ("derivatives close later than shares", "2026-11-17", "NSE NFO", Some(("09:15", "15:40"))),
    ] {
        let clock = |moment: Moment| moment.with_timezone(&calendar.zone()).format("%H:%M").to_string();
        let found = calendar.trading_day(date(day), &names(exchanges)).map(|day| (clock(day.opens), clock(day.closes)));
        assert_eq!(found, hours.map(|(opens, closes)| (opens.to_owned(), closes.to_owned())), "{sentence}");
    }
    assert!(!calendar.day(date("2027-01-26"), &names("NSE")).known, "a list holds for its year");
}

#[test]
fn the_next_session_is_the_first_that_opens_later() {
    let (india, us) = (Arc::new(from_broker()), UNITED_STATES.calendar());
    for (sentence, calendar, exchanges, after, opens) in [
        ("this morning", &india, "NSE", "2026-11-17T03:31:00+05:30", "2026-11-17T09:15:00+05:30"),
        ("open already: tomorrow", &india, "NSE", "2026-11-17T09:15:00+05:30", "2026-11-18T09:15:00+05:30"),
        ("over a weekend", &india, "NSE", "2026-11-20T16:00:00+05:30", "2026-11-23T09:15:00+05:30"),
        (
            "Muhurat trading ends a weekend early",
            &india,
            "NSE",
            "2026-11-06T16:00:00+05:30",
            "2026-11-08T18:00:00+05:30",
        ),
        ("over a holiday and a weekend", &india, "NSE", "2026-10-01T16:00:00+05:30", "2026-10-05T09:15:00+05:30"),
        ("the evening of that holiday", &india, "NSE MCX", "2026-10-01T16:00:00+05:30", "2026-10-02T17:00:00+05:30"),
        ("late in London it is tomorrow in Mumbai", &india, "NSE", "2026-11-17T20:00:00Z", "2026-11-18T09:15:00+05:30"),
        ("over the year's end in India", &india, "NSE", "2026-12-31T23:59:00+05:30", "2027-01-01T09:15:00+05:30"),
        ("over the year's end in New York", &us, "NYSE", "2026-12-31T18:00:00-05:00", "2027-01-04T09:30:00-05:00"),
        ("after the clocks went forward", &us, "NYSE", "2026-03-06T17:00:00-05:00", "2026-03-09T09:30:00-04:00"),
        ("after the clocks went back", &us, "NASDAQ", "2026-10-30T17:00:00-04:00", "2026-11-02T09:30:00-05:00"),
        ("over Thanksgiving", &us, "NYSE", "2026-11-25T17:00:00-05:00", "2026-11-27T09:30:00-05:00"),
    ] {
        let found = calendar.next_session(&names(exchanges), at(after)).map(|session| session.opens);
        assert_eq!(found, Some(at(opens)), "{sentence}");
    }
    assert_eq!(india.next_session(&names("NYSE"), at("2026-11-17T03:31:00+05:30")), None);
}

#[test]
fn new_york_closes_early_on_some_days() {
    let calendar = UNITED_STATES.calendar();
    for (day, closes) in [
        ("2026-11-25", Some("2026-11-25T16:00:00-05:00")),
        ("2026-11-26", None),
        ("2026-11-27", Some("2026-11-27T13:00:00-05:00")),
        ("2026-12-24", Some("2026-12-24T13:00:00-05:00")),
        ("2026-07-03", None),
        ("2025-07-03", Some("2025-07-03T13:00:00-04:00")),
    ] {
        let found = calendar.trading_day(date(day), &names("NYSE NASDAQ")).map(|day| day.closes);
        assert_eq!(found, closes.map(at), "{day}");
    }
}

#[test]
fn a_session_over_the_change_of_clocks_is_as_long_as_it_really_is() {
    let mut calendar = (*UNITED_STATES.calendar()).clone();
    let night = Week { days: vec![chrono::Weekday::Sun], hours: Hours::new((1, 0), (5, 0)) };
    calendar.exchanges.insert("NIGHT".to_owned(), night);
    for (sentence, day, hours) in
        [("forward", "2026-03-08", 3), ("back", "2026-11-01", 5), ("neither", "2026-11-08", 4)]
    {
        let day = calendar.trading_day(date(day), &names("NIGHT")).expect("a session");
        assert_eq!(day.closes - day.opens, Duration::hours(hours), "{sentence}");
    }
}

#[test]
fn timings_win_and_what_they_do_not_name_stays() {
    let short = session("NFO", "2026-11-18T09:15:00+05:30", "2026-11-18T15:45:00+05:30");
    let evening = session("MCX", "2026-12-25T17:00:00+05:30", "2026-12-25T23:55:00+05:30");
    let other_day = session("NSE", "2026-11-20T09:15:00+05:30", "2026-11-20T15:30:00+05:30");
    let backwards = session("BSE", "2026-11-18T15:30:00+05:30", "2026-11-18T09:15:00+05:30");
    let unheard_of = session("XYZ", "2026-11-18T09:15:00+05:30", "2026-11-18T15:45:00+05:30");
    let timings = vec![
        Timing { date: date("2026-11-18"), sessions: vec![short.clone(), other_day, backwards, unheard_of] },
        Timing { date: date("2026-11-19"), sessions: vec![] },
        Timing { date: date("2026-12-25"), sessions: vec![evening.clone()] },
    ];
    let now = at("2026-11-17T08:00:00+05:30");
    let calendar = INDIA.calendar().with(&Published { timings, ..Published::default() }, now);
    let closes = |day, exchanges| calendar.trading_day(date(day), &names(exchanges)).map(|day| day.closes);
    assert_eq!(closes("2026-11-18", "NFO"), Some(short.closes));
    assert_eq!(closes("2026-11-18", "NSE BSE"), Some(at("2026-11-18T15:30:00+05:30")), "odd sessions change nothing");
    assert_eq!(closes("2026-11-18", "XYZ"), None, "an exchange that nobody knows");
    assert_eq!(closes("2026-11-19", "NSE"), Some(at("2026-11-19T15:30:00+05:30")), "an empty list closes nothing");
    assert_eq!(closes("2026-12-25", "NSE MCX"), Some(evening.closes), "the rest of the holiday stays as it was");
    let day = calendar.day(date("2026-12-25"), &names("MCX"));
    assert_eq!(day.why.as_deref(), Some("Christmas"), "and so does its name");
}

#[test]
fn a_brokers_year_is_added_and_its_age_has_names() {
    let built_in = INDIA.calendar();
    let now = at("2027-01-01T08:00:00+05:30");
    assert_eq!(built_in.freshness(now), Freshness::BuiltIn);
    assert_eq!(built_in.clone().with(&Published::default(), now), *built_in, "an answer without content is none");
    let republic = Holiday { date: date("2027-01-26"), closed: names("NSE MCX"), ..Holiday::default() };
    let of = |year| Published { year: Some(year), holidays: vec![republic.clone()], timings: vec![] };
    let calendar = built_in.clone().with(&of(2027), now);
    assert_eq!(calendar.covers(), Covers { from: date("2026-01-01"), to: date("2027-12-31") });
    assert_eq!(calendar.trading_day(date("2026-12-25"), &names("NSE")), None, "last year's list is kept");
    assert_eq!(calendar.trading_day(date("2027-01-26"), &names("NSE")), None);
    assert_eq!(built_in.with(&of(2029), now).covers(), Covers { from: date("2029-01-01"), to: date("2029-12-31") });
    assert_eq!((calendar.source(), calendar.fetched_at()), (Source::Broker, Some(now)));
    let since = now + Duration::days(7);
    for (sentence, later, freshness) in [
        ("at once", now, Freshness::Fresh),
        ("a moment before a week", since - Duration::seconds(1), Freshness::Fresh),
        ("after a week", since, Freshness::Stale { since }),
        ("the clock was set back", now - Duration::days(30), Freshness::Fresh),
    ] {
        assert_eq!(calendar.freshness(later), freshness, "{sentence}");
    }
}

#[test]
fn what_is_kept_on_disk_comes_back_and_another_version_does_not() {
    for calendar in [Arc::new(from_broker()), UNITED_STATES.calendar()] {
        let text = serde_json::to_string(&*calendar).expect("JSON");
        assert_eq!(serde_json::from_str::<Calendar>(&text).expect("read back"), *calendar);
        let newer = text.replacen("\"version\":1", "\"version\":2", 1);
        let error = serde_json::from_str::<Calendar>(&newer).expect_err("another version").to_string();
        assert!(error.contains("version 2"), "{error}");
    }
}

#[test]
fn hours_that_end_before_they_begin_are_no_session() {
    let mut calendar = (*INDIA.calendar()).clone();
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    let hours = Hours { opens: time(15), closes: time(9) };
    calendar.exchanges.insert("ODD".to_owned(), Week { days: vec![chrono::Weekday::Tue], hours });
    assert_eq!(calendar.trading_day(date("2026-11-17"), &names("ODD")), None);
}
