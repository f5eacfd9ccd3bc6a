package httpclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/httpclient"
	"shipworthy.dev/shipworthy/shipworthytest"
)

func TestAnAnswerIsWhatNetHTTPExpects(t *testing.T) {
	script := shipworthytest.New(t).
		HTTP("GET /info?full=1", shipworthytest.JSON(200, `{}`).Header("x-many", "1").Header("x-many", "2"))
	response, err := httpclient.New(script.Stack()).Get("http://main/info?full=1#part")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if string(body) != "{}" || err != nil || response.Body.Close() != nil || response.ContentLength != 2 {
		t.Error(string(body), err)
	}
	if response.Status != "200 OK" || response.Header.Get("Content-Type") != "application/json" || len(response.Header["X-Many"]) != 2 {
		t.Error(response.Status, response.Header)
	}
}

func TestARequestReachesTheHostWhole(t *testing.T) {
	script := shipworthytest.New(t).HTTP("@metrics POST /b", shipworthytest.Respond(204, ""))
	request, err := http.NewRequest("POST", "https://metrics/b", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Add("X-B", "1")
	request.Header.Add("X-B", "2")
	request.Header.Add("X-A", "3")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := httpclient.New(script.Stack()).Do(request.WithContext(ctx)); err != nil {
		t.Fatal(err)
	}
	sent := script.Seen().Requests[0]
	headers := []shipworthy.Header{{Name: "X-A", Value: "3"}, {Name: "X-B", Value: "1"}, {Name: "X-B", Value: "2"}}
	if sent.Role() != "metrics" || string(sent.Body()) != "hello" || !slices.Equal(sent.Headers(), headers) {
		t.Errorf("sent %+v", sent)
	}
	if limit := sent.TimeoutMS(); limit < 50_000 || limit > 60_000 {
		t.Errorf("sent with a limit of %d ms", limit)
	}
}

func TestRedirectsAreAnswers(t *testing.T) {
	script := shipworthytest.New(t).HTTP("GET /a", shipworthytest.Respond(302, "").Header("location", "https://login.example/"))
	response, err := httpclient.New(script.Stack()).Get("http://main/a")
	if err != nil {
		t.Fatal(err)
	}
	err = httpclient.Expect(response, 200)
	if err == nil || err.Error() != "GET /a: expected 200, found 302, a redirect to `https://login.example/` that is not followed" {
		t.Error(err)
	}
	if failure := shipworthy.AsFailure(err); failure.Why != shipworthy.GapUnreadable {
		t.Error(failure.Why)
	}
	if err := httpclient.Expect(response, 302); err != nil {
		t.Error(err)
	}
}

func TestErrorsKeepTheirGap(t *testing.T) {
	for _, row := range []struct {
		why shipworthy.NetworkError
		gap shipworthy.Gap
	}{
		{shipworthy.NetworkError{Kind: shipworthy.NetworkUnreachable, Detail: "connection refused"}, shipworthy.GapUnreachable},
		{shipworthy.NetworkError{Kind: shipworthy.NetworkNotGranted, Detail: "http GET /a"}, shipworthy.GapNotGranted},
		{shipworthy.NetworkError{Kind: shipworthy.NetworkTimedOut, LimitMS: 5}, shipworthy.GapTimedOut},
	} {
		script := shipworthytest.New(t).HTTP("GET /a", shipworthytest.Fail(&row.why))
		_, err := httpclient.New(script.Stack()).Get("http://main/a")
		failure := shipworthy.AsFailure(err)
		if failure == nil || failure.Why != row.gap || failure.Detail != `Get "http://main/a": `+row.why.Error() {
			t.Errorf("expected %s, found %+v", row.gap, failure)
		}
		var inner *url.Error
		timeout := row.why.Kind == shipworthy.NetworkTimedOut
		if !errors.As(err, &inner) || inner.Timeout() != timeout || errors.Is(err, context.DeadlineExceeded) != timeout {
			t.Errorf("%v: a timeout is expected: %v", err, timeout)
		}
	}
}

func TestWhatCannotBeAskedIsNotSent(t *testing.T) {
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	given, giveUp := context.WithCancel(t.Context())
	giveUp()
	for _, row := range []struct {
		url  string
		ctx  context.Context
		gap  shipworthy.Gap
		text string
	}{
		{"http://user:secret@main/a", t.Context(), shipworthy.GapDefect, "invalid request: its URL has a user name, and credentials are the environment's"},
		{"http://main/a", late, shipworthy.GapTimedOut, "timed out after 0 ms while sending the request"},
		{"http://main/a", given, shipworthy.GapDefect, "context canceled"},
	} {
		script := shipworthytest.New(t)
		request, err := http.NewRequestWithContext(row.ctx, "GET", row.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = (&httpclient.Transport{Stack: script.Stack()}).RoundTrip(request)
		if failure := shipworthy.AsFailure(err); failure == nil || failure.Why != row.gap || !strings.HasSuffix(failure.Detail, row.text) {
			t.Errorf("%s: found %+v", row.url, failure)
		}
		if sent := script.Seen().Requests; len(sent) != 0 {
			t.Errorf("sent %+v", sent)
		}
	}
}
