import assert from "node:assert/strict";
import test from "node:test";

import { CallFailed, ContainersError, Failure, Gap, NetworkError, Unreadable, UnexpectedStatus } from "../src/index.js";

/** @param {Failure} error */
const said = (error) => [error.why, error.detail];

test("every network error has the gap and the text that fit", () => {
  for (const [error, why, detail] of [
    [NetworkError.notGranted("http GET /x"), Gap.NotGranted, "not granted: http GET /x"],
    [NetworkError.invalidRequest("why"), Gap.Defect, "invalid request: why"],
    [NetworkError.unreachable("why"), Gap.Unreachable, "why"],
    [NetworkError.tls("why"), Gap.Tls, "why"],
    [NetworkError.timedOut("connect", 20), Gap.TimedOut, "timed out after 20 ms while connecting"],
    [NetworkError.timedOut("tls", 20), Gap.TimedOut, "timed out after 20 ms while setting up TLS"],
    [NetworkError.timedOut("send", 20), Gap.TimedOut, "timed out after 20 ms while sending the request"],
    [NetworkError.timedOut("headers", 20), Gap.TimedOut, "timed out after 20 ms while waiting for the answer"],
    [
      NetworkError.timedOut("body", 20, 7),
      Gap.TimedOut,
      "timed out after 20 ms while reading the body, 7 bytes received",
    ],
    [NetworkError.tooLarge("response body", 9), Gap.Limit, "the limit of 9 bytes for the response body is exceeded"],
    [NetworkError.tooLarge("requests", 256), Gap.Limit, "the limit of 256 for the requests is exceeded"],
    [NetworkError.protocol("why"), Gap.Unreadable, "why"],
  ]) {
    assert.deepEqual(said(error), [why, detail]);
    assert.ok(error instanceof NetworkError && error instanceof Failure && error instanceof Error);
  }
});

test("every error of containers has the gap and the text that fit", () => {
  for (const [error, why, detail] of [
    [ContainersError.notGranted("container ."), Gap.NotGranted, "not granted: container ."],
    [ContainersError.engineUnreachable("x"), Gap.Unreachable, "x"],
    [ContainersError.noSuchContainer("x"), Gap.Unreachable, "no such container: x"],
    [ContainersError.noSuchFile("x"), Gap.NotOffered, "no such file: x"],
    [ContainersError.notAFile("x"), Gap.Unreadable, "not a regular file: x"],
    [
      ContainersError.ambiguousProject(["x", "y"]),
      Gap.Config,
      "several compose projects fit, and the environment names none: x, y",
    ],
    [ContainersError.tooLarge(9), Gap.Limit, "more than 9 bytes"],
    [ContainersError.timedOut(9), Gap.TimedOut, "the container engine did not answer within 9 ms"],
    [ContainersError.other("x"), Gap.Unreadable, "x"],
  ]) {
    assert.deepEqual(said(error), [why, detail]);
    assert.ok(error instanceof ContainersError && error instanceof Failure);
  }
});

test("each status leaves the gap that fits", () => {
  for (const [status, why] of [
    [201, Gap.Unreadable],
    [301, Gap.Unreadable],
    [401, Gap.Denied],
    [403, Gap.Denied],
    [404, Gap.NotOffered],
    [405, Gap.NotOffered],
    [407, Gap.Denied],
    [408, Gap.TimedOut],
    [410, Gap.NotOffered],
    [429, Gap.Denied],
    [500, Gap.Unreadable],
    [501, Gap.NotOffered],
    [502, Gap.Unreachable],
    [503, Gap.Unreachable],
    [504, Gap.TimedOut],
  ]) {
    const error = new UnexpectedStatus("GET /x", [200], status);
    assert.deepEqual(said(error), [why, `GET /x: expected 200, found ${status}`]);
  }
});

test("each gRPC code leaves the gap that fits", () => {
  for (const [code, why] of [
    [16, Gap.Denied],
    [7, Gap.Denied],
    [12, Gap.NotOffered],
    [5, Gap.NotOffered],
    [14, Gap.Unreachable],
    [4, Gap.TimedOut],
    [8, Gap.Limit],
    [13, Gap.Unreadable],
  ]) {
    assert.deepEqual(said(new CallFailed("grpc a.B/C", code, "no")), [why, `grpc a.B/C: status ${code}: no`]);
  }
  assert.equal(new CallFailed("grpc a.B/C", 2, "").detail, "grpc a.B/C: status 2");
});

test("a failure says where it was, and can be of what must be there", () => {
  const failure = new Failure(Gap.NotOffered, "no").at("GET /x");
  assert.deepEqual(said(failure), [Gap.NotOffered, "GET /x: no"]);
  assert.deepEqual(said(failure.mustBeOffered()), [Gap.Unreadable, "GET /x: no"]);
  assert.deepEqual(said(NetworkError.unreachable("no").mustBeOffered()), [Gap.Unreachable, "no"]);
  assert.equal(failure.mustBeOffered().cause, failure);
  assert.deepEqual(said(Failure.config("key: no")), [Gap.Config, "key: no"]);
  assert.deepEqual(said(new Unreadable("no")), [Gap.Unreadable, "no"]);
});

test("a gap that there is not is an error of the program", () => {
  assert.throws(() => new Failure("unreachabel", "no"), TypeError);
  assert.throws(() => new Failure(Gap.Limit, 7), {
    name: "TypeError",
    message: "Failure: detail: expected text, found a number",
  });
});
