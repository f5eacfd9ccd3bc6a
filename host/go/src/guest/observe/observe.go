// Package export_shipworthy_probe_guest is what the component exports.
package export_shipworthy_probe_guest

import (
	"shipworthy.dev/shipworthy"

	gaps "shipworthy_component/shipworthy_probe_gaps"
	guest "shipworthy_component/shipworthy_probe_guest"
	witRuntime "shipworthy_component/wit_runtime"
	witTypes "shipworthy_component/wit_types"
)

// Observe runs the exported probe.
func Observe(target guest.Target) witTypes.Result[witTypes.Unit, guest.Failure] {
	witRuntime.Collect()
	defer witRuntime.Keep()
	look := shipworthy.Target{Service: target.Service, Instance: target.Instance, Project: orEmpty(target.Project)}
	failure := shipworthy.RunExported(world{}, look.WithConfig(target.Config))
	if failure == nil {
		return witTypes.Ok[witTypes.Unit, guest.Failure](witTypes.Unit{})
	}
	why := guest.Failure{Why: gap(failure.Why), Detail: failure.Detail}
	return witTypes.Err[witTypes.Unit](why)
}

func gap(gap shipworthy.Gap) gaps.Gap {
	switch gap {
	case shipworthy.GapUnreachable:
		return gaps.GapUnreachable
	case shipworthy.GapTimedOut:
		return gaps.GapTimedOut
	case shipworthy.GapDenied:
		return gaps.GapDenied
	case shipworthy.GapTLS:
		return gaps.GapTls
	case shipworthy.GapNotGranted:
		return gaps.GapNotGranted
	case shipworthy.GapLimit:
		return gaps.GapLimit
	case shipworthy.GapUnreadable:
		return gaps.GapUnreadable
	case shipworthy.GapNotOffered:
		return gaps.GapNotOffered
	case shipworthy.GapConfig:
		return gaps.GapConfig
	default:
		return gaps.GapDefect
	}
}

// some is an option that is none for the zero value.
func some[T comparable](value T) witTypes.Option[T] {
	var zero T
	if value == zero {
		return witTypes.None[T]()
	}
	return witTypes.Some(value)
}

func orEmpty(text witTypes.Option[string]) string {
	if text.Tag() == witTypes.OptionNone {
		return ""
	}
	return text.Some()
}
