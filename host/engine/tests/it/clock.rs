//! Deadlines, and neighbours that share a thread with a guest that never ends.

use std::net::TcpListener;

use shipworthy_contract::evidence::RunEnd;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    guest::{Foreign, Guest},
    world::{HURRIED, LIMITS, access, access_to, facts, limit, load, run, run_with},
};

fn endless() -> Guest {
    Guest::new().fact("seen", "before").endlessly(|guest| guest)
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_deadline_and_what_was_given_stays() {
    let seen = run(&endless(), HURRIED).await;
    assert_eq!(limit(&seen), "deadline");
    assert_eq!(facts(&seen), ["seen = before"]);
}

#[tokio::test]
async fn an_endless_loop_in_a_start_function_ends_too() {
    let seen = run(&Guest::new().start("(loop $endless (br $endless))"), HURRIED).await;
    assert_eq!(limit(&seen), "deadline");
}

#[tokio::test]
async fn an_endless_loop_in_the_allocator_ends_too() {
    let seen = run(&Guest::new().allocator("(loop $endless (br $endless))"), HURRIED).await;
    assert_eq!(limit(&seen), "deadline");
}

#[tokio::test]
async fn an_endless_loop_of_host_calls_ends_too() {
    // Each call returns at once, so neither the guest nor the host is ever long at it.
    let clock = Foreign {
        imports: r#"(import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))"#,
        instance: "$clock",
        function: "now",
        called: "$now",
        signature: "(result i64)",
    };
    let guest = Guest::new().foreign(&clock).fact("seen", "before");
    let seen = run(&guest.endlessly(|guest| guest.wat("(drop (call $now))")), HURRIED).await;
    assert_eq!(limit(&seen), "deadline");
    assert_eq!(facts(&seen), ["seen = before"]);
}

#[tokio::test]
async fn a_request_that_is_never_answered_ends_at_the_deadline() {
    // Connections wait in the backlog for ever. The request's own limit is a minute, so only the wall clock can end it:
    // no epoch reaches a guest that waits in the host.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let guest = load(&Guest::new().fact("seen", "before").get(None, "/granted/slow").fact("seen", "after"));
    let seen = run_with(&guest, access_to(silent.local_addr().unwrap()), HURRIED).await;
    assert_eq!(limit(&seen), "deadline");
    assert_eq!(facts(&seen), ["seen = before"]);
    assert_eq!(seen.requests.len(), 1, "what was under way is told");
    let RunEnd::Limit { observed, .. } = seen.end else { panic!("{:?}", seen.end) };
    assert_eq!(observed, "still waiting, last request: GET /granted/slow");
}

#[tokio::test]
async fn a_neighbour_on_the_same_thread_is_served_while_a_guest_loops() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let serve = tokio::spawn(async move {
        let (mut client, _) = server.accept().await.unwrap();
        let mut asked = [0; 1_024];
        assert_ne!(client.read(&mut asked).await.unwrap(), 0);
        client.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await.unwrap();
    });
    let (looping, neighbour) = (load(&endless()), load(&Guest::new().get(None, "/granted/health")));
    // The loop has a minute. Were it not made to yield, it would end before the neighbour is served at all.
    let seen = tokio::select! {
        biased;
        looped = run_with(&looping, access(), LIMITS) => panic!("the loop ended first: {:?}", looped.end),
        seen = run_with(&neighbour, access_to(address), LIMITS) => seen,
    };
    assert_eq!(seen.end, RunEnd::Completed);
    assert_eq!(facts(&seen), ["9:/granted/health = 204"]);
    serve.await.unwrap();
}

#[tokio::test]
async fn the_deadline_of_one_run_is_not_its_neighbours() {
    let (endless, calm) = (load(&endless()), load(&Guest::new().fact("seen", "calm")));
    let mut long = std::pin::pin!(run_with(&endless, access(), LIMITS));
    let short = tokio::select! {
        biased;
        ended = &mut long => panic!("the neighbour ended as well: {:?}", ended.end),
        short = run_with(&endless, access(), HURRIED) => short,
    };
    assert_eq!(limit(&short), "deadline");
    // Neither a run that ended at its deadline nor one that is still under way keeps another from completing.
    let calm = tokio::select! {
        biased;
        ended = &mut long => panic!("the neighbour ended as well: {:?}", ended.end),
        calm = run_with(&calm, access(), LIMITS) => calm,
    };
    assert_eq!(calm.end, RunEnd::Completed);
    assert_eq!(facts(&calm), ["seen = calm"]);
}

#[tokio::test]
async fn a_component_runs_any_number_of_times_each_time_afresh() {
    let count = "(global $count (mut i32) (i32.const 0))";
    let guest = load(
        &Guest::new()
            .module(count)
            .wat("(global.set $count (i32.add (global.get $count) (i32.const 1)))")
            .number("runs", "(f64.convert_i32_u (global.get $count))"),
    );
    for _ in 0..3 {
        assert_eq!(facts(&run_with(&guest, access(), LIMITS).await), ["runs = 1"]);
    }
}
