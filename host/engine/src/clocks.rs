//! `wasi:clocks` as a guest gets it: the time of its run (decision 020), and waits by it.
//!
//! A wait takes its time in a live run and none in a replay; the guest's time is the same after it.

use std::{future, sync::Arc, time::Duration};

use shipworthy_capabilities::{Run, clock::READING};
use tokio::time::Instant;
use wasmtime::component::Resource;
use wasmtime_wasi::{
    async_trait,
    p2::{
        DynPollable, Pollable,
        bindings::clocks::{
            monotonic_clock,
            wall_clock::{self, Datetime},
        },
        subscribe,
    },
};

use crate::state::State;

impl wall_clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<Datetime> {
        let clock = self.run.clock();
        Ok(datetime(clock.begun().saturating_add(clock.read())))
    }

    fn resolution(&mut self) -> wasmtime::Result<Datetime> {
        Ok(datetime(READING))
    }
}

impl monotonic_clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(nanos(self.run.clock().read()))
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(nanos(READING))
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.timer(Duration::from_nanos(when))
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.timer(self.run.clock().now().saturating_add(Duration::from_nanos(duration)))
    }
}

impl State {
    fn timer(&mut self, until: Duration) -> wasmtime::Result<Resource<DynPollable>> {
        let left = until.saturating_sub(self.run.clock().now());
        let timer = Timer {
            run: Arc::clone(&self.run),
            until,
            due: Instant::now().checked_add(left).filter(|_| until <= self.waits_until),
            has_yielded: false,
        };
        let timer = self.table.push(timer)?;
        subscribe(&mut self.table, timer)
    }
}

/// What a guest waits for.
struct Timer {
    run: Arc<Run>,
    /// In the guest's time.
    until: Duration,
    /// In truth; none if the guest's deadline is before.
    due: Option<Instant>,
    /// Whether it was seen to be over, and waited for its turn then.
    has_yielded: bool,
}

#[async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        let clock = self.run.clock();
        // Asking takes the time of a reading: a guest that asks until it is over comes to an end.
        let is_past = clock.read() >= self.until;
        if is_past && std::mem::replace(&mut self.has_yielded, true) {
            return;
        }
        let wait = clock.wait(self.until);
        // What else the guest waits for is asked first, and may be there already. A guest that asks over and over gives its
        // neighbours their turn.
        tokio::task::yield_now().await;
        match self.due {
            _ if is_past => {}
            None => {
                self.run.cut_short();
                future::pending::<()>().await;
            }
            Some(_) if self.run.is_replay() => {}
            Some(due) => tokio::time::sleep_until(due).await,
        }
        // Where another wait is over first, its being over wakes whoever polls both.
        future::poll_fn(|_| if wait.is_over() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }).await;
    }
}

fn datetime(since_1970: Duration) -> Datetime {
    Datetime { seconds: since_1970.as_secs(), nanoseconds: since_1970.subsec_nanos() }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
