//! Exit codes, and the sentence beside each: 0 done, 2 usage, 3 not running, 4 no usable token, 5 a person must act,
//! 6 time limit, 7 too many callers, 1 anything else.

use daypass_wiring::{Code, Refused};
use std::io::Write;
use std::process::ExitCode;

/// Writes what happened and what to do to standard error, and chooses the code.
pub(crate) fn tell(error: &anyhow::Error) -> ExitCode {
    if let Some(refused) = error.downcast_ref::<Refused>() {
        let problem = &refused.problem;
        let _ = writeln!(std::io::stderr(), "daypass: {} {} ({})", problem.what, problem.todo, problem.code);
        return ExitCode::from(code(refused.code));
    }
    let broken_pipe =
        error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe);
    if broken_pipe {
        return ExitCode::SUCCESS;
    }
    let _ = writeln!(std::io::stderr(), "daypass: {error:#}");
    ExitCode::from(1)
}

/// The exit code of a refusal.
pub(crate) fn code(code: Code) -> u8 {
    match code {
        Code::BadInput | Code::UnknownAccount => 2,
        Code::NotRunning => 3,
        Code::NoToken | Code::Ended | Code::TooShort | Code::Stale => 4,
        Code::PersonNeeded | Code::NoCredentials | Code::Failed => 5,
        Code::TimeLimit => 6,
        Code::TooMany => 7,
        Code::Paused | Code::NotUseful | Code::NothingToDo | Code::CannotStart | Code::Internal => 1,
    }
}
