//! The person: a real Chromium that opens what the program opened, and eyes that look at the screen.
//!
//! Invariant: what is given back was read from a page that a browser drew, or from the pixels of a screenshot. What this is
//! not: an expectation.

use super::world::ANEW;
use super::{Desktop, LIMIT, until};
use anyhow::{Context, bail};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// An opaque colour.
type Colour = [u8; 3];

/// Fewer pixels of a drawing's own colour than this are chance.
const SEEN: usize = 12;
/// The height of the panel at the top of the screen.
const PANEL: u32 = 24;
/// How much of the screen is shown around an icon, each way.
const AROUND: (u32, u32) = (110, 18);

/// Decoded pixels, four bytes each.
struct Pixels {
    width: u32,
    bytes: Vec<u8>,
}

impl Desktop {
    /// Opens the address in Chromium, presses "Approve", and waits for the page that says how it ended: its address and
    /// its text.
    pub async fn approve(&self, address: &str, picture: &Path) -> anyhow::Result<(String, String)> {
        let said = self.chromium("approve", address, &[picture]).await?;
        let (page, text) = said.trim().split_once('\n').context("an address and a text")?;
        Ok((page.to_owned(), text.to_owned()))
    }

    /// Looks at a page in Chromium: its text.
    pub async fn look(&self, address: &str) -> anyhow::Result<String> {
        self.chromium("look", address, &[]).await
    }

    async fn chromium(&self, what: &str, address: &str, pictures: &[&Path]) -> anyhow::Result<String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/desktop/chromium.mjs");
        let mut node = self.command("node");
        node.args([script, what, address]).args(pictures).stdout(Stdio::piped()).stderr(Stdio::piped());
        let ended = tokio::time::timeout(LIMIT, node.kill_on_drop(true).output()).await.context("Chromium hangs")??;
        if !ended.status.success() {
            bail!("{}", String::from_utf8_lossy(&ended.stderr));
        }
        Ok(String::from_utf8(ended.stdout)?)
    }

    /// Waits until the panel really draws this icon, and keeps a picture of the place.
    pub async fn sees(&self, glyph: &str, picture: &Path) -> anyhow::Result<()> {
        let screen = self.home().join("screen.png");
        let place = std::cell::Cell::new(None);
        until(&format!("{glyph} can be seen on the screen"), || async {
            self.screenshot(&screen).await?;
            place.set(find(glyph, &screen)?);
            Ok(place.get().is_some())
        })
        .await?;
        let (x, y) = place.get().context("a place")?;
        self.crop(
            &screen,
            (x.saturating_sub(AROUND.0), y.saturating_sub(AROUND.1)),
            (AROUND.0 * 2, AROUND.1 * 2),
            picture,
        )
        .await
    }

    /// A picture of the window with this class, as the screen shows it.
    pub async fn sees_window(&self, class: &str, picture: &Path) -> anyhow::Result<()> {
        let screen = self.home().join("screen.png");
        self.screenshot(&screen).await?;
        let lies = self.place(class).await?.with_context(|| format!("no window of {class}"))?;
        let [x, y, width, height] = [lies.x, lies.y, lies.width, lies.height].map(u32::try_from);
        self.crop(&screen, (x?, y?), (width?, height?), picture).await
    }

    /// Whether most of the panel is dark.
    pub(super) async fn panel_is_dark(&self) -> anyhow::Result<bool> {
        let screen = self.home().join("screen.png");
        self.screenshot(&screen).await?;
        let screen = read(&screen)?;
        let panel = PANEL as usize * screen.width as usize;
        let dark = colours(&screen).take(panel).filter(|(seen, _)| seen.iter().all(|part| *part < 128)).count();
        Ok(dark * 2 > panel)
    }

    async fn crop(&self, from: &Path, (x, y): (u32, u32), (w, h): (u32, u32), to: &Path) -> anyhow::Result<()> {
        let mut convert = self.command("convert");
        convert.arg(from).args(["-crop", &format!("{w}x{h}+{x}+{y}"), "+repage", "-strip"]).arg(to);
        let cropped = convert.status().await?;
        if cropped.success() { Ok(()) } else { bail!("convert ended with {cropped}") }
    }
}

/// A picture of the panel that shows another icon is stale.
pub fn is_drawn(glyph: &str, picture: &Path) -> anyhow::Result<()> {
    let stale = || format!("{} is stale: run {ANEW}", picture.display());
    find(glyph, picture)?.map(drop).with_context(stale)
}

/// Where on the screen the panel draws the icon: the middle of all pixels of the colour that is its most frequent one.
/// Only the panel's strip is looked at; the window below uses the same colours.
fn find(glyph: &str, screen: &Path) -> anyhow::Result<Option<(u32, u32)>> {
    let colour = main_colour(&read(&drawing(glyph))?).context("an empty drawing")?;
    let screen = read(screen)?;
    let panel = 32 * screen.width as usize;
    let width = screen.width as usize;
    let hits: Vec<usize> =
        colours(&screen).take(panel).enumerate().filter(|(_, (seen, _))| *seen == colour).map(|(at, _)| at).collect();
    if hits.len() < SEEN {
        return Ok(None);
    }
    let middle = |of: fn(usize, usize) -> usize| hits.iter().map(|at| of(*at, width)).sum::<usize>() / hits.len();
    Ok(Some((u32::try_from(middle(|at, width| at % width))?, u32::try_from(middle(|at, width| at / width))?)))
}

fn main_colour(drawing: &Pixels) -> Option<Colour> {
    let mut counts = HashMap::<Colour, usize>::new();
    for (colour, _) in colours(drawing).filter(|(_, alpha)| *alpha == 255) {
        *counts.entry(colour).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(colour, _)| colour)
}

fn colours(pixels: &Pixels) -> impl Iterator<Item = (Colour, u8)> {
    pixels.bytes.chunks_exact(4).map(|p| ([p[0], p[1], p[2]], p[3]))
}

fn drawing(glyph: &str) -> PathBuf {
    PathBuf::from(format!("{}/icons/tray/{glyph}-22.png", env!("CARGO_MANIFEST_DIR")))
}

fn read(file: &Path) -> anyhow::Result<Pixels> {
    let file = std::fs::File::open(file).with_context(|| file.display().to_string())?;
    let mut decoder = png::Decoder::new(std::io::BufReader::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let mut bytes = vec![0; reader.output_buffer_size().context("a size")?];
    let info = reader.next_frame(&mut bytes)?;
    if info.color_type != png::ColorType::Rgba {
        bail!("not a picture in colour");
    }
    Ok(Pixels { width: info.width, bytes })
}
