package export_shipworthy_probe_guest

import (
	"shipworthy.dev/shipworthy"

	containers "shipworthy_component/shipworthy_probe_containers"
	evidence "shipworthy_component/shipworthy_probe_evidence"
	grpc "shipworthy_component/shipworthy_probe_grpc"
	http "shipworthy_component/shipworthy_probe_http"
	network "shipworthy_component/shipworthy_probe_network"
	witTypes "shipworthy_component/wit_types"
)

type (
	httpResult     = witTypes.Result[http.Response, network.Error]
	grpcResult     = witTypes.Result[grpc.Reply, network.Error]
	optionalResult = witTypes.Result[witTypes.Option[string], containers.Error]
)

func origin(origin shipworthy.Origin) evidence.Origin {
	return evidence.Origin{What: origin.What, Subject: some(origin.Subject)}
}

func headersOut(headers []shipworthy.Header) []network.Header {
	out := make([]network.Header, len(headers))
	for index, header := range headers {
		out[index] = network.Header{Name: header.Name, Value: header.Value}
	}
	return out
}

func headersIn(headers []network.Header) []shipworthy.Header {
	in := make([]shipworthy.Header, len(headers))
	for index, header := range headers {
		in[index] = shipworthy.Header{Name: header.Name, Value: header.Value}
	}
	return in
}

func httpRequest(request shipworthy.Request) http.Request {
	return http.Request{
		Endpoint:  some(request.Role()),
		Method:    request.Method(),
		Path:      request.Path(),
		Headers:   headersOut(request.Headers()),
		Body:      request.Body(),
		TimeoutMs: some(request.TimeoutMS()),
	}
}

func response(result httpResult) (*shipworthy.Response, error) {
	if result.Tag() == witTypes.ResultErr {
		return nil, networkError(result.Err())
	}
	response := result.Ok()
	return &shipworthy.Response{
		Status:  int(response.Status),
		Headers: headersIn(response.Headers),
		Body:    response.Body,
	}, nil
}

func networkError(err network.Error) error {
	switch err.Tag() {
	case network.ErrorNotGranted:
		return &shipworthy.NetworkError{Kind: shipworthy.NetworkNotGranted, Detail: err.NotGranted()}
	case network.ErrorInvalidRequest:
		return &shipworthy.NetworkError{Kind: shipworthy.NetworkInvalidRequest, Detail: err.InvalidRequest()}
	case network.ErrorUnreachable:
		return &shipworthy.NetworkError{Kind: shipworthy.NetworkUnreachable, Detail: err.Unreachable()}
	case network.ErrorTls:
		return &shipworthy.NetworkError{Kind: shipworthy.NetworkTLS, Detail: err.Tls()}
	case network.ErrorTimedOut:
		timeout := err.TimedOut()
		return &shipworthy.NetworkError{
			Kind:          shipworthy.NetworkTimedOut,
			Phase:         phase(timeout.Phase),
			LimitMS:       timeout.LimitMs,
			ReceivedBytes: timeout.ReceivedBytes,
		}
	case network.ErrorTooLarge:
		excess := err.TooLarge()
		return &shipworthy.NetworkError{Kind: shipworthy.NetworkTooLarge, Detail: excess.What, Limit: excess.Limit}
	default:
		return &shipworthy.NetworkError{Kind: shipworthy.NetworkProtocol, Detail: err.Protocol()}
	}
}

func phase(phase network.Phase) shipworthy.Phase {
	switch phase {
	case network.PhaseConnect:
		return shipworthy.PhaseConnect
	case network.PhaseTls:
		return shipworthy.PhaseTLS
	case network.PhaseSend:
		return shipworthy.PhaseSend
	case network.PhaseHeaders:
		return shipworthy.PhaseHeaders
	default:
		return shipworthy.PhaseBody
	}
}

func container(found containers.Container) shipworthy.Container {
	var exitCode *int32
	if found.ExitCode.Tag() == witTypes.OptionSome {
		code := found.ExitCode.Some()
		exitCode = &code
	}
	return shipworthy.Container{
		ID:         found.Id,
		Name:       found.Name,
		Service:    found.Service,
		Image:      found.Image,
		ImageID:    found.ImageId,
		State:      found.State,
		Health:     orEmpty(found.Health),
		ExitCode:   exitCode,
		StartedAt:  orEmpty(found.StartedAt),
		FinishedAt: orEmpty(found.FinishedAt),
	}
}

func containersError(err containers.Error) error {
	switch err.Tag() {
	case containers.ErrorNotGranted:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersNotGranted, Detail: err.NotGranted()}
	case containers.ErrorEngineUnreachable:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersEngineUnreachable, Detail: err.EngineUnreachable()}
	case containers.ErrorNoSuchContainer:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersNoSuchContainer, Detail: err.NoSuchContainer()}
	case containers.ErrorNoSuchFile:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersNoSuchFile, Detail: err.NoSuchFile()}
	case containers.ErrorNotAFile:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersNotAFile, Detail: err.NotAFile()}
	case containers.ErrorAmbiguousProject:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersAmbiguousProject, Projects: err.AmbiguousProject()}
	case containers.ErrorTooLarge:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersTooLarge, Limit: err.TooLarge()}
	case containers.ErrorTimedOut:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersTimedOut, Limit: err.TimedOut()}
	default:
		return &shipworthy.ContainersError{Kind: shipworthy.ContainersOther, Detail: err.Other()}
	}
}

// asked is what a question about containers was answered with.
func asked[T any](result witTypes.Result[T, containers.Error]) (T, error) {
	if result.Tag() == witTypes.ResultErr {
		var nothing T
		return nothing, containersError(result.Err())
	}
	return result.Ok(), nil
}

func optional(result optionalResult) (value string, found bool, err error) {
	option, err := asked(result)
	if err != nil || option.Tag() == witTypes.OptionNone {
		return "", false, err
	}
	return option.Some(), true, nil
}
