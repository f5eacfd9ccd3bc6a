//! Ctrl-C and `kill` leave nothing behind in the temporary folder.

use std::{
    fs,
    io::ErrorKind,
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{attentive::attentive, sandbox, signatures::pair};

/// Whoever comes to a registry that never answers.
fn caller(registry: &TcpListener) -> Result<TcpStream> {
    registry.set_nonblocking(true)?;
    let end = Instant::now() + Duration::from_secs(50);
    loop {
        match registry.accept() {
            Ok((stream, _)) => return Ok(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock => ensure!(Instant::now() < end, "nobody comes"),
            Err(error) => return Err(error.into()),
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_signal_leaves_no_temporary_folder_behind() -> Result<()> {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut sandbox = sandbox();
        pair(&sandbox, "release")?;
        let temporary = sandbox.dir().join("temporary");
        fs::create_dir(&temporary)?;
        sandbox.variable("TMPDIR", &temporary.display().to_string());
        let registry = TcpListener::bind(("127.0.0.1", 0))?;
        let reference = format!("oci://{}/agent:1.0.0", registry.local_addr()?);
        let words = ["plugin", "verify", &reference, "--key", "release.pub", "--plain-http"];
        let child = attentive(&sandbox, &words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let stream = caller(&registry)?;
        assert_eq!(fs::read_dir(&temporary)?.count(), 1, "it is in the middle of its work");
        Command::new("kill").args([signal, &child.id().to_string()]).status()?;
        let output = child.wait_with_output()?;
        drop(stream);
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::read_dir(&temporary)?.count(), 0, "{signal}");
    }
    Ok(())
}
