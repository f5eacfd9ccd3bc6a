//! Imports that no call of this host leads to, linked to stubs that refuse when they are called, and say what was refused:
//! what a toolchain makes its guests have and no probe may use (filesystem, sockets, `wasi:http`), and what a component
//! that also serves hosts of another version of ours imports for them.

use shipworthy_contract::wit;
use wasmtime::component::{
    Linker, LinkerInstance, ResourceType, Val,
    types::{ComponentInstance, ComponentItem},
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, IoError};

use crate::{engine::Engine, state::State};

/// A resource that no guest can ever get hold of.
struct Refused;

/// A linker with a stub for every instance that a component imports and the common linker does not have; none if the
/// common one will do, as for most.
pub(crate) fn with_missing(
    engine: &Engine,
    component: &wasmtime::component::Component,
) -> wasmtime::Result<Option<Linker<State>>> {
    let ty = component.component_type();
    let others = other_versions(engine, ty.exports(&engine.wasmtime).map(|(name, _)| name));
    let mut stubbed = None;
    for (name, item) in ty.imports(&engine.wasmtime) {
        let ComponentItem::ComponentInstance(instance) = item.ty else { continue };
        if is_stubbed(name) || version(name).is_some_and(|version| others.contains(&version)) {
            let linker = stubbed.get_or_insert_with(|| engine.linker.clone());
            add_instance(&mut linker.instance(name)?, &engine.wasmtime, name, &instance)?;
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

/// The minor versions of ours that are not served and that a component has a `guest` of: it is for other hosts, and with
/// it what it imports.
fn other_versions<'n>(engine: &Engine, exports: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let served: Vec<&str> = engine.versions.iter().filter_map(|version| wit::track(version.release)).collect();
    let guest = format!("{}/{}@", wit::PACKAGE, wit::GUEST);
    let exported = exports.filter(|name| name.starts_with(&guest)).filter_map(version);
    exported.filter(|version| !served.contains(version)).collect()
}

/// The minor version of an interface of ours.
fn version(name: &str) -> Option<&str> {
    let (_, version) = name.strip_prefix(wit::PACKAGE)?.strip_prefix('/')?.split_once('@')?;
    wit::track(version)
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
                let ours = version(interface).is_some();
                let why = if ours { "is not served by this host" } else { "is not available to probes" };
                let refusal = format!("`{interface} {name}` {why}");
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
