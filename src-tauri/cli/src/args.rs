//! What can be typed.

use crate::history::History;
use clap::{Parser, Subcommand};
use daypass_wiring::Until;
use daypass_wiring::practice::{Fault, Order};
use std::time::Duration;

/// Keeps broker API tokens valid and hands them to your bots.
#[derive(Debug, Parser)]
#[command(name = "daypass", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The verbs. ACCOUNT may be left out where there is only one account.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run the token manager without a desktop, until SIGTERM or Ctrl-C
    Serve {
        /// Add a practice account if there is no account yet
        #[arg(long)]
        practice: bool,
    },
    /// Show each account: level, time left, what comes next
    Status {
        /// Only this account
        account: Option<String>,
        /// As JSON, the same object as GET /api/token/status
        #[arg(long)]
        json: bool,
    },
    /// Sign in through the browser and wait for the result
    SignIn {
        /// Which account
        account: Option<String>,
        /// Print the address instead of opening a browser
        #[arg(long)]
        no_browser: bool,
        /// Print the address, and read from standard input the one that a browser elsewhere has ended on
        #[arg(long)]
        paste: bool,
        /// How long to wait for the result
        #[arg(long, default_value = "5m", value_parser = span)]
        wait: Duration,
    },
    /// Get a new token now: silently where the broker can, else through a sign-in
    Refresh {
        /// Which account
        account: Option<String>,
        /// Print the address instead of opening a browser
        #[arg(long)]
        no_browser: bool,
        /// How long to wait for the result
        #[arg(long, default_value = "5m", value_parser = span)]
        wait: Duration,
    },
    /// End the token, at the broker too where it can
    SignOut {
        /// Which account
        account: Option<String>,
    },
    /// Print the token and nothing else
    Token(Token),
    /// Run a command with the token in its environment, and again or with a signal when there is a new one
    #[cfg(unix)]
    Exec(Exec),
    /// Wait until there is a token that lasts, and print its number
    Wait(Wait),
    /// Print one JSON object for each new token, refusal and change of readiness, until stopped
    Watch {
        /// Which account
        account: Option<String>,
        /// The number of the token that is known already
        #[arg(long, value_name = "NUMBER")]
        after: Option<u64>,
    },
    /// Say that the broker refused a token: it is asked once, however many say so
    ReportInvalid {
        /// Which account
        account: Option<String>,
        /// The number of that token
        #[arg(long, value_name = "NUMBER")]
        generation: u64,
    },
    /// The keys with which bots take tokens over HTTP
    Keys {
        #[command(subcommand)]
        verb: Option<KeysVerb>,
    },
    /// List the accounts
    Accounts,
    /// Look whether the next session will be ready, and say what is to be done; exit code 5 if it will not
    Doctor {
        /// Which account
        account: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what happened: sign-ins, renewals, checks, hand-outs, readiness at each open
    History(History),
    /// Print a report for whoever helps: how everything stands and the end of the log, without a secret or a user's name
    Report,
    /// Copy a client secret that lies in a file into the keyring, and name the line to delete
    KeepSecret {
        /// Which account
        account: Option<String>,
    },
    /// Open the dashboard in the browser, with a session in which settings, accounts and keys can be changed
    Dashboard {
        /// Only print the link; it opens a session once, within two minutes
        #[arg(long)]
        no_browser: bool,
    },
    /// Run the practice broker alone, until SIGTERM or Ctrl-C
    Practice(Practice),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// How long a token must last. All of it must be met.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Lasts {
    /// Refuse a token that ends sooner than this, such as 2h
    #[arg(long, default_value = "0s", value_parser = span, value_name = "SPAN")]
    pub(crate) min_valid: Duration,
    /// Refuse a token that ends before this: 15:30 on the exchange's clock, or 2026-11-27T15:30:00+05:30
    #[arg(long, value_parser = until, value_name = "TIME")]
    pub(crate) until: Option<Until>,
}

/// Which token, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Token {
    /// Which account
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) lasts: Lasts,
    /// Wait so long for such a token, such as 30m
    #[arg(long, value_parser = span, value_name = "SPAN")]
    pub(crate) wait: Option<Duration>,
    /// What to call whoever takes it, in the history and in the window
    #[arg(long, value_name = "NAME")]
    pub(crate) bot: Option<String>,
    /// As JSON, the same object as GET /api/token
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is waited for.
#[derive(Debug, clap::Args)]
pub(crate) struct Wait {
    /// Which account
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) lasts: Lasts,
    /// Only another token than the one with this number will do
    #[arg(long, value_name = "NUMBER")]
    pub(crate) newer_than: Option<u64>,
    /// Give up after this; exit code 6
    #[arg(long, default_value = "5m", value_parser = span, value_name = "SPAN")]
    pub(crate) limit: Duration,
}

/// What to run.
#[cfg(unix)]
#[derive(Debug, clap::Args)]
pub(crate) struct Exec {
    /// Which account
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) lasts: Lasts,
    /// Wait so long for the first token, such as 12h; without it there must be one
    #[arg(long, value_parser = span, value_name = "SPAN")]
    pub(crate) wait: Option<Duration>,
    /// What to do when there is a new token: restart, signal=HUP (or another), or none
    #[arg(long, default_value = "restart", value_parser = on_rotate, value_name = "WHAT")]
    pub(crate) on_rotate: OnRotate,
    /// At a restart the command has so long to end after SIGTERM
    #[arg(long, default_value = "10s", value_parser = span, value_name = "SPAN")]
    pub(crate) grace: Duration,
    /// What to call it in the history and in the window; the command's name if left out
    #[arg(long, value_name = "NAME")]
    pub(crate) bot: Option<String>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<std::ffi::OsString>,
}

/// What a running program is told of a new token.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnRotate {
    /// It is started again with it.
    Restart,
    /// This signal; it takes the token by itself.
    Signal(i32),
    /// Nothing.
    None,
}

/// What about the keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysVerb {
    /// List them
    List,
    /// Make one and print it, this once
    Make {
        /// Which bot it is for
        name: String,
        /// An account that it is good for, may be given several times; all of them if left out
        #[arg(long, value_name = "ACCOUNT")]
        account: Vec<String>,
    },
    /// From now on it opens nothing
    Revoke {
        /// Its id
        id: String,
    },
}

/// How the practice broker behaves.
#[derive(Debug, clap::Args)]
pub(crate) struct Practice {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8100)]
    pub(crate) port: u16,
    /// Length of its day, such as 10m; real time if left out
    #[arg(long, value_parser = span)]
    pub(crate) day: Option<Duration>,
    /// Trade on weekends and holidays too
    #[arg(long)]
    pub(crate) every_day: bool,
    /// Tokens live this long, such as 90s, instead of until the cut-off
    #[arg(long, value_parser = span)]
    pub(crate) life: Option<Duration>,
    /// The only client id that it accepts; any if left out
    #[arg(long)]
    pub(crate) client_id: Option<String>,
    /// The only client secret that it accepts; any if left out
    #[arg(long)]
    pub(crate) client_secret: Option<String>,
    /// The only redirect URI that it accepts; any if left out
    #[arg(long)]
    pub(crate) redirect_uri: Option<String>,
    /// A fault that waits from the start, such as profile:503:2 or token:UDAPI100069; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub(crate) fault: Vec<Fault>,
    /// Start nothing: tell the one that runs on this port a fault, or revoke to end all that it issued
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["day", "every_day", "life", "client_id", "client_secret", "redirect_uri", "fault"])]
    pub(crate) tell: Option<Order>,
}

pub(crate) fn span(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| format!("\"{text}\" is no span of time; write it like 90s, 5m or 2h"))
}

fn until(text: &str) -> Result<Until, String> {
    let read = daypass_wiring::api::until::parse(text);
    read.ok_or_else(|| format!("\"{text}\" is no point in time; write it like 15:30 or 2026-11-27T15:30:00+05:30"))
}

#[cfg(unix)]
fn on_rotate(text: &str) -> Result<OnRotate, String> {
    use tokio::signal::unix::SignalKind as Kind;
    let signal = text.strip_prefix("signal=").map(|name| name.trim_start_matches("SIG"));
    match (text, signal) {
        ("restart", _) => Ok(OnRotate::Restart),
        ("none", _) => Ok(OnRotate::None),
        (_, Some("HUP")) => Ok(OnRotate::Signal(Kind::hangup().as_raw_value())),
        (_, Some("USR1")) => Ok(OnRotate::Signal(Kind::user_defined1().as_raw_value())),
        (_, Some("USR2")) => Ok(OnRotate::Signal(Kind::user_defined2().as_raw_value())),
        (_, Some("INT")) => Ok(OnRotate::Signal(Kind::interrupt().as_raw_value())),
        (_, Some("TERM")) => Ok(OnRotate::Signal(Kind::terminate().as_raw_value())),
        _ => Err("write restart, none, or signal= with HUP, USR1, USR2, INT or TERM".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_verbs_are_sound() {
        Args::command().debug_assert();
    }

    #[cfg(unix)]
    #[test]
    fn what_to_do_about_a_rotation_is_one_of_three() {
        for (text, read) in [
            ("restart", Some(OnRotate::Restart)),
            ("none", Some(OnRotate::None)),
            ("signal=HUP", Some(OnRotate::Signal(1))),
            ("signal=SIGTERM", Some(OnRotate::Signal(15))),
            ("signal=KILL", None),
            ("HUP", None),
            ("", None),
        ] {
            assert_eq!(on_rotate(text).ok(), read, "{text:?}");
        }
        assert!(until("3 pm").expect_err("no time").contains("15:30"));
    }

    #[test]
    fn spans_are_written_as_people_write_them() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("2h"), Ok(Duration::from_secs(7200)));
        assert!(span("soon").expect_err("no span").contains("90s"));
    }
}
