//! From what Go built to a component.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::{bindings, error::BuildError, project::SDK};

/// Whether the module has the function that exports a probe. Go leaves out what nothing calls, and keeps the names of
/// what is left for its stacks, each with a zero byte before and behind it.
pub(crate) fn exports_a_probe(module: &[u8]) -> bool {
    let name = format!("\0{SDK}.Export\0");
    module.windows(name.len()).any(|window| window == name.as_bytes())
}

/// The component. The adapter is that of proxies: it imports neither a filesystem nor an environment.
pub(crate) fn encode(mut module: Vec<u8>) -> Result<Vec<u8>, BuildError> {
    let (resolve, world) = bindings::world()?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).map_err(BuildError::encode)?;
    ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER))
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(BuildError::encode)
}
