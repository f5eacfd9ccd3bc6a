//! `plugin pull REFERENCE`: from a registry into the store, and to a file if one is named.

use shipworthy_contract::{Explain, Fault, text::plural};
use shipworthy_plugins::component::{self, ComponentError};

use crate::{
    args::PullArgs,
    output::{Stream, print},
    reach::Reach,
    refusal::{Refusal, UsageError},
    replace::{Readers, replace},
};

/// What was pulled is no plugin that this host runs.
#[derive(Debug, thiserror::Error)]
#[error("`{reference}` is no plugin that can be used")]
struct Unusable {
    reference: String,
    #[source]
    source: ComponentError,
}

pub(super) fn run(args: &PullArgs) -> Result<(), Refusal> {
    let reach = Reach::named(&args.reference, &args.registry, args.offline)?;
    let (pulled, attached) = reach.pull(&args.reference).map_err(one)?;
    let pinned = args.reference.pinned(pulled.manifest).to_string();
    let inspected =
        component::inspect(&pulled.bytes).map_err(|source| Unusable { reference: pinned.clone(), source })?;
    if let Some(file) = &args.output {
        replace(file, Readers::Usual, |out| out.write_all(&pulled.bytes)).map_err(|source| UsageError::Write {
            what: "component",
            file: file.clone(),
            source,
        })?;
    }
    let who = match inspected.descriptor {
        Some(descriptor) => format!("{} {}", descriptor.name, descriptor.version),
        None => "a component without a descriptor, which is to stand beside it".to_owned(),
    };
    let from = if pulled.requests == 0 { "it was in the store" } else { "pulled" };
    let signatures = match attached.signatures.len() {
        0 => "nothing attached".to_owned(),
        count => format!("{} attached, not verified here", plural(count, "signature")),
    };
    let text = format!("{from}: {who}, {} bytes, sha256 {}; {signatures}\n", pulled.size, pulled.component);
    Stream::Err.write(&text);
    print(&format!("{pinned}\n"))?;
    Ok(())
}

/// One error.
pub(super) fn one(error: Box<dyn Explain + Send + Sync>) -> Refusal {
    Refusal { errors: vec![error] }
}

impl Explain for Unusable {
    fn code(&self) -> &'static str {
        self.source.code()
    }

    fn fault(&self) -> Fault {
        self.source.fault()
    }

    fn help(&self) -> Option<String> {
        self.source.help()
    }
}
