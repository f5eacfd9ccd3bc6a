//! Embeds the example and the SDK of each language, for `plugin new`.

#![expect(clippy::disallowed_methods, reason = "a build script reads and writes its own tree")]
#![expect(clippy::unnecessary_debug_formatting, reason = "a path's `Debug` is a literal of Rust")]

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// A language's variant, its folder below `sdk/`, and what of that folder is the SDK.
const LANGUAGES: [(&str, &str, &[&str]); 4] = [
    ("Rust", "rust", &["Cargo.toml", "README.md", "src", "wit"]),
    ("Python", "python", &["shipworthy"]),
    ("Go", "go", &["shipworthy"]),
    ("Js", "js", &["package.json", "README.md", "src", "types", "wit"]),
];

/// What builds and tools leave, and what is linked to the SDK in the repository.
const LEFT_OUT: [&str; 7] = ["target", "node_modules", "__pycache__", ".venv", "vendor", ".mypy_cache", "dist"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let mut table = String::from("fn kit(language: Language) -> Kit {\n    match language {\n");
    for (variant, folder, sdk) in LANGUAGES {
        let folder = root.join("sdk").join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        let example = files(&folder.join("example"), &[])?;
        let sdk = files(&folder, sdk)?;
        writeln!(table, "        Language::{variant} => Kit {{ example: &[{example}], sdk: &[{sdk}] }},")?;
    }
    table.push_str("    }\n}\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("kits.rs"), table)?;
    Ok(())
}

/// All files below a folder, or below these parts of it, as literals of Rust.
fn files(folder: &Path, parts: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut found = Vec::new();
    if parts.is_empty() {
        collect(folder, &mut found)?;
    }
    for part in parts {
        let path = folder.join(part);
        if path.is_dir() {
            collect(&path, &mut found)?;
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    let mut literals = String::new();
    for path in found {
        let below = path.strip_prefix(folder)?.to_string_lossy().into_owned();
        write!(literals, "Carried {{ path: {below:?}, bytes: include_bytes!({path:?}) }}, ")?;
    }
    Ok(literals)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link leads to the SDK, which is carried once.
        let kind = entry.file_type()?;
        let built = Path::new(&name).extension().is_some_and(|ending| ending == "wasm" || ending == "pyc");
        if LEFT_OUT.contains(&&*name) || built || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() { collect(&entry.path(), found)? } else { found.push(entry.path()) }
    }
    Ok(())
}
