package shipworthytest

import "shipworthy.dev/shipworthy"

// Answer is what the service answers a request with, or why it does not.
type Answer struct {
	response shipworthy.Response
	err      *shipworthy.NetworkError
}

// Respond is an answer without headers.
func Respond(status int, body string) Answer {
	return Answer{response: shipworthy.Response{Status: status, Body: []byte(body)}}
}

// JSON is an answer that says it is JSON.
func JSON(status int, body string) Answer {
	return Respond(status, body).Header("content-type", "application/json")
}

// Fail is no answer, for this reason.
func Fail(err *shipworthy.NetworkError) Answer {
	return Answer{err: err}
}

// Unreachable is no answer from a service that cannot be reached.
func Unreachable(why string) Answer {
	return Fail(&shipworthy.NetworkError{Kind: shipworthy.NetworkUnreachable, Detail: why})
}

// Header is the answer with one more header.
func (a Answer) Header(name, value string) Answer {
	headers := a.response.Headers
	a.response.Headers = append(headers[:len(headers):len(headers)], shipworthy.Header{Name: name, Value: value})
	return a
}

func (a Answer) give() (*shipworthy.Response, error) {
	if a.err != nil {
		return nil, a.err
	}
	response := a.response
	return &response, nil
}

// GRPCAnswer is what the service answers a gRPC call with, or why it does not.
type GRPCAnswer struct {
	reply shipworthy.Reply
	err   *shipworthy.NetworkError
}

// OK is status OK and this encoded message.
func OK(message []byte) GRPCAnswer {
	return GRPCAnswer{reply: shipworthy.Reply{Message: message}}
}

// Status is another status, and no message.
func Status(code uint32, status string) GRPCAnswer {
	return GRPCAnswer{reply: shipworthy.Reply{Code: code, Status: status}}
}

// FailCall is no reply, for this reason.
func FailCall(err *shipworthy.NetworkError) GRPCAnswer {
	return GRPCAnswer{err: err}
}

// Metadata is the answer with one more header or trailer.
func (a GRPCAnswer) Metadata(name, value string) GRPCAnswer {
	metadata := a.reply.Metadata
	a.reply.Metadata = append(metadata[:len(metadata):len(metadata)], shipworthy.Header{Name: name, Value: value})
	return a
}

func (a GRPCAnswer) give() (*shipworthy.Reply, error) {
	if a.err != nil {
		return nil, a.err
	}
	reply := a.reply
	return &reply, nil
}
