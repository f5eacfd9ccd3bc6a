//! What tests put on an engine goes with the process that put it there, also when that is killed.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use shipworthy_stand_ins::real::{Container, Project};

use super::engine_or_skip;

/// Set by the test below for the process that it starts and kills.
const HOLD: &str = "SHIPWORTHY_TEST_HOLD";

/// Not a test of its own: the process that is killed. Without the variable it has nothing to do.
#[test]
fn a_container_is_held() -> Result<()> {
    if env::var_os(HOLD).is_none() {
        return Ok(());
    }
    let Some(engine) = engine_or_skip()? else { return Ok(()) };
    let project = Project::begin(engine);
    let held = project.start(Container::new("held", "held:v1", &["sleep"]))?;
    println!("held {}", held.id);
    thread::sleep(Duration::from_mins(1));
    Ok(())
}

#[test]
fn a_process_that_is_killed_leaves_no_container() -> Result<()> {
    if engine_or_skip()?.is_none() {
        return Ok(());
    }
    let mut killed = Command::new(env::current_exe()?)
        .args(["--exact", "real::leftovers::a_container_is_held", "--nocapture"])
        .env(HOLD, "1")
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = BufReader::new(killed.stdout.take().context("its output")?).lines();
    let id = lines.map_while(Result::ok).find_map(|line| line.split("held ").nth(1).map(str::to_owned));
    killed.kill()?;
    killed.wait()?;
    let id = id.context("a container")?;
    let end = Instant::now() + Duration::from_secs(20);
    while Command::new("docker").args(["inspect", &id]).output()?.status.success() {
        assert!(Instant::now() < end, "{id} is still there");
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
