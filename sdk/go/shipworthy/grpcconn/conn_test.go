package grpcconn_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/grpcconn"
	"shipworthy.dev/shipworthy/shipworthytest"
)

const method = "grpc.health.v1.Health/Check"

func check(script *shipworthytest.Script, ctx context.Context, opts ...grpc.CallOption) (*healthpb.HealthCheckResponse, error) {
	client := healthpb.NewHealthClient(grpcconn.New(script.Stack()))
	return client.Check(ctx, &healthpb.HealthCheckRequest{Service: "a.B"}, opts...)
}

func TestAGeneratedClientGetsItsReply(t *testing.T) {
	script := shipworthytest.New(t).GRPC(method, shipworthytest.OK([]byte{8, 1}).
		Metadata("x-head", "1").Metadata("x-head", "2").Metadata("x-key-bin", "/wA").Metadata("x-pad-bin", "/wA="))
	outgoing := metadata.AppendToOutgoingContext(t.Context(), "x-trace", "1", "x-id-bin", "\xff\x00", "x-trace", "2")
	ctx, cancel := context.WithTimeout(outgoing, time.Minute)
	defer cancel()
	var header, trailer metadata.MD
	var finished []error
	onFinish := grpc.OnFinish(func(err error) { finished = append(finished, err) })
	reply, err := check(script, ctx, grpc.Header(&header), grpc.Trailer(&trailer), onFinish, grpc.WaitForReady(true))
	if err != nil || reply.Status != healthpb.HealthCheckResponse_SERVING {
		t.Fatal(reply, err)
	}
	if !slices.Equal(header["x-head"], []string{"1", "2"}) || header["x-key-bin"][0] != "\xff\x00" || trailer["x-pad-bin"][0] != "\xff\x00" {
		t.Error(header, trailer)
	}
	if len(finished) != 1 || finished[0] != nil {
		t.Error(finished)
	}
	sent := script.Seen().Calls[0]
	headers := []shipworthy.Header{{Name: "x-id-bin", Value: "/wA"}, {Name: "x-trace", Value: "1"}, {Name: "x-trace", Value: "2"}}
	if sent.Method() != method || sent.Role() != "" || !slices.Equal(sent.Headers(), headers) || !bytes.Equal(sent.Bytes(), []byte("\n\x03a.B")) {
		t.Errorf("sent %+v", sent)
	}
	if limit := sent.TimeoutMS(); limit < 50_000 || limit > 60_000 {
		t.Errorf("sent with a limit of %d ms", limit)
	}
}

func TestAnotherRoleIsAnotherConnection(t *testing.T) {
	script := shipworthytest.New(t).GRPC("@admin "+method, shipworthytest.OK(nil))
	client := healthpb.NewHealthClient(grpcconn.New(script.Stack()).Endpoint("admin"))
	if reply, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{}); err != nil || reply.Status != healthpb.HealthCheckResponse_UNKNOWN {
		t.Error(reply, err)
	}
}

func TestAServersStatusKeepsItsCodeAndMessage(t *testing.T) {
	script := shipworthytest.New(t).GRPC(method, shipworthytest.Status(5, "unknown service").Metadata("x-tail", "1"))
	var trailer metadata.MD
	_, err := check(script, t.Context(), grpc.Trailer(&trailer))
	if found := status.Convert(err); found.Code() != codes.NotFound || found.Message() != "unknown service" {
		t.Error(found)
	}
	var why *shipworthy.CallFailed
	if !errors.As(err, &why) || why.Code != shipworthy.CodeNotFound {
		t.Error(why)
	}
	failure := shipworthy.AsFailure(err)
	if failure.Why != shipworthy.GapNotOffered || failure.Detail != "grpc "+method+": status 5: unknown service" {
		t.Errorf("found %+v", failure)
	}
	if len(trailer["x-tail"]) != 1 {
		t.Error(trailer)
	}
}

func TestACallWithoutAReplyHasTheStatusThatFits(t *testing.T) {
	for _, row := range []struct {
		kind shipworthy.NetworkKind
		code codes.Code
		gap  shipworthy.Gap
	}{
		{shipworthy.NetworkNotGranted, codes.PermissionDenied, shipworthy.GapNotGranted},
		{shipworthy.NetworkInvalidRequest, codes.InvalidArgument, shipworthy.GapDefect},
		{shipworthy.NetworkUnreachable, codes.Unavailable, shipworthy.GapUnreachable},
		{shipworthy.NetworkTLS, codes.Unavailable, shipworthy.GapTLS},
		{shipworthy.NetworkTimedOut, codes.DeadlineExceeded, shipworthy.GapTimedOut},
		{shipworthy.NetworkTooLarge, codes.ResourceExhausted, shipworthy.GapLimit},
		{shipworthy.NetworkProtocol, codes.Internal, shipworthy.GapUnreadable},
	} {
		why := &shipworthy.NetworkError{Kind: row.kind, Detail: "why"}
		_, err := check(shipworthytest.New(t).GRPC(method, shipworthytest.FailCall(why)), t.Context())
		var inner *shipworthy.NetworkError
		if status.Code(err) != row.code || shipworthy.AsFailure(err).Why != row.gap || !errors.As(err, &inner) || inner != why {
			t.Errorf("expected %s, %s, found %v", row.code, row.gap, err)
		}
		if shipworthy.AsFailure(err).Detail != why.Error() || status.Convert(err).Message() != why.Error() {
			t.Error(err)
		}
	}
}

func TestAContextThatIsDoneSendsNothing(t *testing.T) {
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	given, giveUp := context.WithCancel(t.Context())
	giveUp()
	for _, row := range []struct {
		ctx  context.Context
		code codes.Code
		gap  shipworthy.Gap
	}{
		{late, codes.DeadlineExceeded, shipworthy.GapTimedOut},
		{given, codes.Canceled, shipworthy.GapDefect},
	} {
		script := shipworthytest.New(t)
		_, err := check(script, row.ctx)
		if status.Code(err) != row.code || shipworthy.AsFailure(err).Why != row.gap || len(script.Seen().Calls) != 0 {
			t.Errorf("expected %s, %s, found %v", row.code, row.gap, err)
		}
	}
}

func TestAMessageThatIsNoneIsUnreadable(t *testing.T) {
	_, err := check(shipworthytest.New(t).GRPC(method, shipworthytest.OK([]byte{0xff, 0xff})), t.Context())
	failure := shipworthy.AsFailure(err)
	if status.Code(err) != codes.Internal || failure.Why != shipworthy.GapUnreadable || !strings.HasPrefix(failure.Detail, "grpc "+method+": ") {
		t.Errorf("found %+v", failure)
	}
}

// token is somebody's credentials.
type token struct{}

func (token) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return nil, nil
}

func (token) RequireTransportSecurity() bool { return false }

func TestWhatTheHostCannotDoIsRefusedInWords(t *testing.T) {
	for _, row := range []struct {
		option grpc.CallOption
		text   string
	}{
		{grpc.UseCompressor(gzip.Name), "the option grpc.CompressorCallOption is not offered: messages are plain protobuf"},
		{grpc.CallContentSubtype("json"), "the option grpc.ContentSubtypeCallOption is not offered: messages are plain protobuf"},
		{grpc.PerRPCCredentials(token{}), "credentials are the environment's, not the probe's"},
	} {
		script := shipworthytest.New(t)
		_, err := check(script, t.Context(), row.option)
		if status.Code(err) != codes.Unimplemented || err.Error() != row.text || len(script.Seen().Calls) != 0 {
			t.Error(err)
		}
	}
	client := healthpb.NewHealthClient(grpcconn.New(shipworthytest.New(t).Stack()))
	_, err := client.Watch(t.Context(), &healthpb.HealthCheckRequest{})
	failure := shipworthy.AsFailure(err)
	if status.Code(err) != codes.Unimplemented || failure.Why != shipworthy.GapDefect ||
		failure.Detail != "grpc grpc.health.v1.Health/Watch: streams are not offered: the host makes unary calls" {
		t.Errorf("found %+v", failure)
	}
}

func TestWhatIsNoMessageIsNotSent(t *testing.T) {
	script := shipworthytest.New(t)
	err := grpcconn.New(script.Stack()).Invoke(t.Context(), "/"+method, "no message", nil)
	if status.Code(err) != codes.Internal || len(script.Seen().Calls) != 0 {
		t.Error(err)
	}
}
