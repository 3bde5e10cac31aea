//! The four calls that every broker has, brought to one shape. Not part of the program.

use super::{MARKER, artefact, grant, handshake};
use daypass_brokers::{Broker, BrokerError, Failure, Network, Probe};
use daypass_domain::{Credentials, Problem, Renewal};
use std::fmt::Debug;

/// One call of one broker, brought to one shape: how it failed, if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Exchange,
    Renew,
    Probe,
    Revoke,
}

pub(crate) const CALLS: [Call; 4] = [Call::Exchange, Call::Renew, Call::Probe, Call::Revoke];

impl Call {
    /// Makes it, and checks on the way that nothing that can be printed holds a secret.
    pub(crate) async fn make(
        self,
        broker: &dyn Broker,
        net: &Network,
        credentials: &Credentials,
    ) -> Result<(), BrokerError> {
        match self {
            Call::Exchange => shown(broker.exchange(net, credentials, &handshake(), &artefact()).await).map(drop),
            Call::Renew => shown(broker.renew(net, credentials, &grant()).await).map(drop),
            Call::Revoke => shown(broker.revoke(net, credentials, &grant()).await).map(drop),
            Call::Probe => {
                let reached = shown(broker.probe(net, credentials, &grant()).await);
                let (failure, problem) = match reached.value {
                    Probe::Valid { .. } => return Ok(()),
                    Probe::Invalid(problem) => (Failure::Refused, problem),
                    Probe::Unknown(problem) => (Failure::Unknown, problem),
                };
                Err(BrokerError { failure, problem, retry_after: reached.retry_after })
            }
        }
    }

    /// Whether the broker has this call at all.
    pub(crate) fn exists(self, broker: &dyn Broker, credentials: &Credentials) -> bool {
        match self {
            Call::Exchange => true,
            Call::Renew => broker.renewal(credentials) != Renewal::None,
            Call::Probe => broker.probes(credentials),
            Call::Revoke => broker.revocation(credentials).is_some(),
        }
    }
}

/// Passes an answer on, if nothing that is printed of it is secret.
pub(crate) fn shown<T: Debug>(answer: T) -> T {
    let printed = format!("{answer:?} {answer:#?}");
    assert!(!printed.contains(MARKER), "{printed}");
    answer
}

/// A problem that can be put before a person.
pub(crate) fn presentable(problem: &Problem, sentence: &str) {
    for text in [&problem.what, &problem.todo] {
        assert!(text.ends_with('.') && !text.contains(['!', '{']), "{sentence}: {text}");
    }
    let shown = format!("{problem} {}", problem.quote.as_deref().unwrap_or_default());
    assert!(!shown.contains(MARKER), "{sentence}: {shown}");
}
