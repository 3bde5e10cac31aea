//! Rounds under a clock that is moved by hand: the command outlet, with programs that do what a test says.

use super::*;
use async_trait::async_trait;
use chrono::{DateTime, Duration};
use daypass_domain::{Moment, OutletSettings, Presents, Problem, Remedy, Secret};
use daypass_manager::view::OutletState;
use daypass_manager::{Code, HandOut, Refused};
use daypass_outlets::{Ended, Order, Ports, Run, Spawner};
use std::path::Path;
use std::sync::LazyLock;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

static HTTP: LazyLock<reqwest::Client> = LazyLock::new(daypass_brokers::http_client);

/// An office without a manager. Time is tokio's.
struct Fake {
    began: Instant,
    token: Mutex<Option<(u64, i64)>>,
    programs: Programs,
    written: Mutex<Vec<(u64, String)>>,
    shown: watch::Sender<Vec<OutletView>>,
}

/// Each start takes the next ending from the front; when there are none left all is well.
struct Programs {
    endings: Mutex<Vec<Ended>>,
    /// Each start needs one, if it is for a program that hangs.
    let_go: Semaphore,
    /// When each was started, and with which generation.
    starts: Mutex<Vec<(Instant, String)>>,
    running: Mutex<(u32, u32)>,
}

#[async_trait]
impl Spawner for Programs {
    async fn run(&self, order: Order) -> std::io::Result<Run> {
        let generation =
            order.env.iter().find(|(name, _)| name == "DAYPASS_GENERATION").expect("it is told").1.to_string();
        self.starts.lock().expect("no panic").push((Instant::now(), generation));
        {
            let mut running = self.running.lock().expect("no panic");
            running.0 += 1;
            running.1 = running.1.max(running.0);
        }
        if order.program == "hangs" {
            self.let_go.acquire().await.expect("open").forget();
        }
        self.running.lock().expect("no panic").0 -= 1;
        let mut endings = self.endings.lock().expect("no panic");
        let ended = if endings.is_empty() { Ended::Status(0) } else { endings.remove(0) };
        Ok(Run { ended, complaint: String::new() })
    }
}

#[async_trait]
impl Office for Fake {
    async fn token(&self, _account: &AccountId) -> Result<HandOut, Refused> {
        let problem = Problem::new("no_token", "There is none.", "Sign in.", Remedy::SignInAgain);
        let (generation, issued) =
            self.token.lock().expect("no panic").ok_or(Refused { code: Code::NoToken, problem })?;
        Ok(HandOut {
            token: Secret::new(format!("token-{generation}")),
            generation: Generation(generation),
            issued_at: moment(issued),
            ends: None,
            env: "UPSTOX_ACCESS_TOKEN",
            presents: Presents::BEARER,
            broker: "upstox",
        })
    }
    async fn until(&self, moment: Moment) {
        tokio::time::sleep((moment - self.now()).to_std().unwrap_or_default()).await;
    }
    fn now(&self) -> Moment {
        moment(0) + Duration::from_std(self.began.elapsed()).expect("short")
    }
    async fn ports(&self) -> Ports<'_> {
        Ports { http: &HTTP, spawner: &self.programs, now: self.now() }
    }
    fn delivered(&self, _account: &AccountId, generation: Generation, to: &str) {
        self.written.lock().expect("no panic").push((generation.0, to.to_owned()));
    }
    fn show(&self, _account: &AccountId, outlets: Vec<OutletView>) {
        self.shown.send_replace(outlets);
    }
}

fn moment(seconds: i64) -> Moment {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).expect("a moment")
}

fn id() -> AccountId {
    AccountId::new("upstox").expect("an id")
}

impl Fake {
    fn new(endings: &[Ended]) -> Arc<Self> {
        let programs = Programs {
            endings: Mutex::new(endings.to_vec()),
            let_go: Semaphore::new(0),
            starts: Mutex::default(),
            running: Mutex::default(),
        };
        let (token, written, shown) = (Mutex::new(Some((1, 0))), Mutex::default(), watch::channel(vec![]).0);
        Arc::new(Self { began: Instant::now(), token, programs, written, shown })
    }

    fn holds(&self, token: Option<(u64, i64)>) {
        *self.token.lock().expect("no panic") = token;
    }

    /// Waits until it is shown like this.
    async fn shows(&self, kind: &str, like: impl Fn(&OutletView) -> bool) -> OutletView {
        let mut shown = self.shown.subscribe();
        let like = |views: &Vec<OutletView>| views.iter().any(|view| view.kind == kind && like(view));
        let waited = timeout(std::time::Duration::from_secs(86_400), shown.wait_for(like)).await;
        let views = waited.unwrap_or_else(|_| panic!("never shown: {:?}", self.shown.borrow())).expect("open").clone();
        views.into_iter().find(|view| view.kind == kind).expect("it is there")
    }

    async fn shows_state(&self, state: OutletState) -> OutletView {
        self.shows("command", |view| view.state == state).await
    }

    /// The generations that programs were started with.
    fn starts(&self) -> Vec<String> {
        self.programs.starts.lock().expect("no panic").iter().map(|(_, generation)| generation.clone()).collect()
    }
}

fn command(program: &str) -> Errand {
    errand("command", &[("run", program)])
}

fn errand(kind: &str, fields: &[(&'static str, &str)]) -> Errand {
    let kind = daypass_outlets::find(kind).expect("a kind");
    let fields = fields.iter().map(|(key, word)| (*key, vec![(*word).to_owned()])).collect();
    Errand::of(kind, &OutletSettings { kind: kind.profile().id, fields }, "Upstox", &Ok(None))
}

fn put(courier: &Courier, fake: &Arc<Fake>, errands: Vec<Errand>) {
    let office: Arc<dyn Office> = fake.clone();
    courier.put(&office, &id(), errands);
}

fn courier(folder: &Path) -> Courier {
    Courier::new(Memory::new(folder))
}

const FAILS: Ended = Ended::Status(1);

#[tokio::test(start_paused = true)]
async fn a_failure_is_tried_again_with_growing_pauses_until_all_is_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(&[FAILS; 12]);
    let courier = courier(folder.path());
    put(&courier, &fake, vec![command("bot")]);
    let failed = fake.shows_state(OutletState::Failed).await;
    assert_eq!(failed.problem.expect("why").code, "command_failed");
    assert!(failed.next_try.expect("when") > fake.now());
    let done = fake.shows_state(OutletState::Delivered).await;
    assert_eq!((done.generation, done.problem, done.next_try, done.at), (1, None, None, Some(fake.now())));
    let starts = fake.programs.starts.lock().expect("no panic").clone();
    let pauses: Vec<_> = starts.windows(2).map(|two| (two[1].0 - two[0].0).as_secs_f64()).collect();
    let expected = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0, 300.0, 300.0];
    assert_eq!(pauses.len(), expected.len());
    for (pause, least) in pauses.iter().zip(expected) {
        assert!((least..=least * 1.2 + 0.01).contains(pause), "{pauses:?}");
    }
    assert_eq!(*fake.written.lock().expect("no panic"), [(1, "command".to_owned())], "written down once");
}

#[tokio::test(start_paused = true)]
async fn a_newer_token_ends_the_pause_and_the_old_one_is_not_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(&[FAILS; 9]);
    let courier = courier(folder.path());
    put(&courier, &fake, vec![command("bot")]);
    fake.shows("command", |view| view.next_try.is_some_and(|at| at > moment(240))).await;
    let (tried, at) = (fake.starts().len(), fake.now());
    fake.programs.endings.lock().expect("no panic").truncate(1);
    fake.holds(Some((2, 100)));
    courier.deliver(&id(), Generation(2));
    let failed = fake.shows("command", |view| view.next_try.is_some_and(|at| at < moment(240))).await;
    assert_eq!(failed.next_try.map(|next| next < at + Duration::seconds(3)), Some(true), "its own row of failures");
    assert_eq!(fake.shows_state(OutletState::Delivered).await.generation, 2);
    assert_eq!(fake.starts()[tried..], ["2", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_has_ended_is_brought_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(&[FAILS; 9]);
    fake.holds(None);
    let courier = courier(folder.path());
    put(&courier, &fake, vec![command("bot")]);
    assert_eq!(fake.shows_state(OutletState::Waiting).await.generation, 0);
    fake.holds(Some((1, 0)));
    courier.deliver(&id(), Generation(1));
    fake.shows_state(OutletState::Failed).await;
    fake.holds(None);
    let waits = fake.shows_state(OutletState::Waiting).await;
    assert_eq!((waits.problem, waits.next_try), (None, None));
    assert_eq!(fake.starts(), ["1"]);
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_served_one_at_a_time_and_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(&[]);
    let courier = courier(folder.path());
    let file = folder.path().join("token.json");
    let path = file.display().to_string();
    put(&courier, &fake, vec![errand("json_file", &[("path", &path)]), command("hangs")]);
    fake.shows_state(OutletState::Delivering).await;
    for generation in 2..5 {
        fake.holds(Some((generation, 0)));
        courier.deliver(&id(), Generation(generation));
        fake.shows("json_file", |view| view.generation == generation).await;
        assert!(std::fs::read_to_string(&file).expect("a file").contains(&format!("token-{generation}")));
    }
    assert_eq!(fake.starts(), ["1"], "it still hangs");
    fake.programs.let_go.add_permits(5);
    fake.shows("command", |view| view.state == OutletState::Delivered && view.generation == 4).await;
    assert_eq!(fake.starts(), ["1", "4"], "only the newest one after it");
    assert_eq!(fake.programs.running.lock().expect("no panic").1, 1, "never two at once");
}

#[tokio::test(start_paused = true)]
async fn a_restart_brings_only_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = async |errands: Vec<Errand>, token: (u64, i64)| {
        let (fake, courier) = (Fake::new(&[]), courier(folder.path()));
        fake.holds(Some(token));
        put(&courier, &fake, errands);
        if !fake.shown.borrow().is_empty() {
            let seen = fake.shows_state(OutletState::Delivered).await;
            assert_eq!(seen.generation, token.0);
        }
        courier.stop().await;
        fake.starts()
    };
    for (sentence, errands, token, starts) in [
        ("the first time", vec![command("bot")], (1, 0), 1),
        ("it is there", vec![command("bot")], (1, 0), 0),
        ("a newer token", vec![command("bot")], (2, 60), 1),
        ("other settings", vec![command("other")], (2, 60), 1),
        ("it is there by these settings", vec![command("other")], (2, 60), 0),
        ("switched off", vec![], (2, 60), 0),
        ("and on again", vec![command("other")], (2, 60), 1),
        ("a counter that began anew", vec![command("other")], (2, 90), 1),
    ] {
        assert_eq!(start(errands, token).await.len(), starts, "{sentence}");
    }
    let file = folder.path().join("outlets/upstox.json");
    assert!(!std::fs::read_to_string(&file).expect("a file").contains("other"), "settings are known by a hash");
    std::fs::write(&file, "{\"command\": ").expect("a broken file");
    assert_eq!(start(vec![command("other")], (2, 90)).await.len(), 1, "once too many, and never once too few");
}

#[tokio::test(start_paused = true)]
async fn a_file_without_the_token_is_written_again_at_a_start_and_whenever_its_settings_are_put() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token.json");
    let errands = || vec![errand("json_file", &[("path", &file.display().to_string())]), command("bot")];
    let take_away = || std::fs::remove_file(&file).expect("removed");
    let put_back = || std::fs::write(&file, "an older one").expect("written");
    let is_there = || std::fs::read_to_string(&file).is_ok_and(|text| text.contains("token-1"));
    let mut starts = 0;
    for (sentence, change) in
        [("the first time", &(|| ()) as &dyn Fn()), ("taken away", &take_away), ("an older one", &put_back)]
    {
        let (fake, courier) = (Fake::new(&[]), courier(folder.path()));
        change();
        put(&courier, &fake, errands());
        fake.shows("json_file", |view| view.state == OutletState::Delivered && is_there()).await;
        fake.shows_state(OutletState::Delivered).await;
        for change in [&take_away as &dyn Fn(), &put_back] {
            change();
            put(&courier, &fake, errands());
            fake.shows("json_file", |_| is_there()).await;
        }
        courier.stop().await;
        starts += fake.starts().len();
        assert_eq!((is_there(), starts), (true, 1), "{sentence}: a program is not told twice");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_settings_is_served_at_once_and_a_second_reading_of_the_same_ones_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(&[FAILS; 9]);
    let courier = courier(folder.path());
    put(&courier, &fake, vec![command("bot")]);
    let failed = fake.shows("command", |view| view.next_try.is_some_and(|at| at > moment(240))).await;
    let (tried, at) = (fake.starts().len(), fake.now());
    put(&courier, &fake, vec![command("bot")]);
    assert_eq!(fake.shown.borrow()[0], failed, "what is known of it stays");
    // Whoever were hurried by it would run by now.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fake.starts().len(), tried, "and nobody is hurried");
    fake.programs.endings.lock().expect("no panic").clear();
    put(&courier, &fake, vec![command("other")]);
    let done = fake.shows_state(OutletState::Delivered).await;
    assert_eq!((done.target.as_str(), fake.now()), ("other", at), "without any pause");
    assert_eq!(fake.starts().len(), tried + 1);
    put(&courier, &fake, vec![]);
    assert!(fake.shown.borrow().is_empty(), "switched off");
}

#[tokio::test(start_paused = true)]
async fn settings_that_cannot_work_wait_for_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(&[]);
    let courier = courier(folder.path());
    put(&courier, &fake, vec![errand("webhook", &[("url", "https://example.org/hook?key=s3cret")])]);
    let failed = fake.shows("webhook", |view| view.state == OutletState::Failed).await;
    assert_eq!((failed.target.as_str(), failed.next_try), ("https://example.org/…", None));
    let problem = failed.problem.expect("why");
    assert!(problem.code == "missing_setting" && problem.what.contains("webhook_secret"), "{problem}");
    let kind = daypass_outlets::find("webhook").expect("a kind");
    let settings =
        OutletSettings { kind: "webhook", fields: [("url", vec!["https://example.org/".to_owned()])].into() };
    let locked = Problem::new("VAULT_LOCKED", "It is locked.", "Unlock it.", Remedy::TryAgain);
    put(&courier, &fake, vec![Errand::of(kind, &settings, "Upstox", &Err(locked))]);
    fake.shows("webhook", |view| view.problem.as_ref().is_some_and(|problem| problem.code == "VAULT_LOCKED")).await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_program_waits_for_what_is_due_but_not_for_ever() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(&[]);
    let one = courier(folder.path());
    put(&one, &fake, vec![command("bot")]);
    fake.shows_state(OutletState::Delivered).await;
    fake.holds(Some((2, 60)));
    one.deliver(&id(), Generation(2));
    one.stop().await;
    assert_eq!(fake.starts(), ["1", "2"]);
    let other = courier(folder.path());
    fake.holds(Some((3, 90)));
    put(&other, &fake, vec![command("hangs")]);
    fake.shows_state(OutletState::Delivering).await;
    let before = fake.now();
    other.stop().await;
    assert_eq!(fake.now() - before, Duration::from_std(LAST_ROUNDS).expect("short"));
}

#[tokio::test(start_paused = true)]
async fn nothing_stays_of_an_account_that_a_person_removes() {
    let folder = tempfile::tempdir().expect("a folder");
    let fake = Fake::new(&[]);
    let courier = courier(folder.path());
    put(&courier, &fake, vec![command("bot")]);
    fake.shows_state(OutletState::Delivered).await;
    let file = folder.path().join("outlets/upstox.json");
    courier.stop().await;
    assert!(file.exists());
    courier.erase(&id());
    assert!(!file.exists());
    courier.deliver(&id(), Generation(2));
    assert_eq!(fake.starts(), ["1"]);
}
