//! The clock: its waits, and whom it believes.
#![allow(clippy::disallowed_methods, reason = "what is tested here is compared with the system's own clock")]

use super::*;

#[tokio::test]
async fn a_moment_in_the_past_is_not_waited_for() {
    RealClock::default().until(Utc::now() - Duration::hours(1)).await;
}

#[tokio::test]
async fn a_moment_in_the_future_has_come_when_the_wait_is_over() {
    let clock = RealClock::default();
    let moment = clock.now() + Duration::milliseconds(30);
    clock.until(moment).await;
    assert!(clock.now() >= moment);
}

#[test]
fn the_brokers_clock_counts_once_it_is_taken_over() {
    let clock = RealClock::default();
    let ahead = |clock: &RealClock| (clock.now() - Utc::now()).num_seconds();
    // What a broker says of our clock, in order: is it news, and how far is this computer's clock behind then?
    for (sentence, ahead_by, news, behind) in [
        ("a clock that is 94 s slow", 94, true, 94),
        ("the next answer agrees", 1, false, 94),
        ("one that contradicts is not believed", 7_106, false, 94),
        ("two in a row are", 7_106, true, 7_200),
        ("an answer's way takes a moment", 2, false, 7_200),
        ("again one that contradicts", -3_600, false, 7_200),
        ("another agrees: the contradiction is forgotten", 0, false, 7_200),
        ("and begins anew", -3_600, false, 7_200),
        ("one that has the wall clock on its side is believed at once", -7_195, true, 0),
    ] {
        let before = ahead(&clock);
        assert_eq!(clock.heard(clock.asking(), Duration::seconds(ahead_by)), news, "{sentence}");
        assert!((ahead(&clock) - before).abs() <= 1, "{sentence}: not before the manager takes it over");
        let shift = clock.adopt().num_seconds();
        assert!((ahead(&clock) - before - shift).abs() <= 1, "{sentence}: by exactly what it says");
        assert!((clock.behind().num_seconds() - behind).abs() <= 1, "{sentence}: {}", clock.behind());
    }
}

#[test]
fn what_was_asked_before_a_correction_or_slept_through_says_nothing() {
    let clock = RealClock::default();
    let (first, second) = (clock.asking(), clock.asking());
    assert!(clock.heard(first, Duration::hours(2)));
    clock.adopt();
    assert!(!clock.heard(second, Duration::hours(2)), "the second account asked at the same time");
    assert_eq!(clock.behind().num_minutes(), 120, "once, not twice");
    let long_ago = Asking { steady: steady() - 3_600_000, ..clock.asking() };
    assert!(!clock.heard(long_ago, Duration::hours(1)), "the lid was shut in between");
}

#[test]
fn nobody_holds_a_token_so_that_the_wall_is_believed() {
    let clock = RealClock::default();
    assert!(clock.heard(clock.asking(), Duration::hours(3)));
    assert!(clock.believe_the_wall());
    assert!(clock.behind().is_zero());
}
