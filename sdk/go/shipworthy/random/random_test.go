package random_test

import (
	"testing"

	"shipworthy.dev/shipworthy/random"
)

func TestTwoNumbersDiffer(t *testing.T) {
	if random.Number() == random.Number() {
		t.Error("drawn twice")
	}
}
