//! Upstox's calendar over real HTTP: at the practice broker, and at servers that misbehave.

#[allow(dead_code, reason = "this suite needs a part of it")]
mod support;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use chrono_tz::Asia::Kolkata;
use daypass_brokers::{Answer, Artefact, Broker, Callback, Failure, Network, find, http_client};
use daypass_domain::calendar::{INDIA, Published};
use daypass_domain::{Calendar, Credentials, Grant, Moment, Secret};
use daypass_practice::{Options, Practice, person};
use std::sync::Arc;
use support::server::{Act, Server};
use support::{MARKER, grant, handshake, network};
use tokio::sync::Barrier;

fn upstox() -> &'static dyn Broker {
    find("upstox").expect("in the table")
}

/// An account at the practice broker, in its time.
struct Desk {
    practice: Practice,
    credentials: Credentials,
}

impl Desk {
    async fn open() -> Self {
        let practice = Practice::start(Options::default()).await.expect("a practice broker");
        let credentials = support::credentials(upstox(), practice.url().as_str().trim_end_matches('/'));
        Self { practice, credentials }
    }

    fn now(&self) -> Moment {
        self.practice.now()
    }

    fn net(&self) -> Network {
        Network { http: http_client(), now: self.now() }
    }

    fn fault(&self, fault: &str) {
        self.practice.fault(fault.parse().expect("a fault"));
    }

    async fn ask(&self, grant: Option<&Grant>, dates: &[NaiveDate]) -> Answer<Option<Published>> {
        upstox().calendar(&self.net(), &self.credentials, grant, dates).await
    }

    async fn calendar(&self, dates: &[NaiveDate]) -> Calendar {
        let published = self.ask(None, dates).await.expect("a calendar").value.expect("Upstox has one");
        INDIA.calendar().with(&published, self.now())
    }

    /// A grant that works.
    async fn sign_in(&self) -> Grant {
        let address = upstox().authorize_url(&self.credentials, &handshake()).expect("an address");
        let redirect = person::approve(&address, None).await.expect("the dialog sends the browser back");
        let code: Vec<_> = redirect.query_pairs().into_owned().filter(|(name, _)| name == "code").collect();
        let callback = Callback::new(code.into_iter().map(|(name, value)| (name, Secret::new(value))));
        let code: Artefact = upstox().read_callback(&self.credentials, &callback).expect("a code");
        upstox().exchange(&self.net(), &self.credentials, &handshake(), &code).await.expect("a grant").value
    }
}

fn hours(calendar: &Calendar, date: NaiveDate, exchange: &str) -> Option<String> {
    let day = calendar.trading_day(date, &[exchange.to_owned()])?;
    let clock = |moment: Moment| moment.with_timezone(&Kolkata).format("%H:%M").to_string();
    Some(format!("{}-{}", clock(day.opens), clock(day.closes)))
}

#[tokio::test]
async fn the_practice_brokers_year_becomes_a_calendar() {
    let desk = Desk::open().await;
    let year = desk.now().with_timezone(&Kolkata).year();
    let date = |month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a date");
    let weekday = |from: NaiveDate| {
        (0..7).map(|days| from + Days::new(days)).find(|day| day.weekday() == Weekday::Wed).expect("a Wednesday")
    };
    let first = (0..3).map(|days| date(1, 1) + Days::new(days));
    let new_year = first.into_iter().find(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    let festive = NaiveDate::from_weekday_of_month_opt(year, 11, Weekday::Sun, 2).expect("a Sunday");
    let (plain, saturday) = (weekday(date(11, 17)), weekday(date(11, 17)) + Days::new(3));
    let calendar = desk.calendar(&[plain, saturday, festive]).await;
    for (sentence, date, exchange, expected) in [
        ("a plain day", plain, "NSE", Some("09:15-15:30")),
        ("derivatives on a plain day", plain, "NFO", Some("09:15-15:40")),
        ("a Saturday", saturday, "NSE", None),
        ("the festive hour on a Sunday", festive, "NSE", Some("18:00-19:00")),
        ("a trading holiday on which everybody trades", new_year.expect("a weekday"), "NSE", Some("09:15-15:30")),
    ] {
        assert_eq!(hours(&calendar, date, exchange).as_deref(), expected, "{sentence}: {date}");
    }
    let closed = [date(1, 26), date(5, 1), date(8, 15), date(10, 2), date(12, 25)];
    let on_weekdays = closed.into_iter().filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    for holiday in on_weekdays {
        assert_eq!(hours(&calendar, holiday, "NSE"), None, "{holiday}");
        assert_eq!(hours(&calendar, holiday, "MCX").as_deref(), Some("17:00-23:30"), "{holiday}");
    }
    assert!(calendar.covers().contains(date(12, 31)) && calendar.fetched_at().is_some());
}

#[tokio::test]
async fn the_token_is_shown_only_when_it_is_asked_for() {
    let desk = Desk::open().await;
    let grant = desk.sign_in().await;
    desk.fault("holidays:UDAPI100050");
    let published = desk.ask(Some(&grant), &[]).await.expect("the second time").value.expect("a calendar");
    assert!(published.year.is_some());
    desk.fault("holidays:UDAPI100050");
    let error = desk.ask(None, &[]).await.expect_err("there is no token to show");
    assert_eq!((error.failure, error.problem.code.as_ref()), (Failure::Refused, "calendar_needs_token"));

    let open = Server::start(Act::json(200, r#"{"status":"success","data":[]}"#)).await;
    let wants = Server::start(Act::json(401, r#"{"errors":[{"errorCode":"UDAPI100050"}]}"#)).await;
    let page = Server::start(Act::page(401)).await;
    let bearer = format!("Bearer {MARKER}-old-access");
    for (sentence, server, shown) in [
        ("an open route", &open, vec![None]),
        ("a route that wants a token", &wants, vec![None, Some(bearer.as_str())]),
        ("a proxy's page", &page, vec![None]),
    ] {
        let credentials = support::credentials(upstox(), &server.base);
        let _ = upstox().calendar(&network(), &credentials, Some(&support::grant()), &[]).await;
        let seen = server.seen();
        assert!(seen.iter().all(|seen| seen.line == "GET /v2/market/holidays"), "{sentence}");
        assert_eq!(seen.iter().map(|seen| seen.header("authorization")).collect::<Vec<_>>(), shown, "{sentence}");
    }
}

#[tokio::test]
async fn a_token_that_was_asked_for_is_shown_from_then_on() {
    let desk = Desk::open().await;
    let grant = desk.sign_in().await;
    let date = desk.now().with_timezone(&Kolkata).date_naive();
    for (sentence, faults, timings) in [
        ("asked for by the second route: shown to it then", &["timings:UDAPI100050"][..], 1),
        // Had it not been shown at once, the second attempt would have brought the hours.
        ("asked for by the first: no second attempt", &["holidays:UDAPI100050", "timings:UDAPI100050"], 0),
    ] {
        faults.iter().for_each(|fault| desk.fault(fault));
        let published = desk.ask(Some(&grant), &[date]).await.expect(sentence).value.expect("a calendar");
        assert_eq!(published.timings.len(), timings, "{sentence}");
    }
}

#[tokio::test]
async fn faults_on_the_way_are_unknown_and_a_date_without_an_answer_is_left_out() {
    let desk = Desk::open().await;
    let date = desk.now().with_timezone(&Kolkata).date_naive();
    let dates = [date, date.succ_opt().expect("tomorrow")];
    for what in ["503", "500", "429/5", "html", "truncate", "drop", "lose"] {
        desk.fault(&format!("holidays:{what}"));
        let error = desk.ask(None, &dates).await.expect_err(what);
        assert_eq!(error.failure, Failure::Unknown, "{what}: {error}");
        let patience = (what == "429/5").then(|| chrono::Duration::seconds(5));
        assert_eq!(error.retry_after, patience, "{what}");
    }
    for what in ["503", "500", "429/5", "html", "truncate", "drop", "lose", "UDAPI1088"] {
        desk.fault(&format!("timings:{what}"));
        let published = desk.ask(None, &dates).await.expect(what).value.expect("a calendar");
        assert_eq!((published.timings.len(), published.holidays.is_empty()), (1, false), "{what}");
    }
    desk.fault("holidays:UDAPI10000");
    assert_eq!(desk.ask(None, &[]).await.expect_err("refused").failure, Failure::Refused);
}

#[tokio::test]
async fn all_dates_are_asked_about_at_once_and_keep_their_order() {
    let first = NaiveDate::from_ymd_opt(2026, 11, 16).expect("a date");
    let dates: Vec<NaiveDate> = (0..5).map(|days| first + Days::new(days)).collect();
    let body = r#"{"status":"success","data":[]}"#;
    let server = Server::start(Act::Meet("/timings/", Arc::new(Barrier::new(dates.len())), body)).await;
    let credentials = support::credentials(upstox(), &server.base);
    let published = upstox().calendar(&network(), &credentials, None, &dates).await.expect("all answers");
    let published = published.value.expect("a calendar");
    assert_eq!(published.timings.iter().map(|timing| timing.date).collect::<Vec<_>>(), dates);
}

#[tokio::test]
async fn a_broker_without_a_calendar_says_so_and_is_not_asked() {
    let server = Server::start(Act::Drop).await;
    let oauth2 = find("oauth2").expect("in the table");
    let credentials = support::credentials(oauth2, &server.base);
    let reached = oauth2.calendar(&network(), &credentials, Some(&grant()), &[]).await.expect("an answer");
    assert!(reached.value.is_none() && server.seen().is_empty());
}
