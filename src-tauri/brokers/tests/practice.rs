//! Every broker of the table against the practice broker: whole sign-ins over real HTTP, with a person who presses
//! the buttons.

#[allow(dead_code, reason = "this suite needs a part of it")]
mod support;

use daypass_brokers::{ALL, Answer, Artefact, Broker, Callback, Failure, Probe, find};
use daypass_domain::{Credentials, Grant, Problem, Remedy, Secret, UserId};
use daypass_practice::{Options, Practice, Rotation, person};
use support::{handshake, network};
use url::Url;

/// A broker of the table, an account at the practice broker, and the practice broker's names for what it is asked.
struct Desk {
    broker: &'static dyn Broker,
    credentials: Credentials,
    practice: Practice,
    token: &'static str,
    profile: &'static str,
    logout: &'static str,
}

impl Desk {
    async fn open(broker: &'static dyn Broker, options: Options) -> Self {
        let practice = Practice::start(options).await.expect("a practice broker");
        let base = practice.url().as_str().trim_end_matches('/').to_owned();
        let mut credentials = support::credentials(broker, &base);
        let (token, profile, logout) = match broker.profile().id {
            "upstox" => ("token", "profile", "logout"),
            "oauth2" => {
                let issuer = format!("{base}/oauth2");
                for (key, path) in
                    [("authorize", "authorize"), ("token", "token"), ("probe", "userinfo"), ("revoke", "revoke")]
                {
                    credentials.account.options.insert(format!("{key}_url"), format!("{issuer}/{path}"));
                }
                credentials.account.options.insert("issuer".to_owned(), issuer);
                credentials.account.options.insert("rotation".to_owned(), "one_time".to_owned());
                ("oauth2/token", "oauth2/userinfo", "oauth2/revoke")
            }
            id => panic!("the practice broker does not speak {id}: teach it, or this suite where it does"),
        };
        Self { broker, credentials, practice, token, profile, logout }
    }

    fn address(&self) -> Url {
        self.broker.authorize_url(&self.credentials, &handshake()).expect("an address")
    }

    /// What the redirect to that address says.
    fn read(&self, redirect: &Url) -> Result<Artefact, Problem> {
        let (state, rest): (Vec<_>, Vec<_>) =
            redirect.query_pairs().into_owned().partition(|(name, _)| name == "state");
        assert_eq!(state[0].1, "state-0123456789", "the state comes back");
        let callback = Callback::new(rest.into_iter().map(|(name, value)| (name, Secret::new(value))));
        self.broker.read_callback(&self.credentials, &callback)
    }

    async fn code(&self, user: Option<&str>) -> Artefact {
        let redirect = person::approve(&self.address(), user).await.expect("the dialog sends the browser back");
        self.read(&redirect).expect("a code")
    }

    async fn exchange(&self, code: &Artefact) -> Answer<Grant> {
        self.broker.exchange(&network(), &self.credentials, &handshake(), code).await
    }

    async fn sign_in(&self) -> Grant {
        let code = self.code(None).await;
        self.exchange(&code).await.expect("a grant").value
    }

    async fn renew(&self, grant: &Grant) -> Answer<Grant> {
        self.broker.renew(&network(), &self.credentials, grant).await
    }

    async fn probe(&self, grant: &Grant) -> Probe {
        self.broker.probe(&network(), &self.credentials, grant).await.value
    }

    async fn revoke(&self, grant: &Grant) -> Answer<()> {
        self.broker.revoke(&network(), &self.credentials, grant).await
    }

    fn fault(&self, route: &str, what: &str) {
        self.practice.fault(format!("{route}:{what}").parse().expect("a fault"));
    }
}

fn is_valid_for(probe: &Probe, user: &str) -> bool {
    matches!(probe, Probe::Valid { user: Some(found) } if *found == UserId(user.to_owned()))
}

#[tokio::test]
async fn a_token_from_its_sign_in_to_its_sign_out() {
    for broker in ALL {
        let desk = Desk::open(*broker, Options::default()).await;
        let grant = desk.sign_in().await;
        assert!(grant.access_ends.is_some(), "{}: the end is known", broker.profile().id);
        let probe = desk.probe(&grant).await;
        assert!(is_valid_for(&probe, "AB1234"), "{probe:?}");
        desk.revoke(&grant).await.expect("signed out");
        let probe = desk.probe(&grant).await;
        assert!(matches!(probe, Probe::Invalid(_)), "{probe:?}");
        desk.revoke(&grant).await.expect("a token that is gone counts as ended");
    }
}

#[tokio::test]
async fn whoever_signs_in_is_known_by_the_probe() {
    for broker in ALL {
        let desk = Desk::open(*broker, Options::default()).await;
        let code = desk.code(Some("CD5678")).await;
        let grant = desk.exchange(&code).await.expect("a grant").value;
        let probe = desk.probe(&grant).await;
        assert!(is_valid_for(&probe, "CD5678"), "{probe:?}");
        assert!(grant.user.is_none_or(|user| user.0 == "CD5678"));
    }
}

#[tokio::test]
async fn a_person_who_says_no_is_understood() {
    for broker in ALL {
        let desk = Desk::open(*broker, Options::default()).await;
        let redirect = person::deny(&desk.address()).await.expect("the dialog sends the browser back");
        let problem = desk.read(&redirect).expect_err("no");
        assert_eq!((problem.code.as_ref(), problem.remedy), ("access_denied", Remedy::SignInAgain));
        assert!(problem.what.starts_with("You said no at "), "{}", problem.what);
    }
}

#[tokio::test]
async fn a_code_works_once() {
    for broker in ALL {
        let desk = Desk::open(*broker, Options::default()).await;
        let code = desk.code(None).await;
        desk.exchange(&code).await.expect("the first time");
        let error = desk.exchange(&code).await.expect_err("the second time");
        assert_eq!((error.failure, error.problem.remedy), (Failure::Refused, Remedy::SignInAgain), "{error:?}");
    }
}

#[tokio::test]
async fn faults_on_the_way_never_say_no() {
    for broker in ALL {
        let desk = Desk::open(*broker, Options::default()).await;
        let grant = desk.sign_in().await;
        for what in ["503", "500", "429/5", "html", "truncate", "drop", "lose"] {
            desk.fault(desk.profile, what);
            let probe = desk.probe(&grant).await;
            assert!(matches!(probe, Probe::Unknown(_)), "{what}: {probe:?}");
            let code = desk.code(None).await;
            desk.fault(desk.token, what);
            let error = desk.exchange(&code).await.expect_err(what);
            assert_eq!((error.failure, error.problem.remedy), (Failure::Unknown, Remedy::SignInAgain), "{what}");
            let patience = (what == "429/5").then(|| chrono::Duration::seconds(5));
            assert_eq!(error.retry_after, patience, "{what}");
        }
        let probe = desk.probe(&grant).await;
        assert!(matches!(probe, Probe::Valid { .. }), "after all that the token still works: {probe:?}");
        for what in ["503", "html", "drop"] {
            desk.fault(desk.logout, what);
            let error = desk.revoke(&grant).await.expect_err(what);
            assert_eq!(error.failure, Failure::Unknown, "{what}");
        }
    }
}

#[tokio::test]
async fn a_token_that_the_broker_ends_early_is_refused_by_it() {
    for broker in ALL {
        let desk = Desk::open(*broker, Options::default()).await;
        let grant = desk.sign_in().await;
        desk.practice.revoke_all();
        let probe = desk.probe(&grant).await;
        assert!(matches!(&probe, Probe::Invalid(problem) if problem.remedy == Remedy::SignInAgain), "{probe:?}");
    }
}

#[tokio::test]
async fn upstoxs_codes_arrive_with_their_sentences() {
    let desk = Desk::open(find("upstox").expect("in the table"), Options::default()).await;
    for (code, remedy) in [
        ("UDAPI100016", Remedy::FixSetting),
        ("UDAPI100057", Remedy::SignInAgain),
        ("UDAPI100058", Remedy::FixSetting),
        ("UDAPI100068", Remedy::FixSetting),
        ("UDAPI100069", Remedy::FixSetting),
        ("UDAPI100070", Remedy::FixSetting),
        ("UDAPI100073", Remedy::FixSetting),
        ("UDAPI10005", Remedy::SignInAgain),
    ] {
        let artefact = desk.code(None).await;
        desk.fault(desk.token, code);
        let error = desk.exchange(&artefact).await.expect_err(code);
        assert_eq!((error.problem.code.as_ref(), error.problem.remedy), (code, remedy));
    }
    let grant = desk.sign_in().await;
    desk.fault(desk.profile, "UDAPI100072");
    let probe = desk.probe(&grant).await;
    assert!(matches!(&probe, Probe::Unknown(problem) if problem.code == "UDAPI100072"), "{probe:?}");
    desk.fault(desk.logout, "exception");
    desk.revoke(&grant).await.expect("a 401 in Java's words is an end as well");
}

#[tokio::test]
async fn a_one_time_refresh_token_renews_once() {
    let desk = Desk::open(find("oauth2").expect("in the table"), Options::default()).await;
    let first = desk.sign_in().await;
    assert!(first.refresh_ends.is_some(), "the broker says how long it renews");
    let second = desk.renew(&first).await.expect("renewed").value;
    assert!(second.refresh.is_some() && !second.access.same_as(&first.access));
    assert_eq!((second.granted_at, second.user.clone()), (first.granted_at, first.user.clone()));
    assert!(matches!(desk.probe(&second).await, Probe::Valid { .. }));
    let error = desk.renew(&first).await.expect_err("spent");
    assert_eq!((error.failure, error.problem.remedy), (Failure::Refused, Remedy::SignInAgain));
}

#[tokio::test]
async fn a_renewal_whose_answer_is_lost_is_not_called_a_failure() {
    let desk = Desk::open(find("oauth2").expect("in the table"), Options::default()).await;
    let grant = desk.sign_in().await;
    desk.fault(desk.token, "lose");
    let error = desk.renew(&grant).await.expect_err("lost");
    assert_eq!(error.failure, Failure::Unknown, "nobody can say whether it was carried out");
}

#[tokio::test]
async fn a_refresh_token_that_is_kept_renews_again_and_again() {
    let options = Options { rotation: Rotation::Kept, ..Options::default() };
    let mut desk = Desk::open(find("oauth2").expect("in the table"), options).await;
    desk.credentials.account.options.insert("rotation".to_owned(), "if_present".to_owned());
    let mut grant = desk.sign_in().await;
    let ends = grant.refresh_ends;
    for _ in 0..3 {
        grant = desk.renew(&grant).await.expect("renewed").value;
        assert!(grant.refresh.is_some());
    }
    assert!(grant.refresh_ends <= ends, "renewing does not move the end of the grant");
}
