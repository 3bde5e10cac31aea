//! Every setting but the accounts: key, default, what is allowed, and what it does. One row each.
//!
//! Files, environment, validation, the settings window and its help are all drawn from this table.

use crate::settings::Settings;
use chrono::{Duration, NaiveTime};
use daypass_domain::{OpenBrowser, Policy, QuietHours};
use std::path::{Component, Path};

/// One setting.
pub(crate) struct Row {
    /// Dotted path in the files.
    pub(crate) key: &'static str,
    /// As a label.
    pub(crate) label: &'static str,
    /// One sentence.
    pub(crate) help: &'static str,
    /// What is allowed.
    pub(crate) kind: Kind,
    /// As it would be written.
    pub(crate) default: &'static str,
    /// Puts a checked value in its place.
    apply: fn(&mut Settings, &Checked),
}

/// What is allowed.
pub(crate) enum Kind {
    /// From, to, unit.
    Number(f64, f64, &'static str),
    /// Without fractions.
    Whole(f64, f64),
    /// One of these.
    Choice(&'static [&'static str]),
    /// `22:00-07:00`, or nothing.
    Span,
    /// A file name.
    File,
    /// Yes or no.
    Flag,
}

impl Kind {
    /// What is allowed, as the end of a sentence.
    pub(crate) fn allowed(&self) -> String {
        match self {
            Kind::Number(from, to, unit) => format!("a number from {from} to {to} ({unit})"),
            Kind::Whole(from, to) => format!("a whole number from {from} to {to}"),
            Kind::Choice(choices) => choices.join(", "),
            Kind::Span => "two times such as 22:00-07:00, or nothing".to_owned(),
            Kind::File => "a file below the state folder, such as daypass.log".to_owned(),
            Kind::Flag => "true, false".to_owned(),
        }
    }
}

/// A value that fits its row.
pub(crate) enum Checked {
    Number(f64),
    Text(String),
    Span(Option<QuietHours>),
    Flag(bool),
}

impl Checked {
    fn number(&self) -> f64 {
        if let Self::Number(number) = self { *number } else { 0.0 }
    }
    fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }
    fn millis(&self, unit: f64) -> Duration {
        Duration::milliseconds((self.number() * unit * 1000.0).round() as i64)
    }
}

/// The table.
pub(crate) static ROWS: &[Row] = &[
    Row {
        key: "check_every_minutes",
        label: "Check every",
        help: "How often the broker is asked whether the token works.",
        kind: Kind::Number(0.02, 1440.0, "min"),
        default: "30",
        apply: |s, v| s.policy.check_every = v.millis(60.0),
    },
    Row {
        key: "lead_minutes",
        label: "Refresh before the end",
        help: "How long before the end a new token is tried for, where that gives a later end.",
        kind: Kind::Number(0.02, 1440.0, "min"),
        default: "60",
        apply: |s, v| s.policy.lead = v.millis(60.0),
    },
    Row {
        key: "attempts",
        label: "Attempts",
        help: "How often a refresh is tried before it is up to you.",
        kind: Kind::Whole(1.0, 10.0),
        default: "3",
        apply: |s, v| s.policy.attempts = v.number() as u32,
    },
    Row {
        key: "backoff_first_seconds",
        label: "First pause",
        help: "The pause after the first failed attempt; each further one is twice as long.",
        kind: Kind::Number(0.2, 3600.0, "s"),
        default: "300",
        apply: |s, v| s.policy.backoff.first = v.millis(1.0),
    },
    Row {
        key: "backoff_longest_seconds",
        label: "Longest pause",
        help: "No pause between attempts is longer.",
        kind: Kind::Number(0.2, 86_400.0, "s"),
        default: "1200",
        apply: |s, v| s.policy.backoff.longest = v.millis(1.0),
    },
    Row {
        key: "confirm_after_seconds",
        label: "Ask again after",
        help: "A refusal counts only after a second ask this much later.",
        kind: Kind::Number(0.1, 600.0, "s"),
        default: "5",
        apply: |s, v| s.policy.confirm_after = v.millis(1.0),
    },
    Row {
        key: "green_above_hours",
        label: "Green above",
        help: "Green needs more time left than this, and a yes from the broker.",
        kind: Kind::Number(0.0005, 168.0, "h"),
        default: "3",
        apply: |s, v| s.policy.green_above = v.millis(3600.0),
    },
    Row {
        key: "red_below_hours",
        label: "Red below",
        help: "Red begins with less time left than this.",
        kind: Kind::Number(0.0003, 168.0, "h"),
        default: "1",
        apply: |s, v| s.policy.red_below = v.millis(3600.0),
    },
    Row {
        key: "sign_in_wait_minutes",
        label: "Sign-in waits",
        help: "How long a sign-in waits for you in the browser.",
        kind: Kind::Number(0.05, 60.0, "min"),
        default: "5",
        apply: |s, v| s.policy.sign_in_wait = v.millis(60.0),
    },
    Row {
        key: "ready_before_minutes",
        label: "Ready before the open",
        help: "How long before the first session opens the token must be proven; the loud reminders begin then.",
        kind: Kind::Number(5.0, 240.0, "min"),
        default: "30",
        apply: |s, v| s.policy.ready_before = v.millis(60.0),
    },
    Row {
        key: "open_browser",
        label: "Open the browser",
        help: "auto: by itself while somebody is there. ask: only when you press a button.",
        kind: Kind::Choice(&["auto", "ask"]),
        default: "auto",
        apply: |s, v| {
            s.policy.open_browser = if v.text() == "ask" { OpenBrowser::AskFirst } else { OpenBrowser::WhenPresent };
        },
    },
    Row {
        key: "quiet_hours",
        label: "Quiet hours",
        help: "Only the icon changes in these hours of this computer's clock, such as 22:00-07:00.",
        kind: Kind::Span,
        default: "",
        apply: |s, v| {
            if let Checked::Span(span) = v {
                s.policy.quiet = *span;
            }
        },
    },
    Row {
        key: "logging.level",
        label: "Log level",
        help: "How much is written to the log.",
        kind: Kind::Choice(&["error", "warn", "info", "debug", "trace"]),
        default: "info",
        apply: |s, v| s.logging.level = v.text().to_owned(),
    },
    Row {
        key: "logging.file",
        label: "Log file",
        help: "Relative to the state folder; a date is added to its name. From the next start.",
        kind: Kind::File,
        default: "daypass.log",
        apply: |s, v| s.logging.file = v.text().into(),
    },
    Row {
        key: "api.enabled",
        label: "Local HTTP door",
        help: "Whether the status, refresh and dashboard addresses on 127.0.0.1 are there. From the next start.",
        kind: Kind::Flag,
        default: "true",
        apply: |s, v| s.api.enabled = matches!(v, Checked::Flag(true)),
    },
    Row {
        key: "api.port",
        label: "Port",
        help: "The port of the local HTTP door. From the next start.",
        kind: Kind::Whole(1.0, 65_535.0),
        default: "8000",
        apply: |s, v| s.api.port = v.number() as u16,
    },
];

/// The row with this key.
pub(crate) fn row(key: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.key == key)
}

/// Keys whose numbers an account may have of its own.
pub(crate) fn is_policy(key: &str) -> bool {
    row(key).is_some() && !key.contains('.')
}

/// All of these keys.
pub(crate) fn policy_keys() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.key).filter(|key| is_policy(key))
}

impl Row {
    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        format!("DAYPASS_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// Checks a text, puts it in its place, or says what is allowed.
    pub(crate) fn set(&self, settings: &mut Settings, text: &str) -> Result<(), String> {
        let checked = self.check(text.trim()).ok_or_else(|| self.allowed())?;
        (self.apply)(settings, &checked);
        Ok(())
    }

    /// The same for the numbers of one account.
    pub(crate) fn set_policy(&self, policy: &mut Policy, text: &str) -> Result<(), String> {
        let mut settings = Settings { policy: policy.clone(), ..Settings::default() };
        self.set(&mut settings, text)?;
        *policy = settings.policy;
        Ok(())
    }

    /// What is allowed, as the end of a sentence.
    pub(crate) fn allowed(&self) -> String {
        self.kind.allowed()
    }

    fn check(&self, text: &str) -> Option<Checked> {
        match &self.kind {
            Kind::Number(from, to, _) => number(text, *from, *to),
            Kind::Whole(from, to) => number(text, *from, *to).filter(|v| v.number().fract() == 0.0),
            Kind::Choice(choices) => choices.contains(&text).then(|| Checked::Text(text.to_owned())),
            Kind::Span if text.is_empty() => Some(Checked::Span(None)),
            Kind::Span => {
                let (from, to) = text.split_once('-')?;
                let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
                Some(Checked::Span(Some(QuietHours { from: time(from)?, to: time(to)? })))
            }
            Kind::File => is_below(text).then(|| Checked::Text(text.to_owned())),
            Kind::Flag => flag(text).map(Checked::Flag),
        }
    }
}

/// Yes or no, as people write it.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Old log files are deleted by the beginning and the end of their names: that must never reach into another folder.
fn is_below(text: &str) -> bool {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let path = Path::new(text);
    !text.contains('\0') && !text.ends_with('/') && path.file_name().is_some() && path.components().all(plain)
}

fn number(text: &str, from: f64, to: f64) -> Option<Checked> {
    let number: f64 = text.parse().ok()?;
    (from..=to).contains(&number).then_some(Checked::Number(number))
}

#[cfg(test)]
mod tests;
