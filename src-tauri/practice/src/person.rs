//! The person at the browser, for tests: presses a button on the dialog page and goes where the browser is sent.
//!
//! The invariant: each function makes one request and follows nothing by itself, so a test sees every step. What this
//! is not: a browser, and not a way around one; only the practice broker's pages can be answered like this.

use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;
use url::Url;

/// Longer than any answer takes, so that a test ends by itself.
const LIMIT: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The status.
    pub status: u16,
    /// Where the browser is sent next; relative addresses are made whole.
    pub location: Option<Url>,
    /// The page.
    pub page: String,
}

/// Why the person could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Nobody listens there, or the connection broke.
    #[error("no connection: {0}")]
    Io(#[from] io::Error),
    /// What came back is no HTTP, or broke off.
    #[error("no answer: {0}")]
    Http(#[from] hyper::Error),
    /// The address cannot be asked.
    #[error("{0} is no address of this computer")]
    Address(String),
    /// The page was shown again, or an error; the browser was not sent on.
    #[error("the dialog answered with {} and sent the browser nowhere", .0.status)]
    Stays(Box<Seen>),
}

/// Presses "Approve" on the page at this authorize URL, as that user (or the one that is preselected), and gives the
/// address that the browser is sent back to, with `code` and `state` in it.
///
/// # Errors
/// [`Trouble::Stays`] if the page refuses the request.
pub async fn approve(authorize: &Url, user: Option<&str>) -> Result<Url, Trouble> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("approve", "yes");
    if let Some(user) = user {
        form.append_pair("user", user);
    }
    press(authorize, form.finish()).await
}

/// Presses "Deny", and gives the address that the browser is sent back to, with `error` and `state` in it.
///
/// # Errors
/// [`Trouble::Stays`] if the page refuses the request.
pub async fn deny(authorize: &Url) -> Result<Url, Trouble> {
    press(authorize, "deny=yes".to_owned()).await
}

/// Opens an address as a browser would, without following a redirect.
///
/// # Errors
/// If nobody answers there.
pub async fn visit(url: &Url) -> Result<Seen, Trouble> {
    send(url, Method::GET, ("", String::new())).await
}

async fn press(authorize: &Url, form: String) -> Result<Url, Trouble> {
    let seen = send(authorize, Method::POST, ("application/x-www-form-urlencoded", form)).await?;
    match seen.location {
        Some(location) if seen.status == StatusCode::FOUND.as_u16() => Ok(location),
        _ => Err(Trouble::Stays(Box::new(seen))),
    }
}

/// One request, with a body of that content type if there is one.
pub(crate) async fn send(url: &Url, method: Method, body: (&str, String)) -> Result<Seen, Trouble> {
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no answer within a minute");
    tokio::time::timeout(LIMIT, exchange(url, method, body)).await.map_err(late)?
}

async fn exchange(url: &Url, method: Method, (kind, body): (&str, String)) -> Result<Seen, Trouble> {
    let no_address = || Trouble::Address(url.host_str().unwrap_or("an address without a host").to_owned());
    let (host, port) = url.host_str().zip(url.port_or_known_default()).ok_or_else(no_address)?;
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut request = Request::builder().method(method).uri(&url[url::Position::BeforePath..url::Position::AfterQuery]);
    request = request.header(HOST, format!("{host}:{port}"));
    if !body.is_empty() {
        request = request.header(CONTENT_TYPE, kind);
    }
    let request = request.body(Full::new(Bytes::from(body))).map_err(|_| no_address())?;
    let exchange = async {
        let response = sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        Ok::<_, hyper::Error>((parts, body.collect().await?.to_bytes()))
    };
    // The connection moves while it is waited for, and closes with this function.
    let connection = async {
        // Its end is told by the exchange as well.
        let _ = connection.await;
        std::future::pending::<()>().await;
    };
    let (parts, body) = tokio::select! {
        answer = exchange => answer?,
        () = connection => unreachable!("it never ends"),
    };
    let location = parts.headers.get(LOCATION).and_then(|location| location.to_str().ok());
    Ok(Seen {
        status: parts.status.as_u16(),
        location: location.and_then(|location| url.join(location).ok()),
        page: String::from_utf8_lossy(&body).into_owned(),
    })
}
