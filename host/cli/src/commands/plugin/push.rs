//! `plugin push FILE REFERENCE`: a component to a registry.

use shipworthy_contract::{Explain, Fault};
use shipworthy_plugins::{
    component::{self, LARGEST_COMPONENT},
    files::{self, FileError},
};

use super::pull::one;
use crate::{
    args::PushArgs,
    output::{Stream, print},
    reach::Reach,
    refusal::Refusal,
};

/// The component cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the plugin")]
struct Unreadable(#[source] FileError);

pub(super) fn run(args: &PushArgs) -> Result<(), Refusal> {
    let bytes = files::read(&args.file, LARGEST_COMPONENT).map_err(Unreadable)?;
    let reach = Reach::named(&args.reference, &args.registry, false)?;
    let pushed = reach.push(&args.reference, &bytes).map_err(one)?;
    let pinned = args.reference.pinned(pushed.manifest);
    let descriptor = component::inspect(&bytes).ok().and_then(|inspected| inspected.descriptor);
    let (who, probe) = match &descriptor {
        Some(descriptor) => (format!("{} {}", descriptor.name, descriptor.version), descriptor.name.as_str()),
        None => ("a component".to_owned(), "NAME"),
    };
    Stream::Err.write(&format!(
        "pushed: {who}, {} bytes, sha256 {}\nin an environment:\n\n[probes.{probe}]\nplugin = \"{pinned}\"\n",
        pushed.size, pushed.component
    ));
    print(&format!("{pinned}\n"))?;
    Ok(())
}

impl Explain for Unreadable {
    fn code(&self) -> &'static str {
        "plugin.file"
    }

    fn fault(&self) -> Fault {
        Fault::Environment
    }

    fn help(&self) -> Option<String> {
        Some("name the file of a component, as `shipworthy plugin build` writes it".to_owned())
    }
}
