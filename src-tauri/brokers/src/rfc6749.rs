//! What OAuth 2.0 says in a redirect and in an error body, in plain sentences.
//!
//! One table for RFC 6749 (4.1.2.1 and 5.2), RFC 6750, RFC 7009 and OpenID Connect's additions. The invariant: the
//! description that comes with an error is foreign text: it is quoted, never a link, and decides nothing. What this is
//! not: any broker's own codes.

use crate::{Artefact, Callback};
use daypass_domain::{Problem, Remedy};

/// One error code. `{name}` in the sentences stands for the broker.
pub(crate) struct Word {
    pub(crate) code: &'static str,
    what: &'static str,
    todo: &'static str,
    remedy: Remedy,
    /// Says nothing about the request itself: it will pass.
    pub(crate) passing: bool,
}

const fn word(code: &'static str, what: &'static str, todo: &'static str, remedy: Remedy) -> Word {
    Word { code, what, todo, remedy, passing: matches!(remedy, Remedy::TryAgain) }
}

const AGAIN: &str = "Start again from Daypass.";
const COMPARE: &str = "Compare the settings of this account with your app at {name}.";

/// Every code that Daypass knows.
pub(crate) const WORDS: &[Word] = &[
    word("access_denied", "You said no at {name}.", "Nothing changed. Start again from Daypass.", Remedy::SignInAgain),
    word("invalid_grant", "{name} no longer accepts this sign-in.", AGAIN, Remedy::SignInAgain),
    word(
        "invalid_client",
        "{name} refused the client ID or the client secret.",
        "Compare both with your app at {name}.",
        Remedy::FixSetting,
    ),
    word("unauthorized_client", "{name} does not let this app sign in this way.", COMPARE, Remedy::FixSetting),
    word(
        "invalid_scope",
        "{name} does not grant the scopes that were asked for.",
        "Correct the setting scopes; the app at {name} lists what is allowed.",
        Remedy::FixSetting,
    ),
    word(
        "invalid_request",
        "{name} did not understand the request.",
        "Compare the settings of this account with your app at {name}, above all redirect_uri, auth and pkce.",
        Remedy::FixSetting,
    ),
    word(
        "unsupported_response_type",
        "{name} does not give authorization codes to this app.",
        COMPARE,
        Remedy::FixSetting,
    ),
    word("unsupported_grant_type", "{name} does not give tokens to this app in this way.", COMPARE, Remedy::FixSetting),
    word(
        "unsupported_token_type",
        "{name} cannot end this kind of token.",
        "It ends by itself at its time.",
        Remedy::FixSetting,
    ),
    word("invalid_token", "{name} no longer accepts this token.", "Sign in again from Daypass.", Remedy::SignInAgain),
    word(
        "insufficient_scope",
        "{name} wants a wider scope for this.",
        "Add it to the setting scopes, then sign in again.",
        Remedy::FixSetting,
    ),
    word("login_required", "{name} wants you to sign in there first.", AGAIN, Remedy::SignInAgain),
    word("consent_required", "{name} wants you to agree first.", AGAIN, Remedy::SignInAgain),
    word("interaction_required", "{name} wants something from you on its own page.", AGAIN, Remedy::SignInAgain),
    word("account_selection_required", "{name} wants you to choose an account.", AGAIN, Remedy::SignInAgain),
    word("server_error", "Something went wrong inside {name}.", "Try again in some minutes.", Remedy::TryAgain),
    word(
        "temporarily_unavailable",
        "{name} is busy or closed for a while.",
        "Try again in some minutes.",
        Remedy::TryAgain,
    ),
    word("slow_down", "{name} was asked too often.", "Try again in some minutes.", Remedy::TryAgain),
];

/// The table's entry for a code.
pub(crate) fn find(code: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.code == code)
}

impl Word {
    /// The entry as a problem with a broker of this name.
    pub(crate) fn problem(&self, name: &str) -> Problem {
        Problem::new(self.code, self.what, self.todo, self.remedy)
            .saying(self.what.replace("{name}", name))
            .advising(self.todo.replace("{name}", name))
    }
}

/// The problem of an error that no table knows: the foreign code is quoted, in front of the foreign text.
pub(crate) fn unknown(name: &str, code: &str, text: &str) -> Problem {
    let problem = UNKNOWN.saying(format!("{name} sent an error that Daypass does not know."));
    problem.quoting(&format!("{code} {text}"))
}

const UNKNOWN: Problem = Problem::new(
    "unknown_error",
    "The broker sent an error that Daypass does not know.",
    "Nothing changed. Start again from Daypass.",
    Remedy::SignInAgain,
);
const NO_CODE: Problem = Problem::new(
    "no_code",
    "The browser came back without a code.",
    "Nothing changed. Start again from Daypass.",
    Remedy::SignInAgain,
);

/// Reads a redirect: a refusal if it names one, else the code. `own` is the broker's own table of codes.
pub(crate) fn read(name: &str, callback: &Callback, own: fn(&str) -> Option<Problem>) -> Result<Artefact, Problem> {
    // A broker may put its own code beside the standard one; it tells more.
    let codes = ["error_code", "errorCode", "error"].map(|key| callback.text(key));
    let text = callback.text("error_description").or_else(|| callback.text("error_message")).unwrap_or_default();
    if let Some(first) = codes.iter().flatten().next() {
        let known = codes.iter().flatten().find_map(|code| own(code).or_else(|| find(code).map(|w| w.problem(name))));
        return Err(known.map_or_else(|| unknown(name, first, text), |problem| problem.quoting(text)));
    }
    match callback.secret("code") {
        Some(code) if !code.is_empty() => Ok(Artefact(code.clone())),
        _ => Err(NO_CODE.saying(format!("{name} sent the browser back without a code."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daypass_domain::Secret;

    fn callback(pairs: &[(&str, &str)]) -> Callback {
        Callback::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))))
    }

    #[test]
    fn every_word_is_two_whole_sentences_that_name_the_broker() {
        for word in WORDS {
            let problem = word.problem("Testbroker");
            assert!(problem.what.contains("Testbroker"), "{}", word.code);
            for sentence in [&problem.what, &problem.todo] {
                assert!(sentence.ends_with('.') && !sentence.contains(['{', '!']), "{}: {sentence}", word.code);
            }
            assert_eq!(WORDS.iter().filter(|other| other.code == word.code).count(), 1, "{} once", word.code);
        }
    }

    #[test]
    fn the_codes_of_the_standards_are_all_known() {
        for code in [
            "invalid_request",
            "unauthorized_client",
            "access_denied",
            "unsupported_response_type",
            "invalid_scope",
            "server_error",
            "temporarily_unavailable",
            "invalid_client",
            "invalid_grant",
            "unsupported_grant_type",
            "unsupported_token_type",
            "invalid_token",
        ] {
            assert!(find(code).is_some(), "{code}");
        }
    }

    #[test]
    fn a_redirect_is_a_code_or_a_refusal() {
        for (sentence, pairs, code) in [
            ("a person said no", vec![("error", "access_denied")], "access_denied"),
            ("an error beats a code", vec![("code", "abcdef"), ("error", "server_error")], "server_error"),
            ("an unknown error is not swallowed", vec![("error", "own_thing"), ("code", "abcdef")], "unknown_error"),
            (
                "a known code beside an unknown one",
                vec![("error", "own"), ("error_code", "invalid_scope")],
                "invalid_scope",
            ),
            ("an empty code is none", vec![("code", "")], "no_code"),
            ("nothing is no code", vec![], "no_code"),
            ("an empty error is none", vec![("error", " ")], "no_code"),
        ] {
            let read = read("Testbroker", &callback(&pairs), |_| None);
            assert_eq!(read.err().map(|problem| problem.code.into_owned()).as_deref(), Some(code), "{sentence}");
        }
        let good = read("Testbroker", &callback(&[("code", "C0.code%40")]), |_| None).expect("a code");
        assert!(good.0.matches(b"C0.code%40"), "decoded once by the caller, never again");
    }

    #[test]
    fn the_brokers_explanation_is_quoted_and_cut() {
        let long = format!("You <b>cancelled</b> it {}", "x".repeat(400));
        let told = callback(&[("error", "access_denied"), ("error_description", &long)]);
        let problem = read("Testbroker", &told, |_| None).expect_err("a refusal");
        let quote = problem.quote.expect("the explanation");
        assert!(quote.starts_with("You <b>cancelled</b> it") && quote.chars().count() <= 200, "{quote}");
        assert_eq!(problem.what, "You said no at Testbroker.");
    }
}
