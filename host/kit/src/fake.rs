//! A stack from a test file, served on unix sockets: the probe reaches it by the way of every check.
//!
//! One thread serves all of it. It ends, with every connection, when it is dropped.

mod containers;
mod http;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use shipworthy_contract::Role;
use tokio::{net::UnixListener, sync::oneshot};

pub(crate) use containers::PROJECT;

use crate::case::{Answer, Case};

/// A running stack.
#[derive(Debug)]
pub(crate) struct Fake {
    asked: Arc<Script>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What is answered, and what has been asked so far.
#[derive(Debug)]
pub(crate) struct Script {
    answers: Vec<Answer>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How often each answer has been given.
    given: Vec<u32>,
    /// What was asked and has no answer, each once.
    unanswered: Vec<String>,
}

impl Script {
    /// The answer to a question: the first that has not been given yet, else the last one that fits.
    fn answer(&self, fits: impl Fn(&Answer) -> bool, told: &str) -> Option<&Answer> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let fitting: Vec<(usize, &Answer)> =
            self.answers.iter().enumerate().filter(|(_, answer)| fits(answer)).collect();
        let fresh = fitting.iter().find(|(index, _)| state.given.get(*index) == Some(&0));
        let Some((index, answer)) = fresh.or(fitting.last()) else {
            if !state.unanswered.iter().any(|known| known == told) {
                state.unanswered.push(told.to_owned());
            }
            return None;
        };
        if let Some(given) = state.given.get_mut(*index) {
            *given += 1;
        }
        Some(answer)
    }
}

/// The socket of a role's endpoint.
pub(crate) fn socket_of(folder: &Path, role: &Role) -> PathBuf {
    folder.join(format!("{role}.sock"))
}

/// The socket of the container engine.
pub(crate) fn engine_in(folder: &Path) -> PathBuf {
    folder.join("containers.engine")
}

impl Fake {
    /// Serves a case in a folder of its own: a socket for each role, and one for the container engine.
    pub(crate) fn serve(case: &Case, folder: &Path, roles: &[Role], service: &str) -> io::Result<Self> {
        let given = vec![0; case.answers.len()];
        let state = Mutex::new(State { given, unanswered: Vec::new() });
        let asked = Arc::new(Script { answers: case.answers.clone(), state });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let mut listeners = Vec::new();
        for role in roles.iter().filter(|role| !case.unreachable.iter().any(|down| *down == role.as_str())) {
            listeners.push((role.clone(), UnixListener::bind(socket_of(folder, role))?));
        }
        let engine = UnixListener::bind(engine_in(folder))?;
        drop(inside);
        let containers = Arc::new(containers::engine(case, service));
        let (stop, stopped) = oneshot::channel();
        let script = Arc::clone(&asked);
        let thread = thread::Builder::new().name("fake stack".to_owned()).spawn(move || {
            runtime.block_on(async move {
                for (role, listener) in listeners {
                    tokio::spawn(http::listen(listener, role, Arc::clone(&script)));
                }
                tokio::spawn(containers::listen(engine, containers));
                drop(stopped.await);
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { asked, stop: Some(stop), thread: Some(thread) })
    }

    /// What was asked and the test has no answer to.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        self.asked.state.lock().unwrap_or_else(PoisonError::into_inner).unanswered.clone()
    }

    /// Answers of the test that nothing asked for.
    pub(crate) fn unused(&self) -> Vec<String> {
        let state = self.asked.state.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = self.asked.answers.iter().zip(&state.given).filter(|(_, given)| **given == 0);
        unused.map(|(answer, _)| answer.to.to_string()).collect()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic has been printed; there is nobody to hand it to.
            drop(thread.join());
        }
    }
}
