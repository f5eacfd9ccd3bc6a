package shipworthy

import "strconv"

// Value is a fact's value: text, a number or a boolean. Requirements compare numbers as numbers (`"<100"`), anything else
// as text. The zero value is empty text.
type Value struct {
	kind    valueKind
	text    string
	number  float64
	boolean bool
}

type valueKind uint8

const (
	kindText valueKind = iota
	kindNumber
	kindBoolean
)

// Text is text, passed on as it is.
func Text(text string) Value {
	return Value{kind: kindText, text: text}
}

// Number is a number.
func Number[N ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64](number N) Value {
	return Value{kind: kindNumber, number: float64(number)}
}

// Boolean is true or false.
func Boolean(boolean bool) Value {
	return Value{kind: kindBoolean, boolean: boolean}
}

// AsText is the text, if the value is text.
func (v Value) AsText() (string, bool) {
	return v.text, v.kind == kindText
}

// AsNumber is the number, if the value is one.
func (v Value) AsNumber() (float64, bool) {
	return v.number, v.kind == kindNumber
}

// AsBoolean is the boolean, if the value is one.
func (v Value) AsBoolean() (boolean, ok bool) {
	return v.boolean, v.kind == kindBoolean
}

// String is the value without quotes: for people.
func (v Value) String() string {
	switch v.kind {
	case kindNumber:
		return strconv.FormatFloat(v.number, 'f', -1, 64)
	case kindBoolean:
		return strconv.FormatBool(v.boolean)
	default:
		return v.text
	}
}

// Origin is where something was read, in words that let a person read it again.
type Origin struct {
	// What is such as `GET /openapi.json info.version`.
	What string
	// Subject is the container or other part, where the service has several; else empty.
	Subject string
}

// From is an origin in a service that is all one part.
func From(what string) Origin {
	return Origin{What: what}
}

// Of is the same, in one of the service's parts.
func (o Origin) Of(subject string) Origin {
	return Origin{What: o.What, Subject: subject}
}

// Finding is what became of a rule of the probe's own.
type Finding struct {
	// Holds is whether the rule holds.
	Holds bool
	// Message is what was looked at, in words.
	Message string
	// Expected is what should be; empty where nothing is to be said of it.
	Expected string
	// Found is what is; likewise.
	Found string
}
