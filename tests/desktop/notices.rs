//! The notifications that cross the bus, as its monitor sees them.
//!
//! Invariant: what is given back was really sent to the desktop's daemon, and its number is the one that the daemon
//! answered with. What this is not: a daemon; the real one shows them.

use super::{Desktop, LIMIT};
use anyhow::{Context, bail};
use futures::StreamExt;
use std::collections::{BTreeSet, HashMap, VecDeque};
use zbus::message::Type;
use zbus::zvariant::{OwnedValue, Value};

const NAME: &str = "org.freedesktop.Notifications";

/// A notification as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The number that the daemon gave it.
    pub id: u32,
    /// The number that it replaces; 0 for none.
    pub replaces: u32,
    /// Who says it.
    pub app: String,
    /// What happened.
    pub title: String,
    /// What follows.
    pub body: String,
    /// Key and label of each button; `default` is a click on the body.
    pub actions: Vec<(String, String)>,
    /// 0 low, 1 normal, 2 critical.
    pub urgency: Option<u8>,
    /// The desktop file that it belongs to.
    pub desktop_entry: Option<String>,
    /// Milliseconds; -1 as the desktop likes, 0 never.
    pub timeout: i32,
}

/// What happens to notifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// One is shown.
    Shown(Notice),
    /// Its sender takes it away.
    Withdrawn(u32),
    /// The daemon says that somebody pressed this button.
    Pressed(u32, String),
    /// It is gone, with the daemon's reason: 1 expired, 2 dismissed, 3 withdrawn.
    Closed(u32, u32),
}

/// Listens from the moment it is made.
pub struct Notices {
    stream: zbus::MessageStream,
    /// Sent, and not answered by the daemon yet: by sender and serial number.
    sent: HashMap<(String, u32), Notice>,
    ready: VecDeque<Happening>,
    /// On the screen, as far as it was heard.
    open: BTreeSet<u32>,
}

impl Desktop {
    /// Starts to listen.
    pub async fn notices(&self) -> anyhow::Result<Notices> {
        let bus = zbus::connection::Builder::address(self.address())?.build().await?;
        let stream = zbus::MessageStream::from(&bus);
        zbus::fdo::MonitoringProxy::new(&bus).await?.become_monitor(&[], 0).await?;
        Ok(Notices { stream, sent: HashMap::new(), ready: VecDeque::new(), open: BTreeSet::new() })
    }
}

impl Notices {
    /// The next thing that happens.
    pub async fn next(&mut self) -> anyhow::Result<Happening> {
        let listening = async {
            while self.ready.is_empty() {
                let message = self.stream.next().await.context("the bus has ended")??;
                self.hear(&message)?;
            }
            self.ready.pop_front().context("something happened")
        };
        let happening = tokio::time::timeout(LIMIT, listening).await.context("no notification in time")??;
        match &happening {
            Happening::Shown(notice) => self.open.insert(notice.id),
            Happening::Closed(id, _) => self.open.remove(id),
            Happening::Withdrawn(_) | Happening::Pressed(..) => false,
        };
        Ok(happening)
    }

    /// How many were on the screen after what was given last.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// The next one that is shown with this in its title; others are passed over.
    pub async fn shown(&mut self, title: &str) -> anyhow::Result<Notice> {
        loop {
            match self.next().await.with_context(|| format!("waiting for {title:?}"))? {
                Happening::Shown(notice) if notice.title.contains(title) => return Ok(notice),
                _ => {}
            }
        }
    }

    /// Waits until this button of it was pressed.
    pub async fn pressed(&mut self, id: u32, action: &str) -> anyhow::Result<()> {
        let wanted = Happening::Pressed(id, action.to_owned());
        while self.next().await.with_context(|| format!("waiting for {action} of {id}"))? != wanted {}
        Ok(())
    }

    /// Waits until this one is taken away by its sender.
    pub async fn withdrawn(&mut self, id: u32) -> anyhow::Result<()> {
        while self.next().await.with_context(|| format!("waiting for the end of {id}"))? != Happening::Withdrawn(id) {}
        Ok(())
    }

    /// Waits until this one is gone: withdrawn by its sender, or replaced by a quiet one that the desktop takes away.
    pub async fn gone(&mut self, id: u32) -> anyhow::Result<()> {
        loop {
            match self.next().await.with_context(|| format!("waiting for the end of {id}"))? {
                Happening::Withdrawn(which) | Happening::Closed(which, _) if which == id => return Ok(()),
                _ => {}
            }
        }
    }

    fn hear(&mut self, message: &zbus::Message) -> anyhow::Result<()> {
        let header = message.header();
        let member = header.member().map(zbus::names::MemberName::as_str);
        let ours = header.interface().is_some_and(|interface| interface.as_str() == NAME);
        match (header.message_type(), member) {
            (Type::MethodCall, Some("Notify")) if ours => {
                let sender = header.sender().context("a sender")?.to_string();
                self.sent.insert((sender, header.primary().serial_num().get()), notice(message)?);
            }
            (Type::MethodReturn, _) => {
                let (Some(receiver), Some(serial)) = (header.destination(), header.reply_serial()) else {
                    return Ok(());
                };
                if let Some(notice) = self.sent.remove(&(receiver.to_string(), serial.get())) {
                    let id = message.body().deserialize()?;
                    self.ready.push_back(Happening::Shown(Notice { id, ..notice }));
                }
            }
            (Type::MethodCall, Some("CloseNotification")) if ours => {
                self.ready.push_back(Happening::Withdrawn(message.body().deserialize()?));
            }
            (Type::Signal, Some("ActionInvoked")) if ours => {
                let (id, action) = message.body().deserialize()?;
                self.ready.push_back(Happening::Pressed(id, action));
            }
            (Type::Signal, Some("NotificationClosed")) if ours => {
                let (id, reason) = message.body().deserialize()?;
                self.ready.push_back(Happening::Closed(id, reason));
            }
            _ => {}
        }
        Ok(())
    }
}

fn notice(message: &zbus::Message) -> anyhow::Result<Notice> {
    type Notify = (String, u32, String, String, String, Vec<String>, HashMap<String, OwnedValue>, i32);
    let (app, replaces, _, title, body, actions, hints, timeout): Notify = message.body().deserialize()?;
    if actions.len() % 2 != 0 {
        bail!("actions come in pairs: {actions:?}");
    }
    let urgency = match hints.get("urgency").map(|value| &**value) {
        Some(Value::U8(urgency)) => Some(*urgency),
        _ => None,
    };
    let desktop_entry = hints.get("desktop-entry").and_then(|value| String::try_from(value.clone()).ok());
    let actions = actions.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
    Ok(Notice { id: 0, replaces, app, title, body, actions, urgency, desktop_entry, timeout })
}
