//! Every way to get no answer of a broker's own, over real sockets: each has its code, its sentence, and an honest word
//! about whether the request was sent.

#[allow(dead_code, reason = "this suite needs a part of it")]
mod support;

use daypass_brokers::{ALL, Failure, Network};
use reqwest::dns::{Name, Resolve, Resolving};
use std::collections::BTreeMap;
use std::time::Duration;
use support::call::{CALLS, Call, presentable};
use support::server::{Act, Server, nobody};
use support::{credentials, now};

/// A resolver that knows no name, as where there is no network.
struct NoNames;

impl Resolve for NoNames {
    fn resolve(&self, _name: Name) -> Resolving {
        Box::pin(async { Err("no such name".into()) })
    }
}

/// What stands at the other end.
enum End {
    /// A server that does this.
    Server(Act),
    /// A server that takes the connection and says nothing to the TLS handshake.
    Mute,
    /// Whatever is, or is not, at this address.
    At(String),
}

impl End {
    /// Who waits for nothing gives up soon; where something comes, a busy machine gets its time.
    fn patience(&self) -> Duration {
        let in_vain = matches!(self, End::Mute | End::Server(Act::Hang));
        if in_vain { Duration::from_millis(300) } else { Duration::from_secs(30) }
    }
}

/// A client that takes no proxy from the tests' environment.
fn network(patience: Duration) -> Network {
    let builder =
        reqwest::Client::builder().no_proxy().dns_resolver(NoNames).redirect(reqwest::redirect::Policy::none());
    let http = builder.connect_timeout(patience).timeout(patience * 2).build().expect("a client");
    Network { http, now: now() }
}

#[tokio::test]
async fn every_loss_has_its_own_code_and_says_whether_it_was_sent() {
    use Failure::{NotSent, Unknown};
    rustls::crypto::ring::default_provider().install_default().expect("the first provider of this process");
    let portal = Act::json(302, "").with("location: http://portal.example/");
    let mut rows = vec![
        ("a name that nobody knows", End::At("https://broker.example".into()), "name_not_found", NotSent),
        ("nobody listens", End::At(nobody().await), "connection_refused", NotSent),
        ("a connection that does not come about", End::Mute, "connect_timeout", NotSent),
        ("silence", End::Server(Act::Hang), "timeout", Unknown),
        ("a connection that breaks", End::Server(Act::Drop), "no_answer", Unknown),
        ("half an answer", End::Server(Act::Truncate("{".into())), "no_answer", Unknown),
        ("a captive portal's page", End::Server(Act::page(200)), "captive_portal", Unknown),
        ("a captive portal's redirect", End::Server(portal), "captive_portal", Unknown),
        ("a captive portal that says so", End::Server(Act::page(511)), "captive_portal", Unknown),
        ("a guard", End::Server(Act::page(403)), "blocked", Unknown),
        ("down", End::Server(Act::page(503)), "server_trouble", Unknown),
        ("too often", End::Server(Act::page(429)), "too_many_requests", Unknown),
    ];
    // This system refuses to connect to everybody at once, as if there were no way: nothing leaves this machine.
    if cfg!(target_os = "linux") {
        rows.push(("no way there", End::At("https://255.255.255.255".into()), "no_network", NotSent));
    }
    let mut sentences = BTreeMap::new();
    for (sentence, end, code, failure) in &rows {
        let problem = everybody_loses(sentence, end, (code, *failure)).await;
        sentences.insert(problem, *code);
    }
    let codes: std::collections::BTreeSet<_> = sentences.values().collect();
    assert_eq!(codes.len(), sentences.len(), "one sentence for each code: {sentences:#?}");
}

/// Makes every call of every broker to that end, and gives back what people read, without the broker's name.
async fn everybody_loses(sentence: &str, end: &End, expected: (&str, Failure)) -> String {
    let (mut told, net) = (String::new(), network(end.patience()));
    for broker in ALL {
        for call in CALLS {
            let server = Server::start(if let End::Server(act) = end { act.clone() } else { Act::Hang }).await;
            let base = match end {
                End::Server(_) => server.base.clone(),
                End::Mute => server.base.replace("http://", "https://"),
                End::At(base) => base.clone(),
            };
            let credentials = credentials(*broker, &base);
            if !call.exists(*broker, &credentials) {
                continue;
            }
            let what = format!("{} {call:?}: {sentence}", broker.profile().id);
            let error = call.make(*broker, &net, &credentials).await.expect_err(&what);
            // A probe makes no such difference: it changes nothing.
            let failure = if call == Call::Probe { Failure::Unknown } else { expected.1 };
            assert_eq!((error.problem.code.as_ref(), error.failure), (expected.0, failure), "{what}");
            presentable(&error.problem, &what);
            let name = if broker.profile().id == "oauth2" { "Contract broker" } else { broker.profile().name };
            assert!(error.problem.what.contains(name), "{what}: {}", error.problem);
            told = error.problem.what.replace(name, "NAME");
        }
    }
    told
}
