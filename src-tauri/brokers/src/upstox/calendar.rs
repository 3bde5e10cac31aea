//! Upstox's calendar: the holidays of the current year, and the hours of single days.
//!
//! The invariant: who trades is read from the lists of open and closed exchanges alone; the kind of a holiday decides
//! nothing, because days called trading holidays exist on which nobody is closed. Whatever cannot be read is passed over
//! and closes nothing. What this is not: a judge of tokens; these routes are said to need none, so none is shown before
//! one is asked for, and a refusal here never speaks against it.

use super::ask;
use super::wire::{self, No};
use crate::http::Reply;
use crate::{Answer, BrokerError, Failure, Network};
use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::Asia::Kolkata;
use daypass_domain::calendar::{Holiday, Published, Session, Timing};
use daypass_domain::{Credentials, Grant, Moment, Problem, Remedy};
use futures::{StreamExt, future, stream};
use reqwest::Method;
use serde_json::Value;

/// A name is cut here (characters): foreign text, for one line of a window.
const LONGEST_NAME: usize = 80;

/// So many dates are asked about at once: one slow answer after the other would outlast whoever waits for them all.
const AT_ONCE: usize = 5;

/// Asks for the holidays, then for the hours of all dates. A date without an answer is left out: the holidays are worth
/// having without it.
pub(super) async fn fetch(
    net: &Network,
    credentials: &Credentials,
    grant: Option<&Grant>,
    dates: &[NaiveDate],
) -> Answer<Option<Published>> {
    let mut door = Door { net, credentials, grant, shown: false };
    let (reply, entries) = door.list("/v2/market/holidays").await?;
    let holidays: Vec<Holiday> = entries.iter().filter_map(holiday).collect();
    let asked = stream::iter(dates.to_vec()).map(|date| timing(door, date)).buffered(AT_ONCE);
    let timings = asked.filter_map(future::ready).collect().await;
    let year = year(&holidays, net.now);
    Ok(reply.reached(Some(Published { year, holidays, timings })))
}

async fn timing(mut door: Door<'_>, date: NaiveDate) -> Option<Timing> {
    match door.list(&format!("/v2/market/timings/{date}")).await {
        Ok((_, entries)) => Some(Timing { date, sessions: sessions(&entries) }),
        Err(error) => {
            tracing::debug!(%date, code = %error.problem.code, "the hours of a date are left out");
            None
        }
    }
}

/// The way to the calendar's routes, which remembers whether the token had to be shown.
#[derive(Clone, Copy)]
struct Door<'a> {
    net: &'a Network,
    credentials: &'a Credentials,
    grant: Option<&'a Grant>,
    shown: bool,
}

impl Door<'_> {
    /// The entries that a route answers with.
    async fn list(&mut self, path: &str) -> Result<(Reply, Vec<Value>), BrokerError> {
        let mut reply = self.ask(path).await?;
        if !self.shown && self.grant.is_some() && wants_token(&reply) {
            self.shown = true;
            reply = self.ask(path).await?;
        }
        match entries(&reply) {
            Some(entries) => Ok((reply, entries)),
            None if wants_token(&reply) => Err(reply.failed(Failure::Refused, NEEDS_TOKEN)),
            None => Err(No::of(&reply).failure(&reply)),
        }
    }

    async fn ask(&self, path: &str) -> Result<Reply, BrokerError> {
        let grant = self.grant.filter(|_| self.shown);
        ask(self.net, self.credentials, grant, (Method::GET, path)).await
    }
}

/// Whether Upstox itself asks for a token: its code, or its own 401. A proxy's page is not shown one.
fn wants_token(reply: &Reply) -> bool {
    No::of(reply).is_dead_token() || reply.status == 401 && reply.json().is_some()
}

fn entries(reply: &Reply) -> Option<Vec<Value>> {
    if !wire::is_success(reply) {
        return None;
    }
    match reply.json()?.get_mut("data")?.take() {
        Value::Array(entries) => Some(entries),
        _ => None,
    }
}

/// The year whose holidays these are: the current one, if any lies in it. Just after midnight of New Year the list may
/// still be the old one, and says nothing about the new year.
fn year(holidays: &[Holiday], now: Moment) -> Option<i32> {
    let year = now.with_timezone(&Kolkata).year();
    holidays.iter().any(|holiday| holiday.date.year() == year).then_some(year)
}

fn holiday(entry: &Value) -> Option<Holiday> {
    let (closed, open) = (entry.get("closed_exchanges"), entry.get("open_exchanges"));
    let (closed, open) = (closed.and_then(Value::as_array), open.and_then(Value::as_array));
    if closed.is_none() && open.is_none() {
        return None;
    }
    Some(Holiday {
        date: entry.get("date")?.as_str()?.trim().parse().ok()?,
        why: entry.get("description").and_then(Value::as_str).and_then(plain),
        closed: closed.map(|names| names.iter().filter_map(exchange).collect()).unwrap_or_default(),
        open: open.map(|entries| sessions(entries)).unwrap_or_default(),
    })
}

fn sessions(entries: &[Value]) -> Vec<Session> {
    entries.iter().filter_map(session).collect()
}

fn session(entry: &Value) -> Option<Session> {
    Some(Session {
        opens: moment(entry.get("start_time")?)?,
        closes: moment(entry.get("end_time")?)?,
        exchange: exchange(entry.get("exchange")?)?,
    })
}

fn exchange(name: &Value) -> Option<String> {
    name.as_str().map(|name| name.trim().to_uppercase()).filter(|name| !name.is_empty())
}

/// Milliseconds since 1970. Numbers are documented; elsewhere Upstox writes the same as a text.
fn moment(time: &Value) -> Option<Moment> {
    let millis = time.as_i64().or_else(|| time.as_str()?.trim().parse().ok())?;
    DateTime::from_timestamp_millis(millis)
}

fn plain(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

const NEEDS_TOKEN: Problem = Problem::new(
    "calendar_needs_token",
    "Upstox gives its calendar only to who is signed in.",
    "Sign in from Daypass; until then it goes by the calendar that it brings along.",
    Remedy::SignInAgain,
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at;
    use daypass_domain::calendar::INDIA;
    use serde_json::json;

    /// When trading opens by such an entry among the holidays: on 2026-11-16, a Monday, or on the Sunday before.
    fn opens(entry: &Value, date: &str, exchange: &str) -> Option<String> {
        let published =
            Published { year: Some(2026), holidays: holiday(entry).into_iter().collect(), timings: Vec::new() };
        let calendar = INDIA.calendar().with(&published, Moment::default());
        let day = calendar.trading_day(date.parse().expect("a date"), &[exchange.to_owned()])?;
        Some(day.opens.with_timezone(&Kolkata).format("%H:%M").to_string())
    }

    #[test]
    fn lists_decide_and_what_is_odd_closes_nothing() {
        let (monday, sunday) = ("2026-11-16", "2026-11-15");
        let (start, end) = (1_794_832_200_000_i64, 1_794_835_800_000_i64);
        assert_eq!(moment(&json!(start)), Some(at("2026-11-16T18:00:00+05:30")));
        let mcx = |start: Value, end: Value| json!([{"exchange": "MCX", "start_time": start, "end_time": end}]);
        let day = |date, kind, closed, open| json!({"date": date, "holiday_type": kind, "description": "D", "closed_exchanges": closed, "open_exchanges": open});
        let evening = || mcx(json!(start), json!(end));
        for (sentence, entry, date, exchange, expected) in [
            ("closed", day(monday, "TRADING_HOLIDAY", json!(["NSE"]), evening()), monday, "NSE", None),
            ("evening", day(monday, "TRADING_HOLIDAY", json!(["NSE"]), evening()), monday, "MCX", Some("18:00")),
            ("not named", day(monday, "TRADING_HOLIDAY", json!(["NSE"]), evening()), monday, "CDS", Some("09:00")),
            ("nobody closed", day(monday, "TRADING_HOLIDAY", json!([]), json!([])), monday, "NSE", Some("09:15")),
            ("banks rest", day(monday, "SETTLEMENT_HOLIDAY", json!(["CDS"]), json!([])), monday, "CDS", None),
            ("in both lists", day(monday, "X", json!(["MCX"]), evening()), monday, "MCX", Some("18:00")),
            (
                "times as texts",
                day(monday, "X", json!([]), mcx(json!("1794832200000"), json!(" 1794835800000"))),
                monday,
                "MCX",
                Some("18:00"),
            ),
            (
                "times as nonsense",
                day(monday, "X", json!([]), mcx(json!("six"), json!(null))),
                monday,
                "MCX",
                Some("09:00"),
            ),
            (
                "times out of range",
                day(monday, "X", json!([]), mcx(json!(i64::MAX), json!(end))),
                monday,
                "MCX",
                Some("09:00"),
            ),
            ("times of another day", day(sunday, "X", json!([]), evening()), sunday, "MCX", None),
            ("small letters", day(monday, "X", json!([" nse "]), json!([])), monday, "NSE", None),
            (
                "names that are none",
                day(monday, "X", json!([7, null, "", "XYZ"]), json!([])),
                monday,
                "NSE",
                Some("09:15"),
            ),
            ("lists that are none", day(monday, "X", json!("NSE"), json!({})), monday, "NSE", Some("09:15")),
            ("one list", json!({"date": monday, "closed_exchanges": ["NSE"]}), monday, "NSE", None),
            ("a date that is none", day("16-11-2026", "X", json!(["NSE"]), json!([])), monday, "NSE", Some("09:15")),
            ("no date", json!({"closed_exchanges": ["NSE"]}), monday, "NSE", Some("09:15")),
            ("no object", json!("NSE"), monday, "NSE", Some("09:15")),
        ] {
            assert_eq!(opens(&entry, date, exchange).as_deref(), expected, "{sentence}");
        }
    }

    #[test]
    fn only_a_list_that_says_success_is_one() {
        for (sentence, status, body, count) in [
            ("two entries", 200, r#"{"status":"success","data":[{},7]}"#, Some(2)),
            ("none", 200, r#"{"status":"success","data":[]}"#, Some(0)),
            ("one, not in a list", 200, r#"{"status":"success","data":{"date":"2026-11-16"}}"#, None),
            ("no data", 200, r#"{"status":"success"}"#, None),
            ("no success", 200, r#"{"status":"error","data":[]}"#, None),
            ("an error's status", 500, r#"{"status":"success","data":[]}"#, None),
            ("a page", 200, "<html>[]</html>", None),
        ] {
            let found = entries(&Reply::of(status, body)).map(|entries| entries.len());
            assert_eq!(found, count, "{sentence}");
        }
    }

    #[test]
    fn a_list_of_last_year_says_nothing_about_this_one() {
        let list = |date: &str| vec![Holiday { date: date.parse().expect("a date"), ..Holiday::default() }];
        for (sentence, now, holidays, expected) in [
            ("this year", "2026-11-17T08:00:00+05:30", list("2026-01-26"), Some(2026)),
            ("New Year in India, not yet in London", "2026-12-31T20:00:00Z", list("2027-01-26"), Some(2027)),
            ("last year's list at New Year", "2027-01-01T00:05:00+05:30", list("2026-12-25"), None),
            ("no list", "2026-11-17T08:00:00+05:30", vec![], None),
        ] {
            assert_eq!(year(&holidays, at(now)), expected, "{sentence}");
        }
    }

    #[test]
    fn a_name_is_plain_and_short() {
        assert_eq!(plain(" Diwali\u{7}\n (Muhurat) ").as_deref(), Some("Diwali (Muhurat)"));
        assert_eq!(plain("\n"), None);
        assert_eq!(plain(&"x".repeat(500)).map(|text| text.len()), Some(LONGEST_NAME));
    }
}
