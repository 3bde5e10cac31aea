//! A morning without a token, on a practice day: somebody presses Snooze, and is reminded again.
//!
//! Invariant: the press is a real one, and the reminder comes back by itself. What this is not: the table of the market's
//! ladder; that is beside the ladder.
#![cfg(target_os = "linux")]

#[path = "desktop/mod.rs"]
mod desktop;

use desktop::window::Window;
use desktop::world::free_port;
use desktop::{Desktop, until};
use std::path::Path;

/// Short enough to wait for its morning, and with the token wanted four hours before the open there is time enough to
/// press a button before the next step, which is a quarter of an hour before it.
const DAY: i64 = 48;
/// Of a notification with two buttons, the right one.
const SNOOZE: i32 = 0;

#[tokio::test]
async fn snooze_takes_the_reminder_away_and_it_comes_back() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let mut notices = desktop.notices().await?;
    let window = app(&desktop).await?;
    sign_in(&desktop, &window).await?;
    // Ended by the cut-off of the practice night, and reminded of from the ready-by time on.
    desktop.tray("daypass").await?.shows("expired").await?;
    until("the ready-by time is past", || async { Ok((5.4..7.0).contains(&hour())) }).await?;
    // It took the place of milder ones, and their number.
    let reminder = notices.shown("Practice is not ready").await?.id;
    desktop.click_notice(SNOOZE).await?;
    notices.pressed(reminder, "snooze").await?;
    notices.gone(reminder).await?;
    notices.shown("Practice is not ready").await?;
    window.end().await
}

async fn app(desktop: &Desktop) -> anyhow::Result<Window> {
    let home = desktop.home().join("daypass");
    std::fs::create_dir_all(home.join("config"))?;
    let (callback, port) = (free_port()?, free_port()?.to_string());
    let settings = format!(
        "open_browser: ask\nready_before_minutes: 240\naccounts:\n  - id: practice\n    label: Practice\n    broker: upstox\n    practice: true\n    \
         day: {DAY}s\n    client_id: practice-key\n    redirect_uri: http://localhost:{callback}/callback\n"
    );
    std::fs::write(home.join("config/config.yaml"), settings)?;
    let home = home.display().to_string();
    let variables = [("DAYPASS_HOME", home.as_str()), ("DAYPASS_API_PORT", port.as_str())];
    desktop.window(Path::new(env!("CARGO_BIN_EXE_daypass-desktop")), &[], &variables).await
}

/// Long before the cut-off: a person needs some seconds, which are an hour or two of this day.
async fn sign_in(desktop: &Desktop, window: &Window) -> anyhow::Result<()> {
    until("the night's cut-off is over", || async { Ok(hour() > 4.0) }).await?;
    window.press("Sign in").await?;
    let address = desktop.opens(1).await?;
    let (_, text) = desktop.approve(&address, &desktop.home().join("signed-in.png")).await?;
    assert!(text.contains("Signed in. You may close this tab."), "{text}");
    Ok(())
}

/// The hour of the practice day, which is counted from 1970.
#[expect(clippy::disallowed_methods, reason = "the practice broker lives by this clock, and so does who waits for it")]
fn hour() -> f64 {
    let day = DAY * 1000;
    24.0 * chrono::Utc::now().timestamp_millis().rem_euclid(day) as f64 / day as f64
}
