//! A service that gives the host's credentials back, and a guest that passes on whatever it hears, in every way that it
//! has. The secret must be nowhere: not in the report, the output for people, the whole log, a recording, or the guest's
//! own words.

use anyhow::{Result, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::json;
use shipworthy_stand_ins::{StandIn, hostile, unpacked};

use crate::{Case, Lab, Told};

/// With every kind of character that an encoding changes and a header carries.
const SECRET: &str = "s3cr\"t/<tok+n>&%~7 q";

/// How the service says it.
fn forms() -> Vec<(&'static str, String)> {
    let escaped = |keep: fn(u8) -> bool, upper: bool| -> String {
        let one = |byte: u8| match byte {
            byte if keep(byte) => char::from(byte).to_string(),
            byte if upper => format!("%{byte:02X}"),
            byte => format!("%{byte:02x}"),
        };
        SECRET.bytes().map(one).collect()
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let hex = |upper: bool| -> String {
        SECRET.bytes().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect()
    };
    let json = json!(SECRET).to_string();
    let json = json.trim_matches('"');
    let html = SECRET.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    vec![
        ("as-it-is", SECRET.to_owned()),
        ("json", json.to_owned()),
        ("json-slashes", json.replace('/', "\\/")),
        ("json-html", json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")),
        ("percent", escaped(plain, true)),
        ("percent-lower", escaped(plain, false)),
        ("form", escaped(plain, true).replace("%20", "+")),
        ("html", html),
        ("base64", BASE64_STANDARD.encode(SECRET)),
        ("base64-url", BASE64_URL_SAFE_NO_PAD.encode(SECRET)),
        ("base64-behind-one", BASE64_STANDARD.encode(format!("x{SECRET}"))),
        ("base64-behind-two", BASE64_STANDARD.encode(format!("user:{SECRET}"))),
        ("hex", hex(false)),
        ("hex-upper", hex(true)),
    ]
}

/// What must not be said anywhere: the form, and the part of it that no encoding shares with anything else.
fn told_parts(form: &str) -> Vec<String> {
    let middle: String = form.chars().skip(form.chars().count() / 3).take(10).collect();
    vec![form.to_owned(), middle]
}

fn heard(lab: &Lab, service: &StandIn, end: &str, forbidden: &[String], header: &str) -> Result<Told> {
    let steps = json!([{ "do": "echo", "path": "/x", "end": end }]);
    let trial = lab.rust(&steps)?.endpoint(&service.url()).variable("HOSTILE_KEY", SECRET);
    let trial = trial.endpoint_line(header).granted(&["http GET /x", "http GET /back"]);
    let trial = trial.requires("facts.echo = \"another\"").requires("capabilities = [\"another\"]");
    let trial = trial.argument("--record").argument("recording.json").in_all_formats();
    let folder = trial.sandbox.dir().to_owned();
    let told = trial.keeping(|told| {
        let recording = unpacked(folder.join("recording.json"))?;
        ensure!(recording.contains("[secret]"), "the recording has no mask: {recording}");
        for text in forbidden {
            ensure!(!recording.contains(text.as_str()), "`{text}` is in the recording");
        }
        Ok(told)
    })?;
    let told = forbidden.iter().try_fold(told, |told, text| told.lacks(text))?;
    // The guest's own words went back to the service.
    let asked = service.request_lines().join("\n");
    let cleaned = |text: &String| text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    for text in forbidden.iter().map(cleaned).filter(|text| text.len() >= 8) {
        ensure!(!asked.contains(&text), "the guest knew `{text}`: {asked}");
    }
    told.says("[secret]")
}

const HEADER: &str = "headers.x-api-key = { env = \"HOSTILE_KEY\" }";

pub(super) fn cases() -> Vec<Case> {
    let of_forms = forms().into_iter().map(|(name, form)| {
        let attack = format!("the service gives the credential back: {name}; the guest says it in every way");
        Case::new("secrets", format!("body-{name}"), attack, move |lab| {
            let service = hostile::fixed(&format!("before {form} after"))?;
            heard(lab, &service, "", &told_parts(&form), HEADER)?.exits(3)
        })
    });
    let of_ends = [("fail", "unreadable"), ("panic", "trapped")].into_iter().map(|(end, class)| {
        let attack = format!("the same as it is; the guest ends with a {end} that says it");
        Case::new("secrets", format!("end-{end}"), attack, move |lab| {
            let service = hostile::fixed(SECRET)?;
            let told = heard(lab, &service, end, &told_parts(SECRET), HEADER)?.exits(3)?;
            let ended =
                told.of("stack.observation", "hostile").any(|result| crate::told::text(result, "class") == class);
            ensure!(ended, "not ended as `{class}`");
            Ok(told)
        })
    });
    of_forms.chain(of_ends).chain(of_places()).collect()
}

/// Where else a credential may come from.
fn of_places() -> Vec<Case> {
    let case = |name: &str, attack: &str, play: fn(&Lab) -> Result<Told>| Case::new("secrets", name, attack, play);
    vec![
        case("headers", "the service gives every header back, in headers and in the body", |lab| {
            heard(lab, &hostile::echo()?, "", &told_parts(SECRET), HEADER)?.exits(3)
        }),
        case("many-times", "the service gives the credential back ten thousand times", |lab| {
            let service = hostile::fixed(&SECRET.repeat(10_000))?;
            heard(lab, &service, "", &told_parts(SECRET), HEADER)?.exits(3)
        }),
        case("cut-by-the-guest", "asks for the answer in pieces, so that no piece holds the credential", |lab| {
            let service = hostile::echo()?;
            let request = json!({ "path": "/x", "headers": [["range", "bytes=0-3"]] });
            let trial = lab.rust(&json!([{ "do": "http", "requests": [request] }]))?.variable("HOSTILE_KEY", SECRET);
            let trial = trial.endpoint(&service.url()).endpoint_line(HEADER).granted(&["http GET /x"]);
            trial.run()?.completed()?.steps(&["0: invalid-request"])
        }),
        case("of-a-neighbour", "the service gives back a credential that belongs to another endpoint", |lab| {
            let service = hostile::fixed(SECRET)?;
            let steps = json!([{ "do": "echo", "path": "/x" }]);
            let trial = lab.rust(&steps)?.endpoint(&service.url()).variable("HOSTILE_KEY", SECRET);
            let trial = trial.section(&format!(
                "[endpoints.other]\nurl = \"{}\"\n{HEADER}\n\n[probes.other]\nplugin = \"builtin:http\"\nconfig = {{ requests = [{{ path = \"/x\", expect_status = 200 }}] }}",
                service.url()
            ));
            let trial = trial.granted(&["http GET /x", "http GET /back"]).requires("facts.echo = \"another\"");
            told_parts(SECRET)
                .iter()
                .try_fold(trial.in_all_formats().run()?, |told, text| told.lacks(text))?
                .says("[secret]")
        }),
        case("of-the-environment", "the environment's file has a credential in a header without a reference", |lab| {
            let trial = lab.rust(&json!([]))?.endpoint("http://127.0.0.1:9");
            let told =
                trial.endpoint_line(&format!("headers.authorization = {}", crate::toml::quoted(SECRET))).run()?;
            told.lacks("tok+n")?.refused(&["authorization"])
        }),
        case("not-ascii", "a credential that no header can carry", |lab| {
            let trial = lab.rust(&json!([]))?.endpoint("http://127.0.0.1:9").variable("HOSTILE_KEY", "s3cr\nt-token");
            let trial = trial.endpoint_line(HEADER).granted(&["http GET /x"]);
            trial.run()?.lacks("t-token")?.refused(&["HOSTILE_KEY"])
        }),
    ]
}
