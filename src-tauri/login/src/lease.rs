//! One sign-in per port inside this process.
//!
//! Accounts often share a redirect URI, and a sign-in that has ended keeps its port for the page that tells its end.
//! A new sign-in on that port asks such a page to leave and waits until it has; a sign-in that still waits for its
//! person is never pushed out. What this is not: it knows nothing about other programs (see `holder`).

use daypass_domain::{Problem, Remedy};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const UNDER_WAY: Problem = Problem::new(
    "sign_in_under_way",
    "Another sign-in waits on this port.",
    "Finish or cancel it first, or give this account a redirect URI with another port.",
    Remedy::TryAgain,
);

static TENANTS: Mutex<Vec<Tenant>> = Mutex::new(Vec::new());

fn tenants() -> MutexGuard<'static, Vec<Tenant>> {
    TENANTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Clone)]
struct Tenant {
    port: u16,
    broker: String,
    ended: Arc<AtomicBool>,
    leave: CancellationToken,
    gone: watch::Receiver<()>,
}

/// The right to listen on a port; dropped after the listeners are closed.
pub(crate) struct Lease {
    port: u16,
    _gone: watch::Sender<()>,
}

/// The waiting sign-in's side of a lease.
pub(crate) struct Stay {
    ended: Arc<AtomicBool>,
    /// Cancelled when the listener must close, by whomever.
    pub(crate) leave: CancellationToken,
}

impl Stay {
    /// From now on a new sign-in may have the port.
    pub(crate) fn mark_ended(&self) {
        self.ended.store(true, Ordering::Release);
    }
}

/// Whether this process listens on the port.
pub(crate) fn is_ours(port: u16) -> bool {
    tenants().iter().any(|tenant| tenant.port == port)
}

/// Waits for a sign-in that has ended to leave the port; refuses if one still waits there.
pub(crate) async fn acquire(port: u16, broker: &str) -> Result<(Lease, Stay), Problem> {
    loop {
        let mut gone = match take(port, broker) {
            Ok(taken) => return Ok(taken),
            Err(tenant) if tenant.ended.load(Ordering::Acquire) || tenant.leave.is_cancelled() => {
                tenant.leave.cancel();
                tenant.gone
            }
            Err(tenant) => {
                return Err(UNDER_WAY.saying(format!("A sign-in at {} waits on port {port}.", tenant.broker)));
            }
        };
        // Nothing is ever sent: this returns when the lease, and with it the sender, is dropped.
        let _ = gone.changed().await;
    }
}

fn take(port: u16, broker: &str) -> Result<(Lease, Stay), Tenant> {
    let mut tenants = tenants();
    if let Some(tenant) = tenants.iter().find(|tenant| tenant.port == port) {
        return Err(tenant.clone());
    }
    let (sender, gone) = watch::channel(());
    let (ended, leave) = (Arc::<AtomicBool>::default(), CancellationToken::new());
    tenants.push(Tenant { port, broker: broker.to_owned(), ended: ended.clone(), leave: leave.clone(), gone });
    Ok((Lease { port, _gone: sender }, Stay { ended, leave }))
}

impl Drop for Lease {
    fn drop(&mut self) {
        tenants().retain(|tenant| tenant.port != self.port);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_waiting_sign_in_keeps_its_port_and_an_ended_one_gives_way() {
        // Port 1 is nobody's in these tests; no socket is opened here.
        let (lease, stay) = acquire(1, "Upstox").await.expect("the port is free");
        let refused = acquire(1, "Schwab").await.err().expect("the port is in use");
        assert_eq!(refused.code, "sign_in_under_way");
        assert_eq!(refused.what, "A sign-in at Upstox waits on port 1.");

        stay.mark_ended();
        let leaving = tokio::spawn(async move {
            stay.leave.cancelled().await;
            drop(lease);
        });
        let (_lease, next) = acquire(1, "Schwab").await.expect("the ended one leaves");
        assert!(!next.leave.is_cancelled());
        leaving.await.expect("the first was asked to leave");
    }
}
