//! Every "no" of this door: a problem document (RFC 9457), and back again.
//!
//! `title` says what happened, `detail` what to do, `code` is for programs; `problem` carries the whole of it, so that a
//! client over the socket gets the very refusal that the manager gave. No foreign text is in the first two. What this is
//! not: the place where the sentences of the manager are made.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daypass_domain::{Problem, Remedy};
use daypass_manager::{Code, Refused};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// The media type of all of them.
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// RFC 9457, with `code` and `problem` added.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Document {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: String,
    code: String,
    problem: Problem,
}

/// A "no" on its way out.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    document: Box<Document>,
    again_after: Option<Duration>,
}

impl Refusal {
    /// One of the door's own, that the manager knows nothing of; its code is the problem's.
    pub(crate) fn new(status: StatusCode, problem: Problem) -> Self {
        let code = problem.code.to_string();
        Self::with_code(status, code, problem)
    }

    pub(crate) fn with_code(status: StatusCode, code: String, problem: Problem) -> Self {
        let document = Document {
            kind: format!("urn:daypass:problem:{code}"),
            title: problem.what.to_string(),
            status: status.as_u16(),
            detail: problem.todo.to_string(),
            code,
            problem,
        };
        Self { status, document: Box::new(document), again_after: None }
    }

    /// Says when it is worth asking again.
    pub(crate) fn again_after(self, span: Duration) -> Self {
        Self { again_after: Some(span), ..self }
    }
}

#[cfg(test)]
impl Refusal {
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self::with_code(status(refused.code), name(refused.code), refused.problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, document, again_after } = self;
        let mut response = match serde_json::to_vec(&document) {
            Ok(body) => (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response(),
            Err(_) => status.into_response(),
        };
        if let Some(span) = again_after {
            // Whole seconds, and none too early.
            let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, seconds.max(1).into());
        }
        response
    }
}

impl Document {
    /// What the other side said. A code that only the door knows is a mistake of whoever asked.
    pub(crate) fn into_refused(self) -> Refused {
        let code = serde_json::from_value(self.code.into()).unwrap_or(Code::Internal);
        Refused { code, problem: self.problem }
    }
}

/// The status that fits a refusal.
fn status(code: Code) -> StatusCode {
    match code {
        Code::BadInput => StatusCode::BAD_REQUEST,
        Code::UnknownAccount => StatusCode::NOT_FOUND,
        Code::NoCredentials | Code::Paused | Code::NotUseful => StatusCode::CONFLICT,
        Code::NoToken | Code::NothingToDo | Code::CannotStart | Code::PersonNeeded => StatusCode::CONFLICT,
        Code::Ended => StatusCode::GONE,
        Code::Stale => StatusCode::CONFLICT,
        Code::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Code::TooShort => StatusCode::PRECONDITION_FAILED,
        Code::Failed => StatusCode::BAD_GATEWAY,
        Code::TimeLimit => StatusCode::GATEWAY_TIMEOUT,
        Code::NotRunning => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The code as it is written everywhere: `no_credentials`.
pub(crate) fn name(code: Code) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "internal".to_owned(),
    }
}

/// There is no such account. The text is foreign: it is quoted only if it could name one.
pub(crate) fn unknown_account(text: &str) -> Refused {
    let named = daypass_domain::AccountId::new(text).map(|id| format!("There is no account \"{id}\"."));
    let what = named.unwrap_or_else(|_| "There is no account of that name.".to_owned());
    Refused { code: Code::UnknownAccount, problem: UNKNOWN_ACCOUNT.saying(what) }
}

/// There is nothing to choose from yet.
pub(crate) fn no_account(code: Code) -> Refused {
    Refused { code, problem: NO_ACCOUNT }
}

/// Something that was sent makes no sense.
pub(crate) fn bad_input(what: impl Into<String>, todo: impl Into<String>) -> Refused {
    Refused { code: Code::BadInput, problem: BAD_INPUT.saying(what).advising(todo) }
}

/// The program ends while somebody waits.
pub(crate) fn ending() -> Refusal {
    Refused { code: Code::NotRunning, problem: ENDING }.into()
}

const ENDING: Problem = Problem::new("ending", "Daypass is ending.", "Start it again.", Remedy::TryAgain);

const UNKNOWN_ACCOUNT: Problem =
    Problem::new("unknown_account", "", "See the accounts with `daypass accounts`.", Remedy::FixSetting);

const NO_ACCOUNT: Problem = Problem::new(
    "no_account",
    "There is no account yet.",
    "Put UPSTOX_CLIENT_ID and UPSTOX_CLIENT_SECRET into .env, or add an account in the window.",
    Remedy::FixSetting,
);

const BAD_INPUT: Problem = Problem::new("bad_input", "", "", Remedy::FixSetting);

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[(Code, u16)] = &[
        (Code::UnknownAccount, 404),
        (Code::NoCredentials, 409),
        (Code::Paused, 409),
        (Code::NotUseful, 409),
        (Code::NoToken, 409),
        (Code::Ended, 410),
        (Code::Stale, 409),
        (Code::TooMany, 429),
        (Code::TooShort, 412),
        (Code::NothingToDo, 409),
        (Code::CannotStart, 409),
        (Code::Failed, 502),
        (Code::PersonNeeded, 409),
        (Code::TimeLimit, 504),
        (Code::BadInput, 400),
        (Code::NotRunning, 503),
        (Code::Internal, 500),
    ];

    #[test]
    fn every_refusal_has_its_status_and_comes_back_as_it_was() {
        for (code, status) in ALL {
            let problem =
                Problem::new("UDAPI1", "It happened.", "Do this.", Remedy::SignInAgain).quoting("their words");
            let refused = Refused { code: *code, problem };
            let Refusal { status: answered, document, .. } = Refusal::from(refused.clone());
            assert_eq!(answered.as_u16(), *status, "{code:?}");
            let text = serde_json::to_value(&document).expect("JSON");
            assert_eq!(text["code"], name(*code));
            assert_eq!(text["status"], *status);
            assert_eq!((&text["title"], &text["detail"]), (&"It happened.".into(), &"Do this.".into()));
            let read: Document = serde_json::from_value(text).expect("the same document");
            assert_eq!(read.into_refused(), refused);
        }
    }

    #[test]
    fn a_name_that_cannot_be_one_is_not_repeated() {
        assert_eq!(unknown_account("zerodha").problem.what, "There is no account \"zerodha\".");
        let foreign = unknown_account("<script>").problem.what;
        assert_eq!(foreign, "There is no account of that name.");
    }
}
