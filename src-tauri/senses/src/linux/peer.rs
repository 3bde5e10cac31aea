//! One program on a bus, for as long as it is there.
//!
//! The invariant: a program is spoken to by the unique name of its connection, which no bus ever starts a program for.
//! What this is not: a general client; it has no more than the sources need.

use futures::StreamExt;
use futures::future::{Either, select};
use serde::Serialize;
use std::collections::HashMap;
use std::pin::pin;
use zbus::names::{BusName, OwnedBusName, OwnedUniqueName};
use zbus::zvariant::{DynamicDeserialize, DynamicType, OwnedValue};
use zbus::{Connection, MatchRule, Message, MessageStream, match_rule, message};

/// One interface of one object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    pub(crate) path: &'a str,
    pub(crate) interface: &'a str,
}

type Rule<'r> = match_rule::Builder<'r>;

/// All properties of one interface.
pub(crate) type Properties = HashMap<String, OwnedValue>;

const BUS_NAME: &str = "org.freedesktop.DBus";
const BUS: Object<'_> = Object { path: "/org/freedesktop/DBus", interface: BUS_NAME };
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// A program on the bus.
pub(crate) struct Peer<'a> {
    connection: &'a Connection,
    name: OwnedBusName,
}

impl<'a> Peer<'a> {
    fn bus(connection: &'a Connection) -> zbus::Result<Self> {
        Ok(Self { connection, name: BusName::try_from(BUS_NAME)?.into() })
    }

    fn owner(connection: &'a Connection, name: OwnedUniqueName) -> Self {
        Self { connection, name: BusName::from(name.into_inner()).into() }
    }

    /// Who has this name now, if anybody has.
    pub(crate) async fn find(connection: &'a Connection, name: &str) -> zbus::Result<Option<Self>> {
        match Peer::bus(connection)?.call(BUS, "GetNameOwner", &name).await {
            Ok(owner) => Ok(Some(Self::owner(connection, owner))),
            Err(zbus::Error::MethodError(..)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether this program has that name as well.
    pub(crate) async fn is(&self, name: &str) -> bool {
        matches!(Peer::find(self.connection, name).await, Ok(Some(other)) if other.name == self.name)
    }

    /// Calls a method.
    pub(crate) async fn call<B, R>(&self, object: Object<'_>, method: &str, body: &B) -> zbus::Result<R>
    where
        B: Serialize + DynamicType,
        R: for<'d> DynamicDeserialize<'d>,
    {
        let Object { path, interface } = object;
        let reply = self.connection.call_method(Some(&self.name), path, Some(interface), method, body).await?;
        reply.body().deserialize()
    }

    /// A signal of one object, every time it comes. Whoever asks for a state as well subscribes first.
    pub(crate) async fn signals(&self, object: Object<'_>, member: &str) -> zbus::Result<MessageStream> {
        self.subscribe(self.rule(object.interface, member)?.path(object.path)?).await
    }

    /// The same, whichever object sends it.
    pub(crate) async fn signals_anywhere(&self, interface: &str, member: &str) -> zbus::Result<MessageStream> {
        self.subscribe(self.rule(interface, member)?).await
    }

    /// Gives `each` all properties of an interface now, and again whenever any of them changes. Ends with the bus.
    pub(crate) async fn properties(&self, object: Object<'_>, each: impl Fn(&Properties)) -> zbus::Result<()> {
        let all = Object { interface: PROPERTIES, ..object };
        let rule = self.rule(PROPERTIES, "PropertiesChanged")?.path(object.path)?.arg(0, object.interface)?;
        let mut changes = self.subscribe(rule).await?;
        let mut properties: Properties = self.call(all, "GetAll", &object.interface).await?;
        each(&properties);
        while let Some(Ok(change)) = changes.next().await {
            let (_, changed, invalid): (String, Properties, Vec<String>) = change.body().deserialize()?;
            if invalid.is_empty() {
                // Taken from the signal, so that a state that was short is seen as well.
                properties.extend(changed);
            } else {
                properties = self.call(all, "GetAll", &object.interface).await?;
            }
            each(&properties);
        }
        Ok(())
    }

    fn rule<'r>(&self, interface: &'r str, member: &'r str) -> zbus::Result<Rule<'r>> {
        let rule = MatchRule::builder().msg_type(message::Type::Signal).sender(self.name.clone().into_inner())?;
        rule.interface(interface)?.member(member)
    }

    async fn subscribe(&self, rule: Rule<'_>) -> zbus::Result<MessageStream> {
        MessageStream::for_match_rule(rule.build(), self.connection, None).await
    }
}

/// Does `work` with whoever owns the name, anew for each new owner, and `forget`s what came of it when the owner goes or
/// the work fails. Ends with the bus.
pub(crate) async fn with_each_owner<'a>(
    connection: &'a Connection,
    name: &str,
    work: impl AsyncFn(&Peer<'a>) -> zbus::Result<()>,
    forget: impl Fn(),
) {
    if let Err(error) = follow_owners(connection, name, work, forget).await {
        tracing::debug!(%error, name, "The bus does not tell who comes and goes");
    }
}

async fn follow_owners<'a>(
    connection: &'a Connection,
    name: &str,
    work: impl AsyncFn(&Peer<'a>) -> zbus::Result<()>,
    forget: impl Fn(),
) -> zbus::Result<()> {
    let bus = Peer::bus(connection)?;
    let mut changes = bus.subscribe(bus.rule(BUS_NAME, "NameOwnerChanged")?.path(BUS.path)?.arg(0, name)?).await?;
    let mut owner = Peer::find(connection, name).await?;
    loop {
        let working = async {
            if let Some(owner) = &owner
                && let Err(error) = work(owner).await
            {
                tracing::debug!(%error, name, "A source on the bus does not say what it should");
                // Nobody follows it any more: its last word would stand for ever.
                forget();
            }
            std::future::pending::<()>().await;
        };
        let change = match select(pin!(working), changes.next()).await {
            Either::Left(_) => unreachable!("it never ends"),
            Either::Right((change, _)) => change,
        };
        forget();
        let Some(Ok(change)) = change else { return Ok(()) };
        owner = new_owner(connection, &change)?;
    }
}

fn new_owner<'a>(connection: &'a Connection, change: &Message) -> zbus::Result<Option<Peer<'a>>> {
    let (_, _, new): (String, String, String) = change.body().deserialize()?;
    // No name means that nobody owns it now.
    let name = OwnedUniqueName::try_from(new).ok();
    Ok(name.map(|name| Peer::owner(connection, name)))
}
