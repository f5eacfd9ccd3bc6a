//! Several processes use one store at once, and any of them may be killed.

use std::{process::Command, thread, time::Duration};

use anyhow::Result;
use shipworthy_registry::Store;
use shipworthy_stand_ins::component;

use crate::{DESCRIPTOR, client, open, reference, run};

/// Names the store and the reference to the process that [`one_of_many`] is.
const WORK: &str = "SHIPWORTHY_REGISTRY_TEST";

/// Large enough that some are killed while they write.
const LARGE: usize = 8 << 20;

/// Not a test by itself: what the test below runs several of.
#[test]
fn one_of_many() -> Result<()> {
    let Ok(work) = std::env::var(WORK) else { return Ok(()) };
    let (folder, text) = work.split_once('|').expect("both");
    let reference: shipworthy_plugins::Reference = text.parse()?;
    let pulled = run(async {
        let store = Store::open(std::path::Path::new(folder))?;
        anyhow::Ok(client(&reference.host).pull(&reference, &store).await?)
    })?;
    assert_eq!(pulled.bytes.len() as u64, pulled.size);
    Ok(())
}

#[test]
fn processes_that_pull_the_same_thing_at_once_all_have_it_also_if_some_are_killed() -> Result<()> {
    let Some(registry) = open() else { return Ok(()) };
    let tag = reference(registry.host(), "agent:large");
    let bytes = component::probe(DESCRIPTOR, LARGE)?;
    let pushed = run(client(registry.host()).push(&tag, &bytes))?;
    let home = tempfile::tempdir()?;
    let folder = home.path().join("store");
    let work = format!("{}|{}", folder.display(), tag.pinned(pushed.manifest));
    let start = || {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--exact", "together::one_of_many"]).env(WORK, &work).output()
    };
    thread::scope(|scope| -> Result<()> {
        let others: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        // Those that are killed: at another moment each, from before the first byte to after the last.
        for moment in 0..12 {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["--exact", "together::one_of_many"]).env(WORK, &work).stdout(std::process::Stdio::null());
            let mut killed = command.spawn()?;
            thread::sleep(Duration::from_millis(5 + 7 * moment));
            // It may have ended by now, and then it had time enough.
            drop(killed.kill());
            killed.wait()?;
        }
        for other in others {
            let output = other.join().expect("a thread")?;
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        Ok(())
    })?;
    let store = Store::open(&folder)?;
    assert_eq!(store.pulled(pushed.manifest)?.expect("it is there").bytes, bytes);
    Ok(())
}
