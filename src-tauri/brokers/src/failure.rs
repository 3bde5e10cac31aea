//! Three turns that every broker's failures take.
//!
//! The invariant: no failure of an exchange ever advises to try the same again; the code is gone. What this is not: the
//! judgement about an answer; that is made where the answer is read.

use crate::{BrokerError, Failure, Probe, Reached};
use daypass_domain::{Problem, Remedy};

/// What must not be sent, and was not.
pub(crate) fn not_sent(problem: Problem) -> BrokerError {
    BrokerError { failure: Failure::NotSent, problem, retry_after: None }
}

/// A probe that brought no answer: nothing is known about the token, only perhaps when to ask again.
pub(crate) fn unanswered(error: BrokerError) -> Reached<Probe> {
    Reached { value: Probe::Unknown(error.problem), clock_skew: None, retry_after: error.retry_after }
}

/// A failed exchange: what would pass by itself elsewhere needs a new sign-in here.
pub(crate) fn spent(mut error: BrokerError) -> BrokerError {
    if error.problem.remedy == Remedy::TryAgain {
        error.problem.remedy = Remedy::SignInAgain;
        let todo = match error.failure {
            Failure::NotSent => "Check this computer's network, then start again from Daypass.",
            _ => "Your sign-in was fine, but its code works only once. Start again from Daypass.",
        };
        error.problem = error.problem.advising(todo);
    }
    error
}
