// Package conformance uses every function of the SDK: see sdk/conformance/README.md.
package conformance

import (
	"strings"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/random"
)

type config struct {
	Parts []string `json:"parts"`
	Text  string   `json:"text"`
}

type conformance struct{}

func init() { shipworthy.Export(conformance{}) }

func (conformance) Observe(stack *shipworthy.Stack, target shipworthy.Target) error {
	var config config
	if err := target.Config(&config); err != nil {
		return err
	}
	for _, part := range config.Parts {
		if err := look(part, stack, target, config.Text); err != nil {
			return err
		}
	}
	return nil
}

func look(part string, stack *shipworthy.Stack, target shipworthy.Target, text string) error {
	switch part {
	case "target":
		lookAtTarget(stack, target, text)
	case "info":
		return info(stack)
	case "text":
		return lookAtText(stack)
	case "statuses":
		statuses(stack)
	case "many":
		many(stack)
	case "slow":
		slow(stack)
	case "large":
		large(stack)
	case "health":
		lookAtHealth(stack)
	case "echo":
		echo(stack)
	case "refused":
		refused(stack)
	case "containers":
		return containers(stack)
	case "findings":
		findings(stack)
	case "digest":
		stack.Digest("bytes", strings.Repeat("a", 64), shipworthy.From("digest"))
	case "long":
		long(stack)
	case "random":
		stack.Fact("random", shipworthy.Boolean(random.Number() != random.Number()), shipworthy.From("random"))
	case "log":
		stack.Log(shipworthy.LevelDebug, "debug line")
		stack.Log(shipworthy.LevelInfo, "info line")
		stack.Log(shipworthy.LevelWarn, "warn line")
		stack.Log(shipworthy.LevelError, "error line")
	case "config":
		return shipworthy.ConfigFailure("config: the part config was asked for")
	case "denied":
		return shipworthy.NewFailure(shipworthy.GapDenied, "turned away")
	case "crash":
		deeper()
	default:
		return shipworthy.ConfigFailure("config: no part `" + part + "`")
	}
	return nil
}

func lookAtTarget(stack *shipworthy.Stack, target shipworthy.Target, text string) {
	project := target.Project
	if project == "" {
		project = "none"
	}
	from := shipworthy.From("target")
	stack.Fact("target.service", shipworthy.Text(target.Service), from)
	stack.Fact("target.instance", shipworthy.Text(target.Instance), from)
	stack.Fact("target.project", shipworthy.Text(project), from)
	stack.Fact("target.text", shipworthy.Text(text), from)
}

func findings(stack *shipworthy.Stack) {
	stack.Finding("always", shipworthy.Finding{Holds: true, Message: "it holds"})
	stack.Finding("never", shipworthy.Finding{Message: "it does not hold", Expected: "yes", Found: "no"})
}

func long(stack *shipworthy.Stack) {
	stack.Fact(strings.Repeat("k", 2_000), shipworthy.Text("x"), shipworthy.From("long"))
	stack.Fact("long", shipworthy.Text(strings.Repeat("v", 10_000)), shipworthy.From("long"))
	stack.Missing("prose", shipworthy.NewFailure(shipworthy.GapUnreadable, strings.Repeat("é", 3_000)))
}

// deeper is where a team's code calls what others wrote.
func deeper() {
	thirdParty([]int{1, 2, 3}, 7)
}

func thirdParty(numbers []int, index int) {
	if numbers[index] < 0 {
		panic("the number is negative")
	}
}
