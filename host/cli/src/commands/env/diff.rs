//! `env diff A B`: what differs between two environments, and where each value comes from. Nothing is run and no service
//! is asked.

use std::collections::{BTreeMap, BTreeSet};

use shipworthy_plugins::{
    Environment, Plugin, Probe,
    environment::{self, Origin},
    grants,
};
use shipworthy_report::compared::{self, COMPARISON_SCHEMA, Comparison, Item, Named, Section, Value};

use crate::{
    args::{DiffArgs, Form},
    bundled,
    output::{Stream, look, print},
    refusal::Refusal,
    set::Set,
};

pub(crate) fn run(args: &DiffArgs) -> Result<(), Refusal> {
    let left = Side::new(&Set::open(&args.left, &args.plugins)?);
    let right = Side::new(&Set::open(&args.right, &args.plugins)?);
    let mut sections =
        vec![section("plugins", &left.plugins, &right.plugins), section("grants", &left.grants, &right.grants)];
    // In the order of the first one's tables; those of the other alone follow.
    let mut tables: Vec<&str> = Vec::new();
    for table in left.order.iter().chain(&right.order) {
        if !tables.contains(&table.as_str()) {
            tables.push(table);
        }
    }
    let empty = BTreeMap::new();
    sections.extend(tables.into_iter().map(|table| {
        let of = |side: &'_ Side| side.settings.get(table).unwrap_or(&empty).clone();
        section(table, &of(&left), &of(&right))
    }));
    sections.retain(|section| !section.items.is_empty());
    let comparison = Comparison { schema: COMPARISON_SCHEMA, left: left.named, right: right.named, sections };
    print(&match args.format {
        Form::Human => compared::render(&comparison, &look(Stream::Out)),
        Form::Json => compared::json(&comparison),
    })?;
    Ok(())
}

type Values = BTreeMap<String, Value>;

/// One of the two.
struct Side {
    named: Named,
    /// By probe: who its plugin is.
    plugins: Values,
    /// By probe and line: what it may do.
    grants: Values,
    /// By table, then key: everything else in force.
    settings: BTreeMap<String, Values>,
    /// The tables in their order.
    order: Vec<String>,
}

impl Side {
    fn new(set: &Set) -> Self {
        let environment = &set.environment;
        let named = Named { name: environment.name.clone(), file: environment.file.display().to_string() };
        let mut side =
            Self { named, plugins: Values::new(), grants: Values::new(), settings: BTreeMap::new(), order: Vec::new() };
        let bundled = bundled::table();
        let mut finder = set.finder(&bundled);
        for probe in &environment.probes {
            // What cannot be had differs from what can, and is told by `env check`.
            match finder.resolve(probe) {
                Ok(plugin) => side.add_plugin(environment, probe, &plugin),
                Err(error) => {
                    let value = format!("not to be had: {error}");
                    side.plugins.insert(probe.name.clone(), Value { value, origin: probe.at.to_string() });
                }
            }
        }
        side.add_settings(environment);
        side
    }

    fn add_plugin(&mut self, environment: &Environment, probe: &Probe, plugin: &Plugin) {
        let descriptor = &plugin.descriptor;
        let value = format!("{} {}, sha256 {}", descriptor.name, descriptor.version, plugin.sha256);
        self.plugins.insert(probe.name.clone(), Value { value, origin: plugin.source.clone() });
        let written = environment.place(&format!("probes.{}.grants", probe.name)).map(|place| place.to_string());
        let origin = written.unwrap_or_else(|| format!("what {} declares", descriptor.name));
        for line in grants::given(descriptor, probe, plugin.bundled) {
            let value = Value { value: line.in_words(&probe.service), origin: origin.clone() };
            self.grants.insert(format!("{}: {line}", probe.name), value);
        }
    }

    fn add_settings(&mut self, environment: &Environment) {
        let told: BTreeSet<String> =
            environment.probes.iter().map(|probe| format!("probes.{}.grants", probe.name)).collect();
        for setting in environment::show(environment).into_iter().filter(|setting| !told.contains(&setting.key)) {
            let table = setting.key.split('.').next().unwrap_or_default().to_owned();
            if !self.order.contains(&table) {
                self.order.push(table.clone());
            }
            let origin = match setting.origin {
                Origin::Written(place) => place.to_string(),
                Origin::Default => "default".to_owned(),
            };
            self.settings.entry(table).or_default().insert(setting.key, Value { value: setting.value, origin });
        }
    }
}

/// What differs, however it came about.
fn section(about: &str, left: &Values, right: &Values) -> Section {
    let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let value = |side: &Values, key: &str| side.get(key).map(|value| value.value.clone());
    let differing = keys.into_iter().filter(|key| value(left, key) != value(right, key));
    let items = differing
        .map(|key| Item { key: key.clone(), left: left.get(key).cloned(), right: right.get(key).cloned() })
        .collect();
    Section { about: about.to_owned(), items }
}
