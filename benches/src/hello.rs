//! The floor of the HTTP rows: axum, one route, one thread, an answer as large as a status.
//!
//! The invariant: it does nothing that a server could leave out. What this is not: a part of the program.

use axum::Router;
use axum::http::header;
use axum::routing::get;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let length = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(700);
    let body: &'static str = Box::leak("x".repeat(length).into_boxed_str());
    let answer = move || async move { ([(header::CONTENT_TYPE, "application/json")], body) };
    let router = Router::new().route("/api/token/status", get(answer)).route("/api/token", get(answer));
    // Over a Unix socket, if one is named.
    if let Some(socket) = std::env::args_os().nth(2) {
        let listener = tokio::net::UnixListener::bind(socket)?;
        println!("ready");
        axum::serve(listener, router).await?;
    } else {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?.port());
        axum::serve(listener, router).await?;
    }
    Ok(())
}
