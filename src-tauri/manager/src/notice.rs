//! What a person is told outside the window.
//!
//! One notification per account: each one replaces the one before, and [`Telling::Withdraw`] takes it away when its cause
//! is gone. The words are made here, from account facts only: no secret can get in. How a notice is shown is the desktop's
//! affair.

use serde::{Deserialize, Serialize};

/// Show or take away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// Show this, in place of what the account showed before.
    Show(Notice),
    /// The cause is gone.
    Withdraw {
        /// Whose notification.
        account: String,
    },
}

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Whose it is.
    pub account: String,
    /// Stable name of the cause, for logs and tests: `orange`, `red`, `ended`, `refused`, `manual`, `done`, ...
    pub kind: String,
    /// One sentence: what happened.
    pub title: String,
    /// One or two sentences: what follows, or what to do.
    pub body: String,
    /// How loud.
    pub urgency: Urgency,
    /// Buttons, the most useful first. A click on the body opens the window.
    pub actions: Vec<Action>,
    /// Goes away by itself after this many seconds; None: stays until withdrawn (critical) or as the desktop does.
    pub seconds: Option<u32>,
}

impl Notice {
    /// One that only shows that notifications can be seen here.
    pub fn test() -> Self {
        Self {
            account: String::new(),
            kind: "test".into(),
            title: "This is how Daypass tells you.".into(),
            body: "A sign-in that is due, and trouble, look like this.".into(),
            urgency: Urgency::Normal,
            actions: vec![Action::Open],
            seconds: None,
        }
    }
}

/// How loud, in the desktop's own three steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// No sound.
    Low,
    /// As usual.
    Normal,
    /// Does not expire.
    Critical,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Starts the sign-in in the browser.
    SignIn,
    /// Refreshes now.
    Refresh,
    /// Reminds again in ten minutes.
    Snooze,
    /// Opens the window.
    Open,
}

impl Action {
    /// What the button says.
    pub fn label(self) -> &'static str {
        match self {
            Action::SignIn => "Sign in now",
            Action::Refresh => "Try again",
            Action::Snooze => "Snooze 10 min",
            Action::Open => "Open Daypass",
        }
    }
}
