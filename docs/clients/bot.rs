//! A bot that takes its token from Daypass, and goes on with the next one in the middle of its work.
//!
//! Needs reqwest (json), serde_json and tokio. DAYPASS_KEY comes from `daypass keys make NAME`; DAYPASS_URL is
//! http://127.0.0.1:8000 if unset. Upstox has no client of its own for Rust; its HTTP interface is asked directly.

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const ACCOUNT: &str = "upstox";

/// Asks Daypass. Cheap to clone.
#[derive(Clone)]
struct Daypass {
    http: Client,
    url: String,
    key: String,
}

/// A token and its number.
#[derive(Clone)]
struct Token {
    text: String,
    generation: u64,
}

impl Daypass {
    /// The token, as soon as there is one after that generation.
    async fn wait(&self, newer_than: u64) -> Outcome<Token> {
        let url = format!("{}/api/token/wait?account={ACCOUNT}&generation={newer_than}&limit=60s", self.url);
        loop {
            // Without an answer Daypass restarts. 504: not yet. 429: asked too often. 503: Daypass ends.
            if let Ok(answer) = self.http.get(&url).bearer_auth(&self.key).send().await {
                let status = answer.status();
                let Ok(body) = answer.json::<Value>().await else { continue };
                if status.is_success() {
                    let text = body["access_token"].as_str().unwrap_or_default().to_owned();
                    return Ok(Token { text, generation: body["generation"].as_u64().unwrap_or_default() });
                }
                if ![429, 503, 504].contains(&status.as_u16()) {
                    return Err(format!("{} {}", body["title"], body["detail"]).into());
                }
            }
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// The broker has refused this token: Daypass asks it once, however many bots say so. Gives a newer one, or the same
    /// where the broker takes it after all.
    async fn refused(&self, generation: u64) -> Outcome<Token> {
        let report = json!({ "account": ACCOUNT, "generation": generation });
        let place = format!("{}/api/token/report-invalid", self.url);
        // A "no" or no answer is none of ours: what follows says what is true.
        let _ = self.http.post(place).bearer_auth(&self.key).json(&report).send().await;
        loop {
            for path in
                [format!("/wait?account={ACCOUNT}&generation={generation}&limit=10s"), format!("?account={ACCOUNT}")]
            {
                if let Some(token) = self.now(&path).await? {
                    return Ok(token);
                }
            }
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// The token, if one is given now. A key that opens nothing is no reason to wait.
    async fn now(&self, path: &str) -> Outcome<Option<Token>> {
        let asked = self.http.get(format!("{}/api/token{path}", self.url)).bearer_auth(&self.key);
        let Ok(answer) = asked.send().await else { return Ok(None) };
        let status = answer.status();
        let Ok(body) = answer.json::<Value>().await else { return Ok(None) };
        if [401, 403].contains(&status.as_u16()) {
            return Err(format!("{} {}", body["title"], body["detail"]).into());
        }
        let (text, generation) = (body["access_token"].as_str(), body["generation"].as_u64());
        Ok(text.zip(generation).map(|(text, generation)| Token { text: text.to_owned(), generation }))
    }

    /// Takes each new token when it is told of, also after a restart of Daypass.
    async fn follow(self, newest: watch::Sender<Token>) {
        loop {
            let known = newest.borrow().generation;
            let url = format!("{}/api/token/watch?account={ACCOUNT}&after={known}", self.url);
            if let Ok(mut events) = self.http.get(url).bearer_auth(&self.key).send().await {
                // A chunk may end in the middle of a line.
                let mut read = String::new();
                while let Ok(Some(chunk)) = events.chunk().await {
                    read.push_str(&String::from_utf8_lossy(&chunk));
                    let Some(end) = read.rfind('\n') else { continue };
                    let told = read[..end].lines().any(|line| line == "event: generation");
                    read.drain(..=end);
                    let known = newest.borrow().generation;
                    if told {
                        match self.wait(known).await {
                            Ok(token) => _ = newest.send_replace(token),
                            Err(problem) => eprintln!("{problem}"),
                        }
                    }
                }
            }
            sleep(Duration::from_secs(1)).await;
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    // Only where reqwest was built without a crypto provider of its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let variable = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let http = Client::builder().no_proxy().build()?;
    let url = variable("DAYPASS_URL", "http://127.0.0.1:8000");
    let daypass = Daypass { http: http.clone(), url, key: std::env::var("DAYPASS_KEY")? };
    let profile = format!("{}/v2/user/profile", variable("UPSTOX_BASE_URL", "https://api.upstox.com"));

    let (newest, current) = watch::channel(daypass.wait(0).await?);
    tokio::spawn(daypass.clone().follow(newest.clone()));
    loop {
        let token = current.borrow().clone();
        let answer = http.get(&profile).bearer_auth(&token.text).send().await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            println!("token {} was refused", token.generation);
            newest.send_replace(daypass.refused(token.generation).await?);
            continue;
        }
        let body: Value = answer.error_for_status()?.json().await?;
        println!("token {}: {}", token.generation, body["data"]["user_id"].as_str().unwrap_or_default());
        sleep(Duration::from_millis(200)).await; // Your work goes here.
    }
}
