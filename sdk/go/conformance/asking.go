package conformance

import (
	"encoding/hex"
	"time"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/health"
)

func info(stack *shipworthy.Stack) error {
	info, err := stack.HTTP().Get("/info").Expect(200).JSON()
	if err != nil {
		return err
	}
	for _, fact := range []struct{ key, pointer string }{
		{"version", "/build/version"},
		{"workers", "/workers"},
		{"ready", "/ready"},
	} {
		value, err := info.Value(fact.pointer)
		if err != nil {
			return err
		}
		stack.Fact(fact.key, value, info.Origin(fact.pointer))
	}
	features, err := info.Keys("/features")
	if err != nil {
		return err
	}
	for _, feature := range features {
		stack.Capability(feature, true, info.Origin("/features"))
	}
	stack.Complete("")
	return nil
}

func lookAtText(stack *shipworthy.Stack) error {
	response, err := stack.HTTP().Get("/text").Expect(200).Response()
	if err != nil {
		return err
	}
	text, err := response.Text()
	if err != nil {
		return err
	}
	stack.Fact("text", shipworthy.Text(text), response.Origin("body"))
	if version, found := response.Header("x-version"); found {
		stack.Fact("x-version", shipworthy.Text(version), response.Origin("x-version"))
	} else {
		stack.Missing("x-version", notOffered("GET /text: has no header x-version"))
	}
	return nil
}

func statuses(stack *shipworthy.Stack) {
	codes := []string{"404", "401", "503", "302", "500"}
	var requests []shipworthy.Request
	for _, code := range codes {
		requests = append(requests, shipworthy.Get("/status/"+code))
	}
	for index, answer := range stack.HTTP().SendAll(requests...) {
		key := "status:" + codes[index]
		if response, err := answer.Expect(200).Response(); err != nil {
			stack.Missing(key, err)
		} else {
			stack.Fact(key, shipworthy.Number(response.Status), response.Origin("status"))
		}
	}
}

func many(stack *shipworthy.Stack) {
	requests := []shipworthy.Request{
		shipworthy.Get("/a").Header("x-trace", "1").Timeout(time.Second),
		shipworthy.Post("/b", []byte("hello")),
		shipworthy.Get("/metrics").Endpoint("metrics"),
		shipworthy.Get("/not-declared"),
		shipworthy.Get("/a/../b"),
	}
	for index, answer := range stack.HTTP().SendAll(requests...) {
		what := requests[index].What()
		if text, err := answer.Text(); err != nil {
			stack.Missing("many:"+what, err)
		} else {
			stack.Fact("many:"+what, shipworthy.Text(text), shipworthy.From(what))
		}
	}
}

func slow(stack *shipworthy.Stack) {
	response, err := stack.HTTP().Send(shipworthy.Get("/slow").Timeout(100 * time.Millisecond)).Response()
	if err != nil {
		stack.Missing("slow", err)
		return
	}
	stack.Fact("slow", shipworthy.Number(response.Status), response.Origin("status"))
}

func large(stack *shipworthy.Stack) {
	response, err := stack.HTTP().Get("/large").Response()
	if err != nil {
		stack.Missing("large", err)
		return
	}
	stack.Fact("large", shipworthy.Number(len(response.Body)), response.Origin("body"))
}

func lookAtHealth(stack *shipworthy.Stack) {
	for _, asked := range []struct{ key, name string }{{"health", ""}, {"health:unknown", "unknown.Service"}} {
		reply, err := stack.GRPC().Invoke(health.Check(asked.name)).Reply()
		if err != nil {
			stack.Missing(asked.key, err)
			continue
		}
		if word, err := health.Status(reply); err != nil {
			stack.Missing(asked.key, err)
		} else {
			stack.Fact(asked.key, shipworthy.Text(word), reply.Origin("status"))
		}
	}
}

func echo(stack *shipworthy.Stack) {
	call := shipworthy.NewCall("conformance.Echo/Say").Metadata("x-trace", "1").Message([]byte{0x0a, 0x02, 0x68, 0x69})
	reply, err := stack.GRPC().Invoke(call).OK()
	if err != nil {
		stack.Missing("echo", err)
		return
	}
	stack.Fact("echo", shipworthy.Text(hex.EncodeToString(reply.Message)), reply.Origin(""))
}

func refused(stack *shipworthy.Stack) {
	reply, err := stack.GRPC().Invoke(shipworthy.NewCall("conformance.Echo/Refuse")).OK()
	if err != nil {
		stack.Missing("refused", err)
		return
	}
	stack.Fact("refused", shipworthy.Text("answered"), reply.Origin(""))
}

func notOffered(detail string) error {
	return shipworthy.NewFailure(shipworthy.GapNotOffered, detail)
}
