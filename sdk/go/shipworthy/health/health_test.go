package health_test

import (
	"bytes"
	"strings"
	"testing"

	"shipworthy.dev/shipworthy"
	"shipworthy.dev/shipworthy/health"
	"shipworthy.dev/shipworthy/shipworthytest"
)

func status(t *testing.T, answer shipworthytest.GRPCAnswer) (string, error) {
	t.Helper()
	reply, err := shipworthytest.New(t).GRPC(health.Method, answer).Stack().GRPC().Invoke(health.Check("")).Reply()
	if err != nil {
		t.Fatal(err)
	}
	return health.Status(reply)
}

func TestEachStatusHasItsWord(t *testing.T) {
	for message, word := range map[string]string{
		"": "UNKNOWN", "\x08\x00": "UNKNOWN", "\x08\x01": "SERVING", "\x08\x02": "NOT_SERVING", "\x08\x03": "SERVICE_UNKNOWN",
	} {
		if found, err := status(t, shipworthytest.OK([]byte(message))); found != word || err != nil {
			t.Errorf("%q: expected %s, found %s, %v", message, word, found, err)
		}
	}
}

func TestWhatSaysNothingOfHealthIsAGap(t *testing.T) {
	for _, row := range []struct {
		answer shipworthytest.GRPCAnswer
		gap    shipworthy.Gap
	}{
		{shipworthytest.Status(shipworthy.CodeNotFound, ""), shipworthy.GapNotOffered},
		{shipworthytest.Status(shipworthy.CodeUnimplemented, ""), shipworthy.GapNotOffered},
		{shipworthytest.Status(shipworthy.CodeUnauthenticated, ""), shipworthy.GapDenied},
		{shipworthytest.OK([]byte{8, 4}), shipworthy.GapUnreadable},
		{shipworthytest.OK([]byte("nonsense")), shipworthy.GapUnreadable},
	} {
		_, err := status(t, row.answer)
		failure := shipworthy.AsFailure(err)
		if failure == nil || failure.Why != row.gap || !strings.HasPrefix(failure.Detail, "grpc grpc.health.v1.Health/Check: ") {
			t.Errorf("expected %s, found %v", row.gap, err)
		}
	}
}

func TestTheRequestCarriesTheName(t *testing.T) {
	if message := health.Check("a.B").Bytes(); !bytes.Equal(message, []byte{0x0a, 3, 'a', '.', 'B'}) {
		t.Errorf("found %x", message)
	}
}
