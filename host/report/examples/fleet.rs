//! How long it takes to judge a fleet and to tell of it: `cargo run --release -p shipworthy-report --example fleet`.
//!
//! No test depends on it. Twice the instances should take about twice the time.

#![expect(clippy::print_stdout, reason = "an example tells its figures")]

#[path = "../tests/it/fleets/stack.rs"]
mod stack;

use std::time::{Duration, Instant};

use shipworthy_report::human::{Options, render};

use stack::{Fleet, Seen, Stack};

/// How often each is measured; the shortest counts.
const ROUNDS: usize = 5;

/// What becomes of each instance, by its number.
type Situation = fn(usize) -> Seen;

fn main() {
    let options = Options {
        color: false,
        unicode: true,
        verbose: false,
        quiet: false,
        plain: false,
        width: 100,
        elapsed: Duration::from_millis(1),
        source: None,
    };
    for count in [1_000, 10_000] {
        let situations: [(&str, Situation); 5] = [
            ("all as required", |_| Seen::Version("2.0.0")),
            ("1 % violated", |at| Seen::Version(if at % 100 == 0 { "1.9.0" } else { "2.0.0" })),
            ("all unreachable", |_| Seen::Unreachable("connection refused")),
            ("all slow", |_| Seen::Slow),
            ("all trapped", |_| Seen::Trapped),
        ];
        for (name, seen) in situations {
            let mut fleet = Fleet::of(count, &[]);
            fleet.instances = (0..count).map(seen).collect();
            let stack = Stack::of(&[fleet]);
            let measured = (0..ROUNDS).map(|_| measure(&stack, &options));
            let (judged, told, lines) = measured.min_by_key(|(judged, told, _)| *judged + *told).unwrap_or_default();
            println!(
                "{:>6} {name:<16} judged in {judged:>9.1?}, told in {told:>9.1?}: {lines} lines",
                stack.runs.len()
            );
        }
    }
}

fn measure(stack: &Stack, options: &Options<'_>) -> (Duration, Duration, usize) {
    let start = Instant::now();
    let report = stack.report();
    let judged = start.elapsed();
    let start = Instant::now();
    let text = render(&report, options);
    (judged, start.elapsed(), text.lines().count())
}
