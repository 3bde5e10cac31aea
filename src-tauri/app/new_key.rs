//! A new key for a bot, on its way to the one person who may see it.
//!
//! Invariant: a key that could not be handed to that person is revoked: none lies around that nobody has. What this is
//! not: where keys are kept or judged; the client does both.

use crate::backend::{Answer, Client, Code, KeyView, NewKey, Problem, Refused, Remedy, Secret};
use std::future::Future;

/// Makes the key, and gives it to `hand`; what comes back holds no secret.
pub(crate) async fn make<F>(client: &dyn Client, wanted: NewKey, hand: impl FnOnce(Secret) -> F) -> Answer<KeyView>
where
    F: Future<Output = Answer<()>>,
{
    let made = client.make_key(wanted).await?;
    if hand(made.key).await.is_ok() {
        return Ok(made.view);
    }
    let problem = match client.revoke_key(&made.view.id).await {
        Ok(()) => TAKEN_BACK,
        Err(_) => LEFT_OVER,
    };
    Err(Refused { code: Code::Failed, problem })
}

const TAKEN_BACK: Problem = Problem::new(
    "no_clipboard",
    "The clipboard cannot be used, so the new key was revoked at once.",
    "Make one in the terminal: daypass keys make NAME",
    Remedy::TryAgain,
);

const LEFT_OVER: Problem = Problem::new(
    "no_clipboard",
    "The clipboard cannot be used, and the new key could not be revoked.",
    "Revoke it in the list: nobody has it.",
    Remedy::TryAgain,
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Moment;
    use crate::commands::broken;
    use daypass_api::scripted::{ScriptedClient, snapshot};

    fn client() -> ScriptedClient {
        ScriptedClient::new(snapshot(Moment::UNIX_EPOCH, vec![]))
    }

    fn screener() -> NewKey {
        NewKey { name: "screener".into(), accounts: None }
    }

    async fn nowhere(_: Secret) -> Answer<()> {
        Err(broken("The clipboard cannot be used.", &"no display"))
    }

    #[tokio::test]
    async fn the_key_reaches_the_hand_and_the_answer_holds_only_its_view() {
        let client = client();
        let mut handed = None;
        let view = make(&client, screener(), |key| {
            handed = Some(key);
            std::future::ready(Ok(()))
        });
        let view = view.await.expect("a key");
        assert!(handed.expect("a key").matches(b"marker-key"));
        let told = serde_json::to_string(&view).expect("it is for the window");
        assert!(told.contains("screener") && !told.contains("marker-key"), "{told}");
        assert_eq!(client.script().asked, ["make_key screener None"]);
    }

    #[tokio::test]
    async fn a_key_that_nobody_got_is_revoked() {
        let client = client();
        let no = make(&client, screener(), nowhere).await.expect_err("no clipboard");
        assert_eq!(no.problem, TAKEN_BACK);
        assert_eq!(client.script().asked, ["make_key screener None", "revoke_key k1234567"]);
    }

    #[tokio::test]
    async fn a_key_that_nobody_got_and_that_stays_is_named_as_such() {
        let client = client();
        client.refuse("revoke_key", Code::Internal);
        let no = make(&client, screener(), nowhere).await.expect_err("no clipboard");
        assert_eq!(no.problem, LEFT_OVER);
    }

    #[tokio::test]
    async fn a_refused_key_is_the_programs_own_no() {
        let client = client();
        let refused = client.refuse("make_key", Code::BadInput);
        let no = make(&client, screener(), nowhere).await.expect_err("a bad name");
        assert_eq!(no, refused);
        assert_eq!(client.script().asked, ["make_key screener None"]);
    }
}
