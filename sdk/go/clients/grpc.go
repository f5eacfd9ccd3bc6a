package clients

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/grpcconn"
)

func check(stack *shipworthy.Stack) error {
	client := healthpb.NewHealthClient(grpcconn.New(stack))
	ctx := metadata.AppendToOutgoingContext(context.Background(), "x-trace", "1")
	var header metadata.MD
	reply, err := client.Check(ctx, &healthpb.HealthCheckRequest{}, grpc.Header(&header))
	if err != nil {
		return err
	}
	from := shipworthy.From("grpc grpc.health.v1.Health/Check status")
	stack.Fact("health", shipworthy.Text(reply.Status.String()), from)
	stack.Fact("metadata", shipworthy.Text(fmt.Sprint(header.Get("x-many"))), from)

	_, err = client.Check(ctx, &healthpb.HealthCheckRequest{Service: "unknown.Service"})
	stack.Fact("code", shipworthy.Text(status.Code(err).String()), from)
	stack.Missing("health:unknown", err)
	return nil
}

func late(stack *shipworthy.Stack) error {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := healthpb.NewHealthClient(grpcconn.New(stack)).Check(ctx, &healthpb.HealthCheckRequest{})
	return err
}

func stream(stack *shipworthy.Stack) error {
	_, err := healthpb.NewHealthClient(grpcconn.New(stack)).Watch(context.Background(), &healthpb.HealthCheckRequest{})
	return err
}
