//! The pictures, rendered once from the drawings in `icons/` and carried inside the program.
//!
//! Invariant: every state has a shape of its own, in every size. What this is not: a theme; where the desktop colours
//! icons itself (macOS) it gets the template.

use crate::backend::view::Standing;
use tauri::image::Image;

/// The eight states that the tray can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Glyph {
    /// A whole ticket with a tick.
    Ok,
    /// A clock.
    Soon,
    /// A triangle.
    Urgent,
    /// A torn ticket.
    Expired,
    /// An empty ticket.
    SignedOut,
    /// Two arrows.
    Working,
    /// A diamond with a question mark.
    Unverified,
    /// Two bars.
    Paused,
}

/// One state in four sizes, and as a template.
struct Set {
    s16: &'static [u8],
    s22: &'static [u8],
    s32: &'static [u8],
    s64: &'static [u8],
    template: &'static [u8],
}

macro_rules! set {
    ($name:literal) => {
        Set {
            s16: include_bytes!(concat!("../../icons/tray/", $name, "-16.png")),
            s22: include_bytes!(concat!("../../icons/tray/", $name, "-22.png")),
            s32: include_bytes!(concat!("../../icons/tray/", $name, "-32.png")),
            s64: include_bytes!(concat!("../../icons/tray/", $name, "-64.png")),
            template: include_bytes!(concat!("../../icons/tray/", $name, "-template-64.png")),
        }
    };
}

static OK: Set = set!("ok");
static SOON: Set = set!("soon");
static URGENT: Set = set!("urgent");
static EXPIRED: Set = set!("expired");
static SIGNED_OUT: Set = set!("signed-out");
static WORKING: Set = set!("working");
static UNVERIFIED: Set = set!("unverified");
static PAUSED: Set = set!("paused");

impl Glyph {
    /// The shape of a standing.
    pub(crate) fn of(standing: Standing) -> Self {
        match standing {
            Standing::Expired | Standing::EndedEarly => Glyph::Expired,
            Standing::LastHour => Glyph::Urgent,
            Standing::NotVerified => Glyph::Unverified,
            Standing::EndsSoon => Glyph::Soon,
            Standing::Working => Glyph::Working,
            Standing::SignedOut => Glyph::SignedOut,
            Standing::Valid => Glyph::Ok,
            Standing::Paused => Glyph::Paused,
        }
    }

    /// For the tray of a screen with this scale. Trays are 22 points high nearly everywhere; the next larger rendering is
    /// taken, because shrinking keeps the edges and enlarging does not.
    pub(crate) fn tray(self, scale: f64) -> Image<'static> {
        let set = self.set();
        if cfg!(target_os = "macos") {
            return decode(set.template);
        }
        decode(match scale {
            ..=1.0 => set.s22,
            ..=1.5 => set.s32,
            _ => set.s64,
        })
    }

    /// For a line of the menu.
    pub(crate) fn menu(self) -> Image<'static> {
        decode(if cfg!(target_os = "macos") { self.set().s32 } else { self.set().s16 })
    }

    fn set(self) -> &'static Set {
        match self {
            Glyph::Ok => &OK,
            Glyph::Soon => &SOON,
            Glyph::Urgent => &URGENT,
            Glyph::Expired => &EXPIRED,
            Glyph::SignedOut => &SIGNED_OUT,
            Glyph::Working => &WORKING,
            Glyph::Unverified => &UNVERIFIED,
            Glyph::Paused => &PAUSED,
        }
    }
}

/// The program's own icon, for windows and notifications.
pub(crate) fn app() -> Image<'static> {
    decode(include_bytes!("../../icons/128x128.png"))
}

fn decode(png: &'static [u8]) -> Image<'static> {
    Image::from_bytes(png).expect("the embedded pictures are PNG files; a test reads each of them")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const ALL: [Glyph; 8] = [
        Glyph::Ok,
        Glyph::Soon,
        Glyph::Urgent,
        Glyph::Expired,
        Glyph::SignedOut,
        Glyph::Working,
        Glyph::Unverified,
        Glyph::Paused,
    ];

    #[test]
    fn every_picture_can_be_read_and_has_its_size() {
        for glyph in ALL {
            for (scale, side) in [(1.0, 22), (1.25, 32), (2.0, 64)] {
                let image = glyph.tray(scale);
                assert_eq!((image.width(), image.height()), (side, side), "{glyph:?}");
            }
            assert_eq!(glyph.menu().width(), 16);
            assert_eq!(decode(glyph.set().template).width(), 64);
        }
        assert_eq!(app().width(), 128);
    }

    #[test]
    fn the_states_differ_in_shape_and_not_only_in_colour() {
        let shapes: HashSet<Vec<u8>> =
            ALL.iter().map(|glyph| glyph.tray(1.0).rgba().chunks_exact(4).map(|pixel| pixel[3]).collect()).collect();
        assert_eq!(shapes.len(), ALL.len());
    }
}
