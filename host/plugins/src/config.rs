//! A probe's `config` against the JSON Schema of its plugin's descriptor. The schema is a plugin's and not trusted:
//! it is bounded before it is used, and refers to nothing outside itself.

mod schema;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use jsonschema::{
    Validator,
    error::{TypeKind, ValidationError, ValidationErrorKind},
};
use serde_json::Value;
use shipworthy_contract::{
    Explain, Fault,
    explain::Place,
    redact::is_secret_setting,
    secret::MASK,
    text::{excerpt, plural},
};

pub(crate) use self::schema::{DEEPEST, LARGEST, LARGEST_PATTERN, MOST_PARTS, MOST_PATTERNS};
pub use self::schema::{SchemaFault, check_schema};
use crate::{Plugin, Probe};

/// Most faults of one config that are told.
const MOST_FAULTS: usize = 20;

/// Why a config cannot be given to its plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The plugin takes none.
    #[error("the plugin `{plugin}` takes no config, and the probe `{probe}` has one")]
    NotTaken {
        /// The probe.
        probe: String,
        /// The plugin.
        plugin: String,
        /// Where the probe stands.
        at: Place,
    },
    /// It does not fit the plugin's schema.
    #[error("the config of the probe `{probe}` does not fit the plugin `{plugin}`: {}", told(faults))]
    Unfit {
        /// The probe.
        probe: String,
        /// The plugin.
        plugin: String,
        /// What does not fit; never empty.
        faults: Vec<ConfigFault>,
        /// Where the probe stands.
        at: Place,
    },
    /// The plugin's schema cannot be used.
    #[error("cannot use the config schema of the plugin `{plugin}`")]
    Schema {
        /// The plugin.
        plugin: String,
        /// Why not.
        #[source]
        source: SchemaFault,
    },
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// JSON pointer into `config`; empty for the whole.
    pub pointer: String,
    /// What the schema expects there.
    pub expected: String,
    /// What stands there; masked beside secret names.
    pub found: String,
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As `env show` names the keys of an environment.
        let key = self.pointer.replace('/', ".");
        write!(f, "`config{key}`: expected {}, found {}", self.expected, self.found)
    }
}

fn told(faults: &[ConfigFault]) -> String {
    let Some(first) = faults.first() else { return String::new() };
    let more = match faults.len() {
        0 | 1 => String::new(),
        count => format!(" (and {})", plural(count - 1, "more error")),
    };
    format!("{first}{more}")
}

/// The config schemas of one run's plugins, each made ready once, however many probes share it.
#[derive(Debug, Default)]
pub struct Schemas {
    /// By where the plugin comes from: a descriptor that stands beside its file belongs to that file alone.
    ready: BTreeMap<String, Validator>,
}

impl Schemas {
    /// Begins to make ready, on a thread of its own, what validating any config takes: the library makes a validator of
    /// the draft's own schema first, and a check has other things to do meanwhile.
    pub fn begin() {
        let begin = || drop(schema::compile_bundled(&serde_json::json!({ "type": "object" })));
        // Without the thread it is made when it is needed.
        drop(std::thread::Builder::new().spawn(begin));
    }

    /// Validates a probe's config. Without a schema no key is taken.
    ///
    /// # Errors
    ///
    /// Every fault of the config, or why the schema cannot be used.
    pub fn validate(&mut self, plugin: &Plugin, probe: &Probe) -> Result<(), ConfigError> {
        let descriptor = &plugin.descriptor;
        let Some(schema) = &descriptor.config else {
            if probe.config.as_object().is_none_or(serde_json::Map::is_empty) {
                return Ok(());
            }
            return Err(ConfigError::NotTaken {
                probe: probe.name.clone(),
                plugin: descriptor.name.clone(),
                at: probe.at.clone(),
            });
        };
        // Nothing to make ready for what most probes of a run have.
        if schema == &serde_json::json!({ "type": "object" }) && probe.config.is_object() {
            return Ok(());
        }
        let faults = fits(self.ready(plugin, schema)?, schema, probe);
        if faults.is_empty() {
            return Ok(());
        }
        let (probe, at) = (probe.name.clone(), probe.at.clone());
        Err(ConfigError::Unfit { probe, plugin: descriptor.name.clone(), faults, at })
    }

    fn ready(&mut self, plugin: &Plugin, schema: &Value) -> Result<&Validator, ConfigError> {
        match self.ready.entry(plugin.source.clone()) {
            Entry::Occupied(ready) => Ok(ready.into_mut()),
            Entry::Vacant(place) => {
                let compile = if plugin.bundled { schema::compile_bundled } else { schema::compile };
                let name = &plugin.descriptor.name;
                let validator =
                    compile(schema).map_err(|source| ConfigError::Schema { plugin: name.clone(), source })?;
                Ok(place.insert(validator))
            }
        }
    }
}

fn fits(validator: &Validator, schema: &Value, probe: &Probe) -> Vec<ConfigFault> {
    validator.iter_errors(&probe.config).take(MOST_FAULTS).map(|error| fault(&error, schema)).collect()
}

fn fault(error: &ValidationError<'_>, schema: &Value) -> ConfigFault {
    let pointer = error.instance_path().as_str().to_owned();
    let secret = pointer.split('/').any(is_secret_setting);
    let found = match (error.kind(), error.instance().as_ref()) {
        (ValidationErrorKind::Required { .. }, _) => "none".to_owned(),
        (
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected },
            _,
        ) => unexpected.iter().map(|key| format!("`{}`", excerpt(key, 60))).collect::<Vec<_>>().join(", "),
        (_, _) if secret => MASK.to_owned(),
        (_, Value::Object(_) | Value::Array(_)) => kind_of(error.instance()).to_owned(),
        (_, scalar) => excerpt(&scalar.to_string(), 80),
    };
    ConfigFault { pointer: excerpt(&pointer, 200), expected: excerpt(&expected(error, schema), 200), found }
}

/// What the schema expects, in words.
fn expected(error: &ValidationError<'_>, schema: &Value) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            known_keys(error, schema).unwrap_or_else(|| "no keys but those of the plugin's schema".to_owned())
        }
        Kind::Constant { expected_value } => expected_value.to_string(),
        Kind::Enum { options } => format!("one of {options}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::Format { format } => format!("the format `{format}`"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MaxProperties { limit } => format!("at most {limit} keys"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MinProperties { limit } => format!("at least {limit} keys"),
        Kind::Pattern { pattern } => format!("text that matches `{pattern}`"),
        Kind::PropertyNames { error } => format!("other keys: {}", error.masked_with("a key")),
        Kind::Required { property } => format!("the key `{}`", property.as_str().unwrap_or_default()),
        Kind::Type { kind: TypeKind::Single(kind) } => format!("the type {kind}"),
        Kind::Type { kind: TypeKind::Multiple(kinds) } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            format!("one of the types {}", kinds.join(", "))
        }
        Kind::UniqueItems => "each item once".to_owned(),
        _ => format!("what the schema says at `{}`", error.schema_path()),
    }
}

/// The keys that a schema names where another one was found. `None` behind a reference, which the path does not follow.
fn known_keys(error: &ValidationError<'_>, schema: &Value) -> Option<String> {
    let (object, _) = error.schema_path().as_str().rsplit_once('/')?;
    let properties = schema.pointer(object)?.get("properties")?.as_object().filter(|keys| !keys.is_empty())?;
    let keys: Vec<String> = properties.keys().map(|key| format!("`{key}`")).collect();
    Some(format!("only {}", keys.join(", ")))
}

/// What kind of JSON a value is, in words for a message.
pub(crate) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl Explain for ConfigError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotTaken { .. } | Self::Unfit { .. } => "plugin.config",
            Self::Schema { .. } => "plugin.config-schema",
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::NotTaken { .. } | Self::Unfit { .. } => Fault::Environment,
            Self::Schema { .. } => Fault::Plugin,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotTaken { probe, .. } => Some(format!("remove `config` from `[probes.{probe}]`")),
            Self::Unfit { faults, .. } if faults.len() > 1 => {
                Some(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
            }
            Self::Unfit { plugin, .. } => {
                Some(format!("`shipworthy plugin inspect` shows the keys that the config of `{plugin}` has"))
            }
            Self::Schema { .. } => Some("the plugin's author has to mend its descriptor".to_owned()),
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::NotTaken { at, .. } | Self::Unfit { at, .. } => Some(at.clone()),
            Self::Schema { .. } => None,
        }
    }
}
