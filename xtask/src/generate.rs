//! Parts of the documentation that are made from the tables in the code: whatever stands between
//! `<!-- generated: NAME -->` and `<!-- end generated: NAME -->`.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};

/// Every generated block: file, name, content.
fn blocks() -> [(&'static str, &'static str, String); 6] {
    let limits = shipworthy_contract::bound::markdown;
    [
        ("docs/sandbox.md", "file-limits", limits(&shipworthy_plugins::limits::of_files())),
        ("docs/sandbox.md", "probe-limits", limits(&shipworthy_plugins::limits::of_probes())),
        ("docs/sandbox.md", "run-limits", limits(&shipworthy_engine::of_runs())),
        ("docs/sandbox.md", "request-limits", limits(&shipworthy_capabilities::limits::of_requests())),
        ("docs/contract.md", "rules", shipworthy_report::rules::matrix_markdown()),
        ("docs/contract.md", "classes", shipworthy_report::classes_markdown()),
    ]
}

pub(crate) fn write(root: &Path) -> Result<()> {
    for (file, name, content) in blocks() {
        let path = root.join(file);
        let text = fs::read_to_string(&path).with_context(|| file)?;
        fs::write(&path, replaced(&text, file, name, &content)?)?;
    }
    Ok(())
}

pub(crate) fn check(root: &Path) -> Result<()> {
    for (file, name, content) in blocks() {
        let text = fs::read_to_string(root.join(file)).with_context(|| file)?;
        if replaced(&text, file, name, &content)? != text {
            bail!("{file}: the block `{name}` is out of date; run `cargo xtask gen`");
        }
    }
    Ok(())
}

fn replaced(text: &str, file: &str, name: &str, content: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- generated: {name} -->"), format!("<!-- end generated: {name} -->"));
    let parts = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = parts.with_context(|| format!("{file}: no block `{name}`"))?;
    Ok(format!("{before}{begin}\n{}\n{end}{after}", content.trim_end()))
}
