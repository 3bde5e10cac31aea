//! The rows of the table, one function each.
//!
//! The invariant: a row says what it stands beside. What this is not: a list of goals; those are only printed with it.

mod desktop;
mod handing;
mod http;
mod resting;

/// One line of the table.
pub(crate) struct Row {
    pub(crate) work: String,
    pub(crate) measured: String,
    pub(crate) beside: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) goal: &'static str,
}

impl Row {
    pub(crate) fn print(&self) {
        let Self { work, measured, beside, ratio, goal } = self;
        let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2} x"));
        println!("| {work} | {measured} | {beside} | {ratio} | {goal} |");
    }
}

type Measure = fn() -> anyhow::Result<Vec<Row>>;

/// Every row, by name.
pub(crate) fn all() -> Vec<(&'static str, Measure)> {
    vec![
        ("token, whole process", handing::process),
        ("socket, one question", handing::socket),
        ("callback to a waiting bot", handing::callback),
        ("rotation", handing::rotation),
        ("status, one connection", http::one_connection),
        ("status, 64 connections", http::many_connections),
        ("idle memory", resting::memory),
        ("idle wake-ups", resting::wake_ups),
        ("spawn to first answer", resting::start),
        ("desktop, spawn to tray icon", desktop::start),
        ("desktop, idle", desktop::idle),
        ("desktop, window", desktop::window),
    ]
}
