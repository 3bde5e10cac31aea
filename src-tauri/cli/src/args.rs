//! What can be typed.

use crate::history::History;
use clap::{Parser, Subcommand};
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
    Token {
        /// Which account
        account: Option<String>,
        /// Refuse a token that ends sooner than this, such as 2h
        #[arg(long, default_value = "0s", value_parser = span)]
        min_valid: Duration,
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
    /// Copy a client secret that lies in a file into the keyring, and name the line to delete
    KeepSecret {
        /// Which account
        account: Option<String>,
    },
    /// Open the dashboard in the browser
    Dashboard {
        /// Only print its address
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

/// How the practice broker behaves.
#[derive(Debug, clap::Args)]
pub(crate) struct Practice {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8100)]
    pub(crate) port: u16,
    /// Length of its day, such as 10m; real time if left out
    #[arg(long, value_parser = span)]
    pub(crate) day: Option<Duration>,
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
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["day", "life", "client_id", "client_secret", "redirect_uri", "fault"])]
    pub(crate) tell: Option<Order>,
}

pub(crate) fn span(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| format!("\"{text}\" is no span of time; write it like 90s, 5m or 2h"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_verbs_are_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn spans_are_written_as_people_write_them() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("2h"), Ok(Duration::from_secs(7200)));
        assert!(span("soon").expect_err("no span").contains("90s"));
    }
}
