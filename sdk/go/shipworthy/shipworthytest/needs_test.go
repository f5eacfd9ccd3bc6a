package shipworthytest

import "testing"

func TestNeedsCoverWhatTheHostWouldGrant(t *testing.T) {
	for _, row := range []struct {
		need, line string
		expected   bool
	}{
		{"http GET /health", "http GET /health", true},
		{"http GET /health", "http POST /health", false},
		{"http GET /health", "http@metrics GET /health", false},
		{"http GET /a/*", "http GET /a/b", true},
		{"http GET /a/*", "http GET /a/b/c", false},
		{"http GET /**", "http GET /a/b/c", true},
		{"http POST /f/none-*/invocations", "http POST /f/none-1/invocations", true},
		{"http POST /f/none-*/invocations", "http POST /f/real/invocations", false},
		{"container .", "container .", true},
		{"container .", "container agent", false},
		{"container .", "container", false},
		{"label . *", "label . org.example/version", true},
		{"env . ESB_TAG", "env . OTHER", false},
		{"grpc a.B/C", "grpc a.B/C", true},
		{"", "", false},
	} {
		if covers(row.need, row.line) != row.expected {
			t.Errorf("%s over %s: expected %v", row.need, row.line, row.expected)
		}
	}
}
