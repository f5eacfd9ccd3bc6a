//! `plugin new NAME --lang L`: the project of a new probe.

use std::path::PathBuf;

use shipworthy_kit::{Language, scaffold};

use crate::{args::NewArgs, output::print, refusal::Refusal};

pub(super) fn run(args: &NewArgs) -> Result<(), Refusal> {
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(args.name.as_str()));
    let written = scaffold::new(&args.name, args.lang, &folder)?;
    let files: String =
        written.iter().flat_map(|file| ["  ".to_owned(), file.display().to_string(), "\n".to_owned()]).collect();
    let next: String = first(args.lang).iter().flat_map(|line| ["  ", line, "\n"]).collect();
    let (spoken, folder, sdk) = (spoken(args.lang), folder.display(), scaffold::sdk_folder(args.lang));
    let head = format!("wrote a probe in {spoken} to {folder}\n{files}  {sdk}/ (the SDK, of this version)\n");
    let text = format!("{head}\nnext:\n  cd {folder}\n{next}");
    print(&text)?;
    Ok(())
}

const fn spoken(language: Language) -> &'static str {
    match language {
        Language::Rust => "Rust",
        Language::Python => "Python",
        Language::Go => "Go",
        Language::Js => "JavaScript",
    }
}

/// What is to be done first: what the toolchain takes, then the tests.
const fn first(language: Language) -> &'static [&'static str] {
    match language {
        Language::Rust => &["rustup target add wasm32-wasip2", "cargo test", "shipworthy plugin test"],
        Language::Python => &[
            "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
            ".venv/bin/python -m unittest",
            "shipworthy plugin test",
        ],
        Language::Go => &["go test ./...", "shipworthy plugin test"],
        Language::Js => &["npm ci", "npm test", "shipworthy plugin test"],
    }
}
