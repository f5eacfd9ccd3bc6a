//! What a guest sees of time, and where its run is cut, is in a replay as it was when it was recorded.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use shipworthy_capabilities::{self as ask, RecordedRun, Replay, Run, Tape, tape::Room};
use shipworthy_contract::evidence::{LogLine, RequestRecord, RunEnd};
use shipworthy_engine::{Component, Limits, Seen};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    guest::{Foreign, Guest},
    world::{ENGINE, HURRIED, LIMITS, SHORT, access, access_to, facts, limit, load, target},
};

/// 2026-12-04, 08:00 UTC.
const BEGAN: Duration = Duration::from_hours(498_992);

/// A guest that may read both clocks and wait.
fn guest() -> Guest {
    let of =
        |imports, instance, function, called, signature| Foreign { imports, instance, function, called, signature };
    let poll = r#"
        (import "wasi:io/poll@0.2.0" (instance $poll
          (export "pollable" (type $pollable (sub resource)))
          (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
          (export "[method]pollable.ready" (func (param "self" (borrow $pollable)) (result bool)))
          (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
        (alias export $poll "pollable" (type $pollable))"#;
    let clock = r#"
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
          (alias outer 1 $pollable (type $pollable'))
          (export "pollable" (type $p (eq $pollable')))
          (export "now" (func (result u64)))
          (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))"#;
    let wall = r#"
        (import "wasi:clocks/wall-clock@0.2.0" (instance $wall
          (type $datetime' (record (field "seconds" u64) (field "nanoseconds" u32)))
          (export "datetime" (type $datetime (eq $datetime')))
          (export "now" (func (result $datetime)))))"#;
    [
        of(poll, "$poll", "[method]pollable.block", "$block", "(param i32)"),
        of("", "$poll", "[method]pollable.ready", "$ready", "(param i32) (result i32)"),
        of("", "$poll", "poll", "$poll", "(param i32 i32 i32)"),
        of(clock, "$clock", "now", "$now", "(result i64)"),
        of("", "$clock", "subscribe-duration", "$after", "(param i64) (result i32)"),
        of(wall, "$wall", "now", "$wall", "(param i32)"),
    ]
    .iter()
    .fold(Guest::new(), Guest::foreign)
}

/// Tells the time since the beginning, in nanoseconds.
fn told(guest: Guest, key: &str) -> Guest {
    guest.number(key, "(f64.convert_i64_u (call $now))")
}

fn waiting(guest: Guest, millis: u64) -> Guest {
    guest.wat(&format!("(call $block (call $after (i64.const {millis}_000_000)))"))
}

async fn recorded(component: &Component, access: ask::Access, limits: Limits) -> (Seen, RecordedRun) {
    let tape = Tape::Record(Arc::new(Room::new(1 << 20)));
    let access = ask::Access { tape, calendar: ask::Calendar::read(BEGAN), ..access };
    let run = Arc::new(Run::new(Arc::new(access)));
    let seen = component.run(&ENGINE, &target(), Arc::clone(&run), limits).await;
    let is_cut = matches!(&seen.end, RunEnd::Limit { name, .. } if name == "deadline");
    (seen, if is_cut { run.recorded_until_cut() } else { run.recorded() })
}

async fn replayed(component: &Component, told: &RecordedRun, is_same: bool, limits: Limits) -> (Seen, Arc<Run>) {
    let tape = Tape::Replay(Replay { told: Arc::new(told.clone()), is_same });
    let run = Arc::new(Run::new(Arc::new(ask::Access { tape, ..access() })));
    let seen = component.run(&ENGINE, &target(), Arc::clone(&run), limits).await;
    (seen, run)
}

/// Everything that is seen of a run, but for how it ended.
fn of(seen: &Seen) -> (Vec<String>, Vec<LogLine>, Vec<RequestRecord>) {
    (facts(seen), seen.log.clone(), seen.requests.clone())
}

/// Runs a guest that ends by itself, live and three times from its recording; gives the live facts.
async fn the_same_again(guest: &Guest, access: ask::Access) -> Vec<String> {
    let component = load(guest);
    let (live, told) = recorded(&component, access, LIMITS).await;
    assert_eq!(live.end, RunEnd::Completed);
    for _ in 0..3 {
        let begun = Instant::now();
        let (again, run) = replayed(&component, &told, true, LIMITS).await;
        assert_eq!(again.end, RunEnd::Completed);
        assert_eq!(of(&again), of(&live));
        assert!(run.unrecorded().questions.is_empty());
        assert!(begun.elapsed() < LIMITS.deadline);
    }
    facts(&live)
}

/// The value of a fact that is a number.
fn number(facts: &[String], key: &str) -> u64 {
    let value = facts.iter().find_map(|fact| fact.strip_prefix(key)?.strip_prefix(" = "));
    value.unwrap_or_else(|| panic!("no `{key}` in {facts:?}")).parse().unwrap()
}

/// A server that takes its time for each answer.
async fn slow(by: Duration) -> SocketAddr {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = server.accept().await {
            tokio::spawn(async move {
                let mut asked = [0; 1_024];
                if client.read(&mut asked).await.is_ok_and(|read| read > 0) {
                    tokio::time::sleep(by).await;
                    drop(client.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await);
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn clocks_tell_what_answers_and_waits_took_and_the_same_in_a_replay() {
    let date = "(call $wall (i32.const 96))";
    let guest = told(guest(), "first").get(None, "/granted/slow");
    let guest = told(waiting(told(guest, "answered"), 50), "waited").wat(date);
    let guest = guest.number("date", "(f64.convert_i64_u (i64.load (i32.const 96)))");
    let facts = the_same_again(&guest, access_to(slow(Duration::from_millis(30)).await)).await;
    let [first, answered, waited] = ["first", "answered", "waited"].map(|key| number(&facts, key));
    assert_eq!(first, 1_000, "a reading takes a microsecond");
    assert!(answered - first >= 30_000_000, "{facts:?}");
    // The wait, and a reading after it.
    assert_eq!(waited - answered, 50_001_000, "{facts:?}");
    assert_eq!(number(&facts, "date"), 1_796_371_200);
}

#[tokio::test]
async fn a_guest_that_reads_or_asks_until_it_is_later_comes_to_an_end() {
    let reads = guest().wat("(loop $early (br_if $early (i64.lt_u (call $now) (i64.const 20_000_000))))");
    let facts = the_same_again(&told(reads, "then"), access()).await;
    assert_eq!(number(&facts, "then"), 20_001_000);
    let asks = guest().wat("(local.set $i (call $after (i64.const 5_000_000)))");
    let asks = asks.wat("(loop $early (br_if $early (i32.eqz (call $ready (local.get $i)))))");
    let facts = the_same_again(&told(asks, "then"), access()).await;
    assert!((5_000_000..6_000_000).contains(&number(&facts, "then")), "{facts:?}");
}

#[tokio::test]
async fn of_two_waits_the_shorter_one_is_over_first_however_late_the_system_says_so() {
    // Pollables at 100 and 104, the answer's place and length at 112 and 116. They end so close to each other that the
    // system says of both at once that they are over.
    let both = guest()
        .wat("(i32.store (i32.const 100) (call $after (i64.const 9_000_100)))")
        .wat("(i32.store (i32.const 104) (call $after (i64.const 9_000_000)))")
        .wat("(call $poll (i32.const 100) (i32.const 2) (i32.const 112))")
        .number("over", "(f64.convert_i32_u (i32.load (i32.const 116)))")
        .number("which", "(f64.convert_i32_u (i32.load (i32.load (i32.const 112))))");
    // The longer one is over as soon as it is asked again.
    let both = told(both, "then").wat("(call $block (i32.load (i32.const 100)))");
    let facts = the_same_again(&told(both, "at last"), access()).await;
    assert_eq!([number(&facts, "over"), number(&facts, "which")], [1, 1]);
    assert_eq!(number(&facts, "then"), 9_001_000);
    assert!(number(&facts, "at last") < 9_010_000, "{facts:?}");
}

#[tokio::test]
async fn a_run_that_was_cut_is_cut_after_the_same_step() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let unanswered = || access_to(silent.local_addr().unwrap());
    let seen = || guest().fact("seen", "before");
    // What each guest does after it is cut is what it must not have done in a replay either.
    for (name, guest, access, waits) in [
        ("a wait", waiting(seen(), 600_000).fact("seen", "after"), access(), true),
        ("an answer", seen().get(None, "/granted/slow").fact("seen", "after"), unanswered(), true),
        ("a loop", seen().endlessly(|guest| guest), access(), false),
        ("a loop at the start", guest().start("(loop $endless (br $endless))"), access(), false),
        ("a trickle", seen().endlessly(|guest| waiting(told(guest, "drop").log("drip"), 30)), access(), true),
    ] {
        let component = load(&guest);
        let (live, told) = recorded(&component, access, HURRIED).await;
        assert_eq!(limit(&live), "deadline", "{name}");
        for _ in 0..3 {
            let begun = Instant::now();
            let (again, run) = replayed(&component, &told, true, HURRIED).await;
            assert_eq!(of(&again), of(&live), "{name}");
            assert!(run.is_cut_as_recorded(), "{name}");
            assert!(!waits || begun.elapsed() < SHORT * 9, "{name}: nothing is waited for");
        }
    }
}

#[tokio::test]
async fn a_guest_that_gives_without_end_gives_as_much_again() {
    // A piece of evidence now and then, as fast as it can: how many until the deadline is anybody's guess.
    let busy = |guest: Guest| {
        guest.wat("(loop $busy (br_if $busy (i32.wrap_i64 (i64.rem_u (call $now) (i64.const 40_000_000)))))")
    };
    let component = load(&guest().endlessly(|guest| busy(told(guest, "drop"))));
    let (live, told) = recorded(&component, access(), HURRIED).await;
    assert_eq!(limit(&live), "deadline");
    for _ in 0..3 {
        let (again, run) = replayed(&component, &told, true, HURRIED).await;
        assert_eq!((of(&again), run.is_cut_as_recorded()), (of(&live), true));
    }
}

#[tokio::test]
async fn another_guest_is_cut_only_where_it_waits_for_what_nobody_answered() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let first = load(&guest().fact("seen", "1").get(None, "/granted/slow"));
    let (live, told) = recorded(&first, access_to(silent.local_addr().unwrap()), HURRIED).await;
    assert_eq!(limit(&live), "deadline");

    let patient = load(&waiting(guest(), 100).fact("seen", "2").fact("seen", "more"));
    let (seen, run) = replayed(&patient, &told, false, HURRIED).await;
    assert_eq!((seen.end.clone(), run.is_cut_as_recorded()), (RunEnd::Completed, false));
    assert_eq!(facts(&seen), ["seen = 2", "seen = more"]);

    let asks_it_too = load(&guest().fact("seen", "2").fact("seen", "more").get(None, "/granted/slow"));
    let (seen, run) = replayed(&asks_it_too, &told, false, HURRIED).await;
    assert!(run.is_cut_as_recorded());
    assert_eq!(facts(&seen), ["seen = 2", "seen = more"]);

    let asks_more = load(&guest().get(None, "/granted/slower"));
    let (seen, run) = replayed(&asks_more, &told, false, HURRIED).await;
    let words = "GET /granted/slower; nearest: GET /granted/slow";
    assert_eq!(facts(&seen), [format!("2:/granted/slower = the recording does not hold {words}")]);
    assert_eq!(run.unrecorded().questions, [words]);
}

#[tokio::test]
async fn a_deadline_holds_in_a_replay_too() {
    let begun = Instant::now();
    let sleeper = load(&waiting(guest().fact("seen", "before"), 600_000).fact("seen", "after"));
    let (seen, run) = replayed(&sleeper, &RecordedRun::default(), false, HURRIED).await;
    assert_eq!((limit(&seen), run.is_cut_as_recorded()), ("deadline", false));
    assert_eq!(facts(&seen), ["seen = before"]);
    assert!(begun.elapsed() < SHORT * 9, "nothing is waited for");
    // A guest that computes without end has more time than in a live run, and not all of it.
    let loops = load(&guest().endlessly(|guest| guest));
    let hurried = Limits { deadline: Duration::from_millis(40), ..LIMITS };
    let (seen, _) = replayed(&loops, &RecordedRun::default(), false, hurried).await;
    let RunEnd::Limit { name, limit, observed } = &seen.end else { panic!("{:?}", seen.end) };
    assert_eq!([name.as_str(), limit, observed], ["deadline", "40ms", "still running"]);
}

#[tokio::test]
async fn limits_that_guests_hit_are_hit_again() {
    let many = |guest: Guest| guest.times(300, |guest| guest.get(None, "/granted/x"));
    let grow = "(drop (memory.grow (i32.const 1000)))";
    for (name, guest, word) in [
        ("memory", guest().fact("seen", "before").wat(grow).fact("seen", "after"), "memory"),
        ("log", guest().times(90, |guest| guest.log("fifty characters, more or less, as a line of log has")), "log"),
        ("requests", many(guest().fact("seen", "before")), "requests per run"),
    ] {
        let component = load(&guest);
        let refused = ask::Access { roles: access_to(([127, 0, 0, 1], 1).into()).roles, ..access() };
        let (live, told) = recorded(&component, refused, LIMITS).await;
        assert_eq!(limit(&live), word, "{name}");
        let (again, _) = replayed(&component, &told, true, LIMITS).await;
        assert_eq!((again.end.clone(), of(&again)), (live.end.clone(), of(&live)), "{name}");
    }
}
