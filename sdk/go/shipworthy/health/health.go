// Package health is the standard gRPC health service, by hand-written protobuf: a request with the name in field 1, a
// response with the status in field 1.
package health

import (
	"fmt"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/protobuf"
)

// Method is the method, as a descriptor needs it.
const Method = "grpc.health.v1.Health/Check"

var words = [...]string{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}

// Check is the call that asks for a name's health; the empty name stands for the whole server.
//
//	reply, err := stack.GRPC().Invoke(health.Check("agent.v1.AgentService")).OK()
//	if err != nil {
//		return err
//	}
//	word, err := health.Status(reply)
func Check(name string) shipworthy.Call {
	return shipworthy.NewCall(Method).Message(protobuf.Writer{}.Text(1, name).Finish())
}

// Status is `HealthCheckResponse.ServingStatus`. `SERVICE_UNKNOWN` is of `Watch` only, and said all the same by some
// servers.
func Status(reply *shipworthy.Reply) (string, error) {
	if _, err := reply.OK(); err != nil {
		return "", err
	}
	number, err := protobuf.Varint(reply.Message, 1)
	if err != nil {
		return "", shipworthy.AsFailure(err).At(reply.What())
	}
	if number >= uint64(len(words)) {
		detail := fmt.Sprintf("expected a status of 0 to 3, found %d", number)
		return "", shipworthy.NewFailure(shipworthy.GapUnreadable, detail).At(reply.What())
	}
	return words[number], nil
}
