//! The configuration, and what it comes to: each place to read from is one thing, each expression compiled, each name
//! given once.

use shipworthy_sdk::{
    Failure, Request,
    serde_json::{Map, Value},
};

use crate::pattern::Pattern;

/// One request, and what its answer is read for.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) request: Request,
    /// Empty where any will do.
    pub(crate) expect: Vec<u16>,
    pub(crate) facts: Vec<(String, Fact)>,
    pub(crate) capabilities: Vec<(String, Sign)>,
}

#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) source: Source,
    /// Whether the text read there is a number.
    pub(crate) number: bool,
}

/// Where a fact is read.
#[derive(Debug)]
pub(crate) enum Source {
    Json(String),
    Header(String),
    Regex(Pattern),
    Text,
    Status,
}

/// What shows that a capability is there.
#[derive(Debug)]
pub(crate) enum Sign {
    Status(Vec<u16>),
    Json(String),
    Header(String),
    Regex(Pattern),
}

/// Reads the whole configuration, or says which key is wrong.
///
/// It is read from the tree by hand: the host has checked it against the schema, and derived readers for so many small
/// structures are a third of the component.
pub(crate) fn read(config: &Value) -> Result<Vec<Plan>, Failure> {
    let requests = config.get("requests").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut plans: Vec<Plan> = Vec::with_capacity(requests.len());
    for (index, asked) in requests.iter().enumerate() {
        let at = ["requests[", &index.to_string(), "]"].concat();
        let plan = plan(&at, asked, &plans)?;
        plans.push(plan);
    }
    Ok(plans)
}

fn plan(at: &str, asked: &Value, earlier: &[Plan]) -> Result<Plan, Failure> {
    let path = text(asked, "path").ok_or_else(|| wrong(at, "has no `path`"))?;
    let mut request = Request::new(text(asked, "method").unwrap_or("GET"), path);
    for (name, value) in entries(asked, "headers") {
        request = request.header(name.as_str(), value.as_str().unwrap_or_default());
    }
    let mut plan = Plan { request, expect: statuses(asked.get("expect_status")), facts: vec![], capabilities: vec![] };
    for (key, from) in entries(asked, "facts") {
        let at = [at, ".facts.", key].concat();
        once(&at, earlier.iter().flat_map(|plan| &plan.facts).any(|(given, _)| given == key))?;
        plan.facts.push((key.clone(), fact(&at, from)?));
    }
    for (name, sign) in entries(asked, "capabilities") {
        let at = [at, ".capabilities.", name].concat();
        once(&at, earlier.iter().flat_map(|plan| &plan.capabilities).any(|(given, _)| given == name))?;
        plan.capabilities.push((name.clone(), capability(&at, sign)?));
    }
    Ok(plan)
}

fn once(at: &str, given: bool) -> Result<(), Failure> {
    if given { Err(wrong(at, "is given by two requests")) } else { Ok(()) }
}

fn fact(at: &str, from: &Value) -> Result<Fact, Failure> {
    let yes = |key: &str| from.get(key).and_then(Value::as_bool).unwrap_or(false);
    let sources = [
        text(from, "json").map(|pointer| self::pointer(at, pointer).map(Source::Json)),
        text(from, "header").map(|name| Ok(Source::Header(name.to_owned()))),
        text(from, "regex").map(|expression| compile(at, expression).map(Source::Regex)),
        yes("text").then_some(Ok(Source::Text)),
        yes("status").then_some(Ok(Source::Status)),
    ];
    let source = only(sources, at, "takes exactly one of `json`, `header`, `regex`, `text`, `status`")?;
    Ok(Fact { source, number: yes("number") })
}

fn capability(at: &str, sign: &Value) -> Result<Sign, Failure> {
    let signs = [
        sign.get("status").map(|status| Ok(Sign::Status(statuses(Some(status))))),
        text(sign, "json").map(|pointer| self::pointer(at, pointer).map(Sign::Json)),
        text(sign, "header").map(|name| Ok(Sign::Header(name.to_owned()))),
        text(sign, "regex").map(|expression| compile(at, expression).map(Sign::Regex)),
    ];
    only(signs, at, "takes exactly one of `status`, `json`, `header`, `regex`")
}

fn only<T, const N: usize>(given: [Option<Result<T, Failure>>; N], at: &str, otherwise: &str) -> Result<T, Failure> {
    let mut given = given.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(one), None) => one,
        _ => Err(wrong(at, otherwise)),
    }
}

fn text<'a>(node: &'a Value, key: &str) -> Option<&'a str> {
    node.get(key)?.as_str()
}

fn entries<'a>(node: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    node.get(key).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// One status, or a list of them.
fn statuses(node: Option<&Value>) -> Vec<u16> {
    let one = |node: &Value| node.as_u64().and_then(|status| u16::try_from(status).ok());
    match node {
        Some(Value::Array(nodes)) => nodes.iter().filter_map(one).collect(),
        Some(node) => one(node).into_iter().collect(),
        None => Vec::new(),
    }
}

/// RFC 6901: empty, or begins with a slash; `~` only as `~0` and `~1`.
fn pointer(at: &str, pointer: &str) -> Result<String, Failure> {
    let escaped = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if escaped && (pointer.is_empty() || pointer.starts_with('/')) {
        Ok(pointer.to_owned())
    } else {
        Err(wrong(&[at, ".json"].concat(), &["not a JSON pointer: ", pointer].concat()))
    }
}

fn compile(at: &str, expression: &str) -> Result<Pattern, Failure> {
    Pattern::parse(expression).map_err(|why| wrong(&[at, ".regex"].concat(), &why))
}

fn wrong(at: &str, why: &str) -> Failure {
    Failure::config(["`", at, "`: ", why].concat())
}
