//! `GET /api/token/status` over HTTP, beside an axum server that does nothing else, and nginx where it is installed.
//!
//! The invariant: the same client asks all of them, and one connection stays open for all its questions. What this is not:
//! a load test of a network; everything is loopback.

use super::Row;
use crate::figures::{Samples, in_turns, ratio, shown};
use crate::line::Line;
use crate::world::{Running, World, free_port, program};
use anyhow::bail;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const QUESTIONS: usize = 10_000;
const CONNECTIONS: usize = 64;
const SPAN: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;

/// A server to be asked.
struct Server {
    port: u16,
    _running: Running,
    _world: Option<World>,
}

fn ours(core: Option<usize>) -> anyhow::Result<Server> {
    let world = World::new(1)?;
    let mut serve = world.command(&["serve"]);
    let running = Running::start(&mut on(core, &mut serve), "Sign in:")?;
    world.sign_in()?;
    Ok(Server { port: world.port, _running: running, _world: Some(world) })
}

fn hello(core: Option<usize>, length: usize) -> anyhow::Result<Server> {
    let mut command = Command::new(program("axum-hello"));
    let running = Running::start(&mut on(core, command.arg(length.to_string())), "")?;
    Ok(Server { port: running.said.parse()?, _running: running, _world: None })
}

/// nginx with one worker and the same answer from memory.
fn nginx(folder: &Path, length: usize) -> anyhow::Result<Server> {
    let port = free_port()?;
    let (body, place) = ("x".repeat(length), folder.display());
    let settings = format!(
        "daemon off; master_process off; worker_processes 1; pid {place}/nginx.pid; error_log /dev/null; events {{ worker_connections 256; }}\n\
         http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {place}; proxy_temp_path {place};\n\
         fastcgi_temp_path {place}; uwsgi_temp_path {place}; scgi_temp_path {place};\n\
         server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{body}'; }} }} }}\n"
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, settings)?;
    // It says nothing when it is ready.
    let shell = "echo starting; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", shell, "nginx", "-c"]).arg(&file).arg("-p").arg(folder);
    let running = Running::start(&mut command, "starting")?;
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if start.elapsed() > Duration::from_secs(5) {
            bail!("nginx does not answer");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(Server { port, _running: running, _world: None })
}

/// The same command on one core, where the system can do that.
fn on(core: Option<usize>, command: &mut Command) -> Command {
    let Some(core) = core else { return copy(command, Command::new(command.get_program()), false) };
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", &core.to_string()]).arg(command.get_program());
    copy(command, pinned, true)
}

fn copy(from: &Command, mut to: Command, _pinned: bool) -> Command {
    to.args(from.get_args()).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for (name, value) in from.get_envs() {
        if let Some(value) = value {
            to.env(name, value);
        }
    }
    if let Some(folder) = from.get_current_dir() {
        to.current_dir(folder);
    }
    to
}

fn open(port: u16) -> anyhow::Result<Line<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    Ok(Line::new(stream, format!("GET /api/token/status HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")))
}

/// Client and server on one core, one connection.
pub(super) fn one_connection() -> anyhow::Result<Vec<Row>> {
    pin_to(0)?;
    let ours = ours(Some(0))?;
    let length = open(ours.port)?.ask()?;
    let hello = hello(Some(0), length)?;
    let (mut one, mut other) = (open(ours.port)?, open(hello.port)?);
    let [mut ours, mut hello] = in_turns(QUESTIONS, &mut [&mut || one.ask().map(drop), &mut || other.ask().map(drop)])?;
    pin_to_all()?;
    let (ours, hello) = (ours.median(), hello.median());
    Ok(vec![Row {
        work: "`GET /api/token/status`, one connection, one core".into(),
        measured: shown(ours),
        beside: format!("axum hello {}", shown(hello)),
        ratio: Some(ratio(ours, hello)),
        goal: "at most 1.5 x axum hello",
    }])
}

/// Sixty-four connections at once, each asking as soon as it has an answer.
pub(super) fn many_connections() -> anyhow::Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let ours = ours(None)?;
    let length = open(ours.port)?.ask()?;
    let hello = hello(None, length)?;
    let nginx = nginx(folder.path(), length);
    let (mut of_ours, mut of_hello, mut of_nginx) = (Samples::default(), Samples::default(), Samples::default());
    for _ in 0..ROUNDS {
        of_ours.push(each(ours.port)?);
        of_hello.push(each(hello.port)?);
        if let Ok(nginx) = &nginx {
            of_nginx.push(each(nginx.port)?);
        }
    }
    let rate = |time: Duration| 1.0 / time.as_secs_f64().max(f64::EPSILON);
    let row = |peer: &str, their: Duration, mine: Duration, goal| Row {
        work: "the same, 64 connections".into(),
        measured: format!("{:.0}/s", rate(mine)),
        beside: format!("{peer} {:.0}/s", rate(their)),
        ratio: Some(rate(mine) / rate(their)),
        goal,
    };
    let mine = of_ours.median();
    let mut rows = vec![row("axum hello", of_hello.median(), mine, "at least 0.7 x axum hello")];
    match nginx {
        Ok(_) => rows.push(row("nginx", of_nginx.median(), mine, "more than nginx")),
        Err(error) => {
            rows.push(Row { beside: format!("{error}"), ratio: None, ..row("nginx", mine, mine, "more than nginx") });
        }
    }
    Ok(rows)
}

/// The time that one answer takes, of all together.
fn each(port: u16) -> anyhow::Result<Duration> {
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let lines: anyhow::Result<Vec<_>> = (0..CONNECTIONS).map(|_| open(port)).collect();
    let start = Instant::now();
    let asking: Vec<_> = lines?
        .into_iter()
        .map(|mut line| {
            let (stop, count) = (stop.clone(), count.clone());
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) && line.ask().is_ok() {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    std::thread::sleep(SPAN);
    stop.store(true, Ordering::Relaxed);
    let (all, time) = (count.load(Ordering::Relaxed), start.elapsed());
    for asker in asking {
        let _ = asker.join();
    }
    Ok(time.div_f64((all as f64).max(1.0)))
}

/// This process on one core, by the system's own tool.
fn pin_to(core: usize) -> anyhow::Result<()> {
    pin(&core.to_string())
}

fn pin_to_all() -> anyhow::Result<()> {
    pin("0-1023").or_else(|_| pin("0,1"))
}

fn pin(cores: &str) -> anyhow::Result<()> {
    let pid = std::process::id().to_string();
    let set =
        Command::new("taskset").args(["-a", "-c", "-p", cores, &pid]).stdout(std::process::Stdio::null()).status()?;
    if set.success() { Ok(()) } else { bail!("taskset failed") }
}
