//! Which addresses are listened on, what a person may paste, and who is in the way.

mod common;

use common::{CODE, STATE, free_port, get, get_at, has_code, open_at, request, right_callback, still_waiting, within};
use daypass_domain::{RedirectUri, Secret};
use daypass_login::{Page, is_free};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[tokio::test]
async fn localhost_is_every_loopback_address_there_is() {
    for by_ipv6 in [false, true] {
        let (mut waiting, port) = open_at("localhost", "/callback").await;
        // A machine without IPv6 loopback still signs in by the other address.
        let reply = if by_ipv6 && has_ipv6() {
            get_at(SocketAddr::from((Ipv6Addr::LOCALHOST, port)), "[::1]", &right_callback()).await
        } else {
            get(port, &right_callback()).await
        };
        assert_eq!(reply.status, 303);
        assert!(has_code(&within(waiting.callback()).await));
    }
}

#[tokio::test]
async fn a_numbered_host_is_that_address_only() {
    let (_waiting, port) = open_at("127.0.0.1", "/callback").await;
    assert!(TcpListener::bind((Ipv6Addr::LOCALHOST, port)).is_ok() || !has_ipv6(), "IPv6 is left alone");
    assert!(TcpListener::bind(("127.0.0.1", port)).is_err());
    if has_ipv6() {
        let (mut waiting, port) = open_at("[::1]", "/callback").await;
        assert!(TcpListener::bind(("127.0.0.1", port)).is_ok(), "IPv4 is left alone");
        let address = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
        assert_eq!(get_at(address, "[::1]", &right_callback()).await.status, 303);
        assert!(has_code(&within(waiting.callback()).await));
    }
}

#[tokio::test]
async fn half_of_localhost_is_not_enough() {
    if !has_ipv6() {
        return;
    }
    let held = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).expect("a port");
    let port = held.local_addr().expect("its address").port();
    let problem = daypass_login::open(request("localhost", port, "/callback", "Upstox")).await.err().expect("refused");
    assert_eq!(problem.code, "port_taken", "else the browser might bring the code to somebody else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn looks_are_in_nobodys_way() {
    for _ in 0..20 {
        let request = request("localhost", free_port(), "/callback", "Upstox");
        let look = |redirect: RedirectUri| async move { is_free(&redirect, "Upstox").await };
        let looks: Vec<_> = (0..50).map(|_| tokio::spawn(look(request.redirect.clone()))).collect();
        let sign_in = tokio::spawn(daypass_login::open(request));
        for look in looks {
            assert_eq!(within(look).await.expect("no panic"), Ok(()));
        }
        assert!(within(sign_in).await.expect("no panic").is_ok(), "a sign-in that starts among them");
    }
}

#[tokio::test]
async fn another_door_of_ours_is_no_foreign_program() {
    let held = TcpListener::bind("127.0.0.1:0").expect("a port");
    let request = request("127.0.0.1", held.local_addr().expect("its address").port(), "/callback", "Upstox");
    let problem = is_free(&request.redirect, "Upstox").await.expect_err("a sign-in could not listen there");
    assert_eq!(problem.what, format!("Port {} is taken by Daypass itself.", request.redirect.port()));
    assert_eq!(problem.todo, "Register another port at Upstox and set the same redirect URI here.");
    drop(held);
    assert_eq!(is_free(&request.redirect, "Upstox").await, Ok(()));
}

/// Ends the child by closing its standard input, whatever happens to the test.
struct Holder(Child);

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Not a test by itself: the other program of the next one.
#[test]
#[ignore = "started by a_taken_port_names_its_holder"]
fn child_that_holds_a_port() {
    if std::env::var_os("DAYPASS_TEST_CHILD").is_none() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("\nport={}", listener.local_addr().expect("its address").port());
    std::io::stdout().flush().expect("said");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

#[tokio::test]
async fn a_taken_port_names_its_holder() {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "child_that_holds_a_port", "--ignored", "--nocapture"])
        .env("DAYPASS_TEST_CHILD", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    // Kept to the end: the child's last words must not hit a closed pipe.
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let child = Holder(child);
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("port=")?.parse::<u16>().ok());
    let port = port.expect("the child says its port");

    let refused = daypass_login::open(request("127.0.0.1", port, "/callback", "Upstox")).await.err().expect("refused");
    assert_eq!(refused.code, "port_taken");
    let (pid, what) = (child.0.id(), &refused.what);
    assert!(
        what.starts_with(&format!("Port {port} is taken by ")) && what.ends_with(&format!(" (process {pid}).")),
        "{what}"
    );
    assert!(!what.contains("another program") && what.contains("addr"), "by the name of the program: {what}");
    assert_eq!(refused.todo, "Close it, or register another port at Upstox and set the same redirect URI here.");
    drop(child);
    drop(lines);
    within(async {
        while daypass_login::open(request("127.0.0.1", port, "/callback", "Upstox")).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_pasted_address_is_checked_like_a_callback() {
    let (mut waiting, port) = open_at("localhost", "/callback").await;
    let other_port = free_port();
    for (sentence, pasted, code) in [
        ("no address", "hello there".to_owned(), "paste_no_address"),
        ("nothing", String::new(), "paste_no_address"),
        ("a book", format!("http://localhost:{port}/callback?code={}", "x".repeat(20_000)), "paste_no_address"),
        ("another site", format!("https://evil.example/callback?code=c&state={STATE}"), "paste_foreign"),
        ("another port", format!("http://localhost:{other_port}/callback?code=c&state={STATE}"), "paste_foreign"),
        ("another path", format!("http://localhost:{port}/call?code=c&state={STATE}"), "paste_foreign"),
        (
            "another name of this host",
            format!("http://127.0.0.1:{port}/callback?code=c&state={STATE}"),
            "paste_foreign",
        ),
        ("https", format!("https://localhost:{port}/callback?code=c&state={STATE}"), "paste_foreign"),
        ("a name in front", format!("http://me@localhost:{port}/callback?code=c&state={STATE}"), "paste_foreign"),
        ("no state", format!("http://localhost:{port}/callback?code=c"), "paste_other_sign_in"),
        ("an old state", format!("http://localhost:{port}/callback?code=c&state=old"), "paste_other_sign_in"),
        ("two codes", format!("http://localhost:{port}/callback?code=c&code=d&state={STATE}"), "paste_unclear"),
    ] {
        let refused = waiting.paste(&Secret::new(pasted)).expect_err(sentence);
        assert_eq!(refused.code, code, "{sentence}");
    }
    assert!(still_waiting(&mut waiting).await);

    let paster = waiting.paster();
    // As some browsers show it: without the scheme, with what they append.
    let right = Secret::new(format!("  localhost:{port}/callback?code={CODE}&state={STATE}#_=_\n"));
    let (params, pasted) = within(async { tokio::join!(waiting.callback(), async { paster.paste(&right) }) }).await;
    pasted.expect("the right address");
    assert!(has_code(&params));
    assert_eq!(waiting.paste(&right).expect_err("used").code, "paste_used");
    assert_eq!(get(port, &right_callback()).await.status, 410, "a paste and a callback share the one state");
    drop(waiting);

    let (waiting, port) = open_at("localhost", "/callback").await;
    let paster = waiting.paster();
    let finished = tokio::spawn(waiting.finish(Page::Cancelled));
    get(port, "/favicon.ico").await;
    let late = Secret::new(format!("http://localhost:{port}{}", right_callback()));
    assert_eq!(paster.paste(&late).expect_err("late").code, "paste_late");
    finished.abort();
}
