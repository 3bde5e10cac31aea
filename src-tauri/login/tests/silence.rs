//! A whole sign-in with the most talkative log: neither code nor state is in it.

mod common;

use common::{STATE, get, open_at, right_callback, within};
use daypass_domain::Secret;
use daypass_login::{Handshake, Page};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the tape").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Tape {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_at_trace_level_holds_no_secret() {
    let tape = Tape::default();
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("trace")).with_writer(tape.clone()).finish();
    // For all threads; this file has one test, so it is nobody else's.
    tracing::subscriber::set_global_default(log).expect("the only log of this test program");

    let (mut waiting, port) = open_at("localhost", "/callback").await;
    get(port, "/callback?code=marker-stray-code&state=marker-stray-state").await;
    get(port, &format!("/callback?code=marker-a&code=marker-b&state={STATE}")).await;
    let foreign = Secret::new(format!("http://localhost:{port}/other?code=marker-pasted&state={STATE}"));
    waiting.paste(&foreign).expect_err("another path");
    get(port, &right_callback()).await;
    let params = within(waiting.callback()).await;
    get(port, &right_callback()).await;
    tracing::info!(?params, handshake = ?Handshake::from_random([1; 32], [2; 32]), "printing them shows nothing");
    let finished = tokio::spawn(waiting.finish(Page::Denied));
    get(port, "/done").await;
    within(finished).await.expect("it was read");

    let said = String::from_utf8(tape.0.lock().expect("the tape").clone()).expect("text");
    assert!(said.contains("waiting for the sign-in's callback"), "the log was on: {said}");
    assert!(said.contains("wrong state"), "and told of the stray: {said}");
    assert!(!said.contains("marker-"), "{said}");
}
