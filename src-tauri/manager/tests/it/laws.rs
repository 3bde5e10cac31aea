//! Laws: what holds on every day, however odd. Random days are run in the same world as the written ones, which checks
//! after each step that nothing is due in the past, that all work has an end, and that no ended or refused token leaves.

use daypass_brokers::{Artefact, BrokerError, Failure, Probe};
use daypass_domain::{AccountId, Attempt, Generation, Moment, Problem, Remedy, Rotation, Secret};
use daypass_manager::account::Load;
use daypass_manager::event::{Presence, Ticket, Written};
use daypass_manager::market::day_clock;
use daypass_manager::{Answer, Ask, Event, Trip};
use daypass_testkit::{
    Entry, Life, Person, Renewing, Request, SimBroker, Weather, World, hours, id, ist, minutes, oauth2_with, seconds,
    upstox,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One thing that happens to a world.
#[derive(Clone, Debug)]
enum Act {
    Ask(Ask),
    Run(i64),
    Sleep(i64),
    Crash(i64),
    Presence(bool),
    Person(Option<i64>, bool),
    Weather(Weather, i64),
    Locked(i64),
    Hangs(i64),
    Revoke,
    Stranger(bool),
    SlowBroker(i64),
    SlowVault(i64),
    Port(bool),
    NoBrowser(bool),
    Stale(u8, u64),
    Twice(u8),
}

fn asks() -> impl Strategy<Value = Ask> {
    prop_oneof![
        4 => any::<bool>().prop_map(|open| Ask::SignIn { open }),
        3 => any::<bool>().prop_map(|open| Ask::Refresh { open }),
        2 => Just(Ask::Finished),
        2 => Just(Ask::Cancel),
        1 => Just(Ask::Probe),
        1 => (0..3u64).prop_map(|generation| Ask::ReportInvalid(Generation(generation))),
        1 => Just(Ask::SignOut),
        1 => Just(Ask::Pause(None)),
        1 => Just(Ask::Resume),
    ]
}

fn acts() -> impl Strategy<Value = Act> {
    let weather = prop_oneof![Just(Weather::Silent), Just(Weather::Unreachable), Just(Weather::BadSetting)];
    prop_oneof![
        8 => asks().prop_map(Act::Ask),
        4 => (0..120i64).prop_map(Act::Run),
        4 => (0..40_000i64).prop_map(Act::Run),
        2 => (0..90_000i64).prop_map(Act::Sleep),
        2 => (0..4_000i64).prop_map(Act::Crash),
        2 => any::<bool>().prop_map(Act::Presence),
        3 => (proptest::option::of(0..400i64), proptest::bool::weighted(0.2)).prop_map(|(after, denies)| Act::Person(after, denies)),
        2 => (weather, 1..20_000i64).prop_map(|(weather, span)| Act::Weather(weather, span)),
        1 => (1..9_000i64).prop_map(Act::Locked),
        1 => (1..9_000i64).prop_map(Act::Hangs),
        1 => Just(Act::Revoke),
        1 => any::<bool>().prop_map(Act::Stranger),
        1 => (0..100i64).prop_map(Act::SlowBroker),
        1 => (0..100i64).prop_map(Act::SlowVault),
        1 => proptest::bool::weighted(0.2).prop_map(Act::Port),
        1 => proptest::bool::weighted(0.2).prop_map(Act::NoBrowser),
        3 => (any::<u8>(), 0..60u64).prop_map(|(kind, number)| Act::Stale(kind, number)),
        2 => any::<u8>().prop_map(Act::Twice),
    ]
}

/// Which kind of account.
fn kinds() -> impl Strategy<Value = u8> {
    0..6u8
}

fn world(kind: u8) -> World {
    let start = ist("17 08:41");
    let own = |minutes_long| SimBroker::new(Life::Own(minutes(minutes_long)));
    let renewing = |renewing: Renewing, rotation| {
        let broker = SimBroker::renewing(Life::Own(minutes(45)), renewing);
        World::new(start, broker, vec![oauth2_with(rotation)])
    };
    let short = Renewing { grant: Some(hours(9)), ..Renewing::default() };
    match kind {
        0 => {
            World::new(start, SimBroker::new(Life::Cutoff(upstox().profile.cutoff.expect("a cut-off"))), vec![upstox()])
        }
        1 => World::new(start, own(480), vec![upstox()]),
        2 => renewing(short, Rotation::IfPresent),
        3 => renewing(Renewing { one_time: true, ..short }, Rotation::OneTime),
        4 => renewing(Renewing { rolls: true, caps: true, ..short }, Rotation::IfPresent),
        _ => World::new(start, SimBroker::new(Life::Unknown), vec![upstox()]),
    }
}

/// Any answer at all.
fn answer(kind: u8) -> Answer {
    const X: Problem = Problem::new("X", "It failed.", "Try again.", Remedy::SignInAgain);
    let error = || BrokerError { failure: Failure::Refused, problem: X, retry_after: None };
    match kind % 11 {
        0 => Answer::Loaded(Ok(None)),
        1 => Answer::Saved(Ok(Written { at: Moment::default(), backups: 1 })),
        2 => Answer::Listening(Ok("http://127.0.0.1:9/stale".to_owned())),
        3 => Answer::Returned(Ok(Artefact(Secret::new("stale-code-of-nobody")))),
        4 => Answer::Exchanged(Err(error())),
        5 => Answer::Probed(Probe::Invalid(X), Trip::default()),
        6 => Answer::Renewed(Err(error())),
        7 => Answer::Revoked(Ok(())),
        8 => Answer::Opened(Ok(())),
        9 => Answer::Opened(Err(X)),
        _ => Answer::Probed(Probe::Valid { user: None }, Trip::default()),
    }
}

/// The numbers that the account waits for.
fn live(world: &World, id: &AccountId) -> BTreeSet<Attempt> {
    let account = world.account(id);
    let loading = match account.load {
        Load::Pending(flight, _) => Some(flight.attempt),
        _ => None,
    };
    let saving = account.saved.pending.map(|flight| flight.attempt);
    account.work.as_ref().map(|work| work.attempt).into_iter().chain(loading).chain(saving).collect()
}

/// What the account knows, without what time does to it by itself.
fn picture(world: &World, id: &AccountId) -> String {
    let account = world.account(id);
    let token = (&account.grant, account.generation, &account.proof, &account.saved, &account.load);
    format!("{token:?} {:?} {:?} {:?} {:?}", account.facts, account.work, account.trouble, account.waiting)
}

struct Day {
    world: World,
    id: AccountId,
    tickets: Vec<Ticket>,
    /// Where in the record the program was killed before it could write down whom it had told what.
    forgot: Vec<usize>,
    /// Where in the record the program was started again.
    starts: Vec<usize>,
}

impl Day {
    fn new(kind: u8) -> Self {
        let mut world = world(kind);
        let id = world.state.order()[0].clone();
        world.run_for(seconds(0));
        world.sign_in(&id);
        Self { world, id, tickets: Vec::new(), forgot: Vec::new(), starts: Vec::new() }
    }

    fn act(&mut self, act: &Act) {
        let (world, id) = (&mut self.world, &self.id);
        let now = world.now;
        match act {
            Act::Ask(ask) => self.tickets.push(world.ask_only(id, ask.clone())),
            Act::Run(span) => world.run_for(seconds(*span)),
            Act::Sleep(span) => world.sleep_until(now + seconds(*span)),
            Act::Crash(span) => {
                // Whoever asked a program that was killed gets no reply from the next one.
                self.tickets.clear();
                let account = world.account(id);
                if account.saved.pending.is_some() || account.saved.failed.is_some() || account.load != Load::Done {
                    self.forgot.push(world.record.entries.len());
                }
                self.starts.push(world.record.entries.len());
                world.crash_for(seconds(*span));
            }
            Act::Presence(there) => world.presence(if *there { Presence::There } else { Presence::Away }),
            Act::Person(after, denies) => {
                world.person = Person { signs_in: after.map(seconds), denies: *denies, clicks: None };
            }
            Act::Weather(weather, span) => world.broker.weather.push((now, now + seconds(*span), *weather)),
            Act::Locked(span) => world.vault.locked.push((now, now + seconds(*span))),
            Act::Hangs(span) => world.vault.hangs.push((now, now + seconds(*span))),
            Act::Revoke => world.broker.revoke_all(),
            Act::Stranger(stranger) => world.broker.user = if *stranger { "ZZ9999" } else { "AB1234" },
            Act::SlowBroker(span) => world.broker.takes = seconds(*span),
            Act::SlowVault(span) => world.vault.takes = seconds(*span),
            Act::Port(taken) => world.port_taken = *taken,
            Act::NoBrowser(none) => world.no_browser = *none,
            Act::Stale(kind, number) => stale(world, id, *kind, Attempt(*number)),
            Act::Twice(kind) => twice(world, id, *kind),
        }
    }
}

/// An answer with a number that nobody waits for changes nothing.
fn stale(world: &mut World, id: &AccountId, kind: u8, number: Attempt) {
    world.run_for(seconds(0));
    if live(world, id).contains(&number) {
        return;
    }
    let before = picture(world, id);
    world.event(Event::Answer(id.clone(), number, answer(kind)));
    assert_eq!(picture(world, id), before, "an answer with an old number changed something");
}

/// An answer with the right number that comes out of turn changes nothing either.
fn twice(world: &mut World, id: &AccountId, kind: u8) {
    world.run_for(seconds(0));
    let Some(work) = world.account(id).work.clone() else { return };
    let answer = answer(kind);
    if work.expects(&answer) || matches!(answer, Answer::Loaded(_) | Answer::Saved(_)) {
        return;
    }
    let before = picture(world, id);
    world.event(Event::Answer(id.clone(), work.attempt, answer));
    assert_eq!(picture(world, id), before, "an answer out of turn changed something");
}

/// Laws about the whole record.
fn check_record(Day { world, id, forgot, starts, .. }: &Day) {
    let clock = day_clock(world.account(id));
    assert_eq!(world.broker.resent, 0, "a spent code or refresh token was sent again");
    let mut newest = 0;
    let (mut listens, mut tabs) = (0, 0);
    let mut told: BTreeMap<String, u32> = BTreeMap::new();
    let (mut saved, mut failed) = (0, false);
    for (index, (at, _, entry)) in world.record.entries.iter().enumerate() {
        if forgot.contains(&index) {
            told.clear();
        }
        if starts.contains(&index) {
            // Which generation is on a disk that cannot be read is not known: it counts anew until it is.
            newest = 0;
        }
        match entry {
            Entry::Listening => (listens, tabs) = (listens + 1, 0),
            Entry::Tab => {
                tabs += 1;
                assert!(listens > 0 && tabs <= 1, "a second tab for one sign-in at {at}");
            }
            Entry::Saved(generation) => saved = saved.max(generation.0),
            Entry::Log(_, line) if line.contains("in memory only") => failed = true,
            Entry::Delivered(generation) => {
                assert!(generation.0 > newest, "bots were given {generation} after {newest}, at {at}");
                newest = generation.0;
                assert!(
                    saved >= generation.0 || failed,
                    "delivered {generation} before the vault had answered, at {at}"
                );
            }
            // A new token, or somebody's own click: what follows is news again.
            Entry::Withdrawn => told.clear(),
            // One for each try.
            Entry::Shown(notice) if ["again", "no_browser"].contains(&notice.kind.as_str()) => {}
            Entry::Shown(notice) => {
                let rung = ["hint", "reminder", "ready_by", "quarter", "five"].contains(&notice.kind.as_str());
                let day = if rung { clock.midnight(*at).to_string() } else { String::new() };
                let times = told.entry(format!("{} {day}", notice.kind)).or_default();
                *times += 1;
                assert!(*times <= 1, "{} was told twice for one token, at {at}", notice.kind);
            }
            _ => {}
        }
    }
}

/// Everything comes to rest, and everybody has exactly one reply.
fn check_replies(day: &mut Day) {
    day.world.broker.takes = seconds(0);
    day.world.vault.takes = seconds(0);
    day.world.run_for(hours(1));
    for ticket in &day.tickets {
        assert_eq!(day.world.record.replies(*ticket).len(), 1, "{ticket:?} has exactly one reply");
    }
}

/// Failures in a row, each with its time: the pauses between them must not shrink.
fn pauses(world: &World, kind: Request, since: Moment) -> Vec<chrono::Duration> {
    let times: Vec<_> = world
        .broker
        .requests
        .iter()
        .filter(|(at, _, request)| *request == kind && *at >= since)
        .map(|(at, ..)| *at)
        .collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Half as many days as usual: each one is long. `PROPTEST_CASES` runs more of them.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases / 2, failure_persistence: None, ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_the_laws_hold(kind in kinds(), acts in proptest::collection::vec(acts(), 1..40)) {
        let mut day = Day::new(kind);
        for act in &acts {
            day.act(act);
        }
        check_replies(&mut day);
        check_record(&day);
    }

    #[test]
    fn a_held_token_outlives_everything_but_its_end_two_refusals_and_a_sign_out(
        kind in kinds(),
        acts in proptest::collection::vec(acts().prop_filter("nobody ends it", |act| !matches!(
            act, Act::Revoke | Act::Ask(Ask::SignOut) | Act::Weather(Weather::BadSetting, _)
        )), 1..30),
    ) {
        let mut day = Day::new(kind);
        day.world.run_for(seconds(1));
        let mut held = day.world.account(&day.id).generation;
        for act in &acts {
            day.act(act);
            let crashed = matches!(act, Act::Crash(_));
            let account = day.world.account(&day.id);
            let generation = account.generation;
            prop_assert!(crashed || generation >= held, "an older token came back");
            held = generation;
            if let Some(grant) = &account.grant {
                prop_assert!(account.facts.refused.is_none(), "nobody refused it");
                prop_assert!(grant.ended(day.world.now) || account.valid_grant(day.world.now).is_some());
            } else {
                let reading = account.load != Load::Done;
                prop_assert!(reading || crashed, "the token is gone, and nobody has ended it");
            }
        }
    }

    #[test]
    fn pauses_never_shrink_while_a_renewal_fails(outage in 1..30i64, life in 5..300i64) {
        let broker = SimBroker::renewing(Life::Own(minutes(life)), Renewing::default());
        let mut world = World::new(ist("17 08:41"), broker, vec![oauth2_with(Rotation::IfPresent)]);
        world.presence(Presence::Away);
        world.run_for(seconds(0));
        world.sign_in(&id("oauth2"));
        let since = world.now;
        world.broker.weather.push((since + seconds(1), since + hours(500), Weather::Unreachable));
        world.run_for(minutes(life) + hours(outage));
        let pauses = pauses(&world, Request::Renew, since);
        prop_assert!(pauses.is_sorted(), "{pauses:?}");
        prop_assert!(pauses.len() as i64 <= 4 + outage * 2, "{} requests in {} hours", pauses.len(), outage);
    }

    #[test]
    fn requests_stay_few_however_the_broker_behaves(spells in proptest::collection::vec((0..3u8, 60..7_000i64), 1..12)) {
        let mut day = Day::new(0);
        let start = day.world.now;
        for (kind, span) in &spells {
            let weather = [Weather::Silent, Weather::Unreachable, Weather::BadSetting][usize::from(*kind)];
            let now = day.world.now;
            // A refusal because of a setting is what the probe takes for a no: only the other two are weather here.
            let weather = if weather == Weather::BadSetting { Weather::Silent } else { weather };
            day.world.broker.weather.push((now, now + seconds(*span), weather));
            day.world.run_for(seconds(span * 2));
        }
        let passed = (day.world.now - start).num_minutes();
        let asked = day.world.broker.requests.len() as i64;
        prop_assert!(asked <= 5 + passed / 5, "{asked} requests in {passed} minutes");
        prop_assert!(day.world.token(&day.id).is_some() || day.world.account(&day.id).grant.as_ref().is_some_and(|grant| grant.ended(day.world.now)));
    }
}
