//! Makes sure that there is a page to put into the binary.
//!
//! A fresh clone has none built, and the checks and tests need none: they get a page that says how to build it. A page
//! that is there is never touched.

use std::{fs, path::Path};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Daypass</title>\
<body><h1>Daypass</h1><p>The window was not built. Run make.</p></body></html>\n";

fn main() {
    let page = Path::new("../../ui/dist/index.html");
    if !page.exists() {
        fs::create_dir_all("../../ui/dist")
            .and_then(|()| fs::write(page, PLACEHOLDER))
            .expect("ui/dist can be written");
    }
    println!("cargo::rerun-if-changed=../../ui/dist");
}
