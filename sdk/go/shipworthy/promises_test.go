package shipworthy_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/shipworthytest"
)

// observe is a probe that is a function.
type observe func(stack *shipworthy.Stack, target shipworthy.Target) error

func (o observe) Observe(stack *shipworthy.Stack, target shipworthy.Target) error {
	return o(stack, target)
}

func TestEveryNetworkErrorBecomesTheGapThatFits(t *testing.T) {
	get := observe(func(stack *shipworthy.Stack, _ shipworthy.Target) error {
		_, err := stack.HTTP().Get("/x").Expect(200).JSON()
		return err
	})
	for _, row := range []struct {
		err  shipworthy.NetworkError
		line string
	}{
		{shipworthy.NetworkError{Kind: shipworthy.NetworkNotGranted, Detail: "http GET /x"}, "failed not-granted: not granted: http GET /x"},
		{shipworthy.NetworkError{Kind: shipworthy.NetworkInvalidRequest, Detail: "why"}, "failed defect: invalid request: why"},
		{shipworthy.NetworkError{Kind: shipworthy.NetworkUnreachable, Detail: "why"}, "failed unreachable: why"},
		{shipworthy.NetworkError{Kind: shipworthy.NetworkTLS, Detail: "why"}, "failed tls: why"},
		{
			shipworthy.NetworkError{Kind: shipworthy.NetworkTimedOut, Phase: shipworthy.PhaseConnect, LimitMS: 20},
			"failed timed-out: timed out after 20 ms while connecting",
		},
		{
			shipworthy.NetworkError{Kind: shipworthy.NetworkTimedOut, Phase: shipworthy.PhaseBody, LimitMS: 20, ReceivedBytes: 7},
			"failed timed-out: timed out after 20 ms while reading the body, 7 bytes received",
		},
		{
			shipworthy.NetworkError{Kind: shipworthy.NetworkTooLarge, Detail: "response body", Limit: 9},
			"failed limit: the limit of 9 bytes for the response body is exceeded",
		},
		{
			shipworthy.NetworkError{Kind: shipworthy.NetworkTooLarge, Detail: "requests of one run", Limit: 9},
			"failed limit: the limit of 9 for the requests of one run is exceeded",
		},
		{shipworthy.NetworkError{Kind: shipworthy.NetworkProtocol, Detail: "why"}, "failed unreadable: why"},
	} {
		shipworthytest.New(t).HTTP("GET /x", shipworthytest.Fail(&row.err)).Run(get, `{}`).Expect(row.line)
	}
}

func TestErrorsKeepTheirGapWhenTheyAreWrapped(t *testing.T) {
	inner := &shipworthy.UnexpectedStatus{What: "GET /x", Expected: []int{200}, Status: 404}
	wrapped := fmt.Errorf("looking: %w", inner)
	var failure *shipworthy.Failure
	if !errors.As(wrapped, &failure) || failure.Why != shipworthy.GapNotOffered || failure.Detail != inner.Error() {
		t.Errorf("errors.As found %+v", failure)
	}
	if failure := shipworthy.AsFailure(wrapped); failure.Why != shipworthy.GapNotOffered || failure.Detail != wrapped.Error() {
		t.Errorf("AsFailure found %+v", failure)
	}
	if shipworthy.AsFailure(nil) != nil {
		t.Error("nothing is a failure")
	}
}

func TestEveryErrorIsAFailure(t *testing.T) {
	for _, err := range []error{
		&shipworthy.NetworkError{},
		&shipworthy.UnexpectedStatus{},
		&shipworthy.CallFailed{},
		&shipworthy.ContainersError{},
		&shipworthy.Unreadable{},
		&shipworthy.Failure{},
	} {
		var failure *shipworthy.Failure
		if !errors.As(err, &failure) {
			t.Errorf("%T is no failure", err)
		}
	}
}

func TestAnErrorOfAnotherIsADefect(t *testing.T) {
	seen := shipworthytest.New(t).Run(observe(func(stack *shipworthy.Stack, _ shipworthy.Target) error {
		stack.Missing("a", fs.ErrNotExist)
		stack.Missing("b", nil)
		return fmt.Errorf("reading: %w", fs.ErrNotExist)
	}), `{}`)
	seen.Expect(
		"missing a: defect: *errors.errorString: file does not exist",
		"missing b: defect: Missing was called without an error",
		"failed defect: *fmt.wrapError: reading: file does not exist",
	)
}

func TestWhatMustBeOfferedIsUnreadable(t *testing.T) {
	offered := shipworthy.NewFailure(shipworthy.GapNotOffered, "x").MustBeOffered()
	if offered.Why != shipworthy.GapUnreadable {
		t.Errorf("found %s", offered.Why)
	}
	kept := shipworthy.NewFailure(shipworthy.GapDenied, "x").MustBeOffered().At("GET /a")
	if kept.Why != shipworthy.GapDenied || kept.Detail != "GET /a: x" {
		t.Errorf("found %+v", kept)
	}
}

func TestAConfigurationThatCannotBeReadIsTheEnvironmentsFault(t *testing.T) {
	configured := observe(func(stack *shipworthy.Stack, target shipworthy.Target) error {
		config := struct {
			Codes  shipworthy.OneOrMany[uint8] `json:"codes"`
			Length float64                     `json:"length"`
		}{Length: 10}
		err := target.Config(&config)
		stack.Fact("read", shipworthy.Text(fmt.Sprint(config.Codes, config.Length)), shipworthy.From("config"))
		return err
	})
	script := shipworthytest.New(t)
	script.Run(configured, `{ "codes": [1, 2] }`).Expect(`fact read = "[1 2] 10", from config`)
	script.Run(configured, `{ "codes": 3, "length": 4 }`).Expect(`fact read = "[3] 4", from config`)
	failure := script.Run(configured, `{ "codes": [1, 300] }`).Outcome
	if failure == nil || failure.Why != shipworthy.GapConfig || !strings.HasPrefix(failure.Detail, "config: json: cannot unmarshal") {
		t.Errorf("found %+v", failure)
	}
}

func TestEvidenceGivenBeforeAFailureStays(t *testing.T) {
	seen := shipworthytest.New(t).Run(observe(func(stack *shipworthy.Stack, _ shipworthy.Target) error {
		stack.Fact("a", shipworthy.Number(1), shipworthy.From("first"))
		return shipworthy.NewFailure(shipworthy.GapNotOffered, "no more")
	}), `{}`)
	seen.Expect("fact a = 1, from first", "failed not-offered: no more")
}

func TestWhatIsTooLongForTheHostBecomesAGap(t *testing.T) {
	seen := shipworthytest.New(t).Run(observe(func(stack *shipworthy.Stack, _ shipworthy.Target) error {
		from := shipworthy.From("a")
		stack.Fact("text", shipworthy.Text(strings.Repeat("x", 8_193)), from)
		stack.Fact("fits", shipworthy.Text(strings.Repeat("x", 8_192)), from)
		stack.Capability(strings.Repeat("n", 1_025), true, from)
		stack.Capability(strings.Repeat("n", 1_024), true, from)
		stack.Missing("m", shipworthy.NewFailure(shipworthy.GapUnreadable, strings.Repeat("é", 3_000)))
		long := strings.Repeat("m", 5_000)
		stack.Finding("r", shipworthy.Finding{Message: long, Expected: long, Found: long})
		stack.Fact("origin", shipworthy.Boolean(true), shipworthy.From(long).Of(long))
		return nil
	}), `{}`)
	why := seen.Missing("text")
	if why == nil || why.Detail != "a value of 8193 bytes, where at most 8192 are taken" || why.Why != shipworthy.GapLimit {
		t.Errorf("found %+v", why)
	}
	if _, given := seen.Fact("fits"); !given {
		t.Error("what fits is given")
	}
	if line := seen.Lines()[2]; len(line) != len("missing : limit: a name of 1025 bytes, where at most 1024 are taken")+1_024 {
		t.Errorf("found %d bytes: %s", len(line), line)
	}
	if _, given := seen.Capability(strings.Repeat("n", 1_024)); !given {
		t.Error("a name that fits is given")
	}
	if detail := seen.Missing("m").Detail; len(detail) != 1_023 || !strings.HasSuffix(detail, "é…") {
		t.Errorf("found %d bytes", len(detail))
	}
	if finding := seen.Findings("r")[0]; len(finding.Message) != 1_024 || len(finding.Expected) != 1_024 || len(finding.Found) != 1_024 {
		t.Errorf("found %+v", finding)
	}
	if line := seen.Lines()[6]; len(line) != len("fact origin = true, from  of ")+2*1_024 {
		t.Errorf("found %d bytes", len(line))
	}
}

func TestWhatIsNotUTF8IsAGapAndNeverATrap(t *testing.T) {
	seen := shipworthytest.New(t).Run(observe(func(stack *shipworthy.Stack, _ shipworthy.Target) error {
		stack.Fact("value", shipworthy.Text("a\xff"), shipworthy.From("o\xff"))
		stack.Fact("key\xff", shipworthy.Text("a"), shipworthy.From("o"))
		stack.Fact("origin", shipworthy.Text("a"), shipworthy.From("o\xff"))
		_, err := stack.HTTP().Get("/\xff").Response()
		stack.Missing("path", err)
		_, err = stack.GRPC().Invoke(shipworthy.NewCall("a").Metadata("b", "\xff")).OK()
		stack.Missing("metadata", err)
		_, err = stack.Containers().Of("\xff")
		stack.Missing("service", err)
		stack.Log(shipworthy.LevelInfo, "\xff")
		return shipworthy.NewFailure(shipworthy.GapDenied, "\xff")
	}), `{}`)
	seen.Expect(
		"missing value: unreadable: a value: invalid utf-8 sequence of 1 bytes from index 1",
		"missing key\uFFFD: unreadable: a name: invalid utf-8 sequence of 1 bytes from index 3",
		"fact origin = \"a\", from o\uFFFD",
		"missing path: defect: invalid request: not UTF-8: \"/\uFFFD\"",
		"missing metadata: defect: invalid request: not UTF-8: \"b\"",
		"missing service: unreadable: not UTF-8: \"\uFFFD\"",
		"failed denied: \uFFFD",
	)
	if log := seen.Log[0].Message; log != "\uFFFD" {
		t.Errorf("found %q", log)
	}
}

func TestAnswersToSeveralRequestsAreInTheirOrder(t *testing.T) {
	seen := shipworthytest.New(t).
		HTTP("POST /c", shipworthytest.Respond(201, "")).
		HTTP("GET /a", shipworthytest.JSON(200, "{}")).
		HTTP("@metrics GET /b", shipworthytest.Fail(&shipworthy.NetworkError{Kind: shipworthy.NetworkTLS, Detail: "unknown issuer"})).
		Run(observe(func(stack *shipworthy.Stack, _ shipworthy.Target) error {
			requests := []shipworthy.Request{
				shipworthy.Get("/a"),
				shipworthy.Get("/\xff"),
				shipworthy.Get("/b").Endpoint("metrics").Header("a", "1").Header("b", "2").Timeout(1500 * time.Microsecond),
				shipworthy.Post("/c", []byte("{}")),
			}
			for _, answer := range stack.HTTP().SendAll(requests...) {
				if response, err := answer.Response(); err != nil {
					stack.Missing("status", err)
				} else {
					stack.Fact("status", shipworthy.Number(response.Status), response.Origin("status"))
				}
			}
			return nil
		}), `{}`)
	seen.Expect(
		"fact status = 200, from GET /a status",
		"missing status: defect: invalid request: not UTF-8: \"/\uFFFD\"",
		"missing status: tls: unknown issuer",
		"fact status = 201, from POST /c status",
	)
	sent := seen.Requests[1]
	headers := []shipworthy.Header{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}
	if len(seen.Requests) != 3 || sent.TimeoutMS() != 2 || !slices.Equal(sent.Headers(), headers) {
		t.Errorf("sent %+v", seen.Requests)
	}
}
