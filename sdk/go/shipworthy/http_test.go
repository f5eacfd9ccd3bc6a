package shipworthy_test

import (
	"testing"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/shipworthytest"
)

func respond(t *testing.T, answer shipworthytest.Answer) *shipworthy.Response {
	t.Helper()
	response, err := shipworthytest.New(t).HTTP("GET /x", answer).Stack().HTTP().Get("/x").Response()
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestEachStatusLeavesTheGapThatFits(t *testing.T) {
	for status, gap := range map[int]shipworthy.Gap{
		301: shipworthy.GapUnreadable, 500: shipworthy.GapUnreadable,
		401: shipworthy.GapDenied, 403: shipworthy.GapDenied, 407: shipworthy.GapDenied, 429: shipworthy.GapDenied,
		404: shipworthy.GapNotOffered, 405: shipworthy.GapNotOffered, 410: shipworthy.GapNotOffered, 501: shipworthy.GapNotOffered,
		502: shipworthy.GapUnreachable, 503: shipworthy.GapUnreachable,
		408: shipworthy.GapTimedOut, 504: shipworthy.GapTimedOut,
	} {
		_, err := respond(t, shipworthytest.Respond(status, "")).Expect(200)
		if failure := shipworthy.AsFailure(err); failure.Why != gap {
			t.Errorf("%d: expected %s, found %s", status, gap, failure.Why)
		}
	}
	if response, err := respond(t, shipworthytest.Respond(200, "")).Expect(200); err != nil || response.Status != 200 {
		t.Error(response, err)
	}
}

func TestAnUnexpectedStatusSaysWhatWasExpectedAndWhereARedirectLeads(t *testing.T) {
	redirect := shipworthytest.Respond(302, "").Header("Location", "https://login.example/")
	for _, row := range []struct {
		answer   shipworthytest.Answer
		expected []int
		text     string
	}{
		{shipworthytest.Respond(500, ""), []int{200, 204}, "GET /x: expected 200 or 204, found 500"},
		{redirect, []int{200}, "GET /x: expected 200, found 302, a redirect to `https://login.example/` that is not followed"},
		{shipworthytest.Respond(201, "").Header("Location", "/x/1"), []int{200}, "GET /x: expected 200, found 201"},
	} {
		if text := respond(t, row.answer).Unexpected(row.expected...).Error(); text != row.text {
			t.Error(text)
		}
	}
}

func TestHeadersAreFoundInAnyCase(t *testing.T) {
	response := respond(t, shipworthytest.Respond(200, "").Header("X-Version", "1").Header("x-version", "2"))
	if value, found := response.Header("x-VERSION"); value != "1" || !found {
		t.Error(value, found)
	}
	if _, found := response.Header("x-other"); found {
		t.Error("found what is not there")
	}
}

func TestABodyThatIsNotTextIsUnreadable(t *testing.T) {
	for body, fault := range map[string]string{
		"\xff":             "invalid utf-8 sequence of 1 bytes from index 0",
		"a\xff":            "invalid utf-8 sequence of 1 bytes from index 1",
		"a\xe2\x82":        "incomplete utf-8 byte sequence from index 1",
		"a\xe2\x82b":       "invalid utf-8 sequence of 2 bytes from index 1",
		"\xf0\x9f\x98a":    "invalid utf-8 sequence of 3 bytes from index 0",
		"é\uFFFD\xed\xa0":  "invalid utf-8 sequence of 1 bytes from index 5",
		"\xc0\xafétranger": "invalid utf-8 sequence of 1 bytes from index 0",
	} {
		_, err := respond(t, shipworthytest.Respond(200, body)).Text()
		if err == nil || err.Error() != "GET /x: "+fault {
			t.Errorf("%q: expected %s, found %v", body, fault, err)
		}
		if _, err := respond(t, shipworthytest.Respond(200, `"`+body+`"`)).JSON(); err == nil {
			t.Errorf("%q is no JSON", body)
		}
	}
	if text, err := respond(t, shipworthytest.Respond(200, "é\uFFFD")).Text(); text != "é\uFFFD" || err != nil {
		t.Error(text, err)
	}
}

func TestAnAnswerKeepsItsFirstError(t *testing.T) {
	http := shipworthytest.New(t).HTTP("GET /x", shipworthytest.Respond(404, "no")).Stack().HTTP()
	_, err := http.Get("/x").Expect(201).Expect(404).JSON()
	if err == nil || err.Error() != "GET /x: expected 201, found 404" {
		t.Error(err)
	}
	if text, err := http.Get("/x").Expect(404).Text(); text != "no" || err != nil {
		t.Error(text, err)
	}
}

// few is a host that answers nothing.
type few struct{ shipworthy.Host }

func (few) HTTPAll([]shipworthy.Request) []shipworthy.Answer { return nil }

func TestAHostThatAnswersTooLittleIsNoTrap(t *testing.T) {
	answers := shipworthy.NewStack(few{}).HTTP().SendAll(shipworthy.Get("/a"), shipworthy.Get("/b"))
	_, err := answers[1].Response()
	if err == nil || err.Error() != "the host gave fewer answers than there were requests" {
		t.Error(err)
	}
}
