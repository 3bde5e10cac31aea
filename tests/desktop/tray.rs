//! The tray item, read and clicked over the bus as a panel does it.
//!
//! Invariant: everything here is asked of the running item at the moment of asking; nothing is remembered. What this is
//! not: a picture of the screen ([`super::Desktop::screenshot`]).

use super::{Desktop, until};
use anyhow::{Context, bail};
use std::collections::HashMap;
use zbus::zvariant::{OwnedValue, Value};

/// The list of items, kept by the desktop.
pub const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// A program's item in the tray.
pub struct Tray {
    item: zbus::Proxy<'static>,
    menu: zbus::Proxy<'static>,
}

/// A line of the menu; a separator has no label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number on the bus, for this layout.
    pub id: i32,
    /// The text.
    pub label: String,
    /// Whether it can be clicked.
    pub enabled: bool,
    /// The lines under it.
    pub lines: Vec<Line>,
}

/// Number, properties and children, as the bus has them.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Desktop {
    /// The item with this id, as soon as it is registered. An item from before a restart of its program is not taken for
    /// the new one: it has left the list with its connection.
    pub async fn tray(&self, id: &str) -> anyhow::Result<Tray> {
        let found = std::cell::RefCell::new(None);
        until(&format!("{id} is in the tray"), || async {
            for address in self.tray_items().await.unwrap_or_default() {
                let tray = Tray::at(&self.bus, &address).await?;
                // An item may leave between being listed and being asked.
                if tray.item.get_property::<String>("Id").await.is_ok_and(|found| found == id) {
                    found.replace(Some(tray));
                }
            }
            Ok(found.borrow().is_some())
        })
        .await?;
        found.into_inner().context("an item")
    }

    /// Waits until no program's item is left.
    pub async fn tray_is_left(&self) -> anyhow::Result<()> {
        let is_ours = |item: &String| item.contains("StatusNotifierItem");
        until("the item has left the tray", || async { Ok(!self.tray_items().await?.iter().any(is_ours)) }).await
    }

    /// What is in the tray now.
    pub async fn tray_items(&self) -> anyhow::Result<Vec<String>> {
        let watcher = proxy(&self.bus, WATCHER, "/StatusNotifierWatcher", WATCHER).await?;
        Ok(watcher.get_property("RegisteredStatusNotifierItems").await?)
    }
}

impl Tray {
    async fn at(bus: &zbus::Connection, address: &str) -> anyhow::Result<Self> {
        // Panels write the item's name, and some the path behind it.
        let (name, path) = address.split_once('/').map_or((address, None), |(name, path)| (name, Some(path)));
        let path = path.map_or_else(|| "/StatusNotifierItem".to_owned(), |path| format!("/{path}"));
        let item = proxy(bus, name, &path, ITEM).await?;
        let menu: zbus::zvariant::OwnedObjectPath = item.get_property("Menu").await?;
        Ok(Self { menu: proxy(bus, name, menu.as_str(), MENU).await?, item })
    }

    /// Which of the project's drawings the icon is: `ok`, `soon`, `urgent`, `expired`, ...
    pub async fn glyph(&self) -> anyhow::Result<String> {
        let pixmaps: Vec<(i32, i32, Vec<u8>)> = self.item.get_property("IconPixmap").await?;
        let (side, _, pixels) = pixmaps.into_iter().next().context("a picture")?;
        for name in ["ok", "soon", "urgent", "expired", "signed-out", "working", "unverified", "paused"] {
            if drawing(name, side)? == pixels {
                return Ok(name.to_owned());
            }
        }
        bail!("the icon of {side} pixels is none of the drawings")
    }

    /// Waits for an icon.
    pub async fn shows(&self, glyph: &str) -> anyhow::Result<()> {
        until(&format!("the tray shows {glyph}"), || async { Ok(self.glyph().await? == glyph) }).await
    }

    /// The sentences under the pointer.
    pub async fn tooltip(&self) -> anyhow::Result<String> {
        type ToolTip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let (_, _, _, text): ToolTip = self.item.get_property("ToolTip").await?;
        Ok(text)
    }

    /// The process that owns the item, by the word of the bus.
    pub async fn process(&self) -> anyhow::Result<rustix::process::Pid> {
        let names = zbus::fdo::DBusProxy::new(self.item.connection()).await?;
        let id = names.get_connection_unix_process_id(self.item.destination().clone()).await?;
        rustix::process::Pid::from_raw(i32::try_from(id)?).context("a process")
    }

    /// `Active` or `Passive`.
    pub async fn status(&self) -> anyhow::Result<String> {
        Ok(self.item.get_property("Status").await?)
    }

    /// A left click.
    pub async fn activate(&self) -> anyhow::Result<()> {
        Ok(self.item.call("Activate", &(0i32, 0i32)).await?)
    }

    /// The whole menu.
    pub async fn menu(&self) -> anyhow::Result<Vec<Line>> {
        let wanted: Vec<&str> = vec![];
        let (_, (_, _, lines)): (u32, Layout) = self.menu.call("GetLayout", &(0i32, -1i32, wanted)).await?;
        lines.into_iter().map(line).collect()
    }

    /// Clicks a line; a line of a submenu by its path, `["Sign in now", "Upstox"]`.
    pub async fn click(&self, path: &[&str]) -> anyhow::Result<()> {
        let mut lines = self.menu().await?;
        let mut found = None;
        for label in path {
            let at = lines.iter().position(|line| line.label == *label);
            let at = at.with_context(|| format!("no line {label:?} among {lines:?}"))?;
            let line = lines.swap_remove(at);
            found = Some(line.id);
            lines = line.lines;
        }
        let id = found.context("a path with a label")?;
        Ok(self.menu.call("Event", &(id, "clicked", Value::from(0i32), 0u32)).await?)
    }
}

fn line(value: OwnedValue) -> anyhow::Result<Line> {
    let (id, properties, lines): Layout = value.try_into()?;
    let text = |name: &str| properties.get(name).and_then(|value| String::try_from(value.clone()).ok());
    let enabled = properties.get("enabled").is_none_or(|value| bool::try_from(value).unwrap_or(true));
    let lines = lines.into_iter().map(line).collect::<anyhow::Result<_>>()?;
    Ok(Line { id, label: text("label").unwrap_or_default(), enabled, lines })
}

/// A drawing of the repository as the bus carries pictures: ARGB.
fn drawing(name: &str, side: i32) -> anyhow::Result<Vec<u8>> {
    let file = format!("{}/icons/tray/{name}-{side}.png", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::File::open(&file).with_context(|| file)?;
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("a size")?];
    let info = reader.next_frame(&mut pixels)?;
    if info.color_type != png::ColorType::Rgba || info.bit_depth != png::BitDepth::Eight {
        bail!("{name} is not RGBA with 8 bits");
    }
    Ok(pixels.chunks_exact(4).flat_map(|pixel| [pixel[3], pixel[0], pixel[1], pixel[2]]).collect())
}

async fn proxy(
    bus: &zbus::Connection,
    name: &str,
    path: &str,
    interface: &'static str,
) -> anyhow::Result<zbus::Proxy<'static>> {
    Ok(zbus::proxy::Builder::new(bus)
        .destination(name.to_owned())?
        .path(path.to_owned())?
        .interface(interface)?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?)
}
