package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"net"
	"net/http"
	"strings"
	"time"
)

const invocations = "/2015-03-31/functions/{function_name}/invocations"

// gateway serves HTTP/1.1 as ESB's gateway does: health, the list of routes, and a function that cannot be found.
func gateway(arguments []string) error {
	flags := flag.NewFlagSet("gateway", flag.ContinueOnError)
	var (
		listen  = flags.String("listen", ":8443", "address")
		certs   = flags.String("certs", "/app/config/ssl", "folder of the certificates")
		server  = flags.String("server", "server", "name of the server certificate's files")
		plain   = flags.Bool("plain", false, "no TLS")
		version = flags.String("version", "2.0.0", "version of the interface, whatever the release")
		routes  = flags.String("routes", "/health,/user/auth/v1,"+invocations+",/orders/{id}", "routes, by commas")
	)
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	if !*plain {
		config, err := identity{*certs, *server}.config(false)
		if err != nil {
			return err
		}
		config.NextProtos = []string{"http/1.1"}
		listener = tls.NewListener(listener, config)
	}
	answers := openapi{version: *version, routes: strings.Split(*routes, ",")}
	say("ready gateway")
	return http.Serve(listener, http.HandlerFunc(answers.serve))
}

type openapi struct {
	version string
	routes  []string
}

func (o openapi) serve(w http.ResponseWriter, r *http.Request) {
	say("request %s %s", r.Method, r.URL.Path)
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/health":
		now := time.Now().UTC().Format(time.RFC3339Nano)
		answer(w, http.StatusOK, map[string]any{"status": "healthy", "timestamp": now})
	case r.Method == http.MethodGet && r.URL.Path == "/openapi.json":
		answer(w, http.StatusOK, o.document())
	case r.Method == http.MethodPost && o.invoked(r.URL.Path):
		answer(w, http.StatusNotFound, map[string]any{"message": "Function not found"})
	case r.Header.Get("Authorization") == "" || r.Method == http.MethodHead:
		// What has no handler of its own ends here: first who asks, then that there is nothing.
		answer(w, http.StatusUnauthorized, map[string]any{"message": "Unauthorized"})
	default:
		answer(w, http.StatusNotFound, map[string]any{"message": "Not Found"})
	}
}

func (o openapi) document() map[string]any {
	paths := map[string]any{}
	for _, route := range o.routes {
		method := "get"
		if route == invocations || route == "/user/auth/v1" {
			method = "post"
		}
		paths[route] = map[string]any{method: map[string]any{"responses": map[string]any{}}}
	}
	info := map[string]any{"title": "stand-in gateway", "version": o.version}
	return map[string]any{"openapi": "3.1.0", "info": info, "paths": paths}
}

// invoked says whether a path invokes a function, and functions can be invoked at all.
func (o openapi) invoked(path string) bool {
	words := strings.Split(path, "/")
	if len(words) != 5 || words[1] != "2015-03-31" || words[2] != "functions" || words[3] == "" || words[4] != "invocations" {
		return false
	}
	for _, route := range o.routes {
		if route == invocations {
			return true
		}
	}
	return false
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// Nobody is left to tell if the connection is gone.
	_ = json.NewEncoder(w).Encode(body)
}
