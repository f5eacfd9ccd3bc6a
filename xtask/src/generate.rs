//! Parts of the documentation that are made from the tables in the code: whatever stands between
//! `<!-- generated: NAME -->` and `<!-- end generated: NAME -->`.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};

use crate::{gallery, reference};

/// A generated part of a page.
struct Block {
    file: &'static str,
    name: &'static str,
    content: String,
}

/// Every generated block.
fn blocks(root: &Path) -> Result<Vec<Block>> {
    let limits = shipworthy_contract::bound::markdown;
    let schema = |text: &str| reference::of_schema(text);
    let block = |file, name, content| Block { file, name, content };
    let mut blocks = vec![
        block("docs/sandbox.md", "file-limits", limits(&shipworthy_plugins::limits::of_files())),
        block("docs/sandbox.md", "probe-limits", limits(&shipworthy_plugins::limits::of_probes())),
        block("docs/sandbox.md", "run-limits", limits(&shipworthy_engine::of_runs())),
        block("docs/sandbox.md", "request-limits", limits(&shipworthy_capabilities::limits::of_requests())),
        block("docs/contract.md", "rules", shipworthy_report::rules::matrix_markdown()),
        block("docs/rules.md", "rules", shipworthy_report::rules::rules_markdown(&gallery::rules(root)?)),
        block("docs/contract.md", "classes", shipworthy_report::classes_markdown()),
        block("docs/reference.md", "wit", reference::of_wit(root)?),
        block("docs/reference.md", "grants", reference::of_grants()),
        block("docs/reference.md", "descriptor", schema(shipworthy_plugins::descriptor::DESCRIPTOR_SCHEMA)?),
        block("docs/reference.md", "environment", schema(shipworthy_plugins::environment::ENVIRONMENT_SCHEMA)?),
        block("docs/reference.md", "limits", limits(&shipworthy_plugins::limits::of_probes())),
    ];
    for (name, content) in gallery::probes(root)? {
        blocks.push(block("docs/gallery.md", name, content));
    }
    Ok(blocks)
}

pub(crate) fn write(root: &Path) -> Result<()> {
    for Block { file, name, content } in blocks(root)? {
        let path = root.join(file);
        let text = fs::read_to_string(&path).with_context(|| file)?;
        fs::write(&path, replaced(&text, file, name, &content)?)?;
    }
    Ok(())
}

pub(crate) fn check(root: &Path) -> Result<()> {
    for Block { file, name, content } in blocks(root)? {
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
