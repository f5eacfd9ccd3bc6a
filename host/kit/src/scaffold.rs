//! Writes a new project: the example of its language with another name, and the SDK beside it.

use std::path::{Path, PathBuf};

use crate::{KitError, Language, files, name::Name};

/// A file that the binary carries: its path below the folder that it is of, and what is in it.
struct Carried {
    path: &'static str,
    bytes: &'static [u8],
}

/// What the binary carries of a language.
struct Kit {
    example: &'static [Carried],
    sdk: &'static [Carried],
}

include!(concat!(env!("OUT_DIR"), "/kits.rs"));

/// The name that the examples have in place of a new probe's.
const EXAMPLE: &str = "orders";

const EXAMPLE_TYPE: &str = "Orders";

/// Writes the project `NAME` to `folder`, which is new or empty. It builds and passes its tests as it stands.
///
/// # Errors
///
/// If there is something in the folder, or a file cannot be written.
pub fn new(name: &Name, language: Language, folder: &Path) -> Result<Vec<PathBuf>, KitError> {
    if files::is_taken(folder) {
        return Err(KitError::Taken { folder: folder.to_owned() });
    }
    files::create_folder(folder).map_err(|source| KitError::Io {
        action: "make the folder",
        path: folder.to_owned(),
        source,
    })?;
    let kit = kit(language);
    let mut written = Vec::new();
    for carried in kit.example {
        let path = renamed(carried.path, name);
        let bytes = match std::str::from_utf8(carried.bytes) {
            Ok(text) => contents(text, &path, name, language).into_bytes(),
            Err(_) => carried.bytes.to_vec(),
        };
        write(&folder.join(&path), &bytes)?;
        written.push(PathBuf::from(path));
    }
    for carried in kit.sdk {
        write(&folder.join(sdk_folder(language)).join(carried.path), carried.bytes)?;
    }
    Ok(written)
}

/// Where a project has its copy of the SDK.
pub const fn sdk_folder(language: Language) -> &'static str {
    match language {
        Language::Rust => "vendor/shipworthy-sdk",
        Language::Python => "vendor",
        Language::Js => "vendor/shipworthy",
        Language::Go => "sdk",
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), KitError> {
    files::write(path, bytes).map_err(|source| KitError::write(path, source))
}

/// The example's own name is nowhere else a word, so all of it is the new one's.
fn renamed(text: &str, name: &Name) -> String {
    text.replace(EXAMPLE_TYPE, &name.of_type()).replace(EXAMPLE, name.as_str())
}

fn contents(text: &str, path: &str, name: &Name, language: Language) -> String {
    let text = match language {
        // In the repository the SDK lies elsewhere than in a project.
        Language::Rust if path == "Cargo.toml" => text.replace("path = \"..\"", "path = \"vendor/shipworthy-sdk\""),
        _ => text.to_owned(),
    };
    renamed(&text, name)
}
