//! What a guest learns when it asks for what it may not have, and what the report learns of it.

use shipworthy_contract::evidence::RunEnd;

use crate::{
    guest::Guest,
    world::{LIMITS, facts, run},
};

#[tokio::test]
async fn what_is_not_granted_is_refused_to_the_guest_and_told_in_the_report() {
    let seen = run(&Guest::new().get(None, "/admin").fact("seen", "after"), LIMITS).await;
    assert_eq!(seen.end, RunEnd::Completed);
    assert_eq!(facts(&seen), ["0:/admin = http GET /admin", "seen = after"]);
    assert_eq!(seen.notes, ["GET /admin: not granted; it takes: http GET /admin"]);
    assert_eq!(seen.requests.len(), 1);
}

#[tokio::test]
async fn a_role_that_is_not_the_probes_is_refused() {
    for (role, answer) in [
        ("nonesuch", "0:/granted/x = http@nonesuch GET /granted/x"),
        ("No Role", "1:/granted/x = "),
        ("http://127.0.0.1", "1:/granted/x = "),
    ] {
        let seen = run(&Guest::new().get(Some(role), "/granted/x"), LIMITS).await;
        assert_eq!(seen.end, RunEnd::Completed);
        assert!(facts(&seen)[0].starts_with(answer), "{role}: {:?}", facts(&seen));
        assert_eq!(seen.notes.len(), 1, "{role}");
    }
}

#[tokio::test]
async fn a_path_that_is_not_normal_is_refused_also_where_a_grant_would_match_it() {
    for path in ["/granted/../admin", "/granted/%2e%2e/admin", "//granted/x", "/granted/a b", "granted/x", ""] {
        let seen = run(&Guest::new().get(None, path), LIMITS).await;
        assert_eq!(seen.end, RunEnd::Completed);
        assert!(facts(&seen)[0].starts_with("1:"), "{path}: {:?}", facts(&seen));
        assert_eq!(seen.notes.len(), 1, "{path}");
    }
}

#[tokio::test]
async fn a_guest_that_asks_without_end_is_ended_after_a_while() {
    let seen = run(&Guest::new().fact("seen", "before").times(300, |guest| guest.get(None, "/admin")), LIMITS).await;
    let RunEnd::Limit { name, limit, observed } = &seen.end else { panic!("{:?}", seen.end) };
    assert_eq!([name.as_str(), limit, observed], ["requests per run", "256", "one more: GET /admin"]);
    assert_eq!(seen.requests.len(), 256);
    assert_eq!(facts(&seen)[0], "seen = before");
    assert_eq!(facts(&seen).len(), 257, "each that was within the limit was answered");
}
