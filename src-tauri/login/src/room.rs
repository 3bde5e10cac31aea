//! Sockets in, requests answered: the listener of one sign-in.
//!
//! The invariant: nobody can keep anybody else out. Each connection carries one request and has a deadline; when the
//! room is full, the one that has waited longest without asking anything has to go. What this is not: it understands
//! no request (see `desk`).

use crate::desk::Desk;
use crate::lease::Lease;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// A request head may be this big (bytes): a callback with a code of several kilobytes and all cookies of localhost.
const HEAD_LIMIT: usize = 16 * 1024;
/// A request head must be here after this; a browser on the same machine needs milliseconds.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// A whole connection: the head, the longest look at `/done`, and a slow reader.
const CONNECTION_DEADLINE: Duration = Duration::from_secs(40);
/// At once; far more than a browser opens, and far below the usual limit of open files.
const SEATS: usize = 256;
/// What is being answered when the sign-in ends may be finished within this.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// After a failed accept (too many open files), so that it does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until told to leave; gives the port back first, then lets answers under way finish.
pub(crate) async fn run(listeners: Vec<TcpListener>, desk: Arc<Desk>, leave: CancellationToken, lease: Lease) {
    let room = Arc::new(Room { desk, seats: Mutex::default() });
    let mut doors = JoinSet::new();
    for listener in listeners {
        doors.spawn(door(listener, room.clone()));
    }
    leave.cancelled().await;
    doors.shutdown().await;
    drop(lease);
    room.empty().await;
}

async fn door(listener: TcpListener, room: Arc<Room>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                room.admit(stream);
                // The newcomer gets a turn before the next one is let in: usually its request is here already.
                yield_now().await;
            }
            Err(error) => {
                tracing::warn!(reason = %error.kind(), "cannot accept a connection");
                room.make_space();
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

struct Room {
    desk: Arc<Desk>,
    seats: Mutex<Seats>,
}

#[derive(Default)]
struct Seats {
    tasks: JoinSet<()>,
    line: VecDeque<Guest>,
}

/// A connection; the longest here is in front.
struct Guest {
    task: AbortHandle,
    /// Whether its request is complete: then it is no slow one.
    asked: Arc<AtomicBool>,
}

impl Room {
    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(&self, stream: TcpStream) {
        let asked = Arc::<AtomicBool>::default();
        let visit = attend(stream, self.desk.clone(), asked.clone());
        let mut seats = self.seats();
        seats.clear_away();
        if seats.line.len() >= SEATS {
            seats.evict();
        }
        let task = seats.tasks.spawn(visit);
        seats.line.push_back(Guest { task, asked });
    }

    fn make_space(&self) {
        let mut seats = self.seats();
        seats.clear_away();
        seats.evict();
    }

    /// Whoever has not asked goes at once; answers under way get a moment.
    async fn empty(&self) {
        let mut tasks = {
            let mut seats = self.seats();
            seats.line.iter().filter(|guest| !guest.asked.load(Ordering::Acquire)).for_each(|g| g.task.abort());
            std::mem::take(&mut seats.tasks)
        };
        let _ = timeout(LAST_ANSWERS, async { while tasks.join_next().await.is_some() {} }).await;
        tasks.shutdown().await;
    }
}

impl Seats {
    fn clear_away(&mut self) {
        while self.tasks.try_join_next().is_some() {}
        self.line.retain(|guest| !guest.task.is_finished());
    }

    fn evict(&mut self) {
        let slow = self.line.iter().position(|guest| !guest.asked.load(Ordering::Acquire)).unwrap_or(0);
        if let Some(guest) = self.line.remove(slow) {
            guest.task.abort();
        }
    }
}

/// One connection, one request.
async fn attend(stream: TcpStream, desk: Arc<Desk>, asked: Arc<AtomicBool>) {
    let told = AtomicBool::new(false);
    let service = service_fn(|request: Request<Incoming>| {
        asked.store(true, Ordering::Release);
        let (desk, told) = (&desk, &told);
        async move {
            let answer = desk.serve(&request).await;
            told.fetch_or(answer.is_final, Ordering::AcqRel);
            Ok::<Response<_>, Infallible>(answer.response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .header_read_timeout(HEAD_DEADLINE)
        .max_header_size(HEAD_LIMIT)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service);
    // Its errors are of the other side's making, and may quote what it sent: nothing to do, nothing to log.
    if let Ok(Ok(())) = timeout(CONNECTION_DEADLINE, connection).await
        && told.load(Ordering::Acquire)
    {
        desk.read().cancel();
    }
}
