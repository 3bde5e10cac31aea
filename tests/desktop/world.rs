//! A desktop with a practice broker beside it, and the built app's settings: what a token needs to live.
//!
//! Invariant: the broker is a process of its own with a journal, and everything of the program is below the desktop's own
//! home folder. What this is not: a story; those are in the tests that use it.

use super::window::Window;
use super::{Desktop, Group, LIMIT, spawn};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;

/// Must be in no file and on no bus.
pub const SECRET: &str = "marker-secret-8d41c7f2";

/// A desktop with a broker beside it, and where the pictures go.
pub struct World {
    /// Where it all happens.
    pub desktop: Desktop,
    /// What the program is started with.
    pub variables: Vec<(&'static str, String)>,
    broker: String,
    /// Keeps its output open, so that it can go on writing.
    _broker: (Group, Lines<BufReader<ChildStdout>>),
    pictures: PathBuf,
}

impl World {
    /// A broker whose tokens live this long, and a program with these settings.
    pub async fn new(life: &str, settings: &str) -> anyhow::Result<Self> {
        let desktop = Desktop::start().await?;
        let mut practice = desktop.command(&daypass());
        // Nobody is asked on a day on which nothing opens; a test's day is any day.
        practice.args(["practice", "--port", "0", "--every-day", "--life", life]).stdout(Stdio::piped());
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
        std::fs::write(home.join("config/config.yaml"), settings)?;
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
    pub async fn app(&self, more: &[(&str, &str)]) -> anyhow::Result<Window> {
        let mut variables: Vec<_> = self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend(more);
        self.desktop.window(Path::new(env!("CARGO_BIN_EXE_daypass-desktop")), &[], &variables).await
    }

    /// Where a picture goes.
    pub fn picture(&self, name: &str) -> PathBuf {
        self.pictures.join(format!("{name}.png"))
    }

    /// What can be read on a picture of `docs/`: one that shows something else is stale. Numbers are left out, because
    /// some of them count.
    pub fn reads(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let file = manifest("docs").join("pictures.json");
        let mut known: serde_json::Map<_, _> = serde_json::from_slice(&std::fs::read(&file)?)?;
        let words: Vec<_> = text.split_whitespace().map(without_numbers).collect();
        let shown = serde_json::Value::from(words.join(" "));
        if for_docs() {
            known.insert(name.to_owned(), shown);
            return Ok(std::fs::write(file, serde_json::to_string_pretty(&known)? + "\n")?);
        }
        assert_eq!(known.get(name), Some(&shown), "the pictures of {name} in docs are stale: run {ANEW}");
        Ok(())
    }

    /// What `daypass token` prints.
    pub async fn token(&self) -> anyhow::Result<String> {
        let mut command = self.desktop.command(&daypass());
        command.arg("token").envs(self.variables.iter().map(|(name, value)| (name, value))).stdout(Stdio::piped());
        let token = String::from_utf8(command.output().await?.stdout)?.trim().to_owned();
        assert_eq!(token.split('.').count(), 3, "a token and nothing else");
        Ok(token)
    }

    /// The person at the browser, for the address that the program opened last; the text of the last page.
    pub async fn approve(&self, address: &str) -> anyhow::Result<String> {
        assert!(address.starts_with(&self.broker), "{address}");
        let (page, text) = self.desktop.approve(address, &self.picture("signed-in")).await?;
        assert!(text.contains("Signed in. You may close this tab."), "{text}");
        assert!(page.ends_with("/done") && !page.contains('?'), "no code stays in the address: {page}");
        Ok(text)
    }

    /// Tokens issued from now on live this many seconds; `null`: until the cut-off.
    pub async fn tokens_live(&self, seconds: &str) -> anyhow::Result<()> {
        let order = format!(r#"{{"life_seconds":{seconds}}}"#);
        let request = http()?.post(format!("{}/practice/control", self.broker));
        request.header("content-type", "application/json").body(order).send().await?.error_for_status()?;
        Ok(())
    }

    /// How often the broker was asked for this.
    pub async fn asked(&self, method: &str, path: &str) -> anyhow::Result<usize> {
        let journal = http()?.get(format!("{}/practice/journal", self.broker)).send().await?.text().await?;
        let journal: Vec<serde_json::Value> = serde_json::from_str(&journal)?;
        let is_it = |entry: &&serde_json::Value| {
            entry["method"] == method && entry["path"].as_str().is_some_and(|found| found.starts_with(path))
        };
        Ok(journal.iter().filter(is_it).count())
    }
}

/// The pictures that these tests make for `docs/`, made anew.
pub const ANEW: &str = "DAYPASS_DOCS=1 cargo test --test desktop";

/// One of them.
pub fn in_docs(name: &str) -> PathBuf {
    manifest("docs").join(format!("{name}.png"))
}

/// Whether the pictures of `docs/` are to be made anew.
pub fn for_docs() -> bool {
    std::env::var_os("DAYPASS_DOCS").is_some_and(|asked| asked == "1")
}

/// `14:05` is `#:#`.
fn without_numbers(word: &str) -> String {
    let mut out = String::new();
    for letter in word.chars() {
        match letter.is_ascii_digit() {
            true if out.ends_with('#') => {}
            true => out.push('#'),
            false => out.push(letter),
        }
    }
    out
}

/// A port that was free a moment ago: the settings take a number from 1 up.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
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
    Ok(reqwest::Client::builder().no_proxy().timeout(LIMIT).build()?)
}
