//! A program of the owner's that is given each new token.
//!
//! The invariant: the token goes in through standard input or the environment, never as an argument, which every other
//! user of the computer can read; and nothing that the program prints is kept, but for the end of what it complained of.
//! What this is not: a way to start anything; that is the [`Spawner`]'s.

use crate::outlet::{Kind, Outlet, Parcel, Ports, missing};
use async_trait::async_trait;
use daypass_domain::{
    Field, OutletField, OutletProfile, OutletSettings, Plain, Problem, Remedy, Secret, Shape, redact,
};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// Tells a bot, restarts a service: what takes longer hangs.
const LIMIT: Duration = Duration::from_secs(30);
/// So many letters of a complaint are kept: [`Plain`] cuts at the other end.
const TAIL: usize = 200;

/// Starts programs. Implemented outside, because it is the program's affair how that is done.
#[async_trait]
pub trait Spawner: Send + Sync {
    /// Starts it with no more of our environment than any program may have, waits for its end, and ends it with all that
    /// it has started when its time is over. The error is that it could not be started.
    async fn run(&self, order: Order) -> std::io::Result<Run>;
}

/// What to start. Has secrets in it, so it prints nothing.
pub struct Order {
    /// The program: a path, or a name to be found.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables beside those that it inherits.
    pub env: Vec<(String, Zeroizing<String>)>,
    /// What it may read from its standard input; then that ends.
    pub input: Zeroizing<Vec<u8>>,
    /// When it is ended.
    pub limit: Duration,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its end.
    pub ended: Ended,
    /// The end of what it wrote to standard error, as it is.
    pub complaint: String,
}

/// The end of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this status; 0 is well.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// It had to be ended.
    TooLate,
}

pub(crate) struct Command;

static PROFILE: OutletProfile = OutletProfile {
    id: "command",
    name: "Command",
    help: "A program that is started with each new token.",
    fields: &[
        OutletField {
            field: Field {
                key: "run",
                label: "Command",
                help: "The program and its arguments, such as systemctl --user restart bot. No shell reads it.",
                secret: false,
                required: true,
            },
            shape: Shape::Program,
            default: "",
        },
        OutletField {
            field: Field {
                key: "give",
                label: "Token",
                help: "stdin: as one line on its standard input. env: in the variable that the broker's client reads.",
                secret: false,
                required: false,
            },
            shape: Shape::Choice(&["stdin", "env"]),
            default: "stdin",
        },
    ],
};

impl Kind for Command {
    fn profile(&self) -> &'static OutletProfile {
        &PROFILE
    }

    fn target(&self, settings: &OutletSettings) -> String {
        // The words after it may be secrets.
        let program = settings.words("run").first().map(Path::new);
        program.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn open(&self, settings: &OutletSettings, _secret: Option<Secret>) -> Result<Box<dyn Outlet>, Problem> {
        let (program, args) = settings.words("run").split_first().ok_or_else(|| missing("run"))?;
        let in_environment = settings.text("give") == Some("env");
        Ok(Box::new(Opened { program: program.clone(), args: args.to_vec(), in_environment }))
    }
}

struct Opened {
    program: String,
    args: Vec<String>,
    in_environment: bool,
}

#[async_trait]
impl Outlet for Opened {
    async fn deliver(&self, parcel: &Parcel, ports: Ports<'_>) -> Result<(), Problem> {
        match ports.spawner.run(self.order(parcel)).await {
            Ok(Run { ended: Ended::Status(0), .. }) => Ok(()),
            Ok(run) => Err(failed(&self.program, &run)),
            Err(error) => Err(not_started(&self.program, error.kind())),
        }
    }
}

impl Opened {
    fn order(&self, parcel: &Parcel) -> Order {
        let mut env = vec![
            ("DAYPASS_ACCOUNT".to_owned(), Zeroizing::new(parcel.account.to_string())),
            ("DAYPASS_BROKER".to_owned(), Zeroizing::new(parcel.broker.clone())),
            ("DAYPASS_GENERATION".to_owned(), Zeroizing::new(parcel.generation.to_string())),
        ];
        if let Some(end) = parcel.ends {
            env.push(("DAYPASS_EXPIRES_AT".to_owned(), Zeroizing::new(end.timestamp().to_string())));
        }
        let mut input = Zeroizing::new(Vec::new());
        let token = parcel.token.expose();
        if self.in_environment {
            env.push((parcel.env.clone(), Zeroizing::new(token.to_owned())));
        } else {
            // A buffer that grows leaves copies of its content behind.
            input.reserve_exact(token.len() + 1);
            input.extend_from_slice(token.as_bytes());
            input.push(b'\n');
        }
        Order { program: self.program.clone(), args: self.args.clone(), env, input, limit: LIMIT }
    }
}

fn failed(program: &str, run: &Run) -> Problem {
    let program = Plain::new(program);
    let (code, what) = match run.ended {
        Ended::Status(status) => ("command_failed", format!("{program} ended with status {status}.")),
        Ended::Signal(signal) => ("command_failed", format!("{program} was ended by signal {signal}.")),
        Ended::TooLate => {
            ("command_too_late", format!("{program} did not end within {} seconds and was ended.", LIMIT.as_secs()))
        }
    };
    let problem = Problem::new(code, "", "Try it by hand; Daypass tries again by itself.", Remedy::TryAgain);
    problem.saying(what).quoting(&tail(&run.complaint))
}

/// Secrets go first: a cut through the middle of one would hide the rest of it from the search.
fn tail(complaint: &str) -> String {
    let clean = redact(complaint.trim_end());
    let over = clean.chars().count().saturating_sub(TAIL);
    clean.chars().skip(over).collect()
}

fn not_started(program: &str, kind: ErrorKind) -> Problem {
    let program = Plain::new(program);
    let what = match kind {
        ErrorKind::NotFound => format!("There is no program {program}."),
        ErrorKind::PermissionDenied => format!("{program} may not be started."),
        kind => format!("{program} could not be started ({kind})."),
    };
    let todo = "Check its name and path, and that it is marked as executable (chmod u+x).";
    Problem::new("command_not_started", "", todo, Remedy::FixSetting).saying(what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::tests::{Scripted, parcel, ports_with};

    fn opened(give: &str) -> Box<dyn Outlet> {
        let fields = [("run", vec!["bot".to_owned(), "--now".to_owned()]), ("give", vec![give.to_owned()])];
        Command.open(&OutletSettings { kind: "command", fields: fields.into() }, None).expect("opened")
    }

    #[tokio::test]
    async fn the_token_is_on_standard_input_or_in_the_environment_and_never_an_argument() {
        for (give, input, in_env) in [("stdin", "token-4711\n", false), ("env", "", true)] {
            let spawner = Scripted::ending(Ok(Run { ended: Ended::Status(0), complaint: String::new() }));
            opened(give).deliver(&parcel("token-4711"), ports_with(&spawner)).await.expect("delivered");
            let order = spawner.order();
            assert_eq!((order.program.as_str(), order.args.as_slice()), ("bot", &["--now".to_owned()][..]));
            assert_eq!(order.input.as_slice(), input.as_bytes(), "{give}");
            let env: Vec<_> = order.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let known = [
                ("DAYPASS_ACCOUNT", "upstox"),
                ("DAYPASS_BROKER", "upstox"),
                ("DAYPASS_GENERATION", "7"),
                ("DAYPASS_EXPIRES_AT", "1790030000"),
            ];
            assert_eq!(env[..4], known, "{give}");
            assert_eq!(env.get(4), in_env.then_some(&("UPSTOX_ACCESS_TOKEN", "token-4711")), "{give}");
        }
    }

    #[test]
    fn everybody_sees_the_program_and_nobody_its_arguments() {
        for (run, seen) in [(&["/opt/bin/notify", "--key=s3cret"][..], "notify"), (&["bot"], "bot"), (&[], "")] {
            let fields = [("run", run.iter().map(|word| (*word).to_owned()).collect())];
            assert_eq!(Command.target(&OutletSettings { kind: "command", fields: fields.into() }), seen);
        }
    }

    #[tokio::test]
    async fn what_went_wrong_is_said_with_the_end_of_the_complaint_and_without_the_token() {
        let parcel = parcel("token-never-printed");
        let long = format!("{} at line 7: token-never-printed was refused\n", "x".repeat(5000));
        let status = |code| Ok(Run { ended: Ended::Status(code), complaint: long.clone() });
        for (sentence, ends, code, what) in [
            ("a status", status(3), "command_failed", "bot ended with status 3."),
            ("a signal", Ok(Run { ended: Ended::Signal(9), complaint: String::new() }), "command_failed", "signal 9"),
            ("too late", Ok(Run { ended: Ended::TooLate, complaint: String::new() }), "command_too_late", "30 seconds"),
            ("no program", Err(ErrorKind::NotFound), "command_not_started", "There is no program bot."),
            ("not executable", Err(ErrorKind::PermissionDenied), "command_not_started", "may not be started"),
        ] {
            let spawner = Scripted::ending(ends);
            let problem = opened("stdin").deliver(&parcel, ports_with(&spawner)).await.expect_err(sentence);
            assert_eq!(problem.code, code, "{sentence}");
            assert!(problem.what.contains(what), "{sentence}: {problem}");
            let all = format!("{problem:?}");
            assert!(!all.contains("never-printed") && all.len() < 1000, "{sentence}: {all}");
            if code == "command_failed" && what.contains("status") {
                assert!(problem.quote.is_some_and(|quote| quote.ends_with("at line 7: [redacted] was refused")));
            }
        }
    }

    #[test]
    fn a_token_across_the_cut_leaves_no_part_of_itself() {
        let token = Secret::new("canary-that-is-cut-in-two");
        let complaint = format!("{}{}", token.expose(), "y".repeat(TAIL - 8));
        assert!(!tail(&complaint).contains("two"), "{}", tail(&complaint));
    }
}
