//! Services by rule: the worst that became of each, as a link to it.

use std::collections::BTreeMap;

use shipworthy_contract::{CheckResult, Outcome, RuleId, Side, rules, text::plural};

use super::{View, markup::Html, spoken, symbol, weight};

/// What became of one rule at one service.
struct Cell<'a> {
    worst: &'a CheckResult,
    /// How many results had the worst outcome, and how many there are.
    count: usize,
    all: usize,
}

/// One side: its rules in the order of the documentation, and a row for each service in the order of the results.
#[derive(Default)]
struct Matrix<'a> {
    rules: Vec<&'a RuleId>,
    rows: Vec<(&'a str, BTreeMap<&'a RuleId, Cell<'a>>)>,
}

impl<'a> Matrix<'a> {
    fn of(results: &'a [CheckResult], side: Side) -> Self {
        let mut matrix = Self::default();
        for result in results.iter().filter(|result| result.side == side) {
            let service = result.service.as_ref().map(shipworthy_contract::Service::as_str).unwrap_or_default();
            let row = matrix.rows.iter().position(|(known, _)| *known == service).unwrap_or_else(|| {
                matrix.rows.push((service, BTreeMap::new()));
                matrix.rows.len() - 1
            });
            let Some((_, row)) = matrix.rows.get_mut(row) else { continue };
            let cell = row.entry(&result.rule).or_insert(Cell { worst: result, count: 0, all: 0 });
            cell.all += 1;
            if weight(result.outcome) > weight(cell.worst.outcome) {
                (cell.worst, cell.count) = (result, 0);
            }
            cell.count += usize::from(result.outcome == cell.worst.outcome);
            if !matrix.rules.contains(&&result.rule) {
                matrix.rules.push(&result.rule);
            }
        }
        let place = |rule: &RuleId| rules::all().position(|known| known.id == rule.as_str()).unwrap_or(usize::MAX);
        matrix.rules.sort_by_key(|rule| (place(rule), *rule));
        // What is of the stack as a whole stands above its services.
        matrix.rows.sort_by_key(|(service, _)| !service.is_empty());
        matrix
    }
}

pub(super) fn render(html: &mut Html, view: &View<'_>) {
    if view.report.results.is_empty() {
        return;
    }
    html.block("section", &[("id", "matrix"), ("aria-labelledby", "matrix-title")], |html| {
        html.span("h2", &[("id", "matrix-title")], "Services by rule");
        for side in [Side::Payload, Side::Stack] {
            let matrix = Matrix::of(&view.report.results, side);
            if !matrix.rows.is_empty() {
                table(html, view, side, &matrix);
            }
        }
    });
}

fn table(html: &mut Html, view: &View<'_>, side: Side, matrix: &Matrix<'_>) {
    let label = format!("rules of the {side}: a table that may be wider than the page");
    html.block("div", &[("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", &label)], |html| {
        html.element("table", &[("class", "matrix")], |html| {
            html.element("caption", &[("class", "spoken")], |html| {
                html.text(&format!("The worst outcome of each rule of the {side}"));
            });
            html.element("thead", &[], |html| {
                html.element("tr", &[], |html| {
                    html.span("td", &[], side.as_str());
                    for rule in &matrix.rules {
                        html.element("th", &[("scope", "col"), ("title", rule.as_str())], |html| {
                            html.span("span", &[], short(rule, side));
                        });
                    }
                });
            });
            html.element("tbody", &[], |html| {
                for (service, cells) in &matrix.rows {
                    html.block("tr", &[], |html| row(html, view, matrix, (side, service), cells));
                }
            });
        });
    });
}

fn row(
    html: &mut Html,
    view: &View<'_>,
    matrix: &Matrix<'_>,
    (side, service): (Side, &str),
    cells: &BTreeMap<&RuleId, Cell<'_>>,
) {
    let name = match (side, service) {
        (Side::Payload, "") => "payload",
        (Side::Stack, "") => "stack-wide",
        (_, service) => service,
    };
    html.span("th", &[("scope", "row")], name);
    for rule in &matrix.rules {
        html.element("td", &[], |html| {
            let Some(cell) = cells.get(rule) else { return };
            let outcome = cell.worst.outcome;
            let title = format!("{rule}, {name}: {outcome} ({} of {})", cell.count, plural(cell.all, "result"));
            let attributes = [
                ("class", format!("cell {outcome}")),
                ("href", view.numbers.link(cell.worst)),
                ("title", title),
                ("data-rule", rule.to_string()),
                ("data-side", side.to_string()),
                ("data-service", service.to_owned()),
            ];
            html.element("a", &attributes.each_ref().map(|(name, value)| (*name, value.as_str())), |html| {
                html.span("i", &[("aria-hidden", "true")], symbol(outcome));
                match outcome {
                    // Most are so; the symbol alone keeps the table quiet.
                    Outcome::Pass | Outcome::Info => spoken(html, outcome.as_str()),
                    Outcome::Warn | Outcome::Fail | Outcome::Skip | Outcome::Error => html.text(outcome.as_str()),
                }
                if cell.count > 1 {
                    html.blank();
                    html.span("small", &[], &cell.count.to_string());
                }
            });
        });
    }
}

/// A rule without its side, which stands in the corner.
fn short(rule: &RuleId, side: Side) -> &str {
    rule.as_str().strip_prefix(side.as_str()).and_then(|rest| rest.strip_prefix('.')).unwrap_or(rule.as_str())
}
