package shipworthy

import (
	"fmt"
	"strings"
)

// Header is a header or a piece of gRPC metadata.
type Header struct {
	// Name is in any case; compared without regard to it.
	Name string
	// Value has U+FFFD for bytes that were not UTF-8.
	Value string
}

// Phase is what a request was doing when its time ran out.
type Phase uint8

const (
	// PhaseConnect is connecting.
	PhaseConnect Phase = iota
	// PhaseTLS is setting up TLS.
	PhaseTLS
	// PhaseSend is sending the request.
	PhaseSend
	// PhaseHeaders is waiting for the answer's head.
	PhaseHeaders
	// PhaseBody is reading the answer's body.
	PhaseBody
)

var phaseWords = [...]string{
	"connecting", "setting up TLS", "sending the request", "waiting for the answer", "reading the body",
}

// String says it in words.
func (p Phase) String() string {
	if int(p) < len(phaseWords) {
		return phaseWords[p]
	}
	return fmt.Sprintf("phase %d", uint8(p))
}

// NetworkKind is the kind of a [NetworkError].
type NetworkKind uint8

const (
	// NetworkNotGranted : the environment does not grant it; Detail is the grant that it would take.
	NetworkNotGranted NetworkKind = iota
	// NetworkInvalidRequest : the request itself is wrong, such as a path that is not normal: a defect of the probe, or
	// of its config.
	NetworkInvalidRequest
	// NetworkUnreachable : the service could not be reached.
	NetworkUnreachable
	// NetworkTLS : TLS could not be set up; Detail has the CA that was used and the issuer that was seen.
	NetworkTLS
	// NetworkTimedOut : it took longer than a limit: Phase, LimitMS, ReceivedBytes.
	NetworkTimedOut
	// NetworkTooLarge : more than a limit allows: Detail is what was limited, such as `response body`, and Limit how much.
	NetworkTooLarge
	// NetworkProtocol : the peer does not speak the protocol.
	NetworkProtocol
)

// NetworkError is why a request or call has no answer.
type NetworkError struct {
	// Kind says which of the fields below are of interest.
	Kind NetworkKind
	// Detail is what the kind says; empty for [NetworkTimedOut].
	Detail string
	// Phase is what took so long.
	Phase Phase
	// LimitMS is the limit of a timeout, in milliseconds.
	LimitMS uint32
	// ReceivedBytes is how much of the body had arrived.
	ReceivedBytes uint32
	// Limit is the limit of what is too large.
	Limit uint32
}

// Gap is the gap that this leaves.
func (e *NetworkError) Gap() Gap {
	switch e.Kind {
	case NetworkNotGranted:
		return GapNotGranted
	case NetworkInvalidRequest:
		return GapDefect
	case NetworkUnreachable:
		return GapUnreachable
	case NetworkTLS:
		return GapTLS
	case NetworkTimedOut:
		return GapTimedOut
	case NetworkTooLarge:
		return GapLimit
	default:
		return GapUnreadable
	}
}

// Error says it in words.
func (e *NetworkError) Error() string {
	switch e.Kind {
	case NetworkNotGranted:
		return "not granted: " + e.Detail
	case NetworkInvalidRequest:
		return "invalid request: " + e.Detail
	case NetworkTimedOut:
		text := fmt.Sprintf("timed out after %d ms while %s", e.LimitMS, e.Phase)
		if e.ReceivedBytes > 0 {
			text += fmt.Sprintf(", %d bytes received", e.ReceivedBytes)
		}
		return text
	case NetworkTooLarge:
		unit := " bytes"
		if strings.HasPrefix(e.Detail, "requests") {
			unit = ""
		}
		return fmt.Sprintf("the limit of %d%s for the %s is exceeded", e.Limit, unit, e.Detail)
	default:
		return e.Detail
	}
}

// As lets errors.As find a [*Failure].
func (e *NetworkError) As(target any) bool {
	return asFailure(e, target)
}
