package shipworthy

import (
	"encoding/json"
	"strings"
	"sync"
)

// Probe looks at one running service and says what it sees.
//
// It keeps nothing between runs, since every run has a new instance of the component. It never judges: whether what it
// saw satisfies a requirement is the host's to decide.
type Probe interface {
	// Observe looks, and gives evidence to stack as it is seen. It returns an error where nothing at all, or nothing
	// more, can be seen; a part of it is better told by [Stack.Missing].
	Observe(stack *Stack, target Target) error
}

// Target is what is to be looked at in one run.
type Target struct {
	// Service is the service as requirements name it, such as `gateway`.
	Service string
	// Instance is which of the endpoint's instances this run is for.
	Instance string
	// Project is the compose project that containers are found in; empty where there is none.
	Project string

	config string
}

// Config reads the environment's `config` for this probe. The host has checked it against the descriptor's schema; what
// cannot be read all the same is [GapConfig]. Keys that are not given leave what was there, so defaults are set before:
//
//	config := Config{LongestQueue: 10}
//	if err := target.Config(&config); err != nil {
//		return err
//	}
func (t Target) Config(into any) error {
	if t.config == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(t.config), into); err != nil {
		return ConfigFailure("config: " + err.Error())
	}
	return nil
}

// WithConfig is the same target with this configuration, as JSON. The host calls it.
func (t Target) WithConfig(config string) Target {
	t.config = config
	return t
}

// OneOrMany is one value, or a list of them, as people like to write it in a configuration.
type OneOrMany[T any] []T

// UnmarshalJSON reads a list as it is, and anything else as a list of one.
func (o *OneOrMany[T]) UnmarshalJSON(text []byte) error {
	var many []T
	for _, symbol := range text {
		if symbol == ' ' || symbol == '\n' || symbol == '\t' || symbol == '\r' {
			continue
		}
		if symbol == '[' {
			err := json.Unmarshal(text, &many)
			*o = many
			return err
		}
		break
	}
	var one T
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	*o = []T{one}
	return nil
}

var exported struct {
	sync.Mutex
	probe Probe
}

// Export makes a probe the one that the component runs. It is called once, in a function init of the probe's package.
// The builder looks for it by its name, so it is never inlined.
//
//go:noinline
func Export(probe Probe) {
	exported.Lock()
	defer exported.Unlock()
	if exported.probe != nil {
		panic("shipworthy.Export was called twice: a component has one probe")
	}
	exported.probe = probe
}

// RunExported runs the exported probe. A component's bindings call it.
func RunExported(host Host, target Target) *Failure {
	exported.Lock()
	probe := exported.probe
	exported.Unlock()
	return Run(host, probe, target)
}

// Run runs a probe against a host and says how it failed, nil where it did not. Bindings and scripts call it.
func Run(host Host, probe Probe, target Target) *Failure {
	if probe == nil {
		return NewFailure(GapDefect, "no probe was exported: `func init() { shipworthy.Export(...) }` is missing")
	}
	failure := AsFailure(probe.Observe(NewStack(host), target))
	if failure == nil {
		return nil
	}
	return NewFailure(failure.Why, strings.ToValidUTF8(failure.Detail, "\uFFFD"))
}
