//! Start and stop.

use crate::almanac::Almanac;
use crate::books::Books;
use crate::bots::{Bots, remember};
use crate::clock::{RealClock, local_offset, watch_jumps};
use crate::courier::{Courier, Memory, Office, Post};
use crate::desk::{Desk, option_keys};
use crate::feelers;
use crate::hands::Doer;
use crate::in_process::{InProcess, refused};
use crate::ledger::Book;
use crate::lock::{self, Lock, Tried};
use crate::logging::{self, Log};
use crate::look_around::Surroundings;
use crate::looks::Looks;
use crate::meters::Meters;
use crate::private;
use crate::rehearsal::Rehearsal;
use crate::spawner::Programs;
use crate::strongroom::{Strongroom, random_key};
use anyhow::Context;
use daypass_api::{Client, Gates, Sessions, SocketClient};
use daypass_bots::KeyRing;
use daypass_config::{Environment, Folders, Loaded, Sources};
use daypass_domain::{Problem, Secret};
use daypass_login::Opener;
use daypass_manager::view::{Note, WorkKind};
use daypass_manager::{Code, Event, Handle, Refused, service};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How to start.
#[derive(Clone)]
pub struct Start {
    /// The process environment.
    pub env: Environment,
    /// The working directory.
    pub working_dir: PathBuf,
    /// Opens the browser; `None` where there is none.
    pub opener: Option<Arc<dyn Opener>>,
    /// Adds a practice account if there is no account at all.
    pub practice: bool,
    /// Whether to join a running owner; else its being there is an error.
    pub join: bool,
}

impl Start {
    /// From this process's environment and working directory.
    pub fn here() -> Self {
        Self {
            // What is no text is none of our settings.
            env: Environment(
                std::env::vars_os()
                    .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                    .collect(),
            ),
            working_dir: std::env::current_dir().unwrap_or_default(),
            opener: None,
            practice: false,
            join: true,
        }
    }

    fn folders(&self) -> Folders {
        Folders::new(&self.env, &self.working_dir)
    }
}

/// A running program, ours or somebody else's.
pub struct Running {
    client: Arc<dyn Client>,
    owner: Option<Owner>,
}

/// What only the owner has.
struct Owner {
    handle: Handle,
    bots: Arc<Bots>,
    strongroom: Strongroom,
    ledger: Book,
    desk: Arc<Desk>,
    doors: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    helpers: [JoinHandle<()>; 2],
    turner: JoinHandle<()>,
    _lock: Lock,
    _log: Log,
}

/// Takes the lock and runs everything, or joins whoever holds it.
pub async fn start(start: Start) -> anyhow::Result<Running> {
    let folders = start.folders();
    private::folder(&folders.data).map_err(|problem| refused(Code::CannotStart, problem))?;
    let tried = lock::take(&folders.data, &folders.socket())
        .with_context(|| format!("The lock in the folder {} cannot be used", folders.data.display()))?;
    match tried {
        Tried::Ours(lock) => own(start, folders, lock).await,
        Tried::Taken if start.join => Ok(Running { client: Arc::new(join(&folders).await?), owner: None }),
        Tried::Taken => {
            anyhow::bail!("Daypass runs already in {}. Use that one, or set DAYPASS_HOME.", folders.data.display())
        }
    }
}

/// An owner that has only just taken the lock opens its door within this time; so long it is knocked.
const KNOCKING: std::time::Duration = std::time::Duration::from_secs(10);
const BETWEEN_KNOCKS: std::time::Duration = std::time::Duration::from_millis(100);

/// Two starts at once: the second one waits for the first one's door.
async fn join(folders: &Folders) -> Result<SocketClient, Refused> {
    let knock = async {
        loop {
            match find_owner(folders).await {
                Err(refused) if refused.code == Code::NotRunning => tokio::time::sleep(BETWEEN_KNOCKS).await,
                answer => return answer,
            }
        }
    };
    match tokio::time::timeout(KNOCKING, knock).await {
        Ok(answer) => answer,
        Err(_) => find_owner(folders).await,
    }
}

/// Where an owner in this environment's folders may be found, the likeliest place first.
pub fn sockets() -> Vec<PathBuf> {
    let folders = Start::here().folders();
    lock::socket(&folders.data).into_iter().chain([folders.socket()]).collect()
}

/// The owner says in the lock file where its socket is; one that did not may still be where ours would be.
async fn find_owner(folders: &Folders) -> Result<SocketClient, Refused> {
    if let Some(socket) = lock::socket(&folders.data)
        && let Ok(client) = SocketClient::connect(socket).await
    {
        return Ok(client);
    }
    SocketClient::connect(folders.socket()).await
}

/// Talks to whoever runs in this environment's folders.
pub async fn connect() -> Result<Arc<dyn Client>, Refused> {
    let folders = Start::here().folders();
    Ok(Arc::new(find_owner(&folders).await?))
}

impl Running {
    /// What front ends speak to.
    pub fn client(&self) -> Arc<dyn Client> {
        self.client.clone()
    }

    /// Whether this process runs the manager.
    pub fn owns(&self) -> bool {
        self.owner.is_some()
    }

    /// The address of the local HTTP door, if this process has opened it.
    pub fn address(&self) -> Option<&str> {
        self.owner.as_ref()?.desk.address.get().map(String::as_str)
    }

    /// Ends everything in order: doors first, then the manager, then the vault when all is written.
    pub async fn stop(self) {
        let Some(owner) = self.owner else { return };
        owner.doors.cancel();
        owner.helpers.iter().for_each(JoinHandle::abort);
        // The doors close by themselves within moments; answers under way are finished.
        for task in owner.tasks {
            let _ = task.await;
        }
        let _ = tokio::time::timeout(LAST_ANSWERS, last_answers(&owner.handle)).await;
        owner.desk.courier.stop().await;
        owner.handle.stop().await;
        let _ = owner.turner.await;
        owner.strongroom.flush().await;
        owner.ledger.flush().await;
        owner.bots.save_uses().await;
        owner.desk.rehearsal.stop().await;
        tracing::info!("Daypass has ended");
    }
}

/// As long as one request to a broker may take.
const LAST_ANSWERS: std::time::Duration = std::time::Duration::from_secs(30);

/// A code or a one-time refresh token is spent once it is sent: an answer that is cut off would be a lost sign-in.
async fn last_answers(handle: &Handle) {
    let spent = |kind| matches!(kind, WorkKind::Exchanging | WorkKind::Proving | WorkKind::Renewing);
    let mut version = handle.version();
    while let Ok(snapshot) = handle.look().await {
        let under_way =
            snapshot.accounts.iter().filter_map(|account| account.work.as_ref()).any(|work| spent(work.kind));
        if !under_way || version.changed().await.is_err() {
            return;
        }
    }
}

async fn own(start: Start, folders: Folders, lock: Lock) -> anyhow::Result<Running> {
    let first = first_look(&start, &folders);
    let logging = &first.settings.logging;
    let log = logging::start(&logging.level, Some(&folders.state.join(&logging.file)));
    let passphrase = passphrase(&start.env);
    let clock = RealClock::default();
    let shared = Arc::new(clock.clone());
    let strongroom = Strongroom::open(folders.data.join("vault"), passphrase, shared.clone())?;
    let (trouble, told) = tokio::sync::mpsc::unbounded_channel();
    let ledger = Book::open(folders.state.clone(), shared.clone(), move |problem| drop(trouble.send(problem)))?;
    let place = (Almanac::new(&folders.state), ledger.clone(), Meters::new()?);
    let books = Arc::new(Books::new(clock.clone(), place, start.opener.clone()));
    let runtime = tokio::runtime::Handle::current();
    let around = surroundings(&start, &folders, &clock);
    let courier = Arc::new(Courier::new(Memory::new(&folders.state)));
    let (hands, room) = (courier.clone(), strongroom.clone());
    let doer = Doer { books: books.clone(), strongroom: room, courier: hands, runtime, around };
    let (handle, turning) = service::start(first.settings.policy.clone(), shared, doer);
    let turner = tokio::spawn(turning);
    let desk = Arc::new(Desk {
        folders: folders.clone(),
        env: start.env,
        working_dir: start.working_dir,
        books: books.clone(),
        strongroom: strongroom.clone(),
        handle: handle.clone(),
        rehearsal: Rehearsal::default(),
        courier,
        office: office(&folders, &handle, &books),
        in_force: tokio::sync::Mutex::default(),
        address: std::sync::OnceLock::new(),
        other_notes: std::sync::Mutex::default(),
    });
    handle.event(Event::LocalOffset(local_offset()));
    strongroom.look(handle.clone());
    let _ = books.watching.set(feelers::watch(handle.clone()));
    let bots = open_bots(&folders, &handle, &books, &desk);
    let timed = books.clone();
    let sessions = Arc::new(Sessions::new(move || timed.now(), random_key));
    let inner = InProcess {
        sessions: sessions.clone(),
        handle: handle.clone(),
        books: books.clone(),
        desk: desk.clone(),
        bots: bots.clone(),
        looks: Looks::default(),
        log_stem: logging::stem(&first.settings.logging.file),
    };
    let client: Arc<dyn Client> = Arc::new(inner);
    let doors = CancellationToken::new();
    let bound = Doors::bind(&first, &folders, &desk).await;
    let has_none = first.settings.accounts.is_empty();
    desk.begin(first).await;
    if start.practice && has_none {
        add_practice(&desk).await;
    }
    tokio::spawn(tell_ledger(told, Arc::downgrade(&desk)));
    handle.event(Event::Started);
    tokio::spawn(remember(books, handle.clone()));
    let helpers = [tokio::spawn(watch_jumps(handle.clone(), clock)), tokio::spawn(desk.clone().follow_vault())];
    let tasks = bound.serve(&client, Gates { keys: bots.clone(), sessions }, &doors);
    desk.books.make_http();
    let owner = Owner { handle, bots, strongroom, ledger, desk, doors, tasks, helpers, turner, _lock: lock, _log: log };
    Ok(Running { client, owner: Some(owner) })
}

/// Where a look at this computer goes. A service without a browser is no desktop: nobody is asked on it.
fn surroundings(start: &Start, folders: &Folders, clock: &RealClock) -> Surroundings {
    let set = |name: &str| start.env.text(name).is_some_and(|value| !value.is_empty());
    let entry = "autostart/daypass-desktop.desktop";
    let config = start.env.text("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| start.env.text("HOME").map(|home| Path::new(home).join(".config")));
    let desktop =
        start.opener.is_some().then(|| set("DISPLAY") || set("WAYLAND_DISPLAY") || !cfg!(target_os = "linux"));
    Surroundings {
        data: folders.data.clone(),
        autostart: config.into_iter().chain([PathBuf::from("/etc/xdg")]).map(|place| place.join(entry)).collect(),
        desktop,
        clock: clock.clone(),
    }
}

/// Outlets use the way to the brokers: it follows no redirect and knows the proxy.
fn office(folders: &Folders, handle: &Handle, books: &Arc<Books>) -> Arc<dyn Office> {
    let spawner = Arc::new(Programs { folder: folders.config.clone() });
    Arc::new(Post { handle: handle.clone(), books: books.clone(), spawner })
}

/// Keys that cannot be read let nobody in, which is said; everything else goes on.
fn open_bots(folders: &Folders, handle: &Handle, books: &Arc<Books>, desk: &Desk) -> Arc<Bots> {
    let (keys, problem) = KeyRing::open(folders.data.join("keys.json"));
    if let Some(problem) = problem {
        tracing::warn!("{problem}");
        desk.note(Note { about: "the keys of bots".into(), problem });
    }
    Arc::new(Bots { handle: handle.clone(), books: books.clone(), keys: Arc::new(keys) })
}

/// The ledger opens in its own time, and nothing waits for it; what is wrong with it is shown when it is known.
async fn tell_ledger(mut told: tokio::sync::mpsc::UnboundedReceiver<Option<Problem>>, desk: Weak<Desk>) {
    const ABOUT: &str = "the ledger";
    while let Some(problem) = told.recv().await {
        // Its thread lives as long as anybody writes: that must not be us.
        let Some(desk) = desk.upgrade() else { return };
        desk.withdraw_note(ABOUT);
        problem.into_iter().for_each(|problem| desk.note(Note { about: ABOUT.into(), problem }));
        desk.read_all().await;
    }
}

/// What is wrong in a file is no reason not to start: it is said beside the other mistakes.
async fn add_practice(desk: &Desk) {
    if let Err(refused) = desk.add_practice().await {
        tracing::warn!("{}", refused.problem);
        desk.note(Note { about: "the practice account".into(), problem: refused.problem });
        desk.read_all().await;
    }
}

/// The settings: where the log goes and which doors to open must be known before anything else is there.
fn first_look(start: &Start, folders: &Folders) -> Loaded {
    let option_keys = option_keys();
    daypass_config::load(&Sources {
        folders,
        env: &start.env,
        working_dir: &start.working_dir,
        option_keys: &option_keys,
        outlets: &daypass_outlets::profiles(),
    })
}

/// From systemd's credentials, else from the environment.
fn passphrase(env: &Environment) -> Option<Secret> {
    let credential = env.text("CREDENTIALS_DIRECTORY").map(|folder| Path::new(folder).join("daypass-passphrase"));
    let text = credential.and_then(|file| std::fs::read_to_string(file).ok());
    let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    text.or_else(|| env.text("DAYPASS_PASSPHRASE")).map(Secret::new)
}

/// The socket for this user's programs, and HTTP on loopback. One that cannot be opened costs only itself.
struct Doors {
    socket: Option<daypass_api::SocketDoor>,
    tcp: Option<daypass_api::TcpDoor>,
}

impl Doors {
    /// Bound early, so that whoever comes waits; served when there is something to show.
    async fn bind(loaded: &Loaded, folders: &Folders, desk: &Desk) -> Self {
        let trouble = |about: String, problem: Problem| {
            tracing::warn!("{problem}");
            desk.note(Note { about, problem });
        };
        let socket = daypass_api::bind_socket(&folders.socket()).await;
        let socket = socket.map_err(|problem| trouble("the local socket".into(), problem)).ok();
        let api = &loaded.settings.api;
        let tcp = match api.enabled {
            true => daypass_api::bind_tcp(api.port).await,
            false => return Self { socket, tcp: None },
        };
        let tcp = tcp.map_err(|problem| trouble(format!("port {}", api.port), problem)).ok();
        if let Some(door) = &tcp {
            let _ = desk.address.set(door.url());
        }
        Self { socket, tcp }
    }

    fn serve(self, client: &Arc<dyn Client>, gates: Gates, end: &CancellationToken) -> Vec<JoinHandle<()>> {
        let (client, end) = (|| client.clone(), || end.clone());
        let socket = self.socket.map(|door| tokio::spawn(daypass_api::serve_socket(door, client(), end())));
        let tcp = self.tcp.map(|door| tokio::spawn(daypass_api::serve_tcp(door, client(), gates, end())));
        socket.into_iter().chain(tcp).collect()
    }
}
