//! Embeds the bundled probes: each component with its descriptor, its digest and, where `cargo xtask bundle` compiled
//! it ahead, its code. Without that the binary compiles a probe at first use and keeps the result in its cache.

#![expect(clippy::disallowed_methods, reason = "a build script reads and writes its own tree")]
#![expect(clippy::unnecessary_debug_formatting, reason = "a path's `Debug` is a literal of Rust")]

#[path = "../../xtask/src/guests.rs"]
#[expect(unreachable_pub, reason = "one file, shared with xtask")]
mod guests;

use std::{env, error::Error, fmt::Write as _, fs, path::PathBuf};

use sha2::{Digest as _, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = here.join("../..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for source in guests::SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    let ahead = root.join("target/bundled");
    fs::create_dir_all(&ahead)?;
    println!("cargo::rerun-if-changed={}", ahead.display());

    let mut table = String::from("&[\n");
    for guest in guests::build(&root)? {
        let digest: [u8; 32] = Sha256::digest(&guest.component).into();
        let hex = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let component = out.join(format!("{}.wasm", guest.name));
        fs::write(&component, &guest.component)?;
        let compiled = ahead.join(format!("{hex}.cwasm"));
        let precompiled = if compiled.is_file() {
            let copy = out.join(format!("{}.cwasm", guest.name));
            fs::copy(&compiled, &copy)?;
            format!("Some(include_bytes!({copy:?}))")
        } else {
            "None".to_owned()
        };
        writeln!(
            table,
            "    Embedded {{ name: {:?}, component: include_bytes!({component:?}), sha256: {digest:?}, \
             descriptor: {:?}, precompiled: {precompiled} }},",
            guest.name, guest.descriptor,
        )?;
    }
    table.push_str("]\n");
    fs::write(out.join("bundled.rs"), table)?;
    Ok(())
}
