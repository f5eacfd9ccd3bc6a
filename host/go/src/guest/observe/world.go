package export_shipworthy_probe_guest

import (
	"shipworthy.dev/shipworthy"

	containers "shipworthy_component/shipworthy_probe_containers"
	evidence "shipworthy_component/shipworthy_probe_evidence"
	grpc "shipworthy_component/shipworthy_probe_grpc"
	http "shipworthy_component/shipworthy_probe_http"
	log "shipworthy_component/shipworthy_probe_log"
	witRuntime "shipworthy_component/wit_runtime"
	witTypes "shipworthy_component/wit_types"
)

// world is what the component imports, as the SDK wants it. Whatever returns memory goes through witRuntime.Call.
type world struct{}

func (world) Fact(key string, value shipworthy.Value, from shipworthy.Origin) {
	given := evidence.MakeValueText("")
	if text, ok := value.AsText(); ok {
		given = evidence.MakeValueText(text)
	}
	if number, ok := value.AsNumber(); ok {
		given = evidence.MakeValueNumber(number)
	}
	if boolean, ok := value.AsBoolean(); ok {
		given = evidence.MakeValueBoolean(boolean)
	}
	evidence.Fact(key, given, origin(from))
}

func (world) Capability(name string, present bool, from shipworthy.Origin) {
	evidence.Capability(name, present, origin(from))
}

func (world) Complete(prefix string) {
	evidence.Complete(prefix)
}

func (world) Digest(name, sha256 string, from shipworthy.Origin) {
	evidence.Digest(name, sha256, origin(from))
}

func (world) Missing(name string, why shipworthy.Gap, detail string) {
	evidence.Missing(name, gap(why), detail)
}

func (world) Finding(rule string, finding shipworthy.Finding) {
	evidence.Finding(rule, finding.Holds, finding.Message, some(finding.Expected), some(finding.Found))
}

func (world) HTTP(request shipworthy.Request) (*shipworthy.Response, error) {
	return response(witRuntime.Call(func() httpResult { return http.Send(httpRequest(request)) }))
}

func (world) HTTPAll(requests []shipworthy.Request) []shipworthy.Answer {
	sent := make([]http.Request, len(requests))
	for index, request := range requests {
		sent[index] = httpRequest(request)
	}
	results := witRuntime.Call(func() []httpResult { return http.SendAll(sent) })
	answers := make([]shipworthy.Answer, len(results))
	for index, result := range results {
		answers[index] = shipworthy.Answered(response(result))
	}
	return answers
}

func (world) GRPC(call shipworthy.Call) (*shipworthy.Reply, error) {
	sent := grpc.Call{
		Endpoint:  some(call.Role()),
		Method:    call.Method(),
		Metadata:  headersOut(call.Headers()),
		Message:   call.Bytes(),
		TimeoutMs: some(call.TimeoutMS()),
	}
	result := witRuntime.Call(func() grpcResult { return grpc.Invoke(sent) })
	if result.Tag() == witTypes.ResultErr {
		return nil, networkError(result.Err())
	}
	reply := result.Ok()
	return &shipworthy.Reply{
		Code:     reply.Code,
		Status:   reply.Status,
		Metadata: headersIn(reply.Metadata),
		Message:  reply.Message,
	}, nil
}

func (world) Find(service string) ([]shipworthy.Container, error) {
	result := witRuntime.Call(func() witTypes.Result[[]containers.Container, containers.Error] {
		return containers.Find(some(service))
	})
	if result.Tag() == witTypes.ResultErr {
		return nil, containersError(result.Err())
	}
	found := make([]shipworthy.Container, len(result.Ok()))
	for index, one := range result.Ok() {
		found[index] = container(one)
	}
	return found, nil
}

func (world) Env(id, name string) (value string, found bool, err error) {
	return optional(witRuntime.Call(func() optionalResult { return containers.Env(id, name) }))
}

func (world) Label(id, name string) (value string, found bool, err error) {
	return optional(witRuntime.Call(func() optionalResult { return containers.Label(id, name) }))
}

func (world) SHA256(id, path string) (string, error) {
	return asked(witRuntime.Call(func() witTypes.Result[string, containers.Error] {
		return containers.Sha256(id, path)
	}))
}

func (world) ReadFile(id, path string, maxBytes uint32) ([]byte, error) {
	return asked(witRuntime.Call(func() witTypes.Result[[]byte, containers.Error] {
		return containers.ReadFile(id, path, maxBytes)
	}))
}

func (world) Logs(id string, lines uint32) ([]string, error) {
	return asked(witRuntime.Call(func() witTypes.Result[[]string, containers.Error] {
		return containers.Logs(id, lines)
	}))
}

func (world) Log(level shipworthy.Level, message string) {
	switch level {
	case shipworthy.LevelDebug:
		log.Write(log.LevelDebug, message)
	case shipworthy.LevelInfo:
		log.Write(log.LevelInfo, message)
	case shipworthy.LevelWarn:
		log.Write(log.LevelWarn, message)
	default:
		log.Write(log.LevelError, message)
	}
}
