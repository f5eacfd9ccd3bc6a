package shipworthy

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// The gRPC status codes that a probe tells apart.
const (
	// CodeOK : the call succeeded.
	CodeOK uint32 = 0
	// CodeDeadlineExceeded : the server took longer than the deadline.
	CodeDeadlineExceeded uint32 = 4
	// CodeNotFound : what was asked for is not there.
	CodeNotFound uint32 = 5
	// CodePermissionDenied : the caller may not.
	CodePermissionDenied uint32 = 7
	// CodeResourceExhausted : out of something, such as quota.
	CodeResourceExhausted uint32 = 8
	// CodeUnimplemented : the server has no such method.
	CodeUnimplemented uint32 = 12
	// CodeUnavailable : the server is not available now.
	CodeUnavailable uint32 = 14
	// CodeUnauthenticated : the caller is not known.
	CodeUnauthenticated uint32 = 16
)

// Call is a unary call, built up by its methods. The host speaks HTTP/2; messages are encoded protobuf, for which package
// protobuf has enough to read and write a few fields by hand. Package grpcconn lets generated clients make them.
//
//	call := shipworthy.NewCall("example.v1.Things/List").Metadata("x-trace", "1").Timeout(time.Second)
type Call struct {
	endpoint  string
	method    string
	metadata  []Header
	message   []byte
	timeoutMS uint32
}

// NewCall is a call of `package.Service/Method` with an empty message.
func NewCall(method string) Call {
	return Call{method: method}
}

// Message is the call with this encoded message.
func (c Call) Message(message []byte) Call {
	c.message = message
	return c
}

// Endpoint is the call to another role of the descriptor than `main`.
func (c Call) Endpoint(role string) Call {
	c.endpoint = role
	return c
}

// Metadata is the call with one more piece of metadata.
func (c Call) Metadata(name, value string) Call {
	c.metadata = append(c.metadata[:len(c.metadata):len(c.metadata)], Header{Name: name, Value: value})
	return c
}

// Timeout is the call with a shorter limit than the environment's, in whole milliseconds and at least one.
func (c Call) Timeout(limit time.Duration) Call {
	c.timeoutMS = milliseconds(limit)
	return c
}

// What is the call in words: `grpc package.Service/Method`.
func (c Call) What() string {
	return "grpc " + c.method
}

// Role is where it goes to, empty where that is `main`.
func (c Call) Role() string {
	return c.endpoint
}

// Method is `package.Service/Method`.
func (c Call) Method() string {
	return c.method
}

// Headers is the metadata, in order.
func (c Call) Headers() []Header {
	return c.metadata
}

// Bytes is the encoded message.
func (c Call) Bytes() []byte {
	return c.message
}

// TimeoutMS is the limit in milliseconds; 0 is the environment's.
func (c Call) TimeoutMS() uint32 {
	return c.timeoutMS
}

// Reply is a reply with any status code.
type Reply struct {
	// Code is the status code.
	Code uint32
	// Status is the status message.
	Status string
	// Metadata are headers and trailers.
	Metadata []Header
	// Message is the encoded message; empty where there is none.
	Message []byte

	what string
}

// What is the call in words.
func (r *Reply) What() string {
	return r.what
}

// Origin is where a part of this reply was read; an empty part is the reply itself.
func (r *Reply) Origin(part string) Origin {
	return From(joined(r.what, part))
}

// OK is this reply if its code is OK, else an error that becomes the gap that fits.
func (r *Reply) OK() (*Reply, error) {
	if r.Code != CodeOK {
		return nil, r.Failed()
	}
	return r, nil
}

// Failed is the error that a reply with another code than OK is.
func (r *Reply) Failed() *CallFailed {
	return &CallFailed{What: r.what, Code: r.Code, Status: r.Status}
}

// CallFailed is a reply whose status code is not OK.
type CallFailed struct {
	// What is the call in words.
	What string
	// Code is the status code.
	Code uint32
	// Status is the status message.
	Status string
}

// Gap is the gap that this leaves.
func (e *CallFailed) Gap() Gap {
	switch e.Code {
	case CodeUnauthenticated, CodePermissionDenied:
		return GapDenied
	case CodeUnimplemented, CodeNotFound:
		return GapNotOffered
	case CodeUnavailable:
		return GapUnreachable
	case CodeDeadlineExceeded:
		return GapTimedOut
	case CodeResourceExhausted:
		return GapLimit
	default:
		return GapUnreadable
	}
}

// Error says it in words.
func (e *CallFailed) Error() string {
	text := fmt.Sprintf("%s: status %d", e.What, e.Code)
	if e.Status != "" {
		text += ": " + e.Status
	}
	return text
}

// As lets errors.As find a [*Failure].
func (e *CallFailed) As(target any) bool {
	return asFailure(e, target)
}

// GRPCAnswer is a reply, or why there is none.
type GRPCAnswer struct {
	reply *Reply
	err   error
}

// Reply is the reply with any code, or why there is none.
func (a GRPCAnswer) Reply() (*Reply, error) {
	return a.reply, a.err
}

// OK is the reply if its code is OK, else an error that becomes the gap that fits.
func (a GRPCAnswer) OK() (*Reply, error) {
	if a.err != nil {
		return nil, a.err
	}
	return a.reply.OK()
}

// GRPC is the way to the service over gRPC.
type GRPC struct {
	host Host
}

// Invoke makes one call. A reply with another code than OK is a reply: see [GRPCAnswer.OK].
func (g GRPC) Invoke(call Call) GRPCAnswer {
	if err := call.check(); err != nil {
		return GRPCAnswer{err: err}
	}
	reply, err := g.host.GRPC(call)
	if err != nil {
		return GRPCAnswer{err: err}
	}
	reply.what = call.What()
	return GRPCAnswer{reply: reply}
}

// check finds what a component cannot hand over to its host at all.
func (c Call) check() error {
	for _, text := range [...]string{c.endpoint, c.method} {
		if !utf8.ValidString(text) {
			return notText(text)
		}
	}
	return checkHeaders(c.metadata)
}
