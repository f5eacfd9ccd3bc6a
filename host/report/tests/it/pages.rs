//! Reports to look at as pages: what people meet, and what somebody might do to them.

use shipworthy_contract::{CheckResult, Class, Outcome, Policy, Report, rules};

use super::{
    filled,
    samples::{self, at, evidence, fail, frame, line, of, pass, result},
    stack::{Fleet, Seen, Stack},
};

/// What would run if any text were taken for markup, a script, a style or an address. Each sets `document.title` or
/// `window.owned` in its own way.
pub(crate) const INJECTIONS: &[&str] = &[
    "<script>window.owned = 1</script>",
    "</script><script>window.owned = 2</script>",
    "</style><script>window.owned = 3</script>",
    "</title><script>window.owned = 4</script>",
    "<img src=x onerror=\"window.owned = 5\">",
    "<svg onload=window.owned=6>",
    "<svg><script>window.owned = 7</script></svg>",
    "\" onmouseover=\"window.owned = 8\" autofocus onfocus=\"window.owned = 8\" x=\"",
    "' onclick='window.owned = 9' '",
    "\"><script>window.owned = 10</script><a href=\"",
    "javascript:window.owned=11",
    "<a href=\"javascript:window.owned=12\">press</a>",
    "<iframe srcdoc=\"<script>parent.owned = 13</script>\"></iframe>",
    "<meta http-equiv=refresh content=\"0;url=javascript:window.owned=14\">",
    "<base href=\"https://example.invalid/\"><link rel=stylesheet href=\"https://example.invalid/x.css\">",
    "${window.owned = 15}`${window.owned = 15}`",
    "{{constructor.constructor('window.owned = 16')()}}",
    "--><script>window.owned = 17</script><!--",
    "]]><script>window.owned = 18</script>",
    "&lt;script&gt;window.owned = 19&lt;/script&gt; &#60;script&#62;window.owned = 19&#60;/script&#62;",
    "\\u003cscript\\u003ewindow.owned = 20\\u003c/script\\u003e",
    "\u{ff1c}script\u{ff1e}window.owned = 21\u{ff1c}/script\u{ff1e}",
    "<scr\u{0}ipt>window.owned = 22</scr\u{0}ipt>",
    "<\u{202e}script>window.owned = 23</script>",
    "+ADw-script+AD4-window.owned = 24+ADw-/script+AD4-",
    "<style>body { display: none } @import url(https://example.invalid/25.css)</style>",
    "<form action=https://example.invalid/26><button autofocus>go</button></form>",
    "<details open ontoggle=window.owned=27>",
    "<noscript><p title=\"</noscript><img src=x onerror=window.owned=28>\">",
    "<math><mtext></p><style><img src onerror=window.owned=29></style>",
    "=cmd|'/c calc'!A0 <b>bold</b> a&b <!DOCTYPE html> <?php echo 1 ?>",
];

/// Reports by name.
pub(crate) fn all() -> Vec<(String, Report)> {
    let mut all = vec![
        ("mixed".to_owned(), mixed()),
        ("fleet".to_owned(), fleet(1_000)),
        ("small-fleet".to_owned(), fleet(24)),
        ("injected".to_owned(), injected()),
    ];
    all.extend(samples::all().into_iter().map(|(name, report)| (name.to_owned(), report)));
    all
}

/// Some of everything that people meet on one page.
pub(crate) fn mixed() -> Report {
    let mut results = samples::all_pass().results;
    results.retain(|result| result.service.is_none());
    results.extend(samples::payload_failure().results.into_iter().skip(1));
    for rule in [rules::MANIFEST_FIELD, rules::ENTRY_FIELD, rules::ENVIRONMENT, rules::HOOKS_DIGEST, rules::TREE_DIGEST]
    {
        let text = rules::find(rule.as_str()).map_or("it holds", |rule| rule.summary);
        let mut pass = pass(rule, text);
        pass.duration_ms = Some(2);
        results.push(pass);
    }
    results.extend(samples::stack_mismatch().results.into_iter().skip(2));
    results.extend(samples::undetermined().results.into_iter().skip(2));
    results.extend(samples::waived_and_skipped().results.into_iter().skip(1));
    for (service, capability, ms) in [("gateway", "invoke", 41), ("gateway", "auth", 41), ("provisioner", "sync", 380)]
    {
        let mut pass = of(service, pass(rules::CAPABILITY, &format!("has `{capability}`")));
        pass.expected = Some(capability.to_owned());
        pass.observed = Some(format!("`{capability}` is offered"));
        pass.evidence = vec![evidence(&format!("capability:{capability}"), "present", "GET /openapi.json paths")];
        pass.duration_ms = Some(ms);
        results.push(pass);
    }
    results.push(trapped());
    let mut certificate = of(
        "provisioner",
        result(rules::CERTIFICATE, Outcome::Warn, Class::Violated, "the certificate expires in 9 days"),
    );
    certificate.expected = Some("valid for at least 14 days".to_owned());
    certificate.observed = Some("until 2026-12-13, issuer CN=Staging CA".to_owned());
    certificate.duration_ms = Some(380);
    certificate.hint = Some("renew the certificate of `provisioner` before 2026-12-13".to_owned());
    results.push(certificate);
    let mut report = samples::report(Policy::Strict, results);
    if let Some(run) = &mut report.run {
        run.duration_ms = 20_412;
    }
    report
}

fn trapped() -> CheckResult {
    let message = "probe `python-hooks` trapped: KeyError: 'site'";
    let mut trapped = of("runtime-node", result(rules::OBSERVATION, Outcome::Error, Class::Trapped, message));
    trapped.observed = Some("KeyError: 'site'".to_owned());
    trapped.hint = Some("to mend by the plugin's author: report it with the stack below".to_owned());
    trapped.stack = vec![frame("Hooks.observe", Some("app.py")), frame("Guest.run", Some("shipworthy/probe.py"))];
    trapped.log = vec![line("info", "reading sitecustomize.py"), line("warn", "no `site` among 3 keys")];
    trapped.duration_ms = Some(212);
    trapped
}

/// A fleet of so many agents, each with its own time, of which some are not as required. It has seven results for each.
pub(crate) fn fleet(count: usize) -> Report {
    let but = [
        (3, Seen::Version("1.9.0")),
        (17, Seen::Version("1.9.0")),
        (204, Seen::Version("1.8.4")),
        (311, Seen::Unreachable("connection refused")),
        (312, Seen::Unreachable("connection refused")),
        (640, Seen::Slow),
    ];
    let mut stack = Stack::of(&[Fleet::of(count, &but)]);
    for (number, run) in stack.runs.iter_mut().enumerate() {
        // Spread without chance: most are quick, some are not.
        let spread = u64::try_from((number * 7_919) % 97).unwrap_or_default();
        run.duration_ms = 2 + spread / 6 + if spread > 92 { spread * 3 } else { 0 };
    }
    let mut report = stack.report();
    report.run = samples::nothing().run;
    report
}

/// Each of [`INJECTIONS`] in every text of a report.
pub(crate) fn injected() -> Report {
    let mut report = samples::report(Policy::Strict, Vec::new());
    for (number, text) in INJECTIONS.iter().enumerate() {
        let mut filled = filled::report_of(text).results;
        filled.truncate(6);
        if number == 0 {
            report = filled::report_of(text);
            report.results.clear();
        }
        for result in &mut filled {
            result.service = if number % 2 == 0 { "agent".parse().ok() } else { None };
        }
        report.results.extend(filled);
    }
    report.results.push(at(1, 1, "artifacts[0]", fail(rules::PATH, "the last of them is past")));
    report.summary = shipworthy_contract::report::summarize(&report.results);
    (report.verdict, report.exit_code) =
        shipworthy_contract::report::judge(&report.results, shipworthy_contract::report::FailOn::Fail);
    report
}
