// Package protobuf reads and writes protobuf by hand: enough for messages of a few fields, where generated code would cost
// more than it gives.
package protobuf

import "encoding/binary"

const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireFixed32 = 5
)

// Writer writes a message field by field; the zero value is an empty message.
//
//	message := protobuf.Writer{}.Text(1, "agent.v1.AgentService").Varint(2, 300).Finish()
type Writer struct {
	bytes []byte
}

// Text is the message with a `string` field.
func (w Writer) Text(number uint32, text string) Writer {
	return w.Bytes(number, []byte(text))
}

// Bytes is the message with a `bytes` field, or a message in a message.
func (w Writer) Bytes(number uint32, value []byte) Writer {
	w = w.key(number, wireBytes)
	w.bytes = binary.AppendUvarint(w.bytes, uint64(len(value)))
	w.bytes = append(w.bytes, value...)
	return w
}

// Varint is the message with an `int32`, `int64`, `uint32`, `uint64`, `bool` or `enum` field.
func (w Writer) Varint(number uint32, value uint64) Writer {
	w = w.key(number, wireVarint)
	w.bytes = binary.AppendUvarint(w.bytes, value)
	return w
}

// Finish is the encoded message.
func (w Writer) Finish() []byte {
	return w.bytes
}

// key never writes to what another writer of the same beginning has.
func (w Writer) key(number uint32, wire uint64) Writer {
	w.bytes = binary.AppendUvarint(w.bytes[:len(w.bytes):len(w.bytes)], uint64(number)<<3|wire)
	return w
}
