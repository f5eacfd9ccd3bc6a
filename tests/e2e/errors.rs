//! Every error in one form: what, where, why, what to do. A corpus of bad input through the binary itself; each shows
//! how it reads, and holds what all have in common.

use anyhow::Result;
use shipworthy_stand_ins::{Sandbox, Tree};

use crate::{sandbox, signatures::pair};

/// A name, the files that there are, and the words of the command.
type Bad<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

/// Runs each in a folder of its own, with an artifact in it, and shows all that they say.
fn told(corpus: &[Bad<'_>]) -> Result<String> {
    let mut shown = String::new();
    for (name, files, words) in corpus {
        let sandbox = sandbox();
        sandbox.tree(&Tree::minimal())?;
        for (path, text) in *files {
            sandbox.file(path, text)?;
        }
        shown.push_str(&one(name, &sandbox, words)?);
    }
    Ok(shown)
}

fn one(name: &str, sandbox: &Sandbox, words: &[&str]) -> Result<String> {
    let output = sandbox.run(words)?;
    let snapshot = output.snapshot();
    assert_eq!(output.status, Some(2), "{name}\n{snapshot}");
    assert_eq!(output.stdout, "", "{name}\n{snapshot}");
    assert!(output.stderr.starts_with("error: "), "{name}: what\n{snapshot}");
    assert!(output.stderr.contains("  help: "), "{name}: what to do\n{snapshot}");
    assert!(output.stderr.contains("] at fault: "), "{name}: whose\n{snapshot}");
    assert!(!output.stderr.contains("hunter2"), "{name}: a secret\n{snapshot}");
    assert!(!output.stderr.to_lowercase().contains("failed to"), "{name}: wording\n{snapshot}");
    let said = snapshot.split("----- stderr -----\n").nth(1).unwrap_or_default();
    Ok(format!("== {name}: shipworthy {}\n{said}\n\n", words.join(" ")))
}

const CHECK: &[&str] = &["check", "--env", "env.toml"];
const ENV: &[&str] = &["env", "check", "env.toml"];

/// What can be wrong with environments, and with the lock beside them.
const ENVIRONMENTS: &[Bad<'static>] = &[
    ("no such name", &[("environments/staging.toml", "")], &["check", "--env", "stagin"]),
    ("none at all", &[], &["check", "--env", "staging"]),
    (
        "far from every name",
        &[("environments/staging.toml", ""), ("environments/prod.toml", "")],
        &["check", "--env", "xyz"],
    ),
    ("not a name", &[], &["check", "--env", "a/b.txt"]),
    ("not TOML", &[("env.toml", "policy = = \"strict\"\n")], CHECK),
    ("a table that is not closed", &[("env.toml", "[probes.gateway\nplugin = \"x\"\n")], CHECK),
    ("an end that comes too early", &[("env.toml", "policy = \"strict\"\ndeadline = ")], CHECK),
    ("a string that is not closed", &[("env.toml", "policy = \"strict\n")], CHECK),
    ("a key twice", &[("env.toml", "policy = \"strict\"\npolicy = \"warn\"\n")], CHECK),
    ("a byte order mark, and CRLF", &[("env.toml", "\u{feff}polcy = \"strict\"\r\n")], CHECK),
    ("after a tab and wide characters", &[("env.toml", "[payload]\n\tenv = \"見見\"\n\tpolcy = 1 # 見\n")], CHECK),
    ("an unknown key", &[("env.toml", "polcy = \"strict\"\n")], CHECK),
    ("an unknown key far from all", &[("env.toml", "[payload]\nfoo = 1\n")], CHECK),
    ("another kind", &[("env.toml", "deadline = 30\n")], CHECK),
    ("no such policy", &[("env.toml", "policy = \"lax\"\n")], CHECK),
    (
        "out of range",
        &[("env.toml", "[probes.x]\nplugin = \"builtin:static\"\nlimits = { memory = \"900GiB\" }\n")],
        CHECK,
    ),
    ("no such unit", &[("env.toml", "deadline = \"30 parsecs\"\n")], CHECK),
    ("a key that is missing", &[("env.toml", "[probes.gateway]\nendpoint = \"gateway\"\n")], CHECK),
    (
        "no such endpoint",
        &[(
            "env.toml",
            "[endpoints.gateway]\nurl = \"http://127.0.0.1:1\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\nendpoint = \"gatway\"\n",
        )],
        CHECK,
    ),
    ("no such bundled probe", &[("env.toml", "[probes.gateway]\nplugin = \"builtin:gatway\"\n")], ENV),
    ("a plugin that is not there", &[("env.toml", "[probes.gateway]\nplugin = \"plugins/none.wasm\"\n")], ENV),
    (
        "a config that does not fit",
        &[("env.toml", "[probes.gateway]\nplugin = \"builtin:static\"\nconfig = { mod = \"docker\" }\n")],
        ENV,
    ),
    (
        "a line that is no grant",
        &[("env.toml", "[probes.x]\nplugin = \"builtin:static\"\ngrants = [\"htp GET /\"]\n")],
        ENV,
    ),
    (
        "a severity of no rule",
        &[(
            "env.toml",
            "[endpoints.gateway]\nurl = \"http://127.0.0.1:1\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\nseverity = { helthy = \"fail\" }\n",
        )],
        ENV,
    ),
    (
        "an address that is none",
        &[("env.toml", "[endpoints.gateway]\nurl = \"https://me:hunter2@gateway:8443/path\"\n")],
        CHECK,
    ),
    (
        "a secret in the file",
        &[("env.toml", "[endpoints.gateway]\nurl = \"https://gateway\"\nheaders.x-api-key = \"hunter2\"\n")],
        CHECK,
    ),
    (
        "beside a secret",
        &[("env.toml", "[probes.x]\nplugin = \"builtin:static\"\nconfig = { password = \"hunter2\", a = = 1 }\n")],
        CHECK,
    ),
    (
        "a waiver of no rule",
        &[("env.toml", "[[waivers]]\nrule = \"stack.mod\"\nreason = \"x\"\nexpires = 2030-01-01\n")],
        CHECK,
    ),
    (
        "a day that is none",
        &[("env.toml", "[[waivers]]\nrule = \"stack.mode\"\nreason = \"x\"\nexpires = \"soon\"\n")],
        CHECK,
    ),
    ("a circle", &[("env.toml", "extends = \"other\"\n"), ("other.toml", "extends = \"env\"\n")], CHECK),
    ("what it extends is not there", &[("env.toml", "extends = \"base\"\n")], CHECK),
    ("a requirement that is none", &[("env.toml", "[requirements]\nmode = \"Docker\"\n")], CHECK),
    (
        "a variable that is not set",
        &[(
            "env.toml",
            "[endpoints.gateway]\nurl = \"http://127.0.0.1:1\"\nheaders.x-api-key = { env = \"NO_SUCH_KEY\" }\n[probes.gateway]\nplugin = \"builtin:gateway\"\n",
        )],
        CHECK,
    ),
    (
        "an authority that is not there",
        &[(
            "env.toml",
            "[endpoints.gateway]\nurl = \"https://127.0.0.1:1\"\nca = \"certs/none.crt\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\n",
        )],
        CHECK,
    ),
    (
        "an authority that is no certificate",
        &[(
            "env.toml",
            "[endpoints.gateway]\nurl = \"https://127.0.0.1:1\"\nca = \"env.toml\"\n[probes.gateway]\nplugin = \"builtin:gateway\"\n",
        )],
        CHECK,
    ),
    ("a socket that is none", &[("env.toml", "[containers]\nsocket = \"/var/run/docker.sock\"\n")], CHECK),
    ("a lock that is not TOML", &[("env.toml", ""), ("shipworthy.lock", "version = = 1\n")], CHECK),
    ("a lock of another format", &[("env.toml", ""), ("shipworthy.lock", "format = \"shipworthy.lock/9\"\n")], CHECK),
];

#[test]
fn environments() -> Result<()> {
    let long = format!("payload = {{ env = \"{}\", polcy = 1 }}\n", "y".repeat(400));
    let long = [("env.toml", long.as_str())];
    let shown = told(ENVIRONMENTS)? + &told(&[("a very long line", &long, CHECK)])?;
    insta::assert_snapshot!(shown);
    Ok(())
}

#[test]
fn command_lines() -> Result<()> {
    let env: &[(&str, &str)] = &[("env.toml", "[probes.gateway]\nplugin = \"builtin:static\"\n")];
    let shown = told(&[
        ("no such command", env, &["chek"]),
        ("no such command, far from all", env, &["deploy"]),
        ("no such command of a command", env, &["plugin", "isnpect"]),
        ("no such flag", env, &["check", "--env", "env.toml", "--polcy", "warn"]),
        ("no such flag, far from all", env, &["env", "list", "--xyzzy"]),
        ("no such value", env, &["check", "--env", "env.toml", "--policy", "stict"]),
        ("no such form", env, &["rules", "--format", "jsn"]),
        ("no such form of a file", env, &["check", "--env", "env.toml", "--output", "jsn=x"]),
        ("no such rule to skip", env, &["check", "--env", "env.toml", "--skip", "stack.mod=x"]),
        ("no reason to skip", env, &["check", "--env", "env.toml", "--skip", "stack.mode"]),
        ("no such language", env, &["plugin", "new", "orders", "--lang", "rus"]),
        ("no such schema", env, &["schema", "reprot"]),
        ("no such shell", env, &["completions", "bsh"]),
        ("no such page", env, &["man", "plugn"]),
        ("no environment", env, &["check"]),
        ("no value", env, &["check", "--env"]),
        ("twice", env, &["check", "--env", "a", "--env", "b"]),
        ("two that exclude each other", env, &["check", "--env", "a", "--record", "a", "--replay", "b"]),
        ("one word too many", env, &["rules", "extra"]),
        ("words that a log would obey", env, &["check", "--env", "env.toml", "a", "::error::owned"]),
        ("a time that is none", env, &["check", "--env", "env.toml", "--timeout", "soon"]),
        ("a digest that is none", env, &["payload", "check", "--artifact-sha256", "12"]),
        ("a part that is none", env, &["stack", "check", "--env", "env.toml", "--partition", "hash:3/2"]),
        ("no such service", env, &["check", "--env", "env.toml", "--only", "gatway"]),
        ("no such rule", env, &["explain", "stack.mod"]),
        ("no such rule, far from all", env, &["explain", "stack.orders.queue-empty"]),
        ("no such class", env, &["explain", "timedout"]),
    ])?;
    insta::assert_snapshot!(shown);
    Ok(())
}

#[test]
fn files_and_folders() -> Result<()> {
    let project = |descriptor| [("p/probe.json", descriptor), ("p/Cargo.toml", "")];
    let (syntax, unknown) = (project("{ \"name\": \"x\",\n  \"version\" }\n"), project("{ \"nam\": \"x\" }\n"));
    let env: &[(&str, &str)] = &[("env.toml", "[probes.gateway]\nplugin = \"builtin:static\"\n")];
    let mut shown = told(&[
        ("no manifest", env, &["payload", "check", "elsewhere.yml"]),
        ("no recording", env, &["check", "--env", "env.toml", "--replay", "none.json"]),
        ("a recording that is none", env, &["check", "--env", "env.toml", "--replay", "env.toml"]),
        ("no place for an output", env, &["payload", "check", "--output", "json=none/report.json"]),
        ("no bundle", env, &["check", "--env", "x", "--bundle", "none.tar"]),
        ("a bundle that is none", env, &["bundle", "verify", "env.toml"]),
        ("no parts", env, &["report", "merge", "none.json"]),
        ("parts that are none", env, &["report", "merge", "env.toml"]),
        ("no plugin", env, &["plugin", "inspect", "none.wasm"]),
        ("a plugin that is none", env, &["plugin", "inspect", "env.toml"]),
        ("no such bundled plugin", env, &["plugin", "inspect", "builtin:gatway"]),
        ("no project", env, &["plugin", "build", "."]),
        ("a descriptor that is no JSON", &syntax, &["plugin", "build", "p"]),
        ("a descriptor with an unknown key", &unknown, &["plugin", "build", "p"]),
        ("a project that is there", &[("orders/x", "")], &["plugin", "new", "orders", "--lang", "go"]),
        ("no tests", &syntax, &["plugin", "test", "p", "--no-build"]),
        ("a reference that is none", env, &["plugin", "pull", "registry.example/x:1"]),
        ("a tag offline", env, &["plugin", "pull", "oci://registry.example/x:1", "--offline"]),
        ("no sums of a file", env, &["payload", "sums", "env.toml"]),
        ("no place for pages", env, &["man", "--dir", "env.toml/man"]),
        ("no key", env, &["plugin", "verify", "env.toml", "--key", "none.pub"]),
        ("a key that is none", env, &["plugin", "verify", "env.toml", "--key", "env.toml"]),
    ])?;
    // Keys are made here and never committed.
    let keyed = sandbox();
    keyed.file("x.txt", "x")?;
    pair(&keyed, "release")?;
    shown.push_str(&one(
        "a private key where a public one is meant",
        &keyed,
        &["plugin", "verify", "x.txt", "--key", "release.key"],
    )?);
    shown.push_str(&one("not signed", &keyed, &["plugin", "verify", "x.txt", "--key", "release.pub"])?);
    shown.push_str(&one(
        "a public key where a private one is meant",
        &keyed,
        &["plugin", "sign", "x.txt", "--key", "release.pub"],
    )?);
    insta::assert_snapshot!(shown);
    Ok(())
}

/// Both flags hold for every command, and for the error about a command line that is none.
#[test]
fn errors_are_words_where_words_are_asked_for() -> Result<()> {
    let mut sandbox = sandbox();
    sandbox.file("env.toml", "polcy = \"strict\"\n")?;
    let asked: [&[&str]; 5] = [
        &["check", "--env", "env.toml", "--plain"],
        &["--plain", "env", "check", "env.toml"],
        &["chek", "--plain"],
        &["report", "diff", "--plain", "none.json", "none.json"],
        &["explain", "nothing", "--plain", "--no-color"],
    ];
    let plain = |text: &str| text.starts_with("error: ") && text.lines().all(|line| !line.starts_with([' ', '-']));
    for words in asked {
        let output = sandbox.run(words)?;
        assert!(output.status == Some(2) && plain(&output.stderr), "{words:?}: {}", output.snapshot());
    }
    let output = sandbox.run(&["chek"])?;
    assert!(!plain(&output.stderr), "{}", output.snapshot());
    sandbox.variable("SHIPWORTHY_PLAIN", "1");
    let output = sandbox.run(&["chek"])?;
    assert!(plain(&output.stderr), "{}", output.snapshot());
    Ok(())
}

#[test]
fn an_answer_that_does_not_arrive_is_an_error() -> Result<()> {
    let sandbox = sandbox();
    sandbox.file("environments/e.toml", "")?;
    let asked: [&[&str]; 9] = [
        &["rules"],
        &["explain", "stack.mode"],
        &["completions", "fish"],
        &["man"],
        &["schema", "report"],
        &["doctor", "--format", "json"],
        &["env", "show", "e"],
        &["env", "list"],
        &["-h"],
    ];
    for words in asked {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full")?;
        let ended = sandbox.command(words).stdout(full).stderr(std::process::Stdio::piped()).output()?;
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.code() == Some(2) && said.contains("[output.write]"), "{words:?}: {said}");
        // That nobody reads is none: the pipe's other end is closed before anything is written.
        let (reader, writer) = std::io::pipe()?;
        drop(reader);
        let ended = sandbox.command(words).stdout(writer).stderr(std::process::Stdio::piped()).output()?;
        assert!(ended.status.success() && ended.stderr.is_empty(), "{words:?}: {:?}", ended.status);
    }
    Ok(())
}
