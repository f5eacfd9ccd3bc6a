//! A recording gives again what was seen, and reaches nothing.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use http::Response;
use shipworthy_capabilities::{
    Access, Header, NetworkError, Overrun, RecordedRun, Replay, Request, Run, Tape,
    tape::{Answered, Room},
};
use shipworthy_contract::evidence::RequestRecord;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    server::{Server, full, handler, plain, scripted},
    world::{access, call, endpoint, get, request, run},
};

/// What a probe asks and is told.
async fn observe(run: &Run) -> Vec<String> {
    let mut told = Vec::new();
    told.push(format!("{:?}", run.http(get("/a")).await));
    told.push(format!("{:?}", run.http(get("/a")).await));
    told.push(format!("{:?}", run.http_all(vec![get("/b"), get("/c")]).await));
    told.push(format!("{:?}", run.http(request("PUT", "/a")).await));
    told.push(format!("{:?}", run.grpc(call(b"\xff")).await));
    told
}

fn without_times(records: Vec<RequestRecord>) -> Vec<(String, String)> {
    records.into_iter().map(|record| (record.what, record.answer)).collect()
}

#[tokio::test]
async fn a_replay_equals_its_recording() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = plain(
        false,
        handler(move |received| {
            let at = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let mut body = format!("{at} {} hunter22", received.target).into_bytes();
            body.push(0xff);
            Response::new(full(body))
        }),
    )
    .await;
    let mut world = access(&endpoint(server.address));
    world.tape = Tape::Record(Arc::new(Room::new(1 << 20)));
    let recording = run(world.clone());
    let told = observe(&recording).await;
    let recorded = recording.recorded();
    drop(server);

    let json = serde_json::to_string(&recorded).unwrap();
    assert!(!json.contains("hunter22"));
    let read: RecordedRun = serde_json::from_str(&json).unwrap();
    assert_eq!(read, recorded);

    // Without endpoints at all: a replay reaches nothing.
    world.roles = BTreeMap::new();
    world.tape = Tape::Replay(Replay { told: Arc::new(read), is_same: true });
    let replay = run(world);
    assert_eq!(observe(&replay).await, told);
    assert_eq!(without_times(replay.records()), without_times(recording.records()));
    assert_eq!(replay.notes(), recording.notes());

    let error = replay.http(get("/d")).await.unwrap_err();
    let words = "GET /d; nearest: GET /a, GET /b, GET /c";
    assert_eq!(error, NetworkError::NotRecorded(words.to_owned()));
    assert_eq!(replay.unrecorded().questions, [words]);
}

#[tokio::test]
async fn a_replay_is_policed_like_any_run() {
    let mut world = access(&endpoint(([127, 0, 0, 1], 1).into()));
    world.grants = Vec::new();
    world.tape = Tape::Replay(Replay::default());
    let error = run(world).http(get("/a")).await.unwrap_err();
    assert_eq!(error, NetworkError::NotGranted("http GET /a".to_owned()));
}

/// Answers as the path says: `/after/MS/BYTES`, `/silent`, `/close`, `/nonsense`.
async fn obedient(mut stream: TcpStream) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let path: Vec<&str> = head.split(' ').nth(1).unwrap_or_default().split('/').skip(1).collect();
    let answer = match path.as_slice() {
        ["after", millis, bytes] => {
            tokio::time::sleep(Duration::from_millis(millis.parse().unwrap())).await;
            let bytes: usize = bytes.parse().unwrap();
            format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n{}", "x".repeat(bytes))
        }
        ["silent"] => std::future::pending().await,
        ["nonsense"] => "what?\r\n\r\n".to_owned(),
        _ => String::new(),
    };
    drop(stream.write_all(answer.as_bytes()).await);
    drop(stream.shutdown().await);
}

async fn world() -> (Server, Access) {
    let server = scripted(obedient).await;
    let mut world = access(&endpoint(server.address));
    world.tape = Tape::Record(Arc::new(Room::new(1 << 20)));
    (server, world)
}

/// Everything that comes of asking at the same time.
#[derive(Debug, PartialEq)]
struct Came {
    answers: Vec<String>,
    records: Vec<RequestRecord>,
    notes: Vec<String>,
    overrun: Option<Overrun>,
    /// The guest's time.
    passed: Duration,
}

async fn ask(run: &Run, requests: Vec<Request>) -> Came {
    let answers = run.http_all(requests).await.iter().map(|answer| format!("{answer:?}")).collect();
    Came {
        answers,
        records: run.records(),
        notes: run.notes(),
        overrun: run.overrun().cloned(),
        passed: run.clock().now(),
    }
}

/// Asks live and in a replay, and gives what came of both, which is the same.
async fn the_same_again(world: Access, requests: Vec<Request>) -> Came {
    let live = run(world.clone());
    let came = ask(&live, requests.clone()).await;
    let told = live.recorded();
    let told: RecordedRun = serde_json::from_str(&serde_json::to_string(&told).unwrap()).unwrap();
    let tape = Tape::Replay(Replay { told: Arc::new(told), is_same: true });
    let replay = run(Access { tape, roles: BTreeMap::new(), ..world });
    assert_eq!(ask(&replay, requests).await, came);
    assert!(replay.unrecorded().questions.is_empty());
    came
}

#[tokio::test]
async fn every_limit_that_was_hit_is_hit_again() {
    let brief = |path| Request { timeout: Some(Duration::from_millis(80)), ..get(path) };
    let long = format!("/{}", "a".repeat(9_000));
    let body = Request { body: vec![0; 2 << 20], ..request("POST", "/after/0/1") };
    let header = Header { name: "x-long".to_owned(), value: "a".repeat(70_000) };
    let headers = Request { headers: vec![header], ..get("/after/0/1") };
    for (asked, words) in [
        (get("/after/0/5000"), "the limit of 4096 bytes for the response body is exceeded"),
        (brief("/silent"), "timed out after 80ms while waiting for the answer's headers"),
        (get("/nonsense"), "did not answer with HTTP"),
        (get("/close"), "closed the connection"),
        (request("PUT", "/x"), "not granted; it takes: http PUT /x"),
        (get(&long), "the limit of 8192 bytes for the request path is exceeded"),
        (body, "the limit of 1048576 bytes for the request body is exceeded"),
        (headers, "the limit of 65536 bytes for the request headers is exceeded"),
    ] {
        let (_server, world) = world().await;
        let came = the_same_again(world, vec![asked.clone(), get("/after/5/1")]).await;
        assert!(came.records[0].answer.contains(words), "{words}: {:?}", came.records);
        assert_eq!(came.records[1].answer, "200, 1 bytes");
        assert!(came.passed >= Duration::from_millis(5), "{words}");
    }
}

#[tokio::test]
async fn limits_of_a_whole_run_are_hit_again_at_the_same_answer() {
    // The first that is asked is the last to be answered, and is one too many, as the second last is.
    let (_server, mut world) = world().await;
    world.limits.answers = 5_000;
    let late = ["/after/300/2000", "/after/200/2500", "/after/0/2000", "/after/100/2000"];
    let came = the_same_again(world, late.map(get).to_vec()).await;
    let is_over: Vec<bool> = came.answers.iter().map(|answer| answer.contains("AnswersPerRun")).collect();
    assert_eq!(is_over, [true, true, false, false]);
    let overrun = came.overrun.unwrap();
    assert_eq!((overrun.name, &*overrun.limit), ("answers per run", "5000B"));
    assert!(came.notes.is_empty(), "what ends the run is told as its end: {:?}", came.notes);

    let (_server, mut world) = self::world().await;
    world.limits.requests = 3;
    let came = the_same_again(world, vec![get("/after/20/1"); 5]).await;
    assert_eq!(came.overrun.unwrap().name, "requests per run");
    assert_eq!(came.records.len(), 3);
}

#[tokio::test]
async fn what_is_asked_at_the_same_time_takes_as_long_as_the_longest_of_it() {
    let (_server, world) = world().await;
    let came = the_same_again(world, vec![get("/after/40/1"), get("/after/150/1"), get("/after/10/1")]).await;
    let longest = came.records.iter().map(|record| record.duration_ms).max().unwrap();
    assert_eq!(u64::try_from(came.passed.as_millis()).unwrap(), longest);
    assert!(longest >= 150);
}

#[tokio::test]
async fn more_notes_than_are_kept_are_the_same_ones_in_whatever_order_answers_came() {
    let (_server, mut world) = world().await;
    world.limits.concurrent = 64;
    let asked = (0..40).map(|number| get(&format!("/after/{}/{}", 400 - number * 10, 5_000 + number))).collect();
    let came = the_same_again(world, asked).await;
    assert_eq!(came.notes.len(), 32);
    assert!(came.notes.iter().any(|note| note.contains("/after/400/5000")), "{:?}", came.notes);
}

#[tokio::test]
async fn a_question_under_way_is_kept_where_the_run_is_cut() {
    let (_server, world) = world().await;
    let live = run(world.clone());
    let asked = vec![get("/after/0/1"), get("/silent")];
    let cut = tokio::time::timeout(Duration::from_millis(300), live.http_all(asked.clone())).await;
    assert!(cut.is_err());
    let told = live.recorded_until_cut();
    let answers: Vec<bool> = told.exchanges.iter().map(|exchange| exchange.answered == Answered::Nothing).collect();
    assert_eq!((answers, told.cut_off, told.steps), (vec![false, true], true, Some(2)));

    let replaying = |is_same| {
        let tape = Tape::Replay(Replay { told: Arc::new(told.clone()), is_same });
        run(Access { tape, roles: BTreeMap::new(), ..world.clone() })
    };
    let replay = replaying(true);
    tokio::select! {
        biased;
        answers = replay.http_all(asked) => panic!("{answers:?}"),
        () = replay.cut_off() => {}
    }
    assert_eq!((replay.records(), replay.is_cut_as_recorded()), (live.records(), true));
    // Another probe that does not ask it goes on for as long as it likes.
    let replay = replaying(false);
    for _ in 0..3 {
        assert!(replay.step());
    }
    assert!(replay.http(get("/after/0/1")).await.is_ok());
}
