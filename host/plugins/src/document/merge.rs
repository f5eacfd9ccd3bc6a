//! How a file overlays the one that it extends (design.md, part 4): tables are merged by key, lists and everything
//! else are replaced, waivers are appended. Two kinds of table are replaced whole, so that no grant and no credential
//! of the base reaches what the base did not name.

use super::{Entry, Item, Value};

/// Keys of `[probes.X]` with which a child says that this is another probe.
const OTHER_PROBE: [&str; 1] = ["plugin"];

/// Keys of `[endpoints.X]` with which a child says that this is another endpoint.
const OTHER_ENDPOINT: [&str; 4] = ["url", "container", "instances", "instances_from"];

/// The document in which `child` overlays `base`.
pub(crate) fn merge(base: Item, child: Item) -> Item {
    merge_at(base, child, &mut Vec::new())
}

fn merge_at(base: Item, child: Item, path: &mut Vec<String>) -> Item {
    if replaces_whole(&child, path) {
        return child;
    }
    match (base.value, child.value) {
        (Value::Table(mut entries), Value::Table(overlay)) => {
            for entry in overlay {
                let slot = entries.iter_mut().find(|known| known.key == entry.key);
                match slot {
                    Some(slot) => {
                        let below = std::mem::replace(&mut slot.item.value, Value::Boolean(false));
                        let below = Item { spot: slot.item.spot, value: below };
                        path.push(entry.key.clone());
                        *slot = Entry { key: entry.key, spot: entry.spot, item: merge_at(below, entry.item, path) };
                        path.pop();
                    }
                    None => entries.push(entry),
                }
            }
            Item { spot: child.spot, value: Value::Table(entries) }
        }
        (Value::List(mut items), Value::List(more)) if at(path, &["waivers"]) => {
            items.extend(more);
            Item { spot: child.spot, value: Value::List(items) }
        }
        (_, value) => Item { spot: child.spot, value },
    }
}

fn replaces_whole(child: &Item, path: &[String]) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| child.entry(key).is_some());
    match path {
        [table, _] if table == "probes" => has(&OTHER_PROBE),
        [table, _] if table == "endpoints" => has(&OTHER_ENDPOINT),
        // A header is a secret reference: `{ env = .. }` over `{ file = .. }` must not become both.
        [table, _, headers, _] => table == "endpoints" && headers == "headers",
        _ => false,
    }
}

fn at(path: &[String], expected: &[&str]) -> bool {
    path.iter().map(String::as_str).eq(expected.iter().copied())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Sources, parse};
    use super::*;

    fn check(base: &str, child: &str, expected: &str) {
        let mut sources = Sources::default();
        let mut read = |text: &str| {
            let file = sources.add(Path::new("e.toml"), text.to_owned());
            parse(&mut sources, file).unwrap()
        };
        let (base, child, expected) = (read(base), read(child), read(expected));
        assert_eq!(merge(base, child).to_json().unwrap(), expected.to_json().unwrap());
    }

    #[test]
    fn tables_are_merged_by_key_and_lists_are_replaced() {
        check(
            "policy = \"warn\"\n[probes.a]\nplugin = \"p\"\ngrants = [\"logs .\"]\nlimits = { log = \"1KiB\" }",
            "deadline = \"1s\"\n[probes.a]\ngrants = []\nlimits.request = \"1s\"",
            "policy = \"warn\"\ndeadline = \"1s\"\n[probes.a]\nplugin = \"p\"\ngrants = []\nlimits = { log = \"1KiB\", request = \"1s\" }",
        );
    }

    #[test]
    fn another_plugin_keeps_nothing_of_the_probe() {
        check(
            "[probes.a]\nplugin = \"p\"\ngrants = [\"logs .\"]\nconfig.x = 1\n[probes.b]\nplugin = \"q\"",
            "[probes.a]\nplugin = \"p\"",
            "[probes.a]\nplugin = \"p\"\n[probes.b]\nplugin = \"q\"",
        );
    }

    #[test]
    fn another_address_keeps_nothing_of_the_endpoint() {
        for key in ["url = \"u\"", "container = \"c\"", "instances = [\"i\"]", "instances_from = \"f\""] {
            let child = format!("[endpoints.a]\n{key}");
            check("[endpoints.a]\nurl = \"v\"\nca = \"c\"\nheaders.x = { env = \"X\" }", &child, &child);
        }
        check(
            "[endpoints.a]\nurl = \"v\"\nca = \"c\"",
            "[endpoints.a]\nca = \"d\"",
            "[endpoints.a]\nurl = \"v\"\nca = \"d\"",
        );
    }

    #[test]
    fn a_secret_reference_is_replaced() {
        check(
            "[endpoints.a.headers]\nx = { env = \"X\" }\ny = { env = \"Y\" }",
            "[endpoints.a.headers]\nx = { file = \"x\" }",
            "[endpoints.a.headers]\nx = { file = \"x\" }\ny = { env = \"Y\" }",
        );
    }

    #[test]
    fn waivers_are_appended() {
        check(
            "[[waivers]]\nrule = \"a\"",
            "[[waivers]]\nrule = \"b\"",
            "[[waivers]]\nrule = \"a\"\n[[waivers]]\nrule = \"b\"",
        );
    }
}
