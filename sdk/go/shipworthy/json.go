package shipworthy

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// JSON is a JSON document that knows where it came from. It is read by pointer (RFC 6901), with errors that say where.
type JSON struct {
	what string
	text []byte
	root any
}

// ParseJSON reads text, which came from what (`GET /openapi.json`). The text is kept as it is.
func ParseJSON(what string, text []byte) (*JSON, error) {
	// Package encoding/json would put something else in its place.
	if fault := notUTF8(text); fault != "" {
		return nil, &Unreadable{Detail: what + ": not JSON: " + fault}
	}
	document := &JSON{what: what, text: text}
	if err := json.Unmarshal(text, &document.root); err != nil {
		return nil, &Unreadable{Detail: what + ": not JSON: " + err.Error()}
	}
	return document, nil
}

// Root is the whole document, as json.Unmarshal has it: numbers are float64.
func (j *JSON) Root() any {
	return j.root
}

// At is what is at a pointer, such as `/info/version`; the empty pointer is the document.
func (j *JSON) At(pointer string) (node any, found bool) {
	if pointer == "" {
		return j.root, true
	}
	rest, absolute := strings.CutPrefix(pointer, "/")
	if !absolute {
		return nil, false
	}
	node = j.root
	for token := range strings.SplitSeq(rest, "/") {
		node, found = child(node, unescaped(token))
		if !found {
			return nil, false
		}
	}
	return node, true
}

// Text is the text at a pointer.
func (j *JSON) Text(pointer string) (string, error) {
	node, err := j.expect(pointer)
	if err != nil {
		return "", err
	}
	text, ok := node.(string)
	if !ok {
		return "", j.notA("text", pointer)
	}
	return text, nil
}

// Keys are the keys of the object at a pointer, sorted.
func (j *JSON) Keys(pointer string) ([]string, error) {
	node, err := j.expect(pointer)
	if err != nil {
		return nil, err
	}
	object, ok := node.(map[string]any)
	if !ok {
		return nil, j.notA("an object", pointer)
	}
	return slices.Sorted(maps.Keys(object)), nil
}

// Value is the text, number or boolean at a pointer, as a fact's value.
func (j *JSON) Value(pointer string) (Value, error) {
	node, err := j.expect(pointer)
	if err != nil {
		return Value{}, err
	}
	switch node := node.(type) {
	case string:
		return Text(node), nil
	case bool:
		return Boolean(node), nil
	case float64:
		return Number(node), nil
	default:
		return Value{}, j.notA("text, a number or a boolean", pointer)
	}
}

// Read reads what is at a pointer into a variable of the probe's own, as json.Unmarshal does. An empty pointer reads the
// whole document. What is not there, or is null where the variable has no nil, is an error: it leaves no made-up zero.
func (j *JSON) Read(pointer string, into any) error {
	node, err := j.expect(pointer)
	if err != nil {
		return err
	}
	if node == nil && !takesNull(into) {
		return &Unreadable{Detail: j.Origin(pointer).What + ": expected a value, found null"}
	}
	text, err := j.textAt(pointer)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return &Unreadable{Detail: j.Origin(pointer).What + ": " + err.Error()}
	}
	return nil
}

// Origin is where a pointer was read, in words.
func (j *JSON) Origin(pointer string) Origin {
	dotted := strings.ReplaceAll(strings.TrimLeft(pointer, "/"), "/", ".")
	return From(joined(j.what, unescaped(dotted)))
}

func (j *JSON) expect(pointer string) (any, error) {
	node, found := j.At(pointer)
	if !found {
		return nil, &Unreadable{Detail: fmt.Sprintf("%s: has no `%s`", j.what, pointer)}
	}
	return node, nil
}

func (j *JSON) notA(expected, pointer string) error {
	return &Unreadable{Detail: fmt.Sprintf("%s: `%s`: expected %s", j.what, pointer, expected)}
}

func child(node any, token string) (any, bool) {
	switch node := node.(type) {
	case map[string]any:
		value, found := node[token]
		return value, found
	case []any:
		index, found := indexOf(token, len(node))
		if !found {
			return nil, false
		}
		return node[index], true
	default:
		return nil, false
	}
}

// indexOf is a token as the index of a list of this length. RFC 6901 has no signs and no zeros in front.
func indexOf(token string, length int) (int, bool) {
	index, err := strconv.ParseUint(token, 10, 31)
	if err != nil || (len(token) > 1 && token[0] == '0') || int(index) >= length {
		return 0, false
	}
	return int(index), true
}

// textAt is the text at a pointer to what is there, so that large numbers are read as they are written.
func (j *JSON) textAt(pointer string) (text json.RawMessage, err error) {
	text = j.text
	node := j.root
	tokens := strings.Split(pointer, "/")
	for _, token := range tokens[1:] {
		token = unescaped(token)
		switch node.(type) {
		case map[string]any:
			var object map[string]json.RawMessage
			err = json.Unmarshal(text, &object)
			text = object[token]
		default:
			var list []json.RawMessage
			err = json.Unmarshal(text, &list)
			if index, found := indexOf(token, len(list)); found {
				text = list[index]
			}
		}
		if err != nil {
			return nil, err
		}
		node, _ = child(node, token)
	}
	return text, nil
}

func unescaped(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}

// takesNull is whether a null makes a difference to what into points to.
func takesNull(into any) bool {
	pointer := reflect.TypeOf(into)
	if pointer == nil || pointer.Kind() != reflect.Pointer {
		return false
	}
	switch pointer.Elem().Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return true
	default:
		return false
	}
}
