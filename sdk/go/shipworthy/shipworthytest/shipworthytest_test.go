package shipworthytest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/shipworthytest"
)

// recorder is a test that fails without ending.
type recorder struct{ said []string }

func (*recorder) Helper() {}
func (r *recorder) Errorf(format string, values ...any) {
	r.said = append(r.said, fmt.Sprintf(format, values...))
}
func (r *recorder) Fatalf(format string, values ...any) { r.Errorf(format, values...) }

type observe func(stack *shipworthy.Stack) error

func (o observe) Observe(stack *shipworthy.Stack, _ shipworthy.Target) error { return o(stack) }

func TestAScriptRefusesWhatTheDescriptorDoesNotDeclare(t *testing.T) {
	script := shipworthytest.New(t).
		Container(shipworthy.Container{Name: "one"}).Env("TAG", "1.2").Env("SECRET", "x").
		GRPC("a.B/C", shipworthytest.OK(nil)).
		HTTP("GET /a", shipworthytest.Respond(200, "")).
		Descriptor(`{ "needs": ["container ."], "optional": ["env . TAG"] }`)
	curious := observe(func(stack *shipworthy.Stack) error {
		own, err := stack.Containers().Own()
		if err != nil {
			return err
		}
		for _, name := range []string{"TAG", "SECRET"} {
			if value, _, err := stack.Containers().Env(own[0], name); err != nil {
				stack.Missing(name, err)
			} else {
				stack.Fact(name, shipworthy.Text(value), shipworthy.From("env"))
			}
		}
		_, err = stack.GRPC().Invoke(shipworthy.NewCall("a.B/C")).OK()
		stack.Missing("call", err)
		_, err = stack.HTTP().Send(shipworthy.Get("/a?b=c").Endpoint("metrics")).Response()
		return err
	})
	for range 2 {
		script.Run(curious, `{}`).Expect(
			`fact TAG = "1.2", from env`,
			"missing SECRET: not-granted: not granted: env . SECRET",
			"missing call: not-granted: not granted: grpc a.B/C",
			"failed not-granted: not granted: http@metrics GET /a",
		)
	}
}

func TestAnswersGivenSeveralTimesComeInTurnAndTheLastStays(t *testing.T) {
	seen := shipworthytest.New(t).
		GRPC("a.B/C", shipworthytest.Status(14, "")).GRPC("a.B/C", shipworthytest.OK(nil)).
		Run(observe(func(stack *shipworthy.Stack) error {
			for range 3 {
				reply, err := stack.GRPC().Invoke(shipworthy.NewCall("a.B/C")).Reply()
				if err != nil {
					return err
				}
				stack.Fact("code", shipworthy.Number(reply.Code), reply.Origin(""))
			}
			return nil
		}), `{}`)
	seen.Expect("fact code = 14, from grpc a.B/C", "fact code = 0, from grpc a.B/C", "fact code = 0, from grpc a.B/C")
	if len(seen.Calls) != 3 {
		t.Errorf("found %d calls", len(seen.Calls))
	}
}

func TestAFunctionAnswersWhatTheScriptSaysNothingOf(t *testing.T) {
	seen := shipworthytest.New(t).
		HTTP("GET /a", shipworthytest.Respond(200, "scripted")).
		Answering(func(request shipworthy.Request) shipworthytest.Answer {
			return shipworthytest.Respond(200, request.Role()+" "+request.What()+" "+string(request.Body()))
		}).
		Run(observe(func(stack *shipworthy.Stack) error {
			for _, request := range []shipworthy.Request{
				shipworthy.Get("/a"), shipworthy.Post("/b", []byte("body")), shipworthy.Get("/a").Endpoint("metrics"),
			} {
				text, err := stack.HTTP().Send(request).Text()
				if err != nil {
					return err
				}
				stack.Fact("said", shipworthy.Text(text), shipworthy.From("it"))
			}
			return nil
		}), `{}`)
	seen.Expect(`fact said = "scripted", from it`, `fact said = " POST /b body", from it`, `fact said = "metrics GET /a ", from it`)
}

func TestAWrongScriptFailsItsTest(t *testing.T) {
	for _, row := range []struct {
		said string
		test func(t shipworthytest.T)
	}{
		{"the script has no answer for `GET /b`, it has: GET /a", func(t shipworthytest.T) {
			stack := shipworthytest.New(t).HTTP("GET /a", shipworthytest.Respond(200, "")).Stack()
			stack.HTTP().Get("/b")
		}},
		{"the script has no answer for `a.B/C`, it has: ", func(t shipworthytest.T) {
			shipworthytest.New(t).Stack().GRPC().Invoke(shipworthy.NewCall("a.B/C"))
		}},
		{"the descriptor declares no rule `none`", func(t shipworthytest.T) {
			shipworthytest.New(t).Descriptor(`{}`).Stack().Finding("none", shipworthy.Finding{})
		}},
		{"the descriptor cannot be read: ", func(t shipworthytest.T) { shipworthytest.New(t).Descriptor(`[]`) }},
		{"the descriptor cannot be read: ", func(t shipworthytest.T) { shipworthytest.New(t).DescriptorFile("none.json") }},
		{"the script has no container yet", func(t shipworthytest.T) { shipworthytest.New(t).Env("A", "1") }},
		{"expected:\n\tother\nseen:\n\tcomplete \"\"", func(t shipworthytest.T) {
			script := shipworthytest.New(t)
			script.Stack().Complete("")
			script.Seen().Expect("other")
		}},
	} {
		failing := &recorder{}
		row.test(failing)
		if len(failing.said) == 0 || !strings.HasPrefix(failing.said[0], row.said) {
			t.Errorf("expected %q, found %q", row.said, failing.said)
		}
	}
}

func TestContainersThatFailSayWhy(t *testing.T) {
	why := &shipworthy.ContainersError{Kind: shipworthy.ContainersEngineUnreachable, Detail: "no socket"}
	containers := shipworthytest.New(t).ContainersFail(why).Stack().Containers()
	if _, err := containers.Own(); err != why {
		t.Error(err)
	}
	if _, err := containers.Logs(shipworthy.Container{}, 1); err != why {
		t.Error(err)
	}
}

func TestLinesAreTheSameInEveryLanguage(t *testing.T) {
	script := shipworthytest.New(t)
	stack := script.Stack()
	at := shipworthy.From("GET /info version")
	stack.Fact("text", shipworthy.Text("a \"b\" \\ \n\r\t\x00\x1b é"), at)
	for _, number := range []float64{4, 1.5, 1e21, 0.000001} {
		stack.Fact("number", shipworthy.Number(number), at)
	}
	stack.Fact("boolean", shipworthy.Boolean(false), at.Of("one"))
	stack.Capability("there", true, at)
	stack.Capability("gone", false, at.Of("one"))
	stack.Complete("a.")
	stack.Digest("bytes", "aa", at)
	stack.Finding("rule", shipworthy.Finding{Holds: true, Message: "it holds"})
	stack.Finding("rule", shipworthy.Finding{Message: "it does not", Expected: "yes", Found: "no"})
	seen := script.Seen()
	seen.Expect(
		`fact text = "a \"b\" \\ \n\r\t\0\u{1b} é", from GET /info version`,
		"fact number = 4, from GET /info version",
		"fact number = 1.5, from GET /info version",
		"fact number = 1000000000000000000000, from GET /info version",
		"fact number = 0.000001, from GET /info version",
		"fact boolean = false, from GET /info version of one",
		"capability there present, from GET /info version",
		"capability gone absent, from GET /info version of one",
		`complete "a."`,
		"digest bytes = aa, from GET /info version",
		"finding rule holds: it holds",
		"finding rule broken: it does not, expected yes, found no",
	)
	if present, given := seen.Capability("gone"); present || !given || !seen.IsComplete("a.") || seen.IsComplete("") {
		t.Error("evidence is found by its name")
	}
	if value, given := seen.Fact("number"); value.String() != "0.000001" || !given || seen.Missing("number") != nil {
		t.Error("the last fact counts")
	}
	if findings := seen.Findings("rule"); len(findings) != 2 || slices.Contains(findings, shipworthy.Finding{}) {
		t.Error(findings)
	}
}
