//! One answer, read for one fact or capability.

use shipworthy_sdk::{Failure, Gap, Origin, Response, UnexpectedStatus, Value, serde_json};

use crate::plan::{Fact, Sign, Source};

/// The value and where it was read. An answer of the `wrong` status is read for its status only.
pub(crate) fn fact(
    response: &Response,
    fact: &Fact,
    wrong: Option<&UnexpectedStatus>,
) -> Result<(Value, Origin), Failure> {
    let (value, origin) = match (&fact.source, wrong) {
        (Source::Status, _) => (Value::from(response.status()), response.origin("status")),
        (_, Some(wrong)) => return Err(wrong.clone().into()),
        (Source::Json(pointer), None) => {
            let json = response.json()?;
            (json.value(pointer)?, json.origin(pointer))
        }
        (Source::Header(name), None) => {
            let header = response.header(name).ok_or_else(|| nothing(response, &["has no header `", name, "`"]))?;
            (Value::from(header.trim()), response.origin(&["header ", name].concat()))
        }
        (Source::Regex(regex), None) => {
            let body = String::from_utf8_lossy(response.body());
            let found = regex.find(&body).ok_or_else(|| nothing(response, &["no match for `", regex.as_str(), "`"]))?;
            (Value::from(found), response.origin(&["/", regex.as_str(), "/"].concat()))
        }
        (Source::Text, None) => (Value::from(response.text()?.trim()), response.origin("body")),
    };
    match value {
        Value::Text(text) if fact.number => {
            // JSON's numbers, because their reader is here already.
            let number = serde_json::from_slice(text.trim().as_bytes()).ok();
            let number = number.as_ref().and_then(serde_json::Value::as_f64);
            let number = number.ok_or_else(|| nothing(response, &["expected a number, found `", &text, "`"]))?;
            Ok((Value::Number(number), origin))
        }
        value => Ok((value, origin)),
    }
}

/// Whether the sign is there, and where it was looked for. An answer of the `wrong` status is read for its status only.
pub(crate) fn capability(
    response: &Response,
    sign: &Sign,
    wrong: Option<&UnexpectedStatus>,
) -> Result<(bool, Origin), Failure> {
    match (sign, wrong) {
        (Sign::Status(status), _) => Ok((status.contains(&response.status()), response.origin("status"))),
        (_, Some(wrong)) => Err(wrong.clone().into()),
        (Sign::Json(pointer), None) => {
            let json = response.json()?;
            let node = json.at(pointer).unwrap_or(&serde_json::Value::Null);
            let present = !matches!(node, serde_json::Value::Null | serde_json::Value::Bool(false));
            Ok((present, json.origin(pointer)))
        }
        (Sign::Header(name), None) => {
            Ok((response.header(name).is_some(), response.origin(&["header ", name].concat())))
        }
        (Sign::Regex(regex), None) => {
            let present = regex.is_match(&String::from_utf8_lossy(response.body()));
            Ok((present, response.origin(&["/", regex.as_str(), "/"].concat())))
        }
    }
}

/// The answer came, and what is asked for cannot be read from it.
fn nothing(response: &Response, why: &[&str]) -> Failure {
    Failure::new(Gap::Unreadable, why.concat()).at(response.what())
}
