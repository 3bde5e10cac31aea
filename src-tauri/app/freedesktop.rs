//! Notifications on Linux, over `org.freedesktop.Notifications`.
//!
//! Invariant: each key has one keeper, and the keeper has at most one notification, on one connection: a desktop that
//! answers only the sender, or forgets what a vanished sender showed, is served as well. What this is not: a queue; only
//! the last notice of a key counts.

use crate::backend::notice::{Action, Notice, Urgency};
use crate::notifier::{Notifier, Reaction, Reactions};
use notify_rust::{Hint, Notification, NotificationHandle, NotificationResponse, Timeout};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The name of the installed desktop file, by which the desktop finds name, icon and settings of the sender.
const DESKTOP_ENTRY: &str = "daypass-desktop";
/// The action that a click on the body means, by the specification.
const BODY: &str = "default";

/// One keeper per key, made when the key is first used.
pub(crate) struct Freedesktop {
    reactions: Reactions,
    keepers: Mutex<HashMap<String, UnboundedSender<Order>>>,
}

enum Order {
    Show(Notice),
    Withdraw,
}

impl Freedesktop {
    pub(crate) fn new(reactions: Reactions) -> Self {
        Self { reactions, keepers: Mutex::default() }
    }

    fn order(&self, key: &str, order: Order) {
        let mut keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        let keeper = keepers.entry(key.to_owned()).or_insert_with(|| {
            let (orders, inbox) = unbounded_channel();
            tauri::async_runtime::spawn(keep(inbox, self.reactions.clone()));
            orders
        });
        // A keeper ends only with its inbox, which this map holds.
        let _ = keeper.send(order);
    }
}

impl Notifier for Freedesktop {
    fn show(&self, key: &str, notice: Notice) {
        self.order(key, Order::Show(notice));
    }

    fn withdraw(&self, key: &str) {
        self.order(key, Order::Withdraw);
    }
}

/// What is on the screen, and whose it is.
struct Shown {
    handle: NotificationHandle,
    account: String,
}

async fn keep(mut inbox: UnboundedReceiver<Order>, reactions: Reactions) {
    let mut shown: Option<Shown> = None;
    loop {
        let order = match &shown {
            None => inbox.recv().await,
            Some(there) => tokio::select! {
                reaction = reaction(&there.handle) => {
                    if let Some(reaction) = reaction {
                        let _ = reactions.send((there.account.clone(), reaction));
                        // A desktop may leave it there; whoever has answered is not asked any longer.
                        withdraw(shown.take()).await;
                    }
                    shown = None;
                    continue;
                }
                order = inbox.recv() => order,
            },
        };
        shown = match order {
            None => return,
            Some(Order::Show(notice)) => show(shown, notice, &reactions).await,
            Some(Order::Withdraw) => {
                withdraw(shown).await;
                None
            }
        };
    }
}

async fn withdraw(shown: Option<Shown>) {
    if let Some(there) = shown {
        there.handle.close_async().await;
    }
}

async fn show(before: Option<Shown>, notice: Notice, reactions: &Reactions) -> Option<Shown> {
    let wish = notice.clone();
    // The library's calls for capabilities and for replacing block.
    let shown = tokio::task::spawn_blocking(move || put(before.map(|shown| shown.handle), &wish)).await;
    let account = notice.account.clone();
    match shown {
        Ok(Ok(handle)) => return Some(Shown { handle, account }),
        Ok(Err(error)) => tracing::warn!(%error, %account, "The desktop showed no notification"),
        Err(error) => tracing::error!(%error, %account, "Showing a notification broke"),
    }
    let _ = reactions.send((account, Reaction::Unseen(notice)));
    None
}

fn put(before: Option<NotificationHandle>, notice: &Notice) -> notify_rust::error::Result<NotificationHandle> {
    let can = notify_rust::get_capabilities()?;
    let wish = notification(notice, &can);
    match before {
        Some(mut handle) => {
            *handle = wish;
            handle.update()?;
            Ok(handle)
        }
        None => wish.show(),
    }
}

/// The notice in the desktop's terms, with what this desktop can do.
fn notification(notice: &Notice, can: &[String]) -> Notification {
    let can = |capability: &str| can.iter().any(|known| known == capability);
    let mut wish = Notification::new();
    wish.appname("Daypass").summary(&notice.title).icon(DESKTOP_ENTRY);
    wish.body(&if can("body-markup") { escaped(&notice.body) } else { notice.body.clone() });
    wish.hint(Hint::DesktopEntry(DESKTOP_ENTRY.into()));
    wish.urgency(match notice.urgency {
        Urgency::Low => notify_rust::Urgency::Low,
        Urgency::Normal => notify_rust::Urgency::Normal,
        Urgency::Critical => notify_rust::Urgency::Critical,
    });
    wish.timeout(match (notice.seconds, notice.urgency) {
        (Some(seconds), _) => Timeout::Milliseconds(seconds.saturating_mul(1000)),
        (None, Urgency::Critical) => Timeout::Never,
        (None, _) => Timeout::Default,
    });
    if let Some(picture) = picture() {
        wish.image_data(picture);
    }
    if can("actions") {
        // Without a label: some desktops would draw a button for what a click on the body does anyway.
        wish.action(BODY, "");
        for action in &notice.actions {
            wish.action(name(*action), action.label());
        }
    }
    wish
}

/// The program's icon inside the message: an installed one may be missing, and then nothing would say who speaks.
fn picture() -> Option<notify_rust::Image> {
    let icon = crate::icons::app();
    let side = |length: u32| i32::try_from(length).ok();
    notify_rust::Image::from_rgba(side(icon.width())?, side(icon.height())?, icon.rgba().to_vec()).ok()
}

async fn reaction(handle: &NotificationHandle) -> Option<Reaction> {
    let mut reaction = None;
    handle
        .wait_for_action_async(|response| {
            reaction = match response {
                NotificationResponse::Default => Some(Reaction::Body),
                NotificationResponse::Action(key) => action(key).map(Reaction::Button),
                NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
            }
        })
        .await;
    reaction
}

/// An action's name on the bus.
fn name(action: Action) -> &'static str {
    match action {
        Action::SignIn => "sign-in",
        Action::Refresh => "refresh",
        Action::Snooze => "snooze",
        Action::Open => "open",
    }
}

fn action(key: &str) -> Option<Action> {
    [Action::SignIn, Action::Refresh, Action::Snooze, Action::Open].into_iter().find(|action| name(*action) == key)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(urgency: Urgency, seconds: Option<u32>) -> Notice {
        Notice {
            account: "upstox".into(),
            kind: "red".into(),
            title: "R&D <ends> in 42 min.".into(),
            body: "Nothing can extend it & <b>no</b> tag counts.".into(),
            urgency,
            actions: vec![Action::SignIn, Action::Snooze],
            seconds,
        }
    }

    fn can(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn foreign_text_is_never_markup() {
        let rich = notification(&notice(Urgency::Normal, None), &can(&["body-markup"]));
        assert_eq!(rich.body, "Nothing can extend it &amp; &lt;b&gt;no&lt;/b&gt; tag counts.");
        assert_eq!(rich.summary, "R&D <ends> in 42 min.", "a summary is plain text by the specification");
        let plain = notification(&notice(Urgency::Normal, None), &can(&[]));
        assert_eq!(plain.body, "Nothing can extend it & <b>no</b> tag counts.");
    }

    #[test]
    fn buttons_are_offered_only_where_there_are_buttons() {
        let with = notification(&notice(Urgency::Normal, None), &can(&["actions"]));
        assert_eq!(with.actions, ["default", "", "sign-in", "Sign in now", "snooze", "Snooze 10 min"]);
        assert!(notification(&notice(Urgency::Normal, None), &can(&["body"])).actions.is_empty());
    }

    #[test]
    fn only_what_is_critical_stays_by_itself() {
        let timeout = |urgency, seconds| notification(&notice(urgency, seconds), &[]).timeout;
        assert_eq!(timeout(Urgency::Critical, None), Timeout::Never);
        assert_eq!(timeout(Urgency::Normal, None), Timeout::Default);
        assert_eq!(timeout(Urgency::Low, Some(8)), Timeout::Milliseconds(8000));
    }

    #[test]
    fn the_desktop_is_told_who_speaks_and_how_loud() {
        let wish = notification(&notice(Urgency::Critical, None), &[]);
        assert!(wish.hints.contains(&Hint::Urgency(notify_rust::Urgency::Critical)));
        assert!(wish.hints.contains(&Hint::DesktopEntry("daypass-desktop".into())));
    }

    #[test]
    fn a_button_comes_back_as_the_action_it_was() {
        for each in [Action::SignIn, Action::Refresh, Action::Snooze, Action::Open] {
            assert_eq!(action(name(each)), Some(each));
        }
        assert_eq!(action("something-else"), None);
    }
}
