package protobuf

import (
	"encoding/binary"
	"iter"
	"math"
	"unicode/utf8"

	"shipworthy.dev/shipworthy"
)

// Kind is how a field's value is on the wire.
type Kind uint8

const (
	// KindVarint is for integers, booleans and enums.
	KindVarint Kind = iota
	// KindBytes is for text, bytes and messages.
	KindBytes
	// KindFixed64 is for `fixed64`, `sfixed64`, and the bits of a `double`.
	KindFixed64
	// KindFixed32 is for `fixed32`, `sfixed32`, and the bits of a `float`.
	KindFixed32
)

// Field is one field's value, as it is on the wire.
type Field struct {
	// Number is the field's number.
	Number uint32
	// Kind says whether Integer or Bytes holds the value.
	Kind Kind
	// Integer is the value of all kinds but [KindBytes].
	Integer uint64
	// Bytes is the value of [KindBytes]: a part of the message.
	Bytes []byte
}

// Fields reads the fields of a message, in their order. After an error it ends.
func Fields(message []byte) iter.Seq2[Field, error] {
	return func(yield func(Field, error) bool) {
		for len(message) > 0 {
			field, rest, ok := next(message)
			if !ok {
				yield(Field{}, &shipworthy.Unreadable{Detail: "not a protobuf message"})
				return
			}
			if !yield(field, nil) {
				return
			}
			message = rest
		}
	}
}

// Varint is the last varint field of this number, as protobuf has it; 0 where there is none.
func Varint(message []byte, number uint32) (uint64, error) {
	field, err := last(message, number, KindVarint)
	return field.Integer, err
}

// Text is the last text field of this number; empty where there is none.
func Text(message []byte, number uint32) (string, error) {
	field, err := last(message, number, KindBytes)
	if err == nil && !utf8.Valid(field.Bytes) {
		err = &shipworthy.Unreadable{Detail: "protobuf: text that is not UTF-8"}
	}
	if err != nil {
		return "", err
	}
	return string(field.Bytes), nil
}

func last(message []byte, number uint32, kind Kind) (Field, error) {
	var value Field
	for field, err := range Fields(message) {
		if err != nil {
			return Field{}, err
		}
		if field.Number == number && field.Kind == kind {
			value = field
		}
	}
	return value, nil
}

func next(message []byte) (field Field, rest []byte, ok bool) {
	key, rest, ok := varint(message)
	number := key >> 3
	if !ok || number == 0 || number > math.MaxUint32 {
		return Field{}, nil, false
	}
	field.Number = uint32(number)
	switch key & 7 {
	case wireVarint:
		field.Integer, rest, ok = varint(rest)
	case wireFixed64:
		field.Kind = KindFixed64
		if ok = len(rest) >= 8; ok {
			field.Integer, rest = binary.LittleEndian.Uint64(rest), rest[8:]
		}
	case wireFixed32:
		field.Kind = KindFixed32
		if ok = len(rest) >= 4; ok {
			field.Integer, rest = uint64(binary.LittleEndian.Uint32(rest)), rest[4:]
		}
	case wireBytes:
		field.Kind = KindBytes
		var length uint64
		length, rest, ok = varint(rest)
		if ok = ok && length <= uint64(len(rest)); ok {
			field.Bytes, rest = rest[:length:length], rest[length:]
		}
	default:
		ok = false
	}
	return field, rest, ok
}

// varint refuses more than ten bytes, and bits beyond the 64th.
func varint(message []byte) (value uint64, rest []byte, ok bool) {
	value, width := binary.Uvarint(message)
	if width <= 0 {
		return 0, nil, false
	}
	return value, message[width:], true
}
