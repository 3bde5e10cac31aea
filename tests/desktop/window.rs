//! The program's window, driven by WebDriver.
//!
//! Invariant: the driver starts the program itself, so the window that is driven is the one that a person would see. What
//! this is not: a browser; nothing is loaded from anywhere.
//!
//! What is needed: `WebKitWebDriver` of the same WebKitGTK (package webkit2gtk-driver), no `tauri-driver`; the variable
//! `TAURI_WEBVIEW_AUTOMATION=true`, by which the runtime lets the first window that is opened be driven; and the
//! capability `webkitgtk:browserOptions` with the program's path and arguments. The session waits for that first window:
//! the program must show one at start (so not with `--hidden`), and must be the first instance. A window that was closed
//! and opened again cannot be driven any more.

use super::{Desktop, Group, spawn, until};
use anyhow::Context;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use std::path::Path;
use tokio::net::TcpStream;

/// A driven window. The program lives as long as the session.
pub struct Window {
    /// For everything that is not below.
    pub driver: Client,
    _process: Group,
}

impl Desktop {
    /// Starts the program through the driver, with more variables, and waits for its window.
    pub async fn window(&self, program: &Path, args: &[&str], variables: &[(&str, &str)]) -> anyhow::Result<Window> {
        let port = free_port()?;
        let mut driver = self.command("WebKitWebDriver");
        driver.arg(format!("--port={port}")).arg("--host=127.0.0.1");
        driver.env("TAURI_WEBVIEW_AUTOMATION", "true").envs(variables.iter().copied());
        let process = spawn(&mut driver)?;
        until("the driver listens", || async { Ok(TcpStream::connect(("127.0.0.1", port)).await.is_ok()) }).await?;
        let options = serde_json::json!({ "binary": program, "args": args });
        let wanted = Capabilities::from_iter([("webkitgtk:browserOptions".to_owned(), options)]);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let driver = builder.capabilities(wanted).connect(&format!("http://127.0.0.1:{port}")).await;
        Ok(Window { driver: driver.context("no session with the window")?, _process: process })
    }
}

impl Window {
    /// Waits until the page's text has this in it.
    pub async fn says(&self, text: &str) -> anyhow::Result<()> {
        until(&format!("the window says {text:?}"), || async { Ok(self.text().await?.contains(text)) }).await
    }

    /// All text of the page.
    pub async fn text(&self) -> anyhow::Result<String> {
        Ok(self.driver.find(Locator::Css("body")).await?.text().await?)
    }

    /// Clicks the first thing that this selector finds, as soon as it is there.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        self.driver.wait().for_element(Locator::Css(css)).await?.click().await.with_context(|| css.to_owned())
    }

    /// Clicks the button with this text.
    pub async fn press(&self, label: &str) -> anyhow::Result<()> {
        let path = format!("//button[normalize-space()=\"{label}\"]");
        let button = self.driver.wait().for_element(Locator::XPath(&path)).await;
        button.with_context(|| format!("no button {label:?}"))?.click().await.with_context(|| label.to_owned())
    }

    /// Ends the session, and the program with it.
    pub async fn end(self) -> anyhow::Result<()> {
        Ok(self.driver.close().await?)
    }
}

/// A port that was free a moment ago: the driver takes a number only.
fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
