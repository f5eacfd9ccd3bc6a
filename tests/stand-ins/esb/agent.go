package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"runtime"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	grpchealth "google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"
)

// agent serves gRPC as ESB's agent does: the standard health service under two names, and the agent's own service.
func agent(arguments []string) error {
	flags := flag.NewFlagSet("agent", flag.ContinueOnError)
	var (
		listen   = flags.String("listen", ":50051", "address of the gRPC port")
		metrics  = flags.String("metrics", ":9091", "address of the metrics port; empty for none")
		certs    = flags.String("certs", "/app/config/ssl", "folder of the certificates")
		server   = flags.String("server", "server", "name of the server certificate's files")
		plain    = flags.Bool("plain", false, "no TLS")
		mode     = flags.String("mode", variable("AGENT_RUNTIME", "docker"), "docker or containerd")
		notReady = flags.String("not-serving", "", "a health name that answers NOT_SERVING; - for the empty name")
	)
	careless := flags.Bool("careless", false, "list everybody's containers, whoever asks")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	// Every call is told before it is looked at, the ones of unknown methods too.
	options := []grpc.ServerOption{grpc.InTapHandle(func(ctx context.Context, info *tap.Info) (context.Context, error) {
		say("call %s", info.FullMethodName)
		return ctx, nil
	})}
	if !*plain {
		config, err := identity{*certs, *server}.config(true)
		if err != nil {
			return err
		}
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	if *metrics != "" {
		if err := serveMetrics(*metrics); err != nil {
			return err
		}
	}
	grpcServer := grpc.NewServer(options...)
	healthpb.RegisterHealthServer(grpcServer, healthService(*notReady))
	service := agentService{mode: *mode, careless: *careless}
	grpcServer.RegisterService(service.description(), service)
	say("ready agent in mode %s", *mode)
	return grpcServer.Serve(listener)
}

func healthService(notReady string) *grpchealth.Server {
	service := grpchealth.NewServer()
	service.SetServingStatus("agent.v1.AgentService", healthpb.HealthCheckResponse_SERVING)
	switch notReady {
	case "":
	case "-":
		service.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	default:
		service.SetServingStatus(notReady, healthpb.HealthCheckResponse_NOT_SERVING)
	}
	return service
}

func serveMetrics(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	handler := http.NewServeMux()
	handler.HandleFunc("/metrics", func(w http.ResponseWriter, r *http.Request) {
		say("request %s %s", r.Method, r.URL.Path)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprintf(w, "# HELP go_info Information about the Go environment.\n# TYPE go_info gauge\n")
		fmt.Fprintf(w, "go_info{version=%q} 1\n", runtime.Version())
	})
	go func() {
		if err := http.Serve(listener, handler); err != nil {
			fail("metrics: %v", err)
		}
	}()
	return nil
}

// agentService is the agent's own service. Only listing does anything; what would have an effect is refused, and the
// log shows that it was tried.
type agentService struct {
	mode     string
	careless bool
}

func (s agentService) description() *grpc.ServiceDesc {
	description := &grpc.ServiceDesc{ServiceName: "esb.agent.v1.AgentService", HandlerType: (*any)(nil)}
	add := func(name string, answer func(context.Context, func(any) error) (any, error)) {
		handler := func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			return answer(ctx, decode)
		}
		description.Methods = append(description.Methods, grpc.MethodDesc{MethodName: name, Handler: handler})
	}
	add("ListContainers", s.list)
	for _, name := range []string{"EnsureContainer", "DestroyContainer", "InvokeWorker"} {
		add(name, refuse(codes.FailedPrecondition, "stand-in: nothing is started, stopped or invoked"))
	}
	for _, name := range []string{"PauseContainer", "ResumeContainer", "GetContainerMetrics"} {
		if s.mode == "containerd" {
			add(name, refuse(codes.NotFound, "container not found"))
		} else {
			add(name, refuse(codes.Unimplemented, "not implemented in docker mode"))
		}
	}
	return description
}

func refuse(code codes.Code, message string) func(context.Context, func(any) error) (any, error) {
	return func(context.Context, func(any) error) (any, error) {
		return nil, status.Error(code, message)
	}
}

// list answers with the owner's containers. Those of somebody else are there too, and must never be told.
func (s agentService) list(_ context.Context, decode func(any) error) (any, error) {
	request := newMessage("ListContainersRequest")
	if err := decode(request); err != nil {
		return nil, err
	}
	owner := request.text("owner_id")
	say("list of owner %q", owner)
	if owner == "" {
		return nil, status.Error(codes.InvalidArgument, "owner_id is required")
	}
	response := newMessage("ListContainersResponse")
	for _, state := range kept {
		if state.owner == owner || s.careless {
			response.add("containers", state.message())
		}
	}
	return response.Message, nil
}

// kept is what the agent knows: containers of an owner that no probe makes up.
var kept = []containerState{
	{id: "6f1d", function: "hello", status: "RUNNING", name: "esb-hello-6f1d", owner: "owner-of-nobody"},
	{id: "a2c4", function: "orders", status: "PAUSED", name: "esb-orders-a2c4", owner: "owner-of-nobody"},
}

type containerState struct {
	id, function, status, name, owner string
}
