//! How long it takes until a token is in a bot's hand.
//!
//! The invariant: each way is measured from the bot's side. What this is not: the broker's time, which is taken off.

use super::Row;
use crate::figures::{Samples, in_turns, ratio, shown};
use crate::line::Line;
use crate::world::{Ended, Running, World, exchange, nop, program, visit};
use anyhow::{Context, bail};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROCESSES: usize = 400;
const QUESTIONS: usize = 4_000;
const SIGN_INS: usize = 15;

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { bail!("{} ended with {status}", command.get_program().display()) }
}

/// `daypass token` beside a program that does nothing, and curl beside both.
pub(super) fn process() -> anyhow::Result<Vec<Row>> {
    let world = World::new(1)?;
    let _service = world.serve()?;
    world.sign_in()?;
    let nop = nop(world.home.path())?;
    let socket = world.socket();
    let [mut least, mut ours, mut curl] = in_turns(
        PROCESSES,
        &mut [&mut || run(&mut Command::new(&nop)), &mut || run(&mut world.command(&["token", "a0"])), &mut || {
            run(Command::new("curl")
                .arg("-s")
                .arg("--unix-socket")
                .arg(&socket)
                .arg("http://localhost/api/token?account=a0"))
        }],
    )?;
    let (least, ours, curl) = (least.median(), ours.median(), curl.median());
    Ok(vec![
        Row {
            work: "`daypass token`, whole process".into(),
            measured: shown(ours),
            beside: format!("nop {}", shown(least)),
            ratio: Some(ratio(ours, least)),
            goal: "at most 1.5 x nop",
        },
        Row {
            work: "`curl -s`, whole process".into(),
            measured: shown(curl),
            beside: format!("nop {}", shown(least)),
            ratio: Some(ratio(curl, least)),
            goal: "(a peer)",
        },
    ])
}

/// Connect, ask, read, from one process; and beside it an axum server that does nothing else, asked in the same way.
pub(super) fn socket() -> anyhow::Result<Vec<Row>> {
    let world = World::new(1)?;
    let _service = world.serve()?;
    world.sign_in()?;
    let ask = |socket: &Path| {
        let question = "GET /api/token?account=a0 HTTP/1.1\r\nHost: localhost\r\n\r\n";
        Line::new(UnixStream::connect(socket)?, question.to_owned()).ask()
    };
    let (socket, other) = (world.socket(), world.home.path().join("hello.sock"));
    let mut hello = Command::new(program("axum-hello"));
    let _hello = Running::start(hello.arg(ask(&socket)?.to_string()).arg(&other), "ready")?;
    let [mut ours, mut least] =
        in_turns(QUESTIONS, &mut [&mut || ask(&socket).map(drop), &mut || ask(&other).map(drop)])?;
    let (median, p99) = (ours.median(), ours.p99());
    let (least, least_p99) = (least.median(), least.p99());
    Ok(vec![Row {
        work: "connect, ask, read over the socket".into(),
        measured: format!("{}, p99 {}", shown(median), shown(p99)),
        beside: format!("axum hello {}, p99 {}", shown(least), shown(least_p99)),
        ratio: Some(ratio(median, least)),
        goal: "at most 55 us, p99 under 150 us",
    }])
}

/// From the browser's request to the token in the hand of a bot that waits for it.
pub(super) fn callback() -> anyhow::Result<Vec<Row>> {
    let world = World::new(1)?;
    let _service = world.serve()?;
    world.sign_in()?;
    let (mut whole, mut brokers) = (Samples::default(), Samples::default());
    for known in 1..=SIGN_INS {
        let back = begin(&world)?;
        let line = UnixStream::connect(world.socket())?;
        let waiting = std::thread::spawn(move || {
            let wait = format!(
                "GET /api/token/wait?account=a0&generation={known} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            );
            exchange(line, &wait).map(|answer| (answer, Instant::now()))
        });
        // It waits by now.
        std::thread::sleep(Duration::from_millis(50));
        let start = Instant::now();
        let _browser = visit(&back)?;
        let (answer, end) = waiting.join().map_err(|_| anyhow::anyhow!("the bot broke"))??;
        if !answer.starts_with("HTTP/1.1 200") {
            bail!("the bot got no token");
        }
        whole.push(end - start);
        let token: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).context("no body")?)?;
        brokers.push(broker_time(&world, token["access_token"].as_str().context("no token")?)?);
        std::thread::sleep(Duration::from_millis(200));
    }
    let (whole, brokers) = (whole.median(), brokers.median());
    Ok(vec![Row {
        work: "callback to the token in the hand of a waiting bot".into(),
        measured: format!("{} without the broker's", shown(whole.saturating_sub(brokers))),
        beside: format!("{} with the broker's {}", shown(whole), shown(brokers)),
        ratio: None,
        goal: "at most 5 ms",
    }])
}

/// A sign-in that has been approved, up to the address that the browser is sent back to.
fn begin(world: &World) -> anyhow::Result<String> {
    let asked = exchange(
        UnixStream::connect(world.socket())?,
        "POST /api/accounts/a0/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{\"browser\":\"no\"}",
    )?;
    let body = asked.split("\r\n\r\n").nth(1).context("no body")?;
    let sign_in: serde_json::Value = serde_json::from_str(body)?;
    world.approve(sign_in["sign_in_url"].as_str().context("no address")?)
}

/// Rotations; each one starts a program again.
const ROTATIONS: usize = 11;
const LATE: Duration = Duration::from_secs(20);

/// From the browser's request until everybody who follows has the new token.
pub(super) fn rotation() -> anyhow::Result<Vec<Row>> {
    let world = World::with(1, ", outlets: {json_file: {path: bot.json}, env_file: {path: bot.env}}")?;
    let _service = world.serve()?;
    world.sign_in()?;
    let told = world.home.path().join("told");
    let mut watch = world.command(&["watch", "a0"]);
    let _watcher =
        Ended::start(watch.stdin(Stdio::null()).stdout(std::fs::File::create(&told)?).stderr(Stdio::null()))?;
    let bot = "echo $DAYPASS_GENERATION > generation.new; mv generation.new generation; exec sleep 1000";
    let mut exec = world.command(&["exec", "a0", "--", "sh", "-c", bot]);
    let _bot = Ended::start(
        exec.env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()),
    )?;
    let config = world.home.path().join("config");
    let places = [told, world.home.path().join("generation"), config.join("bot.json"), config.join("bot.env")];
    std::thread::sleep(Duration::from_secs(2));
    let mut samples: [Samples; 4] = std::array::from_fn(|_| Samples::default());
    for _ in 0..ROTATIONS {
        let back = begin(&world)?;
        let before = places.each_ref().map(|place| std::fs::read(place).unwrap_or_default());
        let start = Instant::now();
        let _browser = visit(&back)?;
        let mut there = [None; 4];
        while there.iter().any(Option::is_none) {
            for ((place, before), there) in places.iter().zip(&before).zip(&mut there) {
                let now = std::fs::read(place).unwrap_or_default();
                if there.is_none() && !now.is_empty() && now != *before {
                    *there = Some(start.elapsed());
                }
            }
            if start.elapsed() > LATE {
                bail!("somebody got no new token");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        samples.iter_mut().zip(there).for_each(|(samples, there)| there.into_iter().for_each(|at| samples.push(at)));
        std::thread::sleep(Duration::from_millis(300));
    }
    let [watcher, exec, json, env] = samples.each_mut().map(|samples| shown(samples.median()));
    Ok(vec![Row {
        work: "rotation: callback to a watcher".into(),
        measured: watcher,
        beside: format!("exec child, started again {exec}; JSON file {json}; .env file {env}"),
        ratio: None,
        goal: "each at most 2 s",
    }])
}

/// An exchange that is refused and a profile, each on a connection of its own, as a sign-in makes them.
fn broker_time(world: &World, token: &str) -> anyhow::Result<Duration> {
    let host = world.broker()?.trim_start_matches("http://").trim_end_matches('/');
    let start = Instant::now();
    let form = "code=none&client_id=key-0&client_secret=s&redirect_uri=r&grant_type=authorization_code";
    exchange(
        TcpStream::connect(host)?,
        &format!(
            "POST /v2/login/authorization/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
            form.len()
        ),
    )?;
    exchange(
        TcpStream::connect(host)?,
        &format!(
            "GET /v2/user/profile HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        ),
    )?;
    Ok(start.elapsed())
}
