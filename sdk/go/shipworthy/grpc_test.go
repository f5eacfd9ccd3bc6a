package shipworthy_test

import (
	"testing"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/shipworthytest"
)

func TestEachCodeLeavesTheGapThatFits(t *testing.T) {
	for code, gap := range map[uint32]shipworthy.Gap{
		shipworthy.CodeUnauthenticated:   shipworthy.GapDenied,
		shipworthy.CodePermissionDenied:  shipworthy.GapDenied,
		shipworthy.CodeUnimplemented:     shipworthy.GapNotOffered,
		shipworthy.CodeNotFound:          shipworthy.GapNotOffered,
		shipworthy.CodeUnavailable:       shipworthy.GapUnreachable,
		shipworthy.CodeDeadlineExceeded:  shipworthy.GapTimedOut,
		shipworthy.CodeResourceExhausted: shipworthy.GapLimit,
		13:                               shipworthy.GapUnreadable,
	} {
		grpc := shipworthytest.New(t).GRPC("a.B/C", shipworthytest.Status(code, "no")).Stack().GRPC()
		reply, err := grpc.Invoke(shipworthy.NewCall("a.B/C")).Reply()
		if err != nil || reply.Code != code || reply.Origin("status").What != "grpc a.B/C status" {
			t.Fatal(reply, err)
		}
		_, err = grpc.Invoke(shipworthy.NewCall("a.B/C")).OK()
		if failure := shipworthy.AsFailure(err); failure.Why != gap {
			t.Errorf("%d: expected %s, found %s", code, gap, failure.Why)
		}
	}
	failed := shipworthy.CallFailed{What: "grpc a.B/C", Code: 7, Status: "no"}
	if text := failed.Error(); text != "grpc a.B/C: status 7: no" {
		t.Error(text)
	}
	failed.Status = ""
	if text := failed.Error(); text != "grpc a.B/C: status 7" {
		t.Error(text)
	}
}
