// Package grpcconn lets generated gRPC clients call through the host, as they are. It is a module of its own, since it
// needs google.golang.org/grpc.
//
//	client := grpc_health_v1.NewHealthClient(grpcconn.New(stack))
//	reply, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{})
//	if err != nil {
//		return err
//	}
//
// An error has the status that google.golang.org/grpc/status finds: the server's own code and message, or for a call that
// got no reply Unavailable, DeadlineExceeded, PermissionDenied (the environment does not grant it), ResourceExhausted
// (beyond a limit), InvalidArgument (the call itself is wrong) or Internal (the peer does not speak the protocol). It wraps
// the error of package shipworthy that says the same, so returning it, or giving it to Stack.Missing, leaves the gap that
// fits. The details of a status do not pass through the host.
package grpcconn

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"

	"shipworthy.dev/shipworthy"
)

// Conn is a connection to a role, by way of the host. It is there at once, and is never closed.
type Conn struct {
	stack *shipworthy.Stack
	role  string
}

var _ grpc.ClientConnInterface = (*Conn)(nil)

// New is a connection to the role `main`.
func New(stack *shipworthy.Stack) *Conn {
	return &Conn{stack: stack}
}

// Endpoint is a connection to another role of the descriptor.
func (c *Conn) Endpoint(role string) *Conn {
	return &Conn{stack: c.stack, role: role}
}

// Invoke makes one unary call. The context's deadline shortens the environment's limit; its outgoing metadata is sent.
// Both grpc.Header and grpc.Trailer give all metadata of the reply, since the host does not tell one from the other.
func (c *Conn) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	options, err := understood(opts)
	if err == nil {
		err = c.invoke(ctx, method, args, reply, options)
	}
	for _, finished := range options.finished {
		finished(err)
	}
	return err
}

// NewStream is not offered: the host makes unary calls.
func (c *Conn) NewStream(_ context.Context, _ *grpc.StreamDesc, method string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, refused(codes.Unimplemented, method, "streams are not offered: the host makes unary calls")
}

func (c *Conn) invoke(ctx context.Context, method string, args, reply any, options options) error {
	codec := encoding.GetCodecV2(proto.Name)
	message, err := codec.Marshal(args)
	if err != nil {
		return refused(codes.Internal, method, "the message cannot be encoded: "+err.Error())
	}
	defer message.Free()
	call := shipworthy.NewCall(strings.TrimPrefix(method, "/")).Message(message.Materialize())
	if c.role != "" {
		call = call.Endpoint(c.role)
	}
	if call, err = within(ctx, withMetadata(ctx, call)); err != nil {
		return err
	}
	answer, err := c.stack.GRPC().Invoke(call).Reply()
	if err != nil {
		return unanswered(err)
	}
	options.give(incoming(answer.Metadata))
	if _, err := answer.OK(); err != nil {
		return failed(answer, err)
	}
	if err := codec.Unmarshal(mem.BufferSlice{mem.SliceBuffer(answer.Message)}, reply); err != nil {
		return unreadable(answer, err)
	}
	return nil
}

// within is the call with the time that its context leaves it.
func within(ctx context.Context, call shipworthy.Call) (shipworthy.Call, error) {
	if err := ctx.Err(); err != nil {
		return call, done(err)
	}
	if deadline, limited := ctx.Deadline(); limited {
		return call.Timeout(time.Until(deadline)), nil
	}
	return call, nil
}

func withMetadata(ctx context.Context, call shipworthy.Call) shipworthy.Call {
	outgoing, _ := metadata.FromOutgoingContext(ctx)
	for _, header := range headers(outgoing) {
		call = call.Metadata(header.Name, header.Value)
	}
	return call
}
