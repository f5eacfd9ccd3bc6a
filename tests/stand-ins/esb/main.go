// Command esb is a stand-in for the services of ESB, so that tests can run Shipworthy against real containers. It
// answers as docs/contract.md, part 3, says that the real services answer, and does nothing else: no function runs, no
// container is started. It is written in Go, with grpc-go and Go's own TLS and HTTP, so that it shares no mistake with
// the Rust code that asks it.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if len(os.Args) < 2 {
		fail("expected a subcommand: agent, gateway, job, sleep, health")
	}
	// As the first process of a container it would not be stopped by a signal that nobody handles.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-stop
		os.Exit(0)
	}()
	run, known := map[string]func([]string) error{
		"agent":   agent,
		"gateway": gateway,
		"job":     job,
		"sleep":   sleep,
		"health":  health,
	}[os.Args[1]]
	if !known {
		fail("unknown subcommand: %s", os.Args[1])
	}
	if err := run(os.Args[2:]); err != nil {
		fail("%s: %v", os.Args[1], err)
	}
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(2)
}

// say writes a line that tests look for; standard output is a container's log.
func say(format string, values ...any) {
	fmt.Printf(format+"\n", values...)
}

// variable gives a variable's value, or the fallback if it is not set.
func variable(name, fallback string) string {
	if value, set := os.LookupEnv(name); set {
		return value
	}
	return fallback
}
