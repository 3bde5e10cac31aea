//! What a window is to do, wherever it lives.
//!
//! Invariant: an order holds no secret, and one line of text says it. What this is not: a command of the window's page;
//! those are in `commands.rs`.

use crate::backend::AccountId;
use serde::{Deserialize, Serialize};

/// One thing that a window is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// The main window, in front.
    Show,
    /// The same, with this account's card.
    Account(AccountId),
    /// The settings window, in front.
    Settings,
    /// The history window, in front, with this account.
    History(AccountId),
    /// The main window goes away if it can be seen, else it comes to the front.
    Toggle,
    /// The main window, unless there is one.
    StandIn,
}

/// What windows have to know of the program in the tray.
#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Around {
    /// There is an icon that brings a closed window back.
    pub(crate) icon: bool,
    /// It runs the manager itself, and opens the browser for it; else it has joined a service.
    pub(crate) owns: bool,
}

/// What goes to a process of windows: one of these on each line.
#[cfg(target_os = "linux")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    /// To be carried out, and answered with [`DONE`].
    Order(Order),
    /// How things are from now on.
    Around(Around),
}

/// The answer to an order, on a line of its own.
#[cfg(target_os = "linux")]
pub(crate) const DONE: &str = "done";

/// How a process of windows ends where somebody has pressed Quit in it.
#[cfg(target_os = "linux")]
pub(crate) const QUIT: u8 = 64;

/// How it ends where nobody runs in its folders.
#[cfg(target_os = "linux")]
pub(crate) const NOBODY: u8 = 65;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_one_line_and_is_read_back() {
        let account = AccountId::new("upstox").expect("an id");
        let history = Order::History(account.clone());
        let orders = [Order::Show, Order::Account(account), Order::Settings, history, Order::Toggle, Order::StandIn];
        let around = Line::Around(Around { icon: true, owns: false });
        for line in orders.map(Line::Order).into_iter().chain([around]) {
            let text = serde_json::to_string(&line).expect("a line");
            assert!(!text.contains('\n'), "{text}");
            assert_eq!(serde_json::from_str::<Line>(&text).expect("the same line"), line);
        }
    }
}
