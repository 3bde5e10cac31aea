//! What runs until it is told to end: the service, and the practice broker.

use crate::args;
use daypass_wiring::domain::{Problem, Remedy, Secret};
use daypass_wiring::practice::{ClientRule, Options, Order, Practice, Untold};
use daypass_wiring::{AccountId, Browser, Code, Refused, Running, Start, SystemOpener};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the whole manager without a display.
pub(crate) async fn serve(practice: bool) -> anyhow::Result<ExitCode> {
    let end = End::listen()?;
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let can_open = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(is_set);
    let opener: Option<Arc<dyn daypass_wiring::Opener>> =
        if can_open || !cfg!(target_os = "linux") { Some(Arc::new(SystemOpener)) } else { None };
    let start = Start { opener, practice, join: false, ..Start::here() };
    let running = daypass_wiring::start(start).await?;
    if let Some(address) = running.address() {
        say(&format!("Dashboard: {address}/dashboard"));
        say(&format!("Status:    {address}/api/token/status"));
    }
    say(&format!("Sign in:   {}", sign_in_at(&running, practice).await));
    end.told().await;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Where to sign in: the practice account's waits at once; a real one begins when its owner says so.
async fn sign_in_at(running: &Running, practice: bool) -> String {
    let client = running.client();
    // Of very many accounts everything that can be seen is large: not asked for in vain.
    let seen = if practice { client.snapshot().await.ok() } else { None };
    let only = seen.and_then(|seen| seen.accounts.into_iter().find(|account| account.practice && !account.valid));
    let id = only.and_then(|account| AccountId::new(account.id).ok());
    match id {
        Some(id) => {
            client.sign_in(&id, Browser::No).await.map_or_else(|no| no.problem.to_string(), |begun| begun.sign_in_url)
        }
        None => "daypass sign-in --no-browser".to_owned(),
    }
}

/// Runs the practice broker alone, or tells the one that runs already something.
pub(crate) async fn practice(args: args::Practice) -> anyhow::Result<ExitCode> {
    if let Some(order) = &args.tell {
        return tell(args.port, order).await;
    }
    let end = End::listen()?;
    let any = |text: &Option<String>| text.clone().unwrap_or_else(|| "any".into());
    // A practice secret has no worth: whoever tries Daypass with it has to see it.
    let accepted = [
        format!("Client id:       {}", any(&args.client_id)),
        format!("Client secret:   {}", any(&args.client_secret)),
        format!("Redirect URI:    {}", any(&args.redirect_uri)),
    ];
    let practice = Practice::start(options(args)).await?;
    accepted.iter().for_each(|line| say(line));
    say(&format!("Control URL:     {}practice/control", practice.url()));
    // The last of these lines: scripts wait for it.
    say(&format!("Practice broker: {}", practice.url()));
    end.told().await;
    practice.stop().await;
    Ok(ExitCode::SUCCESS)
}

fn options(args: args::Practice) -> Options {
    let span = |span: std::time::Duration| chrono::Duration::from_std(span).unwrap_or(chrono::Duration::MAX);
    let client =
        ClientRule { id: args.client_id, secret: args.client_secret.map(Secret::new), redirect: args.redirect_uri };
    Options {
        port: args.port,
        day: args.day.map(span),
        every_day: args.every_day,
        life: args.life.map(span),
        client,
        faults: args.fault,
        ..Options::default()
    }
}

async fn tell(port: u16, order: &Order) -> anyhow::Result<ExitCode> {
    match daypass_wiring::practice::tell(port, order).await {
        Ok(()) => {}
        Err(Untold::NotRunning(_)) => return Err(not_running(port).into()),
        Err(refused) => return Err(refused.into()),
    }
    say(match order {
        Order::Fault(_) => "The fault waits for its requests.",
        Order::Revoke => "Everything that the practice broker issued has ended.",
    });
    Ok(ExitCode::SUCCESS)
}

fn not_running(port: u16) -> Refused {
    let problem = Problem::new("practice_not_running", "", "", Remedy::TryAgain)
        .saying(format!("No practice broker answers on port {port}."))
        .advising(format!("Start it with `daypass practice --port {port}`, or name the port of the one that runs."));
    Refused { code: Code::NotRunning, problem }
}

/// A line on standard output, at once: scripts wait for it.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Listens for the end from the moment it is made: a signal that comes while everything still starts is not lost.
#[cfg(unix)]
struct End(crate::signals::Signals);

#[cfg(unix)]
impl End {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::SignalKind as Kind;
        crate::signals::Signals::listen(&[Kind::terminate(), Kind::interrupt(), Kind::hangup()]).map(Self)
    }

    async fn told(mut self) {
        self.0.any().await;
    }
}

#[cfg(not(unix))]
struct End;

#[cfg(not(unix))]
impl End {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn told(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
