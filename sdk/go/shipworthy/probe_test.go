package shipworthy

import "testing"

type silent struct{}

func (silent) Observe(*Stack, Target) error { return nil }

func TestAComponentHasOneProbe(t *testing.T) {
	defer func() { exported.probe = nil }()
	if failure := RunExported(nil, Target{}); failure == nil || failure.Why != GapDefect {
		t.Errorf("without a probe: %+v", failure)
	}
	Export(silent{})
	if failure := RunExported(nil, Target{}); failure != nil {
		t.Errorf("with one: %+v", failure)
	}
	defer func() {
		if recover() == nil {
			t.Error("a second one was taken")
		}
	}()
	Export(silent{})
}
