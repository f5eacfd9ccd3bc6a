package protobuf_test

import (
	"bytes"
	"math"
	"testing"

	"shipworthy.dev/shipworthy/protobuf"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	message := protobuf.Writer{}.Text(1, "x").Varint(2, math.MaxUint64).Varint(536_870_911, 0).Bytes(3, nil).Finish()
	expected := []protobuf.Field{
		{Number: 1, Kind: protobuf.KindBytes, Bytes: []byte("x")},
		{Number: 2, Integer: math.MaxUint64},
		{Number: 536_870_911},
		{Number: 3, Kind: protobuf.KindBytes},
	}
	at := 0
	for field, err := range protobuf.Fields(message) {
		wanted := expected[at]
		if err != nil || field.Number != wanted.Number || field.Kind != wanted.Kind || field.Integer != wanted.Integer || !bytes.Equal(field.Bytes, wanted.Bytes) {
			t.Errorf("expected %+v, found %+v, %v", wanted, field, err)
		}
		at++
	}
	if at != len(expected) {
		t.Errorf("found %d fields", at)
	}
}

func TestWritersOfOneBeginningDoNotDisturbEachOther(t *testing.T) {
	begun := protobuf.Writer{}.Varint(1, 1).Varint(1, 2).Varint(1, 3)
	one, two := begun.Varint(2, 1), begun.Varint(2, 2)
	if found, _ := protobuf.Varint(one.Finish(), 2); found != 1 {
		t.Errorf("found %d", found)
	}
	if found, _ := protobuf.Varint(two.Finish(), 2); found != 2 {
		t.Errorf("found %d", found)
	}
}

func TestFixedFieldsAreSteppedOver(t *testing.T) {
	message := []byte{0x09, 1, 0, 0, 0, 0, 0, 0, 0, 0x15, 2, 0, 0, 0, 0x18, 7}
	if found, err := protobuf.Varint(message, 3); found != 7 || err != nil {
		t.Error(found, err)
	}
	for field := range protobuf.Fields(message) {
		if field.Kind != protobuf.KindFixed64 || field.Integer != 1 {
			t.Errorf("found %+v", field)
		}
		break
	}
}

func TestTheLastFieldOfANumberCountsAndAnAbsentOneIsItsDefault(t *testing.T) {
	if found, err := protobuf.Varint([]byte{8, 1, 8, 2}, 1); found != 2 || err != nil {
		t.Error(found, err)
	}
	if found, err := protobuf.Varint(nil, 1); found != 0 || err != nil {
		t.Error(found, err)
	}
	if found, err := protobuf.Text([]byte{0x0a, 1, 'a', 0x0a, 1, 'b'}, 1); found != "b" || err != nil {
		t.Error(found, err)
	}
}

func TestNonsenseIsUnreadableOnceAndThenOver(t *testing.T) {
	for _, nonsense := range [][]byte{
		{0x08},
		{0x0a, 5, 1},
		{0x0b},
		{0x00, 1},
		{0x09, 1},
		{0x15, 1},
		bytes.Repeat([]byte{0xff}, 11),
		{8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2},
		[]byte("<html>"),
	} {
		faults, last := 0, error(nil)
		for _, err := range protobuf.Fields(nonsense) {
			if last = err; err != nil {
				faults++
			}
		}
		if faults != 1 || last == nil || last.Error() != "not a protobuf message" {
			t.Errorf("%x: %d faults, the last is %v", nonsense, faults, last)
		}
	}
	if _, err := protobuf.Text([]byte{0x0a, 1, 0xff}, 1); err == nil {
		t.Error("text is UTF-8")
	}
}
