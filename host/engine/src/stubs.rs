//! Imports that a toolchain makes its guests have and that no probe may use (filesystem, sockets, `wasi:http`): linked
//! to stubs that refuse when they are called, and say what was refused.

use wasmtime::component::{
    Linker, LinkerInstance, ResourceType, Val,
    types::{ComponentInstance, ComponentItem},
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, IoError};

use crate::state::State;

/// A resource that no guest can ever get hold of.
struct Refused;

/// A linker with a stub for every instance that a component imports and the common linker does not have; none if the
/// common one will do, as for most.
pub(crate) fn with_missing(
    common: &Linker<State>,
    engine: &wasmtime::Engine,
    component: &wasmtime::component::Component,
) -> wasmtime::Result<Option<Linker<State>>> {
    let mut stubbed = None;
    for (name, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else { continue };
        if is_stubbed(name) {
            let linker = stubbed.get_or_insert_with(|| common.clone());
            add_instance(&mut linker.instance(name)?, engine, name, &instance)?;
        }
    }
    Ok(stubbed)
}

/// WASI interfaces outside what every guest is linked with. Imports that are not WASI are left alone: linking then
/// fails and names them.
fn is_stubbed(name: &str) -> bool {
    let interface = name.split('@').next().unwrap_or(name);
    let linked = ["wasi:io/", "wasi:clocks/", "wasi:random/", "wasi:cli/"];
    interface.starts_with("wasi:") && !linked.iter().any(|prefix| interface.starts_with(prefix))
}

fn add_instance(
    linker: &mut LinkerInstance<'_, State>,
    engine: &wasmtime::Engine,
    interface: &str,
    instance: &ComponentInstance,
) -> wasmtime::Result<()> {
    for (name, item) in instance.exports(engine) {
        match item.ty {
            ComponentItem::Resource(_) => linker.resource(name, resource_type(name), |_, _| Ok(()))?,
            ComponentItem::ComponentFunc(_) if interface.starts_with("wasi:filesystem/preopens") => {
                // Asked at start by some runtimes; the true answer is that there are none.
                linker.func_new(name, |_, _, _, results| {
                    for result in results {
                        *result = Val::List(Vec::new());
                    }
                    Ok(())
                })?;
            }
            ComponentItem::ComponentFunc(_) => {
                let refusal = format!("`{interface} {name}` is not available to probes");
                linker.func_new(name, move |_, _, _, _| Err(wasmtime::Error::msg(refusal.clone())))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Resources of `wasi:io` that these interfaces use are the ones that the host has; all else is [`Refused`].
fn resource_type(name: &str) -> ResourceType {
    match name {
        "input-stream" => ResourceType::host::<DynInputStream>(),
        "output-stream" => ResourceType::host::<DynOutputStream>(),
        "pollable" => ResourceType::host::<DynPollable>(),
        "error" => ResourceType::host::<IoError>(),
        _ => ResourceType::host::<Refused>(),
    }
}
