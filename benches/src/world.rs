//! A Daypass with practice accounts in a folder of its own, and what stands beside it.
//!
//! The invariant: only loopback, only this folder, and everything ends with its world. What this is not: a test's world;
//! nothing is expected here.

use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A program that ends with this.
pub(crate) struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Ended {
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.spawn();
        Ok(Self(child.with_context(|| format!("{} does not start", command.get_program().display()))?))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// What it writes there, if it was started so.
    pub(crate) fn log(&mut self) -> Option<ChildStderr> {
        self.0.stderr.take()
    }
}

/// A program that says when it is ready, and ends with this.
pub(crate) struct Running {
    pub(crate) child: Ended,
    /// The line that was waited for.
    pub(crate) said: String,
}

impl Running {
    /// Started, and past the first line with this text.
    pub(crate) fn start(command: &mut Command, until: &str) -> anyhow::Result<Self> {
        let mut child = Ended::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let mut out = BufReader::new(child.0.stdout.take().context("no output")?);
        let mut said = String::new();
        while !said.contains(until) || said.is_empty() {
            said.clear();
            if out.read_line(&mut said)? == 0 {
                bail!("{} ended at once", command.get_program().display());
            }
        }
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Ok(Self { child, said: said.trim().to_owned() })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> anyhow::Result<ExitStatus> {
        Ok(self.child.0.wait()?)
    }
}

/// The folder, the practice broker and the settings; the service is started by whoever measures.
pub(crate) struct World {
    pub(crate) home: tempfile::TempDir,
    pub(crate) port: u16,
    broker: Running,
    pub(crate) bus: String,
    _keyring: [Running; 2],
}

impl World {
    /// With so many accounts.
    pub(crate) fn new(accounts: usize) -> anyhow::Result<Self> {
        Self::with(accounts, "")
    }

    /// The same, with more settings in each account.
    pub(crate) fn with(accounts: usize, more: &str) -> anyhow::Result<Self> {
        let home = tempfile::tempdir()?;
        let broker =
            Running::start(Command::new(program("daypass")).args(["practice", "--port", "0"]), "Practice broker: ")?;
        let url = broker.said.split(": ").nth(1).context("no address")?.trim_end_matches('/').to_owned();
        let callback = free_port()?;
        let mut yaml = "accounts:\n".to_owned();
        for number in 0..accounts {
            yaml += &format!(
                "- {{id: a{number}, label: A{number}, broker: upstox, client_id: key-{number}, client_secret: \
                 secret-of-{number}, redirect_uri: \"http://127.0.0.1:{callback}/callback\", base_url: \"{url}\"{more}}}\n"
            );
        }
        let (bus, _keyring) = keyring(home.path())?;
        let world = Self { home, port: free_port()?, broker, bus, _keyring };
        std::fs::create_dir_all(world.home.path().join("config"))?;
        std::fs::write(world.home.path().join("config/config.yaml"), yaml)?;
        Ok(world)
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.home.path().join("run/daypass.sock")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.command_of("daypass", args)
    }

    /// Another program in the same surroundings.
    pub(crate) fn command_of(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program(name));
        command.args(args).env_clear().env("DAYPASS_HOME", self.home.path()).current_dir(self.home.path());
        command.env("DAYPASS_API_PORT", self.port.to_string()).env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
        // As on any desktop: a bus that is missing is looked for again and again.
        command.env("DBUS_SYSTEM_BUS_ADDRESS", &self.bus);
        command
    }

    pub(crate) fn serve(&self) -> anyhow::Result<Running> {
        Running::start(&mut self.command(&["serve"]), "Sign in:")
    }

    /// A person signs in to the first account.
    pub(crate) fn sign_in(&self) -> anyhow::Result<()> {
        let asker = Running::start(&mut self.command(&["sign-in", "a0", "--no-browser"]), "http://")?;
        let back = self.approve(&asker.said)?;
        let _page = visit(&back)?;
        if asker.end()?.success() { Ok(()) } else { bail!("the sign-in failed") }
    }

    /// Approves at the broker, and gives the address to come back to.
    pub(crate) fn approve(&self, address: &str) -> anyhow::Result<String> {
        let (host, path) = split(address)?;
        let answer = exchange(
            TcpStream::connect(host)?,
            &format!(
                "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 23\r\nConnection: close\r\n\r\nuser=AB1234&approve=yes"
            ),
        )?;
        let back = answer.lines().find_map(|line| line.strip_prefix("location: "));
        Ok(back.context("the broker did not approve")?.to_owned())
    }

    /// The two requests that a sign-in makes at the broker, made from here: its own time.
    pub(crate) fn broker(&self) -> anyhow::Result<&str> {
        self.broker.said.split(": ").nth(1).context("no address")
    }

    /// Waits until something answers at the socket.
    pub(crate) fn first_answer(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            if let Ok(line) = UnixStream::connect(self.socket())
                && exchange(line, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .is_ok_and(|a| a.contains("200"))
            {
                return Ok(());
            }
            if start.elapsed() > Duration::from_secs(60) {
                bail!("no answer within a minute");
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }
}

/// A bus and a keyring of its own, unlocked.
fn keyring(home: &Path) -> anyhow::Result<(String, [Running; 2])> {
    let mut bus = Command::new("dbus-daemon");
    let bus = Running::start(bus.args(["--session", "--nofork", "--print-address"]), "unix:")?;
    // All of its input up to the end is the password.
    let password = home.join("password");
    std::fs::write(&password, "sesame")?;
    let mut keyring = Command::new("sh");
    let run = "echo starting; exec gnome-keyring-daemon --foreground --unlock --components=secrets < \"$0\"";
    keyring.args(["-c", run]).arg(password).env("HOME", home).env("XDG_DATA_HOME", home.join("keyring"));
    keyring.env("XDG_RUNTIME_DIR", home).env("DBUS_SESSION_BUS_ADDRESS", &bus.said);
    let keyring = Running::start(&mut keyring, "starting")?;
    // It takes its name on the bus a moment later.
    std::thread::sleep(Duration::from_millis(500));
    Ok((bus.said.clone(), [keyring, bus]))
}

/// One question, one answer, until the other end closes.
pub(crate) fn exchange(mut line: impl Read + Write, question: &str) -> anyhow::Result<String> {
    line.write_all(question.as_bytes())?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A browser that comes back.
pub(crate) fn visit(address: &str) -> anyhow::Result<TcpStream> {
    let (host, path) = split(address)?;
    let mut browser = TcpStream::connect(host)?;
    write!(browser, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n")?;
    Ok(browser)
}

fn split(address: &str) -> anyhow::Result<(&str, &str)> {
    address.trim_start_matches("http://").split_once('/').context("no path in the address")
}

pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A program that was built beside this one.
pub(crate) fn program(name: &str) -> PathBuf {
    std::env::current_exe().unwrap_or_default().with_file_name(name)
}

/// The least that a process can cost: static, and at its end at once.
pub(crate) fn nop(folder: &Path) -> anyhow::Result<PathBuf> {
    let (source, nop) = (folder.join("nop.c"), folder.join("nop"));
    std::fs::write(&source, "int main(void) { return 0; }\n")?;
    let built = Command::new("cc").args(["-O2", "-static", "-o"]).arg(&nop).arg(&source).status()?;
    if built.success() { Ok(nop) } else { bail!("the C compiler made no static program") }
}
