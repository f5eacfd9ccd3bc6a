//! `stack.fact`: equal, or a number that compares as required.

use shipworthy_contract::{
    evidence::Value,
    requirement::{Comparison, FactRequirement},
};

use crate::{compare::Compared, outcome};

pub(super) fn check(required: &FactRequirement, observed: &Value) -> Compared {
    let holds = match required {
        FactRequirement::Equal(text) => equal(text, observed),
        FactRequirement::Number(comparison, required) => match number(observed) {
            Some(observed) => compare(*comparison, *required, observed),
            None => return Compared::Unreadable,
        },
    };
    if holds { Compared::Same } else { Compared::Differs(outcome::FIRST) }
}

/// As numbers only if the probe gave a number: the text `1.10` is not `1.1`.
fn equal(required: &str, observed: &Value) -> bool {
    match (observed, required.trim().parse::<f64>()) {
        (Value::Number(observed), Ok(required)) => compare(Comparison::Equal, required, *observed),
        _ => observed.to_string().trim() == required.trim(),
    }
}

/// A comparison asks for a number, so text that is one counts: many probes cut it out of text.
fn number(observed: &Value) -> Option<f64> {
    match observed {
        Value::Number(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Boolean(_) => None,
    }
    .filter(|number| number.is_finite())
}

fn compare(comparison: Comparison, required: f64, observed: f64) -> bool {
    match comparison {
        Comparison::Less => observed < required,
        Comparison::AtMost => observed <= required,
        Comparison::Greater => observed > required,
        Comparison::AtLeast => observed >= required,
        // Exact on purpose: what is written is what must be read, down to the last bit of the same decimal.
        Comparison::Equal => observed.total_cmp(&required).is_eq() || (observed == 0.0 && required == 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_compare_as_what_they_are() {
        let equal = |text: &str| FactRequirement::Equal(text.to_owned());
        let text = |text: &str| Value::Text(text.to_owned());
        let less = FactRequirement::Number(Comparison::Less, 100.0);
        let (same, differs) = (Compared::Same, Compared::Differs(0));
        for (required, observed, expected) in [
            (equal("blue"), text(" blue "), same.clone()),
            (equal("blue"), text("Blue"), differs.clone()),
            (equal("1.0"), Value::Number(1.0), same.clone()),
            (equal("1e2"), Value::Number(100.0), same.clone()),
            (equal("0"), Value::Number(-0.0), same.clone()),
            (equal("1.1"), text("1.10"), differs.clone()),
            (equal("true"), Value::Boolean(true), same.clone()),
            (equal("true"), Value::Boolean(false), differs.clone()),
            (less.clone(), Value::Number(99.0), same.clone()),
            (less.clone(), text("99"), same.clone()),
            (less.clone(), Value::Number(100.0), differs.clone()),
            (less.clone(), text("many"), Compared::Unreadable),
            (less.clone(), text("NaN"), Compared::Unreadable),
            (less, Value::Boolean(true), Compared::Unreadable),
            (FactRequirement::Number(Comparison::AtMost, 2.0), Value::Number(2.0), same.clone()),
            (FactRequirement::Number(Comparison::Greater, 2.0), Value::Number(2.0), differs.clone()),
            (FactRequirement::Number(Comparison::AtLeast, 2.0), Value::Number(2.0), same.clone()),
            (FactRequirement::Number(Comparison::Equal, 0.5), text("0.50"), same),
            (FactRequirement::Number(Comparison::Equal, 0.5), Value::Number(0.25), differs),
        ] {
            assert_eq!(check(&required, &observed), expected, "{required:?}, {observed:?}");
        }
    }
}
