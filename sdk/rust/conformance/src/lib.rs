//! The probe `conformance`, which uses every function of the SDK: see `sdk/conformance/README.md`.

use serde::Deserialize;
use shipworthy_sdk::{
    Call, Container, ContainersError, Failure, Finding, Gap, Level, Origin, Probe, Request, Stack, Target, health,
    random,
};

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    parts: Vec<String>,
    #[serde(default)]
    text: String,
}

struct Conformance;

impl Probe for Conformance {
    type Config = Config;

    fn observe(stack: &Stack<'_>, target: &Target, config: Config) -> Result<(), Failure> {
        for part in &config.parts {
            match part.as_str() {
                "target" => look_at_target(stack, target, &config.text),
                "info" => info(stack)?,
                "text" => text(stack)?,
                "statuses" => statuses(stack),
                "many" => many(stack),
                "slow" => slow(stack),
                "large" => large(stack),
                "health" => look_at_health(stack),
                "echo" => echo(stack),
                "refused" => refused(stack),
                "containers" => containers(stack)?,
                "findings" => findings(stack),
                "digest" => stack.digest("bytes", &"a".repeat(64), "digest"),
                "long" => long(stack),
                "random" => stack.fact("random", random::number() != random::number(), "random"),
                "log" => log(stack),
                "config" => return Err(Failure::config("config: the part config was asked for")),
                "denied" => return Err(Failure::new(Gap::Denied, "turned away")),
                "crash" => deeper(),
                other => return Err(Failure::config(format!("config: no part `{other}`"))),
            }
        }
        Ok(())
    }
}

fn look_at_target(stack: &Stack<'_>, target: &Target, text: &str) {
    stack.fact("target.service", &*target.service, "target");
    stack.fact("target.instance", &*target.instance, "target");
    stack.fact("target.project", target.project.as_deref().unwrap_or("none"), "target");
    stack.fact("target.text", text, "target");
}

fn info(stack: &Stack<'_>) -> Result<(), Failure> {
    let info = stack.http().get("/info")?.expect(200)?.json()?;
    stack.fact("version", info.value("/build/version")?, info.origin("/build/version"));
    stack.fact("workers", info.value("/workers")?, info.origin("/workers"));
    stack.fact("ready", info.value("/ready")?, info.origin("/ready"));
    for feature in info.keys("/features")? {
        stack.capability(feature, true, info.origin("/features"));
    }
    stack.complete("");
    Ok(())
}

fn text(stack: &Stack<'_>) -> Result<(), Failure> {
    let answer = stack.http().get("/text")?.expect(200)?;
    stack.fact("text", answer.text()?, answer.origin("body"));
    match answer.header("x-version") {
        Some(version) => stack.fact("x-version", version, answer.origin("x-version")),
        None => stack.missing("x-version", Failure::new(Gap::NotOffered, "GET /text: has no header x-version")),
    }
    Ok(())
}

fn statuses(stack: &Stack<'_>) {
    let codes = ["404", "401", "503", "302", "500"];
    let requests = codes.map(|code| Request::get(format!("/status/{code}")));
    for (code, answer) in codes.iter().zip(stack.http().send_all(requests)) {
        let answer = answer.map_err(Failure::from).and_then(|answer| Ok(answer.expect(200)?));
        match answer {
            Ok(answer) => stack.fact(&format!("status:{code}"), answer.status(), answer.origin("status")),
            Err(failure) => stack.missing(&format!("status:{code}"), failure),
        }
    }
}

fn many(stack: &Stack<'_>) {
    let requests = vec![
        Request::get("/a").header("x-trace", "1").timeout_ms(1_000),
        Request::post("/b", "hello"),
        Request::get("/metrics").endpoint("metrics"),
        Request::get("/not-declared"),
        Request::get("/a/../b"),
    ];
    let names: Vec<String> = requests.iter().map(|request| format!("many:{}", request.what())).collect();
    for (name, answer) in names.iter().zip(stack.http().send_many(requests)) {
        match answer {
            Ok(answer) => match answer.text() {
                Ok(text) => stack.fact(name, text, answer.origin("")),
                Err(unreadable) => stack.missing(name, unreadable),
            },
            Err(error) => stack.missing(name, error),
        }
    }
}

fn slow(stack: &Stack<'_>) {
    match stack.http().send(Request::get("/slow").timeout_ms(100)) {
        Ok(answer) => stack.fact("slow", answer.status(), answer.origin("status")),
        Err(error) => stack.missing("slow", error),
    }
}

fn large(stack: &Stack<'_>) {
    match stack.http().get("/large") {
        Ok(answer) => {
            let length = u32::try_from(answer.body().len()).unwrap_or(u32::MAX);
            stack.fact("large", length, answer.origin("body"));
        }
        Err(error) => stack.missing("large", error),
    }
}

fn look_at_health(stack: &Stack<'_>) {
    for (key, name) in [("health", ""), ("health:unknown", "unknown.Service")] {
        let status = stack.grpc().invoke(health::check(name)).map_err(Failure::from).and_then(|reply| {
            let origin = reply.origin("status");
            Ok((health::status(reply)?, origin))
        });
        match status {
            Ok((word, origin)) => stack.fact(key, word, origin),
            Err(failure) => stack.missing(key, failure),
        }
    }
}

fn echo(stack: &Stack<'_>) {
    let call = Call::new("conformance.Echo/Say").metadata("x-trace", "1").message([0x0a, 0x02, 0x68, 0x69]);
    let reply = stack.grpc().invoke(call).map_err(Failure::from).and_then(|reply| Ok(reply.ok()?));
    match reply {
        Ok(reply) => {
            let hex: String = reply.message().iter().map(|byte| format!("{byte:02x}")).collect();
            stack.fact("echo", hex, reply.origin(""));
        }
        Err(failure) => stack.missing("echo", failure),
    }
}

fn refused(stack: &Stack<'_>) {
    let reply = stack.grpc().invoke(Call::new("conformance.Echo/Refuse")).map_err(Failure::from);
    match reply.and_then(|reply| Ok(reply.ok()?)) {
        Ok(reply) => stack.fact("refused", "answered", reply.origin("")),
        Err(failure) => stack.missing("refused", failure),
    }
}

fn containers(stack: &Stack<'_>) -> Result<(), Failure> {
    for container in stack.containers().own()? {
        look_into(stack, &container);
    }
    match stack.containers().of("other") {
        Ok(found) => stack.fact("other", u32::try_from(found.len()).unwrap_or(u32::MAX), "containers other"),
        Err(error) => stack.missing("other", error),
    }
    Ok(())
}

fn look_into(stack: &Stack<'_>, container: &Container) {
    let at = |what: &str| Origin::new(what).of(&*container.name);
    let not_offered = |detail: &str| Failure::new(Gap::NotOffered, detail);
    let part = |key: &str, value: Option<&str>, none: &str| match value {
        Some(value) => stack.fact(key, value, at("image")),
        None => stack.missing(key, not_offered(none)),
    };
    part("image-name", container.image_name(), "the image has no name");
    part("image-tag", container.image_tag(), "the image has no tag");
    stack.fact("state", &*container.state, at("state"));
    let reading = stack.containers();
    let optional = |key: &str, value: Result<Option<String>, ContainersError>, what: &str, none: &str| match value {
        Ok(Some(value)) => stack.fact(key, value, at(what)),
        Ok(None) => stack.missing(key, not_offered(none)),
        Err(error) => stack.missing(key, error),
    };
    optional("env", reading.env(container, "TAG"), "env TAG", "no variable TAG");
    let label = reading.label(container, "org.example.build");
    optional("label", label, "label org.example.build", "no label org.example.build");
    for (key, path) in [("file", "/etc/conformance"), ("none", "/etc/none")] {
        match reading.read_file(container, path, 64) {
            Ok(bytes) => stack.fact(key, String::from_utf8_lossy(&bytes).into_owned(), at(&format!("file {path}"))),
            Err(error) => stack.missing(key, error),
        }
    }
    match reading.sha256(container, "/etc/conformance") {
        Ok(sha256) => stack.digest("file", &sha256, at("file /etc/conformance")),
        Err(error) => stack.missing("file", error),
    }
    match reading.logs(container, 2) {
        Ok(lines) => stack.fact("log", lines.join(" | "), at("logs")),
        Err(error) => stack.missing("log", error),
    }
}

fn findings(stack: &Stack<'_>) {
    stack.finding("always", &Finding::new(true, "it holds"));
    stack.finding("never", &Finding::new(false, "it does not hold").expected("yes").found("no"));
}

fn long(stack: &Stack<'_>) {
    stack.fact(&"k".repeat(2_000), "x", "long");
    stack.fact("long", "v".repeat(10_000), "long");
    stack.missing("prose", Failure::new(Gap::Unreadable, "é".repeat(3_000)));
}

fn log(stack: &Stack<'_>) {
    stack.log(Level::Debug, "debug line");
    stack.log(Level::Info, "info line");
    stack.log(Level::Warn, "warn line");
    stack.log(Level::Error, "error line");
}

/// Where a team's code calls what others wrote.
#[inline(never)]
fn deeper() {
    third_party(&[1, 2, 3], 7);
}

#[inline(never)]
fn third_party(numbers: &[u32], index: usize) {
    assert!(numbers[index] > 0, "the number is not negative");
}

shipworthy_sdk::export!(Conformance);
