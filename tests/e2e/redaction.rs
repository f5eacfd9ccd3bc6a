//! Canaries: values that must not be seen anywhere, planted wherever a secret can lie. Every command and every format is
//! run with the log at its loudest, and everything that comes out, and every file that is left, is searched for them.

mod canary;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use shipworthy_stand_ins::{
    Sandbox, Stack, StandIn, Tree,
    docker::{Container, Docker},
    hostile, unpacked,
};

use self::canary::{Canary, searched};
use crate::{formats::formats, sandbox, signatures::pair};

/// A place with canaries in it, and what it asks.
struct Nest {
    sandbox: Sandbox,
    canaries: Vec<Canary>,
    /// Files that a person wrote and that hold canaries as they must.
    written: Vec<PathBuf>,
    /// Where which were seen: all of them are told, not the first.
    found: std::cell::RefCell<Vec<String>>,
    kept: (Stack, StandIn, Docker),
}

/// Shapes of secrets that no host was given, as a plugin, a service or an artifact may tell them.
fn shapes(mut plant: impl FnMut(&'static str) -> String) -> Vec<(&'static str, String)> {
    vec![
        ("password", plant("fact-by-name")),
        ("url", format!("postgres://app:{}@db/app", plant("password-of-a-url"))),
        ("line", format!("DB_PASSWORD={} and more", plant("pair"))),
        ("json", format!(r#"{{\"api_key\":\"{}\"}}"#, plant("pair-in-json"))),
        ("bearer", format!("sent Authorization: Bearer {}", plant("bearer"))),
        ("jwt", format!("got eyJhbGciOiJub25lIn0.eyJzdWIiOiIx{}.c2ln", plant("web-token"))),
        ("pem", format!("-----BEGIN PRIVATE KEY----- {} -----END PRIVATE KEY-----", plant("private-key"))),
        ("maker", format!("ghp_0123456789abcdefghijklmn{}", plant("key-of-a-maker"))),
    ]
}

#[expect(clippy::too_many_lines, reason = "all that is planted is in one place, to be seen whole")]
fn nest() -> Result<Nest> {
    let mut canaries = Vec::new();
    let mut plant = |name: &'static str| {
        let canary = Canary::new(name);
        let value = canary.value.clone();
        canaries.push(canary);
        value
    };
    let (stack, echo) = (Stack::start()?, hostile::echo()?);
    let mut sandbox = sandbox();
    let docker = Docker::start([Container::new("esb", "gateway")
        .variable("DB_PASSWORD", &plant("variable-of-a-container"))
        .variable("DATABASE_URL", &format!("postgres://u:{}@db/x", plant("url-in-a-variable")))
        .label("deploy.token", &plant("label"))
        .log(&format!("password={}", plant("log-of-a-container")))])?;
    sandbox.variable("API_KEY", &plant("header-from-a-variable"));
    sandbox.file("token", format!("Bearer {}\n", plant("header-from-a-file")))?;
    sandbox
        .file("secrets.env", format!("DB_PASSWORD={}\nbroken {}\n", plant("secret-env"), plant("secret-env-broken")))?;
    sandbox.variable("COSIGN_PASSWORD", &plant("password-of-a-signing-key"));
    sandbox.variable("HTTPS_PROXY", &format!("http://user:{}@127.0.0.1:9", plant("proxy")));
    let credentials = canary::base64(&format!("user:{}", plant("login-of-a-registry")));
    let docker_config = format!(r#"{{"auths":{{"{}":{{"auth":"{credentials}"}}}}}}"#, echo.addr());
    sandbox.file("docker/config.json", docker_config)?;
    sandbox.variable("DOCKER_CONFIG", &sandbox.dir().join("docker").display().to_string());
    let facts: Vec<String> = shapes(&mut plant).iter().map(|(name, value)| format!("{name} = '{value}'")).collect();
    let environment = format!(
        "[requirements.services.told.facts]\npassword = \"{expected}\"\nurl = \"other\"\nline = \"other\"\n\n\
         [containers]\nsocket = \"{socket}\"\nproject = \"esb\"\n\n\
         [endpoints.echo]\nurl = \"{url}\"\nheaders.x-api-key = {{ env = \"API_KEY\" }}\nheaders.authorization = {{ file = \"token\" }}\n\n\
         [probes.echo]\nplugin = \"builtin:http\"\nendpoint = \"echo\"\n\
         config = {{ requests = [{{ path = \"/\", facts.whole = {{ text = true }}, facts.key = {{ json = \"/headers/x-api-key\" }}, facts.same = {{ header = \"x-echo-authorization\" }} }}] }}\n\n\
         [probes.told]\nplugin = \"builtin:static\"\nconfig = {{ facts = {{ {facts} }} }}\n\n\
         [probes.gateway]\nplugin = \"builtin:container\"\nconfig = {{ facts = {{ label = {{ label = \"deploy.token\" }} }} }}\n",
        expected = plant("expected-by-name"),
        socket = docker.url(),
        url = echo.url(),
        facts = facts.join(", "),
    );
    sandbox.file("env.toml", environment)?;
    let manifest = Tree::minimal().runtime_stack("api_version: '1.0'\nmode: docker").append(
        "artifact.yml",
        &format!(
            "db_password: {}\nnote: \"redis://:{}@r\"\n",
            plant("field-of-the-manifest"),
            plant("url-in-the-manifest")
        ),
    );
    sandbox.tree(&manifest)?;
    for (file, line) in [
        (
            "plain.toml",
            format!("[endpoints.a]\nurl = \"http://a:1\"\nheaders.x-api-key = \"{}\"\n", plant("plain-header")),
        ),
        ("userinfo.toml", format!("[endpoints.a]\nurl = \"http://user:{}@h\"\n", plant("url-of-an-endpoint"))),
        (
            "broken.toml",
            format!(
                "policy = strict\n[probes.a]\nconfig.password = \"{}\"\npassword = {{{{{}\n",
                plant("broken-toml"),
                plant("broken-line")
            ),
        ),
        ("unknown.toml", format!("api_token = \"{}\"\n", plant("unknown-key"))),
        (
            "config.toml",
            format!(
                "[probes.a]\nplugin = \"builtin:static\"\nconfig = {{ facts = {{ api_token = [\"{}\"] }}, token = \"{}\" }}\n",
                plant("config-value"),
                plant("config-key")
            ),
        ),
        (
            "broken.yml",
            format!(
                "schema_version: '1'\npassword: {}\npassword: {}\n",
                plant("broken-yaml"),
                plant("broken-yaml-again")
            ),
        ),
        (
            "bad.key",
            format!(
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n",
                plant("key-file")
            ),
        ),
    ] {
        sandbox.file(file, line)?;
    }
    let written = fs::read_dir(sandbox.dir())?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    sandbox.variable("SHIPWORTHY_LOG", "trace");
    Ok(Nest { sandbox, canaries, written, found: Vec::new().into(), kept: (stack, echo, docker) })
}

impl Nest {
    /// Runs the binary; nothing of what it says may hold a canary.
    fn run(&self, words: &[&str]) -> Result<shipworthy_stand_ins::Output> {
        let output = self.sandbox.run(words)?;
        for (stream, text) in [("standard output", &output.stdout), ("standard error", &output.stderr)] {
            self.search(&format!("{stream} of `{}`", words.join(" ")), text.as_bytes());
        }
        Ok(output)
    }

    fn search(&self, of: &str, bytes: &[u8]) {
        let found = searched(&self.canaries, bytes);
        if !found.is_empty() {
            self.found.borrow_mut().push(format!("{of} holds {found:?}"));
        }
    }

    /// Searches every file that the runs left, what is packed as well.
    fn search_files(&self) -> Result<usize> {
        let mut count = 0;
        let mut folders = vec![self.sandbox.dir().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if self.written.contains(&path) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                self.search(&path.display().to_string(), &bytes_of(&path)?);
                count += 1;
            }
        }
        Ok(count)
    }
}

/// A file's bytes, unpacked if it is a recording.
fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    Ok(if bytes.starts_with(&[0x1f, 0x8b]) { unpacked(path)?.into_bytes() } else { bytes })
}

#[test]
fn no_format_and_no_file_holds_a_canary() -> Result<()> {
    let nest = nest()?;
    let base = ["check", "--env", "env.toml", "--secret-env", "secrets.env"];
    let formats = formats()?;
    for format in &formats {
        let output = nest.run(&[&base[..], &["--format", format, "--verbose"]].concat())?;
        assert!(matches!(output.status, Some(1 | 3)), "{}", output.snapshot());
        let output = nest.run(&["stack", "check", "--env", "env.toml", "--format", format, "--verbose"])?;
        assert_eq!(output.status, Some(3), "{}", output.snapshot());
        assert!(output.stdout.contains("[secret]"), "there was something to hide in {format}: {}", output.snapshot());
    }
    let outputs: Vec<String> = formats.iter().map(|format| format!("{format}=out.{format}")).collect();
    let outputs = outputs.iter().flat_map(|output| ["--output", output.as_str()]).collect::<Vec<_>>();
    nest.run(&[&["stack", "check", "--env", "env.toml", "--record", "run.json"], outputs.as_slice()].concat())?;
    nest.run(&["stack", "check", "--env", "env.toml", "--replay", "run.json", "--verbose"])?;
    for part in 1..=2 {
        let (part, file) = (format!("hash:{part}/2"), format!("json=part-{part}.json"));
        nest.run(&["stack", "check", "--env", "env.toml", "--partition", &part, "--output", &file])?;
    }
    let merged = nest.run(&["report", "merge", "part-1.json", "part-2.json", "--verbose"])?;
    assert_eq!(merged.status, Some(3), "{}", merged.snapshot());
    assert!(nest.search_files()? >= formats.len() + 3, "there were files to search");
    assert_eq!(*nest.found.borrow(), Vec::<String>::new());
    Ok(())
}

#[test]
fn no_other_command_tells_a_canary() -> Result<()> {
    let nest = nest()?;
    pair(&nest.sandbox, "release")?;
    let reference = format!("oci://{}/x:1", nest.kept.1.addr());
    let userinfo = format!("oci://user:{}@h/x:1", nest.canaries[0].value);
    for words in [
        &["payload", "check", "--secret-env", "secrets.env"][..],
        &["payload", "check", "broken.yml"],
        &["stack", "capture", "--env", "env.toml"],
        &["env", "show", "env.toml"],
        &["env", "show", "config.toml"],
        &["env", "show", "userinfo.toml"],
        &["env", "check", "env.toml"],
        &["env", "check", "config.toml"],
        &["env", "check", "plain.toml"],
        &["env", "check", "userinfo.toml"],
        &["env", "check", "broken.toml"],
        &["env", "check", "unknown.toml"],
        &["env", "diff", "env.toml", "config.toml"],
        &["env", "diff", "env.toml", "config.toml", "--format", "json"],
        &["plugin", "inspect", "builtin:http"],
        &["plugin", "list", "--env", "env.toml"],
        &["plugin", "lock", "--env", "env.toml"],
        &["plugin", "pull", &reference, "--plain-http"],
        &["plugin", "pull", &userinfo],
        &["plugin", "sign", "artifact.yml", "--key", "bad.key"],
        &["plugin", "sign", "artifact.yml", "--key", "release.key"],
        &["bundle", "create", "--env", "env.toml", "--output", "out.bundle"],
        &["cache", "warm", "--env", "env.toml"],
        &["rules"],
    ] {
        nest.run(words).with_context(|| words.join(" "))?;
    }
    assert_eq!(*nest.found.borrow(), Vec::<String>::new());
    Ok(())
}

/// The search finds what it is to find.
#[test]
fn a_canary_is_found_in_every_form() {
    let canary = Canary::new("form");
    for text in canary.forms() {
        for shown in [text.clone(), format!("x{text}y")] {
            assert_eq!(searched(std::slice::from_ref(&canary), shown.as_bytes()), ["form"], "{shown}");
        }
    }
    assert!(searched(&[canary], b"[secret]").is_empty());
}
