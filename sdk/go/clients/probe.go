// Package clients asks through net/http and through a generated gRPC client, and uses as much memory as a probe may: what
// the other probes of this SDK do not.
package clients

import (
	"fmt"

	"shipworthy.dev/shipworthy"
)

type clients struct{}

func init() { shipworthy.Export(clients{}) }

var parts = map[string]func(stack *shipworthy.Stack) error{
	"get":        get,
	"post":       post,
	"moved":      moved,
	"slow":       slow,
	"undeclared": undeclared,
	"check":      check,
	"late":       late,
	"stream":     stream,
	"large":      large,
	"garbage":    garbage,
	"goroutines": goroutines,
	"timers":     timers,
}

func (clients) Observe(stack *shipworthy.Stack, target shipworthy.Target) error {
	var config struct {
		Parts []string `json:"parts"`
	}
	if err := target.Config(&config); err != nil {
		return err
	}
	for _, part := range config.Parts {
		look, known := parts[part]
		if !known {
			return shipworthy.ConfigFailure(fmt.Sprintf("config: no part `%s`", part))
		}
		if err := look(stack); err != nil {
			stack.Missing(part, err)
		}
	}
	return nil
}
