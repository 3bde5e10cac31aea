//! The story of a token on a real desktop: signed in through a real browser, green, orange, red, ended, signed in again
//! from the notification, and still there after a power cut.
//!
//! Invariant: every step is read back from where a person would see it: the bus, the screen, the window, the disk. What
//! this is not: a table of rules; those are beside the rules. `DAYPASS_DOCS=1` writes the pictures of `docs/` on the way.
#![cfg(target_os = "linux")]

#[path = "desktop/mod.rs"]
mod desktop;

use anyhow::Context;
use desktop::notices::{Notice, Notices};
use desktop::window::Window;
use desktop::{Desktop, Group, spawn, until};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

/// Must be in no file and on no bus.
const SECRET: &str = "marker-secret-8d41c7f2";
/// The first token's life: 30 s green, 15 s orange, 15 s red. The whole test waits for nothing else.
const LIFE: &str = "60s";
const SETTINGS: &str = "\
green_above_hours: 0.00834
red_below_hours: 0.00417
lead_minutes: 0.1
open_browser: ask
";

/// A desktop with a broker beside it, and where the pictures go.
struct World {
    desktop: Desktop,
    variables: Vec<(&'static str, String)>,
    broker: String,
    /// Keeps its output open, so that it can go on writing.
    _broker: (Group, Lines<BufReader<ChildStdout>>),
    pictures: PathBuf,
}

impl World {
    async fn new() -> anyhow::Result<Self> {
        let desktop = Desktop::start().await?;
        let mut practice = desktop.command(&daypass());
        practice.args(["practice", "--port", "0", "--life", LIFE]).stdout(Stdio::piped());
        let mut process = spawn(&mut practice)?;
        let mut lines = BufReader::new(process.child().stdout.take().context("a pipe")?).lines();
        let broker = loop {
            let line = lines.next_line().await?.context("it ended without its address")?;
            if let Some(address) = line.trim().strip_prefix("Practice broker: ") {
                break address.trim_end_matches('/').to_owned();
            }
        };
        let home = desktop.home().join("daypass");
        std::fs::create_dir_all(home.join("config"))?;
        std::fs::write(home.join("config/config.yaml"), SETTINGS)?;
        let variables = vec![
            ("DAYPASS_HOME", home.display().to_string()),
            ("DAYPASS_API_PORT", free_port()?.to_string()),
            ("UPSTOX_CLIENT_ID", "my-key".into()),
            ("UPSTOX_CLIENT_SECRET", SECRET.into()),
            ("UPSTOX_REDIRECT_URI", format!("http://localhost:{}/callback", free_port()?)),
            ("UPSTOX_BASE_URL", broker.clone()),
        ];
        let pictures = if for_docs() { manifest("docs") } else { desktop.home().join("pictures") };
        std::fs::create_dir_all(&pictures)?;
        Ok(Self { desktop, variables, broker, _broker: (process, lines), pictures })
    }

    /// The built app, with its window driven.
    async fn app(&self, more: &[(&str, &str)]) -> anyhow::Result<Window> {
        let mut variables: Vec<_> = self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend(more);
        self.desktop.window(Path::new(env!("CARGO_BIN_EXE_daypass-desktop")), &[], &variables).await
    }

    fn picture(&self, name: &str) -> PathBuf {
        self.pictures.join(format!("{name}.png"))
    }

    /// What `daypass token` prints.
    async fn token(&self) -> anyhow::Result<String> {
        let mut command = self.desktop.command(&daypass());
        command.arg("token").envs(self.variables.iter().map(|(name, value)| (name, value))).stdout(Stdio::piped());
        let token = String::from_utf8(command.output().await?.stdout)?.trim().to_owned();
        assert_eq!(token.split('.').count(), 3, "a token and nothing else");
        Ok(token)
    }

    /// Icon, bus and screen.
    async fn shows(&self, glyph: &str) -> anyhow::Result<()> {
        self.desktop.tray("daypass").await?.shows(glyph).await?;
        self.desktop.sees(glyph, &self.picture(&format!("tray-{glyph}"))).await
    }

    /// The person at the browser, for the address that the program opened last.
    async fn approve(&self, address: &str) -> anyhow::Result<()> {
        assert!(address.starts_with(&self.broker), "{address}");
        let (page, heading) = self.desktop.approve(address, &self.picture("signed-in")).await?;
        assert_eq!(heading, "Signed in. You may close this tab.");
        assert!(page.ends_with("/done") && !page.contains('?'), "no code stays in the address: {page}");
        Ok(())
    }

    /// Tokens issued from now on live this many seconds; `null`: until the cut-off.
    async fn tokens_live(&self, seconds: &str) -> anyhow::Result<()> {
        let order = format!(r#"{{"life_seconds":{seconds}}}"#);
        let request = http()?.post(format!("{}/practice/control", self.broker));
        request.header("content-type", "application/json").body(order).send().await?.error_for_status()?;
        Ok(())
    }

    /// How often the broker was asked for this.
    async fn asked(&self, method: &str, path: &str) -> anyhow::Result<usize> {
        let journal = http()?.get(format!("{}/practice/journal", self.broker)).send().await?.text().await?;
        let journal: Vec<serde_json::Value> = serde_json::from_str(&journal)?;
        let is_it = |entry: &&serde_json::Value| {
            entry["method"] == method && entry["path"].as_str().is_some_and(|found| found.starts_with(path))
        };
        Ok(journal.iter().filter(is_it).count())
    }
}

#[tokio::test]
async fn a_tokens_whole_day() -> anyhow::Result<()> {
    let world = World::new().await?;
    let mut notices = world.desktop.notices().await?;
    let window = world.app(&[]).await?;
    world.shows("signed-out").await?;
    first_sign_in(&world, &window).await?;
    let ended = warnings(&world, &window, &mut notices).await?;
    second_sign_in(&world, &window, &mut notices, &ended).await?;
    let token = world.token().await?;
    nothing_is_readable(&world, &token)?;
    power_cut(&world, window, &token).await
}

async fn first_sign_in(world: &World, window: &Window) -> anyhow::Result<()> {
    window.press("Sign in").await?;
    let address = world.desktop.opens(1).await?;
    world.desktop.tray("daypass").await?.shows("working").await?;
    world.approve(&address).await?;
    world.shows("ok").await?;
    window.says("Valid").await
}

/// Orange, red, ended: each on the bus, on the screen and in the window, and each told once, in the place of the last.
async fn warnings(world: &World, window: &Window, notices: &mut Notices) -> anyhow::Result<Notice> {
    notices.shown("is signed in").await?;
    let token = world.token().await?;
    world.shows("soon").await?;
    let orange = one(notices, "Upstox ends in").await?;
    world.desktop.sees_window("xfce4-notifyd", &world.picture("notification")).await?;
    world.shows("urgent").await?;
    let red = one(notices, "Upstox ends in").await?;
    world.shows("expired").await?;
    let ended = one(notices, "Upstox ended at").await?;
    window.says("Expired").await?;
    assert_eq!([&orange, &red, &ended].map(|notice| notice.urgency), [Some(1), Some(1), Some(2)]);
    for notice in [&orange, &red, &ended] {
        assert!(notice.actions.contains(&("sign-in".into(), "Sign in now".into())), "{notice:?}");
        let text = format!("{notice:?}");
        assert!(!text.contains(&token) && !text.contains(SECRET) && !text.contains("code="), "{text}");
    }
    Ok(ended)
}

/// A notification that takes the place of the one before it, if that is still there.
async fn one(notices: &mut Notices, title: &str) -> anyhow::Result<Notice> {
    let notice = notices.shown(title).await?;
    assert_eq!(notices.open(), 1, "replaced, not stacked: {notice:?}");
    Ok(notice)
}

/// From the notification: its button opens the browser, once, and a new token takes it away.
async fn second_sign_in(world: &World, window: &Window, notices: &mut Notices, ended: &Notice) -> anyhow::Result<()> {
    // Six hours, whatever the time of the test; the pictures show what it is like at Upstox.
    world.tokens_live(if for_docs() { "null" } else { "21600" }).await?;
    assert_eq!(world.desktop.opened().len(), 1, "nothing opens by itself");
    world.desktop.press(ended.id, "sign-in").await?;
    let address = world.desktop.opens(2).await?;
    world.approve(&address).await?;
    world.shows("ok").await?;
    window.says("Valid").await?;
    notices.gone(ended.id).await?;
    assert_eq!(world.desktop.opened().len(), 2, "one press is one sign-in");
    assert_eq!(world.asked("POST", "/v2/login/authorization/token").await?, 2);
    window.picture(&world.picture("window-light")).await?;
    dashboard(world).await
}

async fn dashboard(world: &World) -> anyhow::Result<()> {
    let (_, port) = world.variables.iter().find(|(name, _)| *name == "DAYPASS_API_PORT").context("a port")?;
    let address = format!("http://127.0.0.1:{port}/dashboard/");
    let (light, dark) = (world.picture("dashboard-light"), world.picture("dashboard-dark"));
    let said = world.desktop.look(&address, &light, &dark).await?;
    assert!(said.contains("Upstox") && said.contains("Valid"), "{said}");
    Ok(())
}

fn nothing_is_readable(world: &World, token: &str) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let home = world.desktop.home().join("daypass");
    let sealed = files_below(&home.join("data/vault"))?;
    assert!(!sealed.is_empty(), "something was kept");
    for file in sealed {
        let mode = std::fs::metadata(&file)?.permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    for file in files_below(&home)? {
        let bytes = std::fs::read(&file)?;
        for secret in [token, SECRET] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{}", file.display());
        }
    }
    Ok(())
}

/// The program is killed in the middle of everything, and started again, on a desktop that likes it dark.
async fn power_cut(world: &World, window: Window, token: &str) -> anyhow::Result<()> {
    let process = world.desktop.tray("daypass").await?.process().await?;
    rustix::process::kill_process(process, rustix::process::Signal::KILL)?;
    until("it has left the tray", || async {
        Ok(!world.desktop.tray_items().await?.iter().any(|item| item.contains("StatusNotifierItem")))
    })
    .await?;
    drop(window);
    let window = world.app(&[("GTK_THEME", "Adwaita:dark")]).await?;
    window.says("Valid").await?;
    world.desktop.tray("daypass").await?.shows("ok").await?;
    assert_eq!(world.token().await?, token, "the token is still there");
    let dark = window.driver.execute("return matchMedia('(prefers-color-scheme: dark)').matches", vec![]).await?;
    assert_eq!(dark, true, "the window follows the desktop");
    window.picture(&world.picture("window-dark")).await?;
    window.end().await
}

fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

fn for_docs() -> bool {
    std::env::var_os("DAYPASS_DOCS").is_some_and(|asked| asked == "1")
}

fn manifest(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn daypass() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_daypass-desktop")).with_file_name("daypass");
    assert!(program.exists(), "{} is not built: run `make test`, which builds it first", program.display());
    program.display().to_string()
}

fn http() -> anyhow::Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().timeout(desktop::LIMIT).build()?)
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
