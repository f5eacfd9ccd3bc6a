//! Builds the bundled probes for `wasm32-wasip2` and puts their descriptors into them. Shared, as one file, by `xtask`
//! and by the binary's build script, so that `cargo install --path host/cli` works from a clone; std only, therefore.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

#[path = "../../host/kit/src/section.rs"]
mod section;

pub use section::append_section;

/// Where the descriptor stands in a component.
pub const DESCRIPTOR_SECTION: &str = "shipworthy:descriptor";

/// A probe as it is bundled.
#[derive(Debug)]
pub struct Guest {
    /// Folder name below `plugins/`, which is also what `builtin:NAME` names.
    pub name: String,
    /// The descriptor's text.
    pub descriptor: String,
    /// The component, descriptor included.
    pub component: Vec<u8>,
}

/// Everything that a change of asks for building again, below the workspace's root.
pub const SOURCES: [&str; 3] = ["plugins", "sdk/rust", "wit"];

/// Builds all probes below `plugins/`, in the order of their names.
pub fn build(root: &Path) -> Result<Vec<Guest>, String> {
    let target = root.join("target/guests");
    run_cargo(root, &root.join("plugins"), &target)
        .map_err(|said| format!("the bundled probes cannot be built:\n{said}"))?;
    let mut guests = Vec::new();
    for folder in folders(&root.join("plugins")).map_err(|error| format!("plugins: {error}"))? {
        let read = |file: &Path| fs::read(file).map_err(|error| format!("{}: {error}", file.display()));
        let descriptor = String::from_utf8(read(&folder.join("probe.json"))?)
            .map_err(|error| format!("{}: {error}", folder.join("probe.json").display()))?;
        let manifest = String::from_utf8_lossy(&read(&folder.join("Cargo.toml"))?).into_owned();
        let package = manifest
            .lines()
            .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
            .ok_or_else(|| format!("{}: no package name", folder.join("Cargo.toml").display()))?;
        let built = target.join("wasm32-wasip2/release").join(format!("{}.wasm", package.replace('-', "_")));
        let mut component = read(&built)?;
        append_section(&mut component, DESCRIPTOR_SECTION, descriptor.as_bytes());
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        guests.push(Guest { name, descriptor, component });
    }
    Ok(guests)
}

/// Builds the workspace of guests in `folder` for `wasm32-wasip2`; no path below `root` gets into what is built.
pub fn run_cargo(root: &Path, folder: &Path, target: &Path) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--release", "--locked", "--quiet", "--target", "wasm32-wasip2"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target);
    // Panics name their place: no path of the machine that builds gets into a component.
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let home = home.unwrap_or_default();
    let remap = [(home.as_path(), "cargo"), (root, "shipworthy")]
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    command.env("CARGO_ENCODED_RUSTFLAGS", remap.join("\x1f"));
    // What the outer build was told is not meant for the guests: flags for another target, clippy's wrapper.
    for variable in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "RUSTDOCFLAGS"] {
        command.env_remove(variable);
    }
    let output = command.output().map_err(|error| format!("cargo cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let help = if said.contains("can't find crate for `core`") || said.contains("target may not be installed") {
        "\nhelp: rustup target add wasm32-wasip2"
    } else {
        ""
    };
    Err(format!("{said}{help}"))
}

fn folders(plugins: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(plugins)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("probe.json").is_file())
        .collect();
    folders.sort();
    Ok(folders)
}
