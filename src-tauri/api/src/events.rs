//! `GET /api/events`: everything as it changes, as server-sent events.
//!
//! The first event is a `snapshot` of now; each change brings another; what people are to be told comes as `telling`.
//! The stream ends when the program does. What this is not: a history; whoever comes late sees what is true now.

use crate::door::Door;
use crate::problem::Refusal;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, StreamExt};
use serde::Serialize;
use std::time::Duration;

/// The name of an event with a snapshot.
pub(crate) const SNAPSHOT: &str = "snapshot";
/// The name of an event with a telling.
pub(crate) const TELLING: &str = "telling";
/// Long enough to cost nothing, short enough to notice a reader that is gone. Only while somebody is connected.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(crate) async fn events(State(door): State<Door>) -> Result<Response, Refusal> {
    let place = door.place()?;
    let tellings = door.client.tellings().await?;
    let mut changes = door.client.changes().await?;
    let Some(now) = changes.next().await else { return Ok(Sse::new(stream::empty::<Told>()).into_response()) };
    // When the snapshots end, so does everything: the tellings alone would keep a dead line open.
    let changes = changes.map(|snapshot| Some(event(SNAPSHOT, &snapshot))).chain(stream::once(async { None }));
    let tellings = tellings.map(|telling| Some(event(TELLING, &telling)));
    let later = stream::select(changes, tellings).take_while(|event| std::future::ready(event.is_some()));
    let all = stream::iter([event(SNAPSHOT, &now)])
        .chain(later.filter_map(std::future::ready))
        .take_until(door.closing.cancelled_owned())
        .inspect(move |_| _ = &place);
    Ok(Sse::new(all).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

type Told = Result<Event, axum::Error>;

fn event(name: &str, data: &impl Serialize) -> Told {
    Event::default().event(name).json_data(data)
}
