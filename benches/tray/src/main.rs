//! The floor of the desktop's rows: Tauri, one icon, a menu of one line, and nothing else.
//!
//! The invariant: it does nothing that a tray program could leave out. What this is not: a part of the program.

use tauri::image::Image;
use tauri::menu::{Menu, MenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{App, RunEvent};

const SIDE: u32 = 22;

fn main() -> tauri::Result<()> {
    let app = tauri::Builder::default().setup(|app| Ok(icon(app)?)).build(tauri::generate_context!())?;
    app.run(|_, event| {
        if let RunEvent::ExitRequested { code: None, api, .. } = event {
            api.prevent_exit();
        }
    });
    Ok(())
}

fn icon(app: &App) -> tauri::Result<()> {
    let menu = Menu::with_items(app, &[&MenuItem::with_id(app, "quit", "Quit", true, None::<&str>)?])?;
    let pixels = vec![0x80; (SIDE * SIDE * 4) as usize];
    TrayIconBuilder::with_id("bare").icon(Image::new_owned(pixels, SIDE, SIDE)).menu(&menu).build(app)?;
    Ok(())
}
