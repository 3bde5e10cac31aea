//! Days that are not like the others, and the evening before: the right deadline, or silence.

use crate::days_market::{at_upstox, signed_in, told};
use chrono_tz::{America::New_York, Asia::Kolkata};
use daypass_domain::account::EXCHANGES;
use daypass_domain::calendar::{Holiday, INDIA, Published, Session};
use daypass_domain::{BrokerProfile, DailyCutoff, Moment, OpenBrowser, Problem, Remedy};
use daypass_manager::account::Setup;
use daypass_manager::check::{Aspect, Finding};
use daypass_manager::event::Presence;
use daypass_manager::view::Ready;
use daypass_testkit::{Life, Person, SimBroker, World, at, id, ist, minutes, oauth2, seconds, upstox};
use std::sync::Arc;

fn port_taken() -> Finding {
    let problem = Problem::new("port_taken", "Port 5001 is taken by nginx (pid 812).", "End it.", Remedy::FixSetting);
    Finding { aspect: Aspect::Port, problem: Some(problem), risk: true, seen: "5001 is taken".to_owned() }
}

fn looked_at(world: &World) -> Option<Moment> {
    world.account(&id("upstox")).check.as_ref().map(|check| check.at)
}

#[test]
fn a_port_that_is_taken_in_the_evening_is_named_once_and_goes_when_it_is_free() {
    let mut world = signed_in(ist("17 08:41"));
    world.findings = vec![port_taken()];
    world.run_until(ist("17 19:59"));
    assert_eq!(looked_at(&world), None, "not before 20:00");
    for (now, looked) in [("17 20:00", "17 20:00"), ("17 20:29", "17 20:00"), ("17 21:59", "17 21:30")] {
        world.run_until(ist(now));
        assert_eq!(looked_at(&world), Some(ist(looked)), "at {now}");
    }
    world.findings.clear();
    world.run_until(ist("17 23:59"));
    assert_eq!(looked_at(&world), Some(ist("17 22:00")), "what is mended is not looked at again");
    assert_eq!(
        world.record.page(Kolkata, ist("17 09:00")),
        "\
Tue 20:00 notification evening: Tomorrow's open at 09:15 IST is at risk. Port 5001 is taken by nginx (pid 812). End it.
Tue 22:00 notification withdrawn
"
    );
}

#[test]
fn a_port_that_is_still_taken_in_the_morning_is_no_news() {
    let mut world = signed_in(ist("17 08:41"));
    world.findings = vec![port_taken()];
    world.run_until(ist("18 08:20"));
    // What listened let go for a minute: the sign-in goes through, the look still finds it.
    world.sign_in(&id("upstox"));
    world.run_until(ist("18 08:31"));
    let readiness = world.view(&id("upstox")).readiness.expect("a session");
    assert_eq!((readiness.state, readiness.why), (Ready::Ready, None), "who is signed in needs no port any more");
    assert_eq!(told(&world, ist("17 09:00")).iter().filter(|(_, kind)| *kind == "evening").count(), 1);
    world.findings.clear();
    world.run_until(ist("18 09:05"));
    assert_eq!(world.view(&id("upstox")).readiness.map(|readiness| readiness.state), Some(Ready::Ready));
    assert_eq!(told(&world, ist("18 08:21")), [], "a success is no reason to take another notification away");
    world.findings = vec![port_taken()];
    world.run_until(ist("18 20:05"));
    assert_eq!(told(&world, ist("18 08:21")), [(ist("18 20:00"), "evening")], "the next evening is looked at again");
}

#[test]
fn a_finding_that_stays_is_told_once_each_evening() {
    let mut world = at_upstox(ist("17 08:41"));
    world.broker.life = Life::Own(daypass_testkit::hours(24 * 14));
    world.sign_in(&id("upstox"));
    world.findings = vec![port_taken()];
    world.run_until(ist("23 08:00"));
    let evenings: Vec<_> = told(&world, ist("17 09:00"));
    let expected = ["17", "18", "19", "22"].map(|day| (ist(&format!("{day} 20:00")), "evening"));
    assert_eq!(evenings, expected, "before Wednesday, Thursday, Friday and Monday");
}

#[test]
fn a_finding_in_quiet_hours_is_told_in_the_morning_and_says_today() {
    let mut world = signed_in(ist("17 08:41"));
    let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    world.policy.quiet = Some(daypass_domain::QuietHours { from: time(19), to: time(7) });
    world.event(daypass_manager::Event::LocalOffset(chrono::FixedOffset::east_opt(19_800).expect("an offset")));
    world.findings = vec![port_taken()];
    world.run_until(ist("18 07:59"));
    let notices: Vec<_> = world.record.notices().skip(1).map(|(at, notice)| (at, notice.title.as_str())).collect();
    assert_eq!(notices, [(ist("18 07:00"), "Today's open at 09:15 IST is at risk.")]);
}

#[test]
fn an_evening_that_was_slept_through_is_made_up_for_before_the_open() {
    let mut world = at_upstox(ist("16 08:41"));
    world.broker.life = Life::Own(daypass_testkit::hours(24 * 14));
    world.sign_in(&id("upstox"));
    world.event(daypass_manager::Event::Network(true));
    world.run_until(ist("17 18:00"));
    world.findings = vec![port_taken()];
    world.sleep_until(ist("18 07:50"));
    assert_eq!(looked_at(&world), Some(ist("16 20:00")), "not before there is a network");
    world.run_until(ist("18 08:30"));
    let notices: Vec<_> = world.record.notices().skip(1).map(|(at, notice)| (at, notice.title.as_str())).collect();
    assert_eq!(notices, [(ist("18 07:50:30"), "Today's open at 09:15 IST is at risk.")]);
    world.findings.clear();
    world.sleep_until(ist("18 08:50"));
    world.run_until(ist("18 19:59"));
    world.sleep_until(ist("19 08:50"));
    world.run_until(ist("19 12:00"));
    assert_eq!(looked_at(&world), Some(ist("18 08:50:30")), "past the ready-by time it would help nobody");
}

/// NSE and NFO on Muhurat (Sunday the 8th) and on a special Saturday (the 14th).
fn special_days() -> Published {
    let holiday = |opens: &str, closes: &str, why: &str| {
        let open = ["NSE", "NFO"].map(|exchange| Session {
            opens: ist(opens),
            closes: ist(closes),
            exchange: exchange.to_owned(),
        });
        Holiday { date: ist(opens).date_naive(), why: Some(why.to_owned()), closed: Vec::new(), open: open.to_vec() }
    };
    let holidays = vec![
        holiday("08 18:00", "08 19:00", "Diwali (Muhurat trading)"),
        holiday("14 09:15", "14 12:30", "Live test of the disaster recovery site"),
    ];
    Published { holidays, ..Published::default() }
}

const MORNING: [(&str, &str); 4] =
    [("08:30", "reminder"), ("08:45", "ready_by"), ("09:00", "quarter"), ("09:10", "five")];

#[test]
fn a_day_has_the_right_deadline_or_is_silent() {
    let muhurat = [("16:00", "reminder"), ("17:30", "ready_by"), ("17:45", "quarter"), ("17:55", "five")];
    let commodities = [("15:00", "reminder"), ("16:30", "ready_by"), ("16:45", "quarter"), ("16:55", "five")];
    for (sentence, exchanges, signed_in, day, steps) in [
        ("a plain Wednesday", "", "17 08:41", "18", &MORNING[..]),
        ("a Saturday", "", "20 08:41", "21", &[]),
        ("a Sunday", "", "20 08:41", "22", &[]),
        ("the Monday after", "", "20 08:41", "23", &MORNING),
        ("a holiday in the week", "", "23 08:41", "24", &[]),
        ("the day after the holiday", "", "23 08:41", "25", &MORNING),
        ("MCX opens in the evening of that holiday", "MCX", "23 08:41", "24", &commodities),
        ("Muhurat on a Sunday", "", "07 10:00", "08", &muhurat),
        ("Muhurat is not for MCX unless the list says so", "MCX", "07 10:00", "08", &[]),
        ("a special Saturday", "", "13 08:41", "14", &MORNING),
    ] {
        let mut setup = upstox();
        setup.account.options.insert(EXCHANGES.to_owned(), exchanges.to_owned());
        let cutoff = setup.profile.cutoff.expect("Upstox has a cut-off");
        let mut world = World::new(ist(signed_in), SimBroker::new(Life::Cutoff(cutoff)), vec![setup]);
        world.calendar = Some(Arc::new(INDIA.calendar().with(&special_days(), ist("01 09:00"))));
        world.presence(Presence::Away);
        world.sign_in(&id("upstox"));
        world.run_until(ist(&format!("{day} 23:59")));
        let expected: Vec<_> = steps.iter().map(|(time, kind)| (ist(&format!("{day} {time}")), *kind)).collect();
        assert_eq!(told(&world, ist(&format!("{day} 00:00"))), expected, "{sentence}");
        assert_eq!(world.record.tabs(), 1, "{sentence}");
    }
}

#[test]
fn the_evening_looks_ahead_to_a_sunday_that_trades() {
    let mut world = at_upstox(ist("06 08:41"));
    world.calendar = Some(Arc::new(INDIA.calendar().with(&special_days(), ist("01 09:00"))));
    world.broker.life = Life::Own(daypass_testkit::hours(100));
    world.sign_in(&id("upstox"));
    world.findings = vec![port_taken()];
    world.run_until(ist("08 12:00"));
    // The built-in days know no session on the 7th, and the broker's list names the 8th.
    let titles: Vec<_> = world.record.notices().skip(1).map(|(at, notice)| (at, notice.title.as_str())).collect();
    assert_eq!(titles, [(ist("07 20:00"), "Tomorrow's open at 18:00 IST is at risk.")]);
}

#[test]
fn the_first_day_of_a_year_that_nobody_has_published_is_a_trading_day() {
    let eve = at("2026-12-31T08:41:00+05:30");
    let mut world = signed_in(eve);
    world.presence(Presence::Away);
    world.run_until(at("2027-01-01T12:00:00+05:30"));
    let expected = MORNING.map(|(time, kind)| (at(&format!("2027-01-01T{time}:00+05:30")), kind));
    assert_eq!(told(&world, eve + minutes(1)), expected);
    let readiness = world.view(&id("upstox")).readiness.expect("a session");
    assert_eq!(readiness.closes, at("2027-01-01T15:40:00+05:30"));
}

/// A broker in New York that ends every token at midnight there.
pub(crate) fn in_new_york() -> (Setup, DailyCutoff) {
    let cutoff = DailyCutoff::new(0, 0, New_York);
    let setup = oauth2();
    // A profile lives as long as the program, and so does this one.
    let profile: &'static BrokerProfile =
        Box::leak(Box::new(BrokerProfile { cutoff: Some(cutoff), ..setup.profile.clone() }));
    let renewal = daypass_domain::Renewal::None;
    (Setup { profile, renewal, ..setup }, cutoff)
}

#[test]
fn new_yorks_deadlines_stay_on_its_own_clock_when_that_changes() {
    for (sentence, signed_in, weekend, monday, offset) in [
        ("the clocks go back", "2026-10-30T08:41:00-04:00", "2026-11-02T00:00:00-05:00", "2026-11-02", "-05:00"),
        ("the clocks go forward", "2026-03-06T08:41:00-05:00", "2026-03-09T00:00:00-04:00", "2026-03-09", "-04:00"),
    ] {
        let (setup, cutoff) = in_new_york();
        let mut world = World::new(at(signed_in), SimBroker::new(Life::Cutoff(cutoff)), vec![setup]);
        world.presence(Presence::Away);
        world.sign_in(&id("oauth2"));
        world.run_until(at(weekend));
        assert_eq!(told(&world, at(signed_in) + minutes(1)), [], "{sentence}: a weekend is silent");
        world.run_until(at(&format!("{monday}T12:00:00{offset}")));
        let steps = [("08:30", "reminder"), ("09:00", "ready_by"), ("09:15", "quarter"), ("09:25", "five")];
        let expected = steps.map(|(time, kind)| (at(&format!("{monday}T{time}:00{offset}")), kind));
        assert_eq!(told(&world, at(signed_in) + minutes(1)), expected, "{sentence}");
    }
}

#[test]
fn a_click_on_the_reminder_makes_the_day_ready_in_new_york_as_well() {
    let (setup, cutoff) = in_new_york();
    let mut world = World::new(at("2026-11-02T08:00:00-05:00"), SimBroker::new(Life::Cutoff(cutoff)), vec![setup]);
    world.policy.open_browser = OpenBrowser::AskFirst;
    world.sign_in(&id("oauth2"));
    world.run_until(at("2026-11-03T00:01:00-05:00"));
    world.person = Person { clicks: Some(seconds(20)), signs_in: Some(seconds(40)), denies: false };
    world.run_until(at("2026-11-03T09:00:00-05:00"));
    assert_eq!(world.view(&id("oauth2")).readiness.map(|readiness| readiness.state), Some(Ready::Ready));
}
