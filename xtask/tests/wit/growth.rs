//! Whether one release of the package only adds to an earlier one of the same minor version (`docs/wit-versioning.md`).

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow};
use wit_parser::{
    Function, Package, PackageId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, UnresolvedPackageGroup, WorldItem,
};

/// What of an earlier release a later one does not have as it was, in words. Nothing where it only grew.
pub(crate) fn changes(earlier: &str, later: &str) -> Result<Vec<String>> {
    let (earlier, later) = (items(earlier).context("the earlier one")?, items(later).context("the later one")?);
    let gone = |(name, text): (&String, &String)| match later.get(name) {
        None => Some(format!("{name} is gone")),
        Some(now) if now != text => Some(format!("{name} was `{text}`, and is `{now}`")),
        Some(_) => None,
    };
    let mut changes: Vec<String> = earlier.iter().filter_map(gone).collect();
    // A component of the earlier release does not have it.
    let is_new_export = |name: &&String| name.contains(EXPORT) && !earlier.contains_key(*name);
    changes.extend(later.keys().filter(is_new_export).map(|name| format!("{name} is new")));
    Ok(changes)
}

/// The version of a package, from its text.
pub(crate) fn version(text: &str) -> Result<String> {
    let (resolve, package) = parsed(text)?;
    Ok(package_of(&resolve, package)?.name.version.as_ref().context("no version")?.to_string())
}

const EXPORT: &str = " exports ";

fn parsed(text: &str) -> Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let parsed = UnresolvedPackageGroup::parse("probe.wit", text).map_err(|(_, error)| anyhow!("{error}"))?;
    let package = resolve.push_group(parsed)?;
    Ok((resolve, package))
}

fn package_of(resolve: &Resolve, package: PackageId) -> Result<&Package> {
    resolve.packages.get(package).context("no package")
}

/// Every type, function and world of a package, with its text.
fn items(text: &str) -> Result<BTreeMap<String, String>> {
    let (resolve, package) = parsed(text)?;
    let package = package_of(&resolve, package)?;
    let mut items = BTreeMap::new();
    for (name, interface) in &package.interfaces {
        let interface = &resolve.interfaces[*interface];
        items.insert(format!("interface `{name}`"), String::new());
        for (ty, id) in &interface.types {
            items.insert(format!("type `{name}.{ty}`"), kind(&resolve, *id));
        }
        for (function, declared) in &interface.functions {
            items.insert(format!("function `{name}.{function}`"), signature(&resolve, declared));
        }
    }
    for (name, world) in &package.worlds {
        let world = &resolve.worlds[*world];
        for (all, word) in [(&world.imports, " imports "), (&world.exports, EXPORT)] {
            for (key, item) in all {
                let text = match item {
                    WorldItem::Function(function) => signature(&resolve, function),
                    WorldItem::Interface { .. } | WorldItem::Type { .. } => String::new(),
                };
                items.insert(format!("world `{name}`{word}`{}`", unversioned(&resolve.name_world_key(key))), text);
            }
        }
    }
    Ok(items)
}

fn unversioned(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let params: Vec<String> =
        function.params.iter().map(|param| format!("{}: {}", param.name, ty(resolve, &param.ty))).collect();
    let result = function.result.map(|result| format!(" -> {}", ty(resolve, &result))).unwrap_or_default();
    format!("{:?}({}){result}", function.kind, params.join(", "))
}

/// A type by its name, else by what it is made of.
fn ty(resolve: &Resolve, ty: &Type) -> String {
    let Type::Id(id) = ty else { return format!("{ty:?}").to_lowercase() };
    let def = &resolve.types[*id];
    let owner = match def.owner {
        TypeOwner::Interface(owner) => resolve.interfaces[owner].name.as_deref(),
        TypeOwner::World(_) | TypeOwner::None => None,
    };
    match (&def.name, owner) {
        (Some(name), Some(owner)) => format!("{owner}.{name}"),
        (Some(name), None) => name.clone(),
        (None, _) => kind(resolve, *id),
    }
}

fn kind(resolve: &Resolve, id: TypeId) -> String {
    let of = |one: &Type| ty(resolve, one);
    let optional = |one: &Option<Type>| one.as_ref().map_or_else(|| "_".to_owned(), of);
    match &resolve.types[id].kind {
        TypeDefKind::Record(record) => {
            listed("record", record.fields.iter().map(|field| format!("{}: {}", field.name, of(&field.ty))))
        }
        TypeDefKind::Variant(variant) => {
            listed("variant", variant.cases.iter().map(|case| format!("{}({})", case.name, optional(&case.ty))))
        }
        TypeDefKind::Enum(cases) => listed("enum", cases.cases.iter().map(|case| case.name.clone())),
        TypeDefKind::Flags(flags) => listed("flags", flags.flags.iter().map(|flag| flag.name.clone())),
        TypeDefKind::Tuple(tuple) => listed("tuple", tuple.types.iter().map(of)),
        TypeDefKind::Option(some) => format!("option<{}>", of(some)),
        TypeDefKind::Result(result) => format!("result<{}, {}>", optional(&result.ok), optional(&result.err)),
        TypeDefKind::List(item) => format!("list<{}>", of(item)),
        TypeDefKind::Type(other) => of(other),
        // Nothing of the kind is in the package; were it, every change near it would be told.
        other => format!("{other:?}"),
    }
}

fn listed(kind: &str, parts: impl Iterator<Item = String>) -> String {
    format!("{kind} {{ {} }}", parts.collect::<Vec<_>>().join(", "))
}
