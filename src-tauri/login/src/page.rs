//! What a tab is told: how the sign-in ended, or why a request did not count.
//!
//! The heading says what happened, the text what to do, a code comes last. Success is only ever shown because somebody
//! handed a [`Page`] in; nothing here concludes it. All foreign text is escaped by the template. What this is not: it
//! knows no colours and no headers (see `look`).

use crate::gate::Stray;
use crate::look::{Glyph, Sheet};
use chrono::{DateTime, FixedOffset, TimeDelta};
use daypass_domain::{Problem, Remedy};
use maud::{Markup, html};

/// How a sign-in ended. Times are in the zone of the person who reads them.
#[derive(Clone, Debug)]
pub enum Page {
    /// The broker said yes to the new token, and it is stored.
    SignedIn(Pass),
    /// The broker said yes, but the token lives in memory only.
    SignedInNotSaved(NotSaved),
    /// The person said no at the broker.
    Denied,
    /// The wait is over.
    TooLate {
        /// How long it was.
        waited: TimeDelta,
        /// When it ended.
        until: DateTime<FixedOffset>,
    },
    /// Another user than the account's signed in.
    WrongUser {
        /// Who signed in.
        got: String,
        /// Whose account it is.
        wanted: String,
    },
    /// Somebody cancelled it in Daypass.
    Cancelled,
    /// Anything else: the exchange or the probe failed, in the broker part's own sentences.
    Failed(Problem),
}

/// The proven ticket.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Whose it is, where the broker says so.
    pub user: Option<String>,
    /// The moment until which it is good; `None` where the broker gives no end.
    pub until: Option<DateTime<FixedOffset>>,
    /// When the broker said yes to it; this is "today" on the page.
    pub said_yes_at: DateTime<FixedOffset>,
    /// From the start of the sign-in to that yes.
    pub took: TimeDelta,
}

/// Why a new token could not be stored.
#[derive(Clone, Debug)]
pub enum NotSaved {
    /// The person has to unlock it.
    KeyringLocked,
    /// The vault's own sentences.
    Other(Problem),
}

/// The page for the end of a sign-in.
pub(crate) fn result(page: &Page, broker: &str) -> Sheet {
    const NOTHING_CHANGED: &str = "Nothing changed. Start again from Daypass.";
    match page {
        Page::SignedIn(pass) => Sheet { content: ticket(pass, broker), closes: true },
        Page::SignedInNotSaved(why) => not_saved(why),
        Page::Denied => quiet(Glyph::Out, &format!("You said no at {broker}."), NOTHING_CHANGED),
        Page::TooLate { waited, until } => {
            let waited = span(*waited);
            let text = format!(
                "Daypass waited {waited}, until {}. Nothing changed. Start again from Daypass.",
                until.format("%H:%M")
            );
            quiet(Glyph::Out, "This sign-in ran out of time.", &text)
        }
        Page::WrongUser { got, wanted } => {
            let text = format!("Nothing changed. Sign out of {broker} in this browser, then start again from Daypass.");
            loud(Glyph::Note, &format!("That was {got}, not {wanted}."), &html! { (text) })
        }
        Page::Cancelled => quiet(Glyph::Out, "This sign-in was cancelled.", NOTHING_CHANGED),
        Page::Failed(problem) => failed(problem),
    }
}

/// The page while the broker is asked.
pub(crate) fn asking(broker: &str) -> Sheet {
    let heading = format!("Asking {broker}…");
    let text = "Daypass checks the new token. This page shows the answer by itself.";
    sheet("work", Glyph::Work, &heading, &html! { (text) })
}

/// The page for a callback whose state was used before.
pub(crate) fn used() -> Sheet {
    let text = "A reload does that. If Daypass shows Valid, all is well and you may close this tab.";
    quiet(Glyph::Out, "This page was used already.", text)
}

/// The page for a request that does not count.
pub(crate) fn stray(stray: Stray) -> Sheet {
    let (glyph, heading, text) = match stray {
        Stray::WrongState => (
            Glyph::Unknown,
            "Not the sign-in you started.",
            "Daypass ignored this page and still waits for the right one.",
        ),
        Stray::Unclear => (
            Glyph::Unknown,
            "This answer says something twice.",
            "Daypass ignored it and still waits. Sign in again from the page before.",
        ),
        Stray::NotFound => (Glyph::Out, "Nothing is here.", "Daypass only waits for a broker's answer at this port."),
        Stray::NotGet | Stray::NotAPage | Stray::ForeignHost => {
            (Glyph::Out, "Daypass does not answer that.", "It only waits for a broker's answer at this port.")
        }
    };
    quiet(glyph, heading, text)
}

fn ticket(pass: &Pass, broker: &str) -> Markup {
    let today = pass.said_yes_at;
    html! {
        div.pass {
            div.stub {
                span { (today.format("%a")) }
                b { (today.format("%-d")) }
                span { (today.format("%b")) }
            }
            div.facts {
                p { b { (broker) } @if let Some(user) = &pass.user { " " (user) } }
                p.until { (valid_until(pass, broker)) }
                p.fine { (broker) " said yes at " (today.format("%H:%M:%S")) }
            }
        }
        h1 { "Signed in. You may close this tab." }
        p { "It took " (span(pass.took)) "." }
    }
}

fn valid_until(pass: &Pass, broker: &str) -> String {
    let Some(end) = pass.until else { return format!("Valid until {broker} ends it") };
    let spelled = match (end.date_naive() - pass.said_yes_at.date_naive()).num_days() {
        0 => end.format("%H:%M"),
        1 => end.format("%H:%M tomorrow"),
        2..=6 => end.format("%a %H:%M"),
        _ => end.format("%-d %b %Y, %H:%M"),
    };
    format!("Valid until {spelled}")
}

fn not_saved(why: &NotSaved) -> Sheet {
    let heading = "Signed in, not saved yet.";
    match why {
        NotSaved::KeyringLocked => {
            let text = "The keyring is locked, so the token lives in memory until Daypass closes. Bots have it. \
                        Unlock the keyring from Daypass; you may close this tab.";
            loud(Glyph::Lock, heading, &html! { (text) })
        }
        NotSaved::Other(problem) => {
            let text = html! {
                (problem.what) " The token lives in memory until Daypass closes. Bots have it. " (problem.todo)
                " You may close this tab. " (code(problem))
            };
            loud(Glyph::Note, heading, &text)
        }
    }
}

fn failed(problem: &Problem) -> Sheet {
    let glyph = if problem.remedy == Remedy::TryAgain { Glyph::Unknown } else { Glyph::Note };
    loud(glyph, &problem.what, &html! { (problem.todo) " " (code(problem)) })
}

/// The code goes last, for the search box; beside the broker's own words it stands in front of them.
fn code(problem: &Problem) -> Markup {
    html! {
        @match &problem.quote {
            Some(quote) => { "It said: " code { (problem.code) " " (quote) } }
            None => { "Code " (problem.code) "." }
        }
    }
}

fn quiet(glyph: Glyph, heading: &str, text: &str) -> Sheet {
    sheet("out", glyph, heading, &html! { (text) })
}

fn loud(glyph: Glyph, heading: &str, text: &Markup) -> Sheet {
    sheet("soon", glyph, heading, text)
}

fn sheet(tone: &str, glyph: Glyph, heading: &str, text: &Markup) -> Sheet {
    let content = html! {
        div.note.(tone) { (glyph.draw()) h1 { (heading) } p { (text) } }
    };
    Sheet { content, closes: false }
}

/// `9 s`, `5 min`, `1 min 12 s`; number and unit stay on one line.
fn span(length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}\u{a0}s"),
        (minutes, 0) => format!("{minutes}\u{a0}min"),
        (minutes, seconds) => format!("{minutes}\u{a0}min {seconds}\u{a0}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).expect("a moment")
    }

    fn pass(until: Option<&str>) -> Pass {
        Pass {
            user: Some("AB1234".into()),
            until: until.map(at),
            said_yes_at: at("2026-11-19T08:31:09+05:30"),
            took: TimeDelta::seconds(9),
        }
    }

    #[test]
    fn the_end_is_told_as_a_person_would() {
        for (until, expected) in [
            (Some("2026-11-19T15:30:00+05:30"), "Valid until 15:30"),
            (Some("2026-11-20T03:30:00+05:30"), "Valid until 03:30 tomorrow"),
            (Some("2026-11-26T03:30:00+05:30"), "Valid until 26 Nov 2026, 03:30"),
            (Some("2026-11-25T03:30:00+05:30"), "Valid until Wed 03:30"),
            (None, "Valid until Upstox ends it"),
        ] {
            assert_eq!(valid_until(&pass(until), "Upstox"), expected);
        }
    }

    #[test]
    fn lengths_are_short_and_do_not_break() {
        for (seconds, expected) in
            [(9, "9\u{a0}s"), (300, "5\u{a0}min"), (72, "1\u{a0}min 12\u{a0}s"), (-5, "0\u{a0}s")]
        {
            assert_eq!(span(TimeDelta::seconds(seconds)), expected);
        }
    }

    #[test]
    fn each_end_has_its_sentence() {
        let refused = Problem::new(
            "UDAPI100069",
            "Upstox refused the key or secret.",
            "Compare both with your app at Upstox.",
            Remedy::FixSetting,
        );
        let strange =
            Problem::new("UDAPI100500", "Upstox sent an error we don’t know.", "Start again.", Remedy::TryAgain)
                .quoting("Something <i>went</i> wrong");
        for (page, expected) in [
            (Page::SignedIn(pass(None)), "<h1>Signed in. You may close this tab.</h1>"),
            (Page::SignedIn(pass(None)), "It took 9\u{a0}s."),
            (Page::SignedIn(pass(None)), "<b>Upstox</b> AB1234"),
            (Page::SignedIn(pass(None)), "Upstox said yes at 08:31:09"),
            (Page::SignedInNotSaved(NotSaved::KeyringLocked), "<h1>Signed in, not saved yet.</h1>"),
            (Page::SignedInNotSaved(NotSaved::Other(refused.clone())), "lives in memory until Daypass closes"),
            (Page::Denied, "<h1>You said no at Upstox.</h1>"),
            (
                Page::TooLate { waited: TimeDelta::minutes(5), until: at("2026-11-19T08:36:00+05:30") },
                "Daypass waited 5\u{a0}min, until 08:36.",
            ),
            (
                Page::WrongUser { got: "CD5678".into(), wanted: "AB1234".into() },
                "<h1>That was CD5678, not AB1234.</h1>",
            ),
            (Page::Cancelled, "<h1>This sign-in was cancelled.</h1>"),
            (Page::Failed(refused), "Compare both with your app at Upstox. Code UDAPI100069."),
            (Page::Failed(strange), "<code>UDAPI100500 Something &lt;i&gt;went&lt;/i&gt; wrong</code>"),
        ] {
            let html = result(&page, "Upstox").content.into_string();
            assert!(html.contains(expected), "{expected} in {html}");
        }
    }

    #[test]
    fn only_success_closes_its_tab() {
        assert!(result(&Page::SignedIn(pass(None)), "Upstox").closes);
        assert!(!result(&Page::SignedInNotSaved(NotSaved::KeyringLocked), "Upstox").closes, "it must be read");
        assert!(!result(&Page::Denied, "Upstox").closes);
        assert!(!asking("Upstox").closes);
    }
}
