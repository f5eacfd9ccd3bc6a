package shipworthy_test

import (
	"slices"
	"testing"

	"shipworthy.dev/shipworthy"
)

const document = `{
	"a": { "b/c": "x", "d~": "y", "": "empty", "n": 1.5, "t": true, "z": null },
	"big": 9007199254740993, "list": [{ "v": 7 }, 8], "paths": { "/y": {}, "/x": {} }
}`

func parsed(t *testing.T) *shipworthy.JSON {
	t.Helper()
	json, err := shipworthy.ParseJSON("GET /j", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return json
}

func TestScalarsBecomeValuesAndNothingElseDoes(t *testing.T) {
	for _, row := range []struct{ pointer, value, fault string }{
		{pointer: "/a/b~1c", value: "x"},
		{pointer: "/a/d~0", value: "y"},
		{pointer: "/a/", value: "empty"},
		{pointer: "/a/n", value: "1.5"},
		{pointer: "/a/t", value: "true"},
		{pointer: "/list/0/v", value: "7"},
		{pointer: "/list/1", value: "8"},
		{pointer: "/a/z", fault: "GET /j: `/a/z`: expected text, a number or a boolean"},
		{pointer: "/a", fault: "GET /j: `/a`: expected text, a number or a boolean"},
		{pointer: "", fault: "GET /j: ``: expected text, a number or a boolean"},
		{pointer: "/none", fault: "GET /j: has no `/none`"},
		{pointer: "a", fault: "GET /j: has no `a`"},
		{pointer: "/a/n/x", fault: "GET /j: has no `/a/n/x`"},
		{pointer: "/list/2", fault: "GET /j: has no `/list/2`"},
		{pointer: "/list/01", fault: "GET /j: has no `/list/01`"},
		{pointer: "/list/+1", fault: "GET /j: has no `/list/+1`"},
		{pointer: "/list/-", fault: "GET /j: has no `/list/-`"},
	} {
		value, err := parsed(t).Value(row.pointer)
		if row.fault == "" && (err != nil || value.String() != row.value) {
			t.Errorf("%s: expected %s, found %s, %v", row.pointer, row.value, value, err)
		}
		if row.fault != "" && (err == nil || err.Error() != row.fault) {
			t.Errorf("%s: expected %s, found %v", row.pointer, row.fault, err)
		}
	}
}

func TestOriginsReadLikePaths(t *testing.T) {
	for pointer, what := range map[string]string{"/a/b~1c": "GET /j a.b/c", "/a/d~0": "GET /j a.d~", "": "GET /j"} {
		if found := parsed(t).Origin(pointer).What; found != what {
			t.Errorf("expected %s, found %s", what, found)
		}
	}
}

func TestObjectsListTheirKeysSorted(t *testing.T) {
	if keys, err := parsed(t).Keys("/paths"); err != nil || !slices.Equal(keys, []string{"/x", "/y"}) {
		t.Error(keys, err)
	}
	if _, err := parsed(t).Keys("/a/n"); err == nil || err.Error() != "GET /j: `/a/n`: expected an object" {
		t.Error(err)
	}
	if _, err := parsed(t).Text("/a/n"); err == nil || err.Error() != "GET /j: `/a/n`: expected text" {
		t.Error(err)
	}
	if text, err := parsed(t).Text("/a/b~1c"); text != "x" || err != nil {
		t.Error(text, err)
	}
}

func TestVariablesOfTheProbesOwnAreReadAsTheyAreWritten(t *testing.T) {
	json := parsed(t)
	var big int64
	if err := json.Read("/big", &big); err != nil || big != 9007199254740993 {
		t.Error(big, err)
	}
	var of struct{ V int }
	if err := json.Read("/list/0", &of); err != nil || of.V != 7 {
		t.Error(of, err)
	}
	var whole map[string]any
	if err := json.Read("", &whole); err != nil || len(whole) != 4 {
		t.Error(whole, err)
	}
	var key string
	if err := json.Read("/a/b~1c", &key); err != nil || key != "x" {
		t.Error(key, err)
	}
}

func TestWhatCannotBeReadLeavesNoZero(t *testing.T) {
	json := parsed(t)
	for pointer, fault := range map[string]string{
		"/a/z":  "GET /j a.z: expected a value, found null",
		"/none": "GET /j: has no `/none`",
		"/a/t":  "GET /j a.t: json: cannot unmarshal bool into Go value of type float64",
	} {
		var number float64
		if err := json.Read(pointer, &number); err == nil || err.Error() != fault {
			t.Errorf("%s: found %v, %v", pointer, number, err)
		}
	}
	number := new(float64)
	if err := json.Read("/a/z", &number); err != nil || number != nil {
		t.Error("a pointer takes a null", number, err)
	}
}

func TestWhatIsNotJSONIsUnreadable(t *testing.T) {
	for _, text := range []string{"", " ", "<html>", `{"a":1} x`, "{", "1e999", "\"\xff\""} {
		_, err := shipworthy.ParseJSON("GET /j", []byte(text))
		failure := shipworthy.AsFailure(err)
		if failure == nil || failure.Why != shipworthy.GapUnreadable || failure.Detail[:len("GET /j: not JSON: ")] != "GET /j: not JSON: " {
			t.Errorf("%q: found %v", text, err)
		}
	}
}
