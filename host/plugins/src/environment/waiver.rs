//! `[[waivers]]`: failures that are known, with a reason and an end.

use shipworthy_contract::{RuleId, Service, explain::Place};
use time::Date;

use super::{
    date,
    error::Problem,
    reader::{Reader, Table},
};
use crate::document::Item;

pub(super) const KEYS: [&str; 8] = ["rule", "service", "instance", "path", "observed", "reason", "expires", "waivable"];

/// Most waivers of an environment: whoever waives more has given the gate up.
const MOST_WAIVERS: usize = 1_000;

/// One waiver as it is written; whether it applies is judged elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverSpec {
    /// The rule that may fail.
    pub rule: RuleId,
    /// Of this service only.
    pub service: Option<Service>,
    /// Of this instance only.
    pub instance: Option<String>,
    /// At this path only.
    pub path: Option<String>,
    /// With this observation only.
    pub observed: Option<String>,
    /// Why, for whoever reads the report.
    pub reason: String,
    /// The last day on which it applies, in UTC.
    pub expires: Date,
    /// Without it a payload rule's failure is not waived.
    pub waivable: bool,
    /// Where it stands.
    pub at: Place,
}

pub(super) fn read_all(reader: &mut Reader, root: Table<'_>) -> Vec<WaiverSpec> {
    let Some(items) = reader.list(root, "waivers") else { return Vec::new() };
    if let Some(extra) = items.get(MOST_WAIVERS) {
        reader.bad(extra.spot, "waivers", &format!("expected at most {MOST_WAIVERS} waivers, found more"));
    }
    items.iter().take(MOST_WAIVERS).filter_map(|item| read(reader, item)).collect()
}

fn read(reader: &mut Reader, item: &Item) -> Option<WaiverSpec> {
    let table = reader.table(item, "waivers", &KEYS)?;
    for (key, example) in [
        ("rule", "`rule = \"stack.release\"`"),
        ("reason", "`reason = \"hotfix rolls out until Friday\"`"),
        ("expires", "`expires = 2026-12-04`"),
    ] {
        if table.get(key).is_none() {
            reader.missing(table, key, example);
        }
    }
    let rule = read_rule(reader, table);
    let reason = reader.word(table, "reason");
    let expires = date::read(reader, table, "expires");
    Some(WaiverSpec {
        service: reader.parsed(table, "service"),
        instance: reader.word(table, "instance"),
        path: reader.word(table, "path"),
        observed: reader.word(table, "observed"),
        waivable: reader.boolean(table, "waivable").unwrap_or(false),
        at: reader.place(item.spot),
        rule: rule?,
        reason: reason?,
        expires: expires?,
    })
}

fn read_rule(reader: &mut Reader, table: Table<'_>) -> Option<RuleId> {
    let text = reader.text(table, "rule")?;
    if let Ok(rule) = text.parse() {
        return Some(rule);
    }
    let ids = shipworthy_contract::rules::all().map(|rule| rule.id);
    let nearest = shipworthy_contract::suggest::nearest(text, ids).map(str::to_owned);
    let problem = Problem::UnknownName { key: table.key("rule"), what: "a rule", name: text.to_owned(), nearest };
    reader.fault(table.get("rule")?.item.spot, problem);
    None
}
