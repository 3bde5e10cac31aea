//! Figures for Prometheus: what is now, and what has happened since the program started.
//!
//! The invariant: names, units and labels are an agreement with dashboards and alert rules (`docs/prometheus`); a label
//! has few values, and no secret or user is one. What this is not: the ledger, which knows each happening; here they are
//! only counted.

use daypass_domain::ledger::{Entry, Happening, Outcome, Via};
use daypass_domain::{AccountId, Moment};
use daypass_manager::view::{AccountView, Level, Ready, Snapshot};
use prometheus::{
    Encoder, GaugeVec, Histogram, HistogramOpts, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Further names of bots are counted together: a program that gives itself a new name each time must not fill a server.
const BOTS: usize = 100;
const OTHER: &str = "other";

/// Everything that is counted.
#[derive(Clone)]
pub(crate) struct Meters {
    counted: Registry,
    probes: IntCounterVec,
    probe_took: Histogram,
    refreshes: IntCounterVec,
    hand_outs: IntCounterVec,
    outlets: IntCounterVec,
    reports: IntCounterVec,
    names: Arc<Mutex<HashSet<String>>>,
}

impl Meters {
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let counted = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| -> Result<IntCounterVec, prometheus::Error> {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            counted.register(Box::new(counter.clone()))?;
            Ok(counter)
        };
        let took = HistogramOpts::new("daypass_probe_duration_seconds", "How long brokers took to answer a probe.")
            .buckets(vec![0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]);
        let probe_took = Histogram::with_opts(took)?;
        counted.register(Box::new(probe_took.clone()))?;
        Ok(Self {
            probes: counter("daypass_probe_total", "Probes by what the broker said.", &["account", "outcome"])?,
            refreshes: counter(
                "daypass_refresh_total",
                "Renewals and sign-ins by how they ended: renewed, signed_in, failed, manual.",
                &["account", "result"],
            )?,
            hand_outs: counter("daypass_handout_total", "Tokens handed to bots.", &["account", "bot"])?,
            outlets: counter("daypass_outlet_total", "Tokens brought to outlets.", &["account", "outlet"])?,
            reports: counter("daypass_report_invalid_total", "Refusals that bots have reported.", &["account"])?,
            names: Arc::default(),
            probe_took,
            counted,
        })
    }

    /// Something happened.
    pub(crate) fn happened(&self, entry: &Entry) {
        let account = entry.account.as_str();
        let refreshed = |result: &str| self.refreshes.with_label_values(&[account, result]).inc();
        match &entry.happening {
            Happening::Probed { outcome, took_ms, .. } => {
                let said = match outcome {
                    Outcome::Valid => "valid",
                    Outcome::Invalid => "invalid",
                    Outcome::Unknown => "unknown",
                };
                self.probes.with_label_values(&[account, said]).inc();
                // Far below 2^53.
                took_ms.iter().for_each(|ms| self.probe_took.observe(*ms as f64 / 1_000.0));
            }
            Happening::SignedIn { .. } => refreshed("signed_in"),
            Happening::Renewed { .. } => refreshed("renewed"),
            Happening::SignInFailed { .. } | Happening::RenewalFailed { .. } => refreshed("failed"),
            Happening::Manual => refreshed("manual"),
            Happening::HandedOut { to, via: Via::Outlet, .. } => {
                self.outlets.with_label_values(&[account, to.as_str()]).inc();
            }
            _ => {}
        }
    }

    /// A bot was given a token, whether it was new to it or not.
    pub(crate) fn handed_out(&self, account: &AccountId, bot: &str) {
        self.hand_outs.with_label_values(&[account.as_str(), self.known(bot)]).inc();
    }

    /// A bot has reported a refusal.
    pub(crate) fn reported(&self, account: &AccountId) {
        self.reports.with_label_values(&[account.as_str()]).inc();
    }

    fn known<'a>(&self, bot: &'a str) -> &'a str {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.contains(bot) {
            return bot;
        }
        if names.len() >= BOTS {
            return OTHER;
        }
        names.insert(bot.to_owned());
        bot
    }

    /// A counter that is born with its first event has no increase at it: those that alerts are about are there before.
    fn begin(&self, seen: &Snapshot) {
        for account in seen.accounts.iter().map(|view| view.id.as_str()) {
            for outcome in ["valid", "invalid", "unknown"] {
                self.probes.with_label_values(&[account, outcome]);
            }
            for result in ["signed_in", "renewed", "failed", "manual"] {
                self.refreshes.with_label_values(&[account, result]);
            }
        }
    }

    /// In the text format of Prometheus.
    pub(crate) fn text(&self, seen: &Snapshot) -> Result<String, prometheus::Error> {
        self.begin(seen);
        let mut families = now(seen)?.gather();
        families.extend(self.counted.gather());
        let mut text = Vec::new();
        TextEncoder::new().encode(&families, &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// What can be seen now, as gauges.
fn now(seen: &Snapshot) -> Result<Registry, prometheus::Error> {
    let registry = Registry::new();
    let gauges = Gauges { registry: &registry };
    let flag = |is: bool| i64::from(is);
    gauges.whole(
        "daypass_token_valid",
        "1 while a token is held that has not ended and was not refused.",
        seen,
        |a| Some(flag(a.valid)),
    )?;
    gauges.time("daypass_token_expiry_timestamp_seconds", "When the held token ends (Unix time).", seen, |a| {
        a.expiry_time.filter(|_| a.valid)
    })?;
    gauges.time(
        "daypass_token_issued_timestamp_seconds",
        "When the held token was issued (Unix time).",
        seen,
        |a| a.issued_at,
    )?;
    gauges.time(
        "daypass_token_held_until_timestamp_seconds",
        "Until when a valid token is certain without a person (Unix time).",
        seen,
        |a| a.held_until,
    )?;
    gauges
        .whole("daypass_token_generation", "Number of the held token.", seen, |a| i64::try_from(a.generation).ok())?;
    gauges.whole("daypass_token_verified", "1 while the broker's last answer about the token was yes.", seen, |a| {
        Some(flag(a.verified))
    })?;
    gauges.whole("daypass_level", "Level of the held token: 2 green, 1 orange, 0 red.", seen, |a| {
        Some(match a.level {
            Level::Green => 2,
            Level::Orange => 1,
            Level::Red => 0,
        })
    })?;
    gauges.whole("daypass_ready", "1 when the token is proven and lasts through the session at hand.", seen, |a| {
        a.readiness.as_ref().map(|readiness| flag(readiness.state == Ready::Ready))
    })?;
    gauges.time(
        "daypass_session_open_timestamp_seconds",
        "When the session at hand opens (Unix time).",
        seen,
        |a| a.readiness.as_ref().map(|readiness| readiness.opens),
    )?;
    gauges.time(
        "daypass_session_close_timestamp_seconds",
        "When the session at hand closes (Unix time).",
        seen,
        |a| a.readiness.as_ref().map(|readiness| readiness.closes),
    )?;
    gauges.whole("daypass_manual", "1 while manual intervention is required: no attempt is left.", seen, |a| {
        Some(flag(a.manual))
    })?;
    gauges.whole("daypass_paused", "1 while the account is paused by its owner.", seen, |a| {
        Some(flag(a.paused.is_some()))
    })?;
    gauges.whole("daypass_token_saved", "1 when the held token is on disk.", seen, |a| {
        Some(flag(a.saved.problem.is_none()))
    })?;
    let build =
        IntGaugeVec::new(Opts::new("daypass_build_info", "Always 1; the label has the version."), &["version"])?;
    build.with_label_values(&[&seen.version]).set(1);
    registry.register(Box::new(build))?;
    Ok(registry)
}

struct Gauges<'a> {
    registry: &'a Registry,
}

impl Gauges<'_> {
    fn whole(
        &self,
        name: &str,
        help: &str,
        seen: &Snapshot,
        of: impl Fn(&AccountView) -> Option<i64>,
    ) -> Result<(), prometheus::Error> {
        let gauge = IntGaugeVec::new(Opts::new(name, help), &["account", "broker"])?;
        for account in &seen.accounts {
            of(account)
                .into_iter()
                .for_each(|value| gauge.with_label_values(&[&account.id, &account.broker]).set(value));
        }
        self.registry.register(Box::new(gauge))
    }

    fn time(
        &self,
        name: &str,
        help: &str,
        seen: &Snapshot,
        of: impl Fn(&AccountView) -> Option<Moment>,
    ) -> Result<(), prometheus::Error> {
        let gauge = GaugeVec::new(Opts::new(name, help), &["account", "broker"])?;
        for account in &seen.accounts {
            // Milliseconds of this age fit into a float exactly.
            let seconds = of(account).map(|at| at.timestamp_millis() as f64 / 1_000.0);
            seconds.into_iter().for_each(|at| gauge.with_label_values(&[&account.id, &account.broker]).set(at));
        }
        self.registry.register(Box::new(gauge))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daypass_domain::{Generation, Plain};
    use daypass_manager::view::{VaultKind, VaultView};

    fn nothing() -> Snapshot {
        Snapshot {
            now: Moment::UNIX_EPOCH,
            accounts: vec![],
            worst: None,
            vault: VaultView { kind: VaultKind::Memory, problem: None },
            notes: vec![],
            clock_off_seconds: 0,
            version: "1.2.3".into(),
        }
    }

    #[test]
    fn what_happened_is_counted_and_bots_without_end_are_counted_together() {
        let meters = Meters::new().expect("meters");
        let upstox = AccountId::new("upstox").expect("an id");
        let happened = |happening| {
            meters.happened(&Entry { at: Moment::UNIX_EPOCH, account: upstox.clone(), happening });
        };
        happened(Happening::Probed { outcome: Outcome::Valid, code: None, took_ms: Some(70) });
        happened(Happening::Probed { outcome: Outcome::Unknown, code: None, took_ms: None });
        happened(Happening::Manual);
        let handed = |to: &str, via| Happening::HandedOut { generation: Generation(1), to: Plain::new(to), via };
        happened(handed("a bot, counted at each hand-out", Via::Http));
        happened(handed("json_file", Via::Outlet));
        (0..150).for_each(|number| meters.handed_out(&upstox, &format!("bot {number}")));
        meters.handed_out(&upstox, "bot 7");
        let text = meters.text(&nothing()).expect("text");
        for line in [
            r#"daypass_build_info{version="1.2.3"} 1"#,
            r#"daypass_probe_total{account="upstox",outcome="valid"} 1"#,
            r#"daypass_probe_total{account="upstox",outcome="unknown"} 1"#,
            "daypass_probe_duration_seconds_count 1",
            r#"daypass_refresh_total{account="upstox",result="manual"} 1"#,
            r#"daypass_handout_total{account="upstox",bot="bot 7"} 2"#,
            r#"daypass_outlet_total{account="upstox",outlet="json_file"} 1"#,
            r#"daypass_handout_total{account="upstox",bot="other"} 50"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in:\n{text}");
        }
    }
}
