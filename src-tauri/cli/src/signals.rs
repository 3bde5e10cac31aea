//! The signals that we listen for.
//!
//! The invariant: one that was ignored when we were started stays ignored, here and in whatever we start. `nohup` asks for
//! that, and so do scripts for what they start in the background. It holds only where `/proc` says what was ignored, which
//! is Linux; elsewhere such a signal is listened for. What this is not: what is done about one.

use std::future::poll_fn;
use std::task::Poll;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Several of them.
pub(crate) struct Signals(Vec<(i32, Signal)>);

impl Signals {
    /// Listens from now on: one that comes before it is waited for is not lost.
    pub(crate) fn listen(kinds: &[SignalKind]) -> std::io::Result<Self> {
        let ignored = ignored();
        let heard = kinds.iter().filter(|kind| !is_in(ignored, kind.as_raw_value()));
        Ok(Self(heard.map(|kind| Ok((kind.as_raw_value(), signal(*kind)?))).collect::<std::io::Result<_>>()?))
    }

    /// The next one that comes.
    pub(crate) async fn any(&mut self) -> i32 {
        poll_fn(|context| {
            let mut all = self.0.iter_mut();
            let come = all.find_map(|(number, signal)| signal.poll_recv(context).is_ready().then_some(*number));
            come.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

/// Which ones are ignored, a bit for each.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

fn is_in(mask: u64, signal: i32) -> bool {
    signal.checked_sub(1).and_then(|bit| mask.checked_shr(bit.try_into().ok()?)).is_some_and(|bits| bits & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bit_is_the_first_signal() {
        for (mask, signal, ignored) in
            [(1, 1, true), (1, 2, false), (0b110, 2, true), (u64::MAX, 0, false), (1, 99, false)]
        {
            assert_eq!(is_in(mask, signal), ignored, "{mask:b} {signal}");
        }
    }
}
