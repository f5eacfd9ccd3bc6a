//! `plugin test`: what it says of a component, its exit status, and every way in which a test file can be wrong.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{LazyLock, Mutex, PoisonError},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    ROOT,
    tools::{self, Done, shipworthy},
};

/// A built project in Rust, whose build folder stays between runs.
static COMPONENT: LazyLock<PathBuf> = LazyLock::new(|| {
    static BUILDING: Mutex<()> = Mutex::new(());
    let _turn = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let out = ROOT.join("target/tmp/orders.wasm");
    let arguments = ["plugin", "build", "--out", out.to_str().expect("a path that is text")];
    shipworthy(&ROOT.join("sdk/rust/example"), &arguments).and_then(|done| done.expect(0)).expect("a component");
    out
});

/// A folder with the component and one test file.
struct Lab(tempfile::TempDir);

impl Lab {
    fn new(case: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::copy(&*COMPONENT, folder.path().join("orders.wasm"))?;
        fs::write(folder.path().join("case.toml"), case)?;
        Ok(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn test(&self, more: &[&str]) -> Result<Done> {
        shipworthy(self.path(), &[&["plugin", "test", "orders.wasm", "--case", "case.toml"], more].concat())
    }
}

const HEALTHY: &str = "
[[answers]]
to = \"http GET /info\"
json = { build = { version = \"2.1.0\" }, features = {} }
[[answers]]
to = \"http GET /queue\"
json = { length = 3 }
";

#[test]
fn the_exit_status_is_that_of_a_check() -> Result<()> {
    let evidence = "[expect]\nevidence = ['complete \"\"']\n";
    for (status, case) in [
        (0, HEALTHY.to_owned()),
        (0, format!("{HEALTHY}[expect]\ncontains = ['fact queue = 3...']\nrequests = ['GET /info', 'GET /queue']\n")),
        (3, format!("{HEALTHY}{evidence}")),
        (3, format!("{HEALTHY}[expect]\ncontains = ['fact queue = 4...']\n")),
        (3, format!("{HEALTHY}[expect]\nrequests = ['GET /queue', 'GET /info']\n")),
        (3, "unreachable = ['main']".to_owned()),
        (4, "[[answers]]\nto = 'http GET /info'\nstatus = 404".to_owned()),
        (4, format!("[limits]\nmemory = '1MiB'\n{HEALTHY}")),
        (2, "unknown = 1".to_owned()),
        (2, "recording = 'none'".to_owned()),
        (2, format!("grants = ['http GET /info']\n{HEALTHY}")),
        (2, format!("[config]\nlongest = 1\n{HEALTHY}")),
    ] {
        let done = Lab::new(&case)?.test(&[])?;
        assert_eq!(done.status, Some(status), "{case}\n{done:#?}");
    }
    Ok(())
}

#[test]
fn one_screen_tells_what_was_seen_and_what_it_took() -> Result<()> {
    let shown = Lab::new(&format!("about = 'a healthy one'\n{HEALTHY}"))?.test(&[])?.expect(0)?;
    for part in [
        "√ case a healthy one (",
        "fact version = \"2.1.0\", from GET /info build.version",
        "finding queue-short holds: things that wait, expected at most 10, found 3",
        "requests  GET /info: 200,",
        "used      time ",
        "of 5s, memory ",
        "requests 2 of 256, log 0B of 64KiB",
        "1 test: 1 passed",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    Ok(())
}

#[test]
fn what_differs_stands_side_by_side() -> Result<()> {
    let expected = "[expect]\nevidence = ['fact version = \"2.1.0\"...', 'complete \"\"', 'fact queue = 4, from GET /queue length', 'finding ...']\n";
    let shown = Lab::new(&format!("{HEALTHY}{expected}"))?.test(&[])?.expect(3)?;
    let lines = [
        "    evidence differs (- expected, + found)",
        "        fact version = \"2.1.0\", from GET /info build.version",
        "        complete \"\"",
        "      - fact queue = 4, from GET /queue length",
        "      + fact queue = 3, from GET /queue length",
    ];
    assert!(shown.contains(&lines.join("\n")), "{shown}");
    Ok(())
}

#[test]
fn what_the_test_does_not_answer_is_told_with_what_to_add() -> Result<()> {
    let shown = Lab::new("[[answers]]\nto = 'http GET /info'\nstatus = 404\n[[answers]]\nto = 'http GET /other'\n")?
        .test(&[])?
        .expect(4)?;
    assert!(shown.contains("the test has no answer to `http GET /queue`; add:"), "{shown}");
    assert!(shown.contains("not asked http GET /other"), "{shown}");
    Ok(())
}

#[test]
fn limits_are_those_of_a_check() -> Result<()> {
    let slow = HEALTHY.replace("to = \"http GET /queue\"", "to = \"http GET /queue\"\ndelay = '5s'");
    let limits = "[limits]\nrequest = '100ms'\n";
    let shown = Lab::new(&format!("{limits}{slow}"))?.test(&[])?.expect(0)?;
    assert!(shown.contains("missing queue: timed-out: timed out after 100 ms"), "{shown}");
    let shown = Lab::new(&format!("[limits]\nrequests = 1\n{HEALTHY}"))?.test(&[])?.expect(4)?;
    assert!(shown.contains("limit of requests per run: 1, reached one more: GET /queue"), "{shown}");
    Ok(())
}

#[test]
fn a_wrong_test_file_is_told_with_its_place() -> Result<()> {
    let done = Lab::new("about = 'x'\n[[answers]]\nto = 'GET /info'\n")?.test(&[])?;
    assert_eq!(done.status, Some(2));
    for part in ["case.toml:3:6", "expected `http METHOD PATH`", "to = 'GET /info'", "[test.file]"] {
        assert!(done.stderr.contains(part), "{part}\n{}", done.stderr);
    }
    Ok(())
}

#[test]
fn machines_are_told_in_json_and_junit() -> Result<()> {
    let lab = Lab::new(&format!("{HEALTHY}[expect]\nevidence = []\n"))?;
    let junit = lab.test(&["--format", "junit", "--output", "json=out.json"])?.expect(3)?;
    assert!(junit.contains("<testsuites name=\"shipworthy plugin test\" tests=\"1\""), "{junit}");
    assert!(junit.contains("<failure message=\"evidence differs (- expected, + found)\">"), "{junit}");
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(lab.path().join("out.json"))?)?;
    assert_eq!(json["schema"], "shipworthy.plugin-test/1");
    assert_eq!((&json["exit_code"], &json["tests"][0]["outcome"]), (&3.into(), &"failed".into()));
    Ok(())
}

#[test]
fn a_watched_test_runs_again_when_its_file_changes() -> Result<()> {
    let lab = Lab::new(HEALTHY)?;
    let mut command = tools::command(env!("CARGO_BIN_EXE_shipworthy"), lab.path());
    command.args(["plugin", "test", "orders.wasm", "--case", "case.toml", "--watch"]).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let told = (|| {
        let mut lines = BufReader::new(child.stderr.take().context("standard error")?).lines();
        let mut next = || lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("exit status "));
        let first = next().context("a first run")?;
        // A file system that tells seconds only must see another time.
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        fs::write(lab.path().join("case.toml"), format!("{HEALTHY}[expect]\nevidence = []\n"))?;
        let second = next().context("a second run")?;
        Ok::<_, anyhow::Error>((first, second))
    })();
    child.kill()?;
    child.wait()?;
    let (first, second) = told?;
    ensure!(first.starts_with("exit status 0;") && second.starts_with("exit status 3;"), "{first}\n{second}");
    Ok(())
}
