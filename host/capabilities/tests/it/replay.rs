//! A recording gives again what was seen, and reaches nothing.

use std::{collections::BTreeMap, sync::Arc};

use http::Response;
use shipworthy_capabilities::{NetworkError, RecordedRun, Run, Tape, tape::Room};
use shipworthy_contract::evidence::RequestRecord;

use crate::{
    server::{full, handler, plain},
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
    world.tape = Tape::Replay(Arc::new(read));
    let replay = run(world);
    assert_eq!(observe(&replay).await, told);
    assert_eq!(without_times(replay.records()), without_times(recording.records()));
    assert_eq!(replay.notes(), recording.notes());

    let error = replay.http(get("/d")).await.unwrap_err();
    assert_eq!(error, NetworkError::Unreachable("not in the recording: GET /d".to_owned()));
}

#[tokio::test]
async fn a_replay_is_policed_like_any_run() {
    let mut world = access(&endpoint(([127, 0, 0, 1], 1).into()));
    world.grants = Vec::new();
    world.tape = Tape::Replay(Arc::default());
    let error = run(world).http(get("/a")).await.unwrap_err();
    assert_eq!(error, NetworkError::NotGranted("http GET /a".to_owned()));
}
