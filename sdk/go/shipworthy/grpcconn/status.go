package grpcconn

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shipworthy.dev/shipworthy"
)

// Error is why a call has no reply that could be used: a status, and the error of package shipworthy that says the same.
type Error struct {
	status *status.Status
	why    error
}

// Error says it in the words of package shipworthy.
func (e *Error) Error() string {
	return e.why.Error()
}

// GRPCStatus is what package google.golang.org/grpc/status looks for.
func (e *Error) GRPCStatus() *status.Status {
	return e.status
}

// Unwrap is the error of package shipworthy.
func (e *Error) Unwrap() error {
	return e.why
}

// refused is a call that is not made.
func refused(code codes.Code, method, why string) error {
	failure := shipworthy.NewFailure(shipworthy.GapDefect, why)
	if method != "" {
		failure = failure.At("grpc " + strings.TrimPrefix(method, "/"))
	}
	return &Error{status: status.New(code, why), why: failure}
}

// done is a call whose context was done before.
func done(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		why := &shipworthy.NetworkError{Kind: shipworthy.NetworkTimedOut, Phase: shipworthy.PhaseSend}
		return &Error{status: status.New(codes.DeadlineExceeded, why.Error()), why: why}
	}
	// The probe gave up by itself.
	return &Error{status: status.FromContextError(err), why: err}
}

// unanswered is a call that got no reply.
func unanswered(err error) error {
	code := codes.Internal
	var why *shipworthy.NetworkError
	if errors.As(err, &why) {
		code = codeOf(why.Kind)
	}
	return &Error{status: status.New(code, err.Error()), why: err}
}

func codeOf(kind shipworthy.NetworkKind) codes.Code {
	switch kind {
	case shipworthy.NetworkNotGranted:
		return codes.PermissionDenied
	case shipworthy.NetworkInvalidRequest:
		return codes.InvalidArgument
	case shipworthy.NetworkUnreachable, shipworthy.NetworkTLS:
		return codes.Unavailable
	case shipworthy.NetworkTimedOut:
		return codes.DeadlineExceeded
	case shipworthy.NetworkTooLarge:
		return codes.ResourceExhausted
	default:
		return codes.Internal
	}
}

// failed is a reply with another code than OK.
func failed(reply *shipworthy.Reply, why error) error {
	return &Error{status: status.New(codes.Code(reply.Code), reply.Status), why: why}
}

// unreadable is a reply whose message is none.
func unreadable(reply *shipworthy.Reply, err error) error {
	why := &shipworthy.Unreadable{Detail: reply.What() + ": " + err.Error()}
	return &Error{status: status.New(codes.Internal, why.Detail), why: why}
}
