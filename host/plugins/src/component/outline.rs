//! The top level of a component: the names of what it imports and exports, and of the functions that it imports.

use std::collections::BTreeMap;

use shipworthy_contract::text::excerpt;
use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentOuterAliasKind, ComponentType, ComponentTypeRef, Encoding,
    InstanceTypeDeclaration, Parser, Payload,
};

use super::{ComponentError, DESCRIPTOR_SECTION};

/// Most imports of a component, and most exports: WASI 0.2 and ours together have fewer than fifty.
pub(crate) const MOST_NAMES: usize = 1_000;

/// Most functions of all the interfaces that a component imports: those of WASI 0.2 and ours are fewer than three hundred.
const MOST_FUNCTIONS: usize = 10_000;

/// What stands at the top level.
#[derive(Default)]
pub(super) struct Outline<'a> {
    /// In their order.
    pub(super) imports: Vec<Imported<'a>>,
    /// In their order.
    pub(super) exports: Vec<String>,
    /// The sections that hold a descriptor.
    pub(super) descriptors: Vec<&'a [u8]>,
    /// How many types there are by now: what is imported names its type by number.
    types: u32,
    /// The functions of each type that is an instance's.
    functions: BTreeMap<u32, Vec<&'a str>>,
    /// How many of them there are.
    count: usize,
}

/// One import.
pub(super) struct Imported<'a> {
    /// `namespace:package/interface@version`.
    pub(super) name: String,
    /// The functions that it is to have.
    pub(super) functions: Vec<&'a str>,
}

/// Reads the top level of a component.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline<'_>, ComponentError> {
    let mut outline = Outline::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(ComponentError::CoreModule);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            payload if depth == 0 => outline.add(payload)?,
            _ => {}
        }
    }
    Ok(outline)
}

impl<'a> Outline<'a> {
    fn add(&mut self, payload: Payload<'a>) -> Result<(), ComponentError> {
        match payload {
            Payload::ComponentTypeSection(section) => {
                for ty in section {
                    self.ty(&ty.map_err(malformed)?)?;
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    self.alias(&alias.map_err(malformed)?);
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let import = import.map_err(malformed)?;
                    self.import(full_name(import.name), import.ty)?;
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export.map_err(malformed)?;
                    self.types += u32::from(export.kind == ComponentExternalKind::Type);
                    self.exports.push(full_name(export.name));
                    at_most(MOST_NAMES, self.exports.len(), "exports")?;
                }
            }
            Payload::CustomSection(section) if section.name() == DESCRIPTOR_SECTION => {
                self.descriptors.push(section.data());
            }
            _ => {}
        }
        Ok(())
    }

    fn ty(&mut self, ty: &ComponentType<'a>) -> Result<(), ComponentError> {
        if let ComponentType::Instance(declarations) = ty {
            let function = |declaration: &InstanceTypeDeclaration<'a>| match declaration {
                InstanceTypeDeclaration::Export { name, ty: ComponentTypeRef::Func(_) } => Some(name.name),
                _ => None,
            };
            let functions: Vec<&str> = declarations.iter().filter_map(function).collect();
            self.count += functions.len();
            at_most(MOST_FUNCTIONS, self.count, "imported functions")?;
            if !functions.is_empty() {
                self.functions.insert(self.types, functions);
            }
        }
        self.types += 1;
        Ok(())
    }

    fn alias(&mut self, alias: &ComponentAlias<'a>) {
        let is_type = match alias {
            ComponentAlias::InstanceExport { kind, .. } => *kind == ComponentExternalKind::Type,
            ComponentAlias::Outer { kind, .. } => *kind == ComponentOuterAliasKind::Type,
            ComponentAlias::CoreInstanceExport { .. } => false,
        };
        self.types += u32::from(is_type);
    }

    fn import(&mut self, name: String, ty: ComponentTypeRef) -> Result<(), ComponentError> {
        let functions = match ty {
            ComponentTypeRef::Instance(index) => self.functions.get(&index).cloned().unwrap_or_default(),
            ComponentTypeRef::Type(_) => {
                self.types += 1;
                Vec::new()
            }
            _ => Vec::new(),
        };
        // One type may be that of many imports.
        self.count += functions.len();
        at_most(MOST_FUNCTIONS, self.count, "imported functions")?;
        self.imports.push(Imported { name, functions });
        at_most(MOST_NAMES, self.imports.len(), "imports")
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what an error is made into")]
fn malformed(error: wasmparser::Error) -> ComponentError {
    ComponentError::Malformed(excerpt(&error.to_string(), 200))
}

fn at_most(most: usize, count: usize, what: &str) -> Result<(), ComponentError> {
    if count <= most {
        return Ok(());
    }
    Err(ComponentError::Malformed(format!("expected at most {most} {what}, found more")))
}

/// Newer encodings write `wasi:io/poll@0.2` and the rest of the version beside it.
fn full_name(name: wasmparser::ComponentExternName<'_>) -> String {
    match name.version_suffix {
        Some(suffix) => format!("{}{suffix}", name.name),
        None => name.name.to_owned(),
    }
}
