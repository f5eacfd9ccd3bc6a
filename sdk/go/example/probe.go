// Package probe looks at a service orders: its version, its features and its queue.
package probe

import (
	"fmt"

	"shipworthy.dev/shipworthy"
)

// settings is the environment's `config`, which the schema in probe.json describes.
type settings struct {
	LongestQueue float64 `json:"longest_queue"`
}

// Orders is the probe.
type Orders struct{}

func init() { shipworthy.Export(Orders{}) }

// Observe looks, and gives evidence as it is seen.
func (Orders) Observe(stack *shipworthy.Stack, target shipworthy.Target) error {
	config := settings{LongestQueue: 10}
	if err := target.Config(&config); err != nil {
		return err
	}
	answers := stack.HTTP().SendAll(shipworthy.Get("/info"), shipworthy.Get("/queue"))

	// Nothing makes sense without this one: the error ends the run, with the gap that fits.
	info, err := answers[0].Expect(200).JSON()
	if err != nil {
		return err
	}
	version, err := info.Value("/build/version")
	if err != nil {
		return err
	}
	stack.Fact("version", version, info.Origin("/build/version"))
	features, err := info.Keys("/features")
	if err != nil {
		return err
	}
	for _, feature := range features {
		stack.Capability(feature, true, info.Origin("/features"))
	}
	// The list is whole: what is required and not on it is absent, not unknown.
	stack.Complete("")

	// This one may be missing without hiding the rest.
	if err := queue(stack, answers[1], config); err != nil {
		stack.Missing("queue", err)
	}
	return nil
}

func queue(stack *shipworthy.Stack, answer shipworthy.Answer, config settings) error {
	queue, err := answer.Expect(200).JSON()
	if err != nil {
		return err
	}
	var length float64
	if err := queue.Read("/length", &length); err != nil {
		return err
	}
	stack.Fact("queue", shipworthy.Number(length), queue.Origin("/length"))
	stack.Finding("queue-short", shipworthy.Finding{
		Holds:    length <= config.LongestQueue,
		Message:  "things that wait",
		Expected: fmt.Sprintf("at most %v", config.LongestQueue),
		Found:    fmt.Sprint(length),
	})
	return nil
}
