//! Puts the tray's [`Model`] on the desktop.
//!
//! Invariant: what is shown is the last model, and a menu that somebody has open is changed in place as long as its lines
//! are the same; only other lines make another menu. What this is not: a decision about words or order (`tray.rs`), or
//! about what a click does (`acts.rs`).

use crate::tray::{Act, Entry, Model};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::menu::{IconMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

/// The item's id on the bus.
const ID: &str = "daypass";

/// The icon, if there is one, and what it shows.
#[derive(Default)]
pub(crate) struct Tray(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    icon: Option<TrayIcon<Wry>>,
    shown: Option<Model>,
    items: HashMap<String, Item>,
    acts: HashMap<String, Act>,
}

/// A line that can be changed in place.
enum Item {
    Account(IconMenuItem<Wry>),
    Verb(MenuItem<Wry>),
}

impl Tray {
    /// Whether there is an icon to click on.
    pub(crate) fn is_there(&self) -> bool {
        self.lock().icon.is_some()
    }

    /// What a click on this line of the menu means.
    pub(crate) fn act(&self, id: &str) -> Option<Act> {
        self.lock().acts.get(id).cloned()
    }

    /// Shows the model; makes the icon if there is none. Call it on the main thread.
    pub(crate) fn show(&self, app: &AppHandle, model: Model) -> tauri::Result<()> {
        let mut inner = self.lock();
        if inner.icon.is_some() { inner.change(app, model) } else { inner.make(app, model) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn make(&mut self, app: &AppHandle, model: Model) -> tauri::Result<()> {
        let menu = self.menu(app, &model)?;
        let icon = TrayIconBuilder::with_id(ID)
            .icon(model.glyph.tray(scale(app)))
            .icon_as_template(true)
            .title(title())
            .tooltip(&model.tooltip)
            .menu(&menu)
            .show_menu_on_left_click(false)
            .on_tray_icon_event(|tray, event| {
                if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } =
                    event
                {
                    crate::window::order(tray.app_handle(), crate::window::order::Order::Toggle);
                }
            })
            .build(app)?;
        self.icon = Some(icon);
        self.shown = Some(model);
        Ok(())
    }

    fn change(&mut self, app: &AppHandle, model: Model) -> tauri::Result<()> {
        let (Some(icon), Some(shown)) = (self.icon.clone(), self.shown.take()) else { return Ok(()) };
        if shown.glyph != model.glyph {
            icon.set_icon_with_as_template(Some(model.glyph.tray(scale(app))), true)?;
        }
        if shown.tooltip != model.tooltip {
            icon.set_tooltip(Some(&model.tooltip))?;
        }
        if same_lines(&shown.menu, &model.menu) {
            self.rewrite(&shown.menu, &model.menu)?;
        } else {
            icon.set_menu(Some(self.menu(app, &model)?))?;
        }
        self.shown = Some(model);
        Ok(())
    }

    /// Changes the texts of lines that stay.
    fn rewrite(&self, old: &[Entry], new: &[Entry]) -> tauri::Result<()> {
        for (old, new) in old.iter().zip(new).filter(|(old, new)| old != new) {
            match (old, new) {
                (Entry::Account(_, was, _), Entry::Account(act, glyph, text)) => {
                    let Some(Item::Account(item)) = self.items.get(&key(act)) else { continue };
                    item.set_text(literal(text))?;
                    if was != glyph {
                        item.set_icon(Some(glyph.menu()))?;
                    }
                }
                (Entry::Verb(..), Entry::Verb(act, text, can)) => {
                    let Some(Item::Verb(item)) = self.items.get(&key(act)) else { continue };
                    item.set_text(literal(text))?;
                    item.set_enabled(*can)?;
                }
                (Entry::Group(_, _, old), Entry::Group(_, _, new)) => self.rewrite(old, new)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn menu(&mut self, app: &AppHandle, model: &Model) -> tauri::Result<Menu<Wry>> {
        self.items.clear();
        self.acts.clear();
        let menu = Menu::new(app)?;
        for entry in &model.menu {
            menu.append(self.item(app, entry)?.as_ref())?;
        }
        Ok(menu)
    }

    fn item(&mut self, app: &AppHandle, entry: &Entry) -> tauri::Result<Box<dyn IsMenuItem<Wry>>> {
        Ok(match entry {
            Entry::Line => Box::new(PredefinedMenuItem::separator(app)?),
            Entry::Account(act, glyph, text) => {
                let item = IconMenuItem::with_id(app, key(act), literal(text), true, Some(glyph.menu()), None::<&str>)?;
                self.know(act, Item::Account(item.clone()));
                Box::new(item)
            }
            Entry::Verb(act, text, can) => {
                let item = MenuItem::with_id(app, key(act), literal(text), *can, None::<&str>)?;
                self.know(act, Item::Verb(item.clone()));
                Box::new(item)
            }
            Entry::Group(id, text, inner) => {
                let group = Submenu::with_id(app, *id, text, true)?;
                for entry in inner {
                    group.append(self.item(app, entry)?.as_ref())?;
                }
                Box::new(group)
            }
        })
    }

    fn know(&mut self, act: &Act, item: Item) {
        self.items.insert(key(act), item);
        self.acts.insert(key(act), act.clone());
    }
}

/// Whether the same lines do the same things, so that only their texts differ.
fn same_lines(old: &[Entry], new: &[Entry]) -> bool {
    old.len() == new.len()
        && old.iter().zip(new).all(|pair| match pair {
            (Entry::Account(old, ..), Entry::Account(new, ..)) | (Entry::Verb(old, ..), Entry::Verb(new, ..)) => {
                old == new
            }
            (Entry::Group(old, _, inside), Entry::Group(new, _, there)) => old == new && same_lines(inside, there),
            (Entry::Line, Entry::Line) => true,
            _ => false,
        })
}

/// A line's id; an account may stand in several lines.
fn key(act: &Act) -> String {
    match act {
        Act::Show(account) => format!("show {account}"),
        Act::SignIn(account) => format!("sign-in {account}"),
        Act::Refresh(account) => format!("refresh {account}"),
        Act::Copy(account) => format!("copy {account}"),
        Act::Open => "open".into(),
        Act::Pause(rest) => format!("pause {rest:?}").to_lowercase(),
        Act::Resume => "resume".into(),
        Act::BotsWait => "bots-wait".into(),
        Act::Quit => "quit".into(),
    }
}

/// An owner's label may hold an ampersand, which menus take for a key mark.
fn literal(text: &str) -> String {
    text.replace('&', "&&")
}

/// macOS writes the title beside the icon; everywhere else it is the item's name.
fn title() -> &'static str {
    if cfg!(target_os = "macos") { "" } else { "Daypass" }
}

fn scale(app: &AppHandle) -> f64 {
    app.primary_monitor().ok().flatten().map_or(1.0, |monitor| monitor.scale_factor())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::AccountId;
    use crate::icons::Glyph;
    use crate::tray::Rest;

    fn line(id: &str, text: &str) -> Entry {
        Entry::Account(Act::Show(AccountId::new(id).expect("an id")), Glyph::Ok, text.into())
    }

    #[test]
    fn a_menu_is_kept_while_only_its_texts_change() {
        let old = [line("upstox", "1 h"), Entry::Line, Entry::Verb(Act::Quit, "Quit".into(), true)];
        let later = [line("upstox", "59 min"), Entry::Line, Entry::Verb(Act::Quit, "Quit".into(), false)];
        let other = [line("zerodha", "1 h"), Entry::Line, Entry::Verb(Act::Quit, "Quit".into(), true)];
        assert!(same_lines(&old, &later), "texts and greyness may change");
        assert!(!same_lines(&old, &other), "another account is another line");
        assert!(!same_lines(&old, &old[..2]), "a line less");
        let group = |inner: &[Entry]| [Entry::Group("pause", "Pause".into(), inner.to_vec())];
        assert!(same_lines(&group(&old), &group(&later)) && !same_lines(&group(&old), &group(&other)));
    }

    #[test]
    fn every_line_has_an_id_of_its_own() {
        let account = AccountId::new("upstox").expect("an id");
        let acts = [
            Act::Show(account.clone()),
            Act::SignIn(account.clone()),
            Act::Refresh(account.clone()),
            Act::Copy(account),
            Act::Open,
            Act::Pause(Rest::Hour),
            Act::Pause(Rest::Tomorrow),
            Act::Pause(Rest::Open),
            Act::Resume,
            Act::Quit,
        ];
        let ids: std::collections::HashSet<String> = acts.iter().map(key).collect();
        assert_eq!(ids.len(), acts.len());
    }

    #[test]
    fn a_label_is_shown_as_it_is() {
        assert_eq!(literal("R&D"), "R&&D");
    }
}
