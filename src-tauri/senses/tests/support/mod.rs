//! A private bus, made-up services on it, and a watch that listens there.
//!
//! The invariant: nothing of this machine's own buses is seen or touched. What this is not: an imitation of any desktop;
//! each service answers only what its test says.

#![allow(dead_code, reason = "each of the two test programs uses its own part of it")]

use daypass_domain::Backoff;
use daypass_senses::{Presence, Sense, Surroundings, Watching, watch_in};
use serde::Serialize;
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use zbus::blocking::{Connection, MessageIterator, connection};
use zbus::message::Type;
use zbus::names::ErrorName;
use zbus::zvariant::{DynamicType, ObjectPath, Value};

/// Longer than anything here takes on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A message bus of its own. It ends with this.
pub(crate) struct Bus {
    folder: TempDir,
    daemon: Child,
}

impl Bus {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("services")).unwrap();
        let home = folder.path().display();
        let config = format!(
            r#"<busconfig>
                <listen>unix:path={home}/bus</listen>
                <servicedir>{home}/services</servicedir>
                <policy context="default">
                    <allow send_destination="*" eavesdrop="true"/><allow receive_sender="*"/><allow own="*"/>
                </policy>
            </busconfig>"#
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        let daemon = Self::daemon(&folder);
        Self { folder, daemon }
    }

    fn daemon(folder: &TempDir) -> Child {
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", folder.path().join("config").display()))
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            // It complains of limits that it may not raise.
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-daemon cannot be started ({error}); run `make setup`"));
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(address.contains("unix:path="), "dbus-daemon listens: {address:?}");
        daemon
    }

    pub(crate) fn address(&self) -> String {
        format!("unix:path={}/bus", self.folder.path().display())
    }

    pub(crate) fn stop(&mut self) {
        self.daemon.kill().unwrap();
        self.daemon.wait().unwrap();
        let _ = std::fs::remove_file(self.folder.path().join("bus"));
    }

    pub(crate) fn start_again(&mut self) {
        self.daemon = Self::daemon(&self.folder);
    }

    /// A service that the bus would start if anybody called its name, and the file that would then be there.
    pub(crate) fn could_start(&self, name: &str) -> PathBuf {
        let mark = self.folder.path().join("started");
        let file = format!("[D-BUS Service]\nName={name}\nExec=/bin/sh -c 'touch {}'\n", mark.display());
        std::fs::write(self.folder.path().join(format!("services/{name}.service")), file).unwrap();
        self.reload();
        mark
    }

    fn reload(&self) {
        let connection = connection::Builder::address(self.address().as_str()).unwrap().build().unwrap();
        zbus::blocking::fdo::DBusProxy::new(&connection).unwrap().reload_config().unwrap();
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// What a made-up service answers to a method.
#[derive(Clone)]
pub(crate) enum Answer {
    Bool(bool),
    U32(u32),
    U64(u64),
    Path(&'static str),
    Silence,
}

type Properties = HashMap<&'static str, Value<'static>>;

/// A made-up service: it answers what it was told to, and everything else with an error. It leaves the bus with this.
pub(crate) struct Fake {
    connection: Connection,
    says: Arc<Says>,
}

#[derive(Default)]
struct Says {
    answers: Mutex<HashMap<&'static str, Answer>>,
    properties: Mutex<Properties>,
    calls: Mutex<Vec<String>>,
}

impl Fake {
    pub(crate) fn start<const N: usize>(bus: &Bus, name: &str, answers: [(&'static str, Answer); N]) -> Self {
        Self::with_properties(bus, name, answers, [])
    }

    pub(crate) fn with_properties<const N: usize, const M: usize>(
        bus: &Bus,
        name: &str,
        answers: [(&'static str, Answer); N],
        properties: [(&'static str, Value<'static>); M],
    ) -> Self {
        let connection = connection::Builder::address(bus.address().as_str()).unwrap().build().unwrap();
        let says = Arc::new(Says {
            answers: Mutex::new(answers.into()),
            properties: Mutex::new(properties.into()),
            calls: Mutex::default(),
        });
        let calls = MessageIterator::from(&connection);
        let (voice, ear) = (connection.clone(), says.clone());
        std::thread::spawn(move || {
            for message in calls.map_while(Result::ok) {
                if message.message_type() == Type::MethodCall {
                    ear.reply(&voice, &message);
                }
            }
        });
        connection.request_name(name).unwrap();
        Self { connection, says }
    }

    pub(crate) fn also_is(&self, name: &str) {
        self.connection.request_name(name).unwrap();
    }

    /// From now on it answers this.
    pub(crate) fn answers(&self, method: &'static str, answer: Answer) {
        self.says.answers.lock().unwrap().insert(method, answer);
    }

    /// How often this was called.
    pub(crate) fn called(&self, method: &str) -> usize {
        self.says.calls.lock().unwrap().iter().filter(|call| *call == method).count()
    }

    /// Sends a signal.
    pub(crate) fn signals<B: Serialize + DynamicType>(&self, (path, interface): (&str, &str), signal: &str, body: &B) {
        self.connection.emit_signal(None::<&str>, path, interface, signal, body).unwrap();
    }

    /// Changes a property and says so.
    pub(crate) fn sets(&self, (path, interface): (&str, &str), property: &'static str, value: Value<'static>) {
        self.says.properties.lock().unwrap().insert(property, value.try_clone().unwrap());
        let changed = HashMap::from([(property, value)]);
        let body = (interface, changed, [""; 0].as_slice());
        self.signals((path, "org.freedesktop.DBus.Properties"), "PropertiesChanged", &body);
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = self.connection.clone().close();
    }
}

impl Says {
    fn reply(&self, connection: &Connection, call: &zbus::Message) {
        let header = call.header();
        let method = header.member().unwrap().to_string();
        self.calls.lock().unwrap().push(method.clone());
        let answer = self.answers.lock().unwrap().get(method.as_str()).cloned();
        let sent = match answer {
            Some(Answer::Bool(answer)) => connection.reply(&header, &answer),
            Some(Answer::U32(answer)) => connection.reply(&header, &answer),
            Some(Answer::U64(answer)) => connection.reply(&header, &answer),
            Some(Answer::Path(answer)) => connection.reply(&header, &ObjectPath::try_from(answer).unwrap()),
            Some(Answer::Silence) => return,
            None if method == "GetAll" => connection.reply(&header, &*self.properties.lock().unwrap()),
            None => {
                let name = ErrorName::from_static_str_unchecked("org.freedesktop.DBus.Error.UnknownMethod");
                connection.reply_error(&header, name, &"there is no such method")
            }
        };
        // Whoever asked may be gone, and so may the bus.
        let _ = sent;
    }
}

/// A watch on private buses, and what it tells.
pub(crate) struct Watcher {
    pub(crate) watching: Watching,
    senses: Receiver<Sense>,
}

impl Watcher {
    /// One bus for both purposes.
    pub(crate) fn on(bus: &Bus) -> Self {
        Self::on_both(Some(bus.address()), Some(bus.address()))
    }

    pub(crate) fn on_both(session_bus: Option<String>, system_bus: Option<String>) -> Self {
        let nowhere = || Some("unix:path=/nonexistent/bus".into());
        let surroundings = Surroundings {
            session_bus: session_bus.or_else(nowhere),
            system_bus: system_bus.or_else(nowhere),
            login_session: Some("c2".into()),
            reconnect: Backoff { first: chrono::Duration::milliseconds(20), longest: chrono::Duration::seconds(1) },
        };
        let (tell, senses) = channel();
        let watching = watch_in(surroundings, move |sense| {
            // A test that is over does not listen.
            let _ = tell.send(sense);
        });
        Self { watching, senses }
    }

    /// The next thing that is told.
    #[track_caller]
    pub(crate) fn tells(&self, expected: Sense) {
        assert_eq!(self.senses.recv_timeout(LIMIT), Ok(expected));
    }

    #[track_caller]
    pub(crate) fn tells_presence(&self, expected: Presence) {
        self.tells(Sense::Presence(expected));
    }

    pub(crate) fn who_is_there(&self) -> Presence {
        zbus::block_on(self.watching.who_is_there())
    }

    /// Ends the watch and waits until its thread has let go of everything.
    pub(crate) fn end(self) -> bool {
        drop(self.watching);
        loop {
            match self.senses.recv_timeout(LIMIT) {
                Ok(_) => {}
                Err(end) => return end == RecvTimeoutError::Disconnected,
            }
        }
    }
}
