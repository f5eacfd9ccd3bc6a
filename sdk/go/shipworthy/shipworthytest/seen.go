package shipworthytest

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"shipworthy.dev/shipworthy"
)

// Evidence is one piece of evidence: a [Fact], [Capability], [Complete], [Digest], [Missing] or [Finding]. Its String is
// the line that tests compare.
type Evidence interface {
	String() string
}

// Fact is what Stack.Fact gave.
type Fact struct {
	Key    string
	Value  shipworthy.Value
	Origin shipworthy.Origin
}

// Capability is what Stack.Capability gave.
type Capability struct {
	Name    string
	Present bool
	Origin  shipworthy.Origin
}

// Complete is what Stack.Complete gave.
type Complete struct {
	Prefix string
}

// Digest is what Stack.Digest gave.
type Digest struct {
	Name, SHA256 string
	Origin       shipworthy.Origin
}

// Missing is what Stack.Missing gave.
type Missing struct {
	Name string
	Why  shipworthy.Failure
}

// Finding is what Stack.Finding gave.
type Finding struct {
	Rule    string
	Finding shipworthy.Finding
}

func (f Fact) String() string {
	value := f.Value.String()
	if text, ok := f.Value.AsText(); ok {
		value = quoted(text)
	}
	return "fact " + f.Key + " = " + value + from(f.Origin)
}

func (c Capability) String() string {
	word := "absent"
	if c.Present {
		word = "present"
	}
	return "capability " + c.Name + " " + word + from(c.Origin)
}

func (c Complete) String() string {
	return "complete " + quoted(c.Prefix)
}

func (d Digest) String() string {
	return "digest " + d.Name + " = " + d.SHA256 + from(d.Origin)
}

func (m Missing) String() string {
	return fmt.Sprintf("missing %s: %s: %s", m.Name, m.Why.Why, m.Why.Detail)
}

func (f Finding) String() string {
	word := "broken"
	if f.Finding.Holds {
		word = "holds"
	}
	text := "finding " + f.Rule + " " + word + ": " + f.Finding.Message
	if f.Finding.Expected != "" {
		text += ", expected " + f.Finding.Expected
	}
	if f.Finding.Found != "" {
		text += ", found " + f.Finding.Found
	}
	return text
}

func from(origin shipworthy.Origin) string {
	if origin.Subject == "" {
		return ", from " + origin.What
	}
	return ", from " + origin.What + " of " + origin.Subject
}

// quoted is text as all SDKs show it.
func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, symbol := range text {
		switch symbol {
		case '"', '\\':
			out.WriteByte('\\')
			out.WriteRune(symbol)
		case '\n':
			out.WriteString(`\n`)
		case '\r':
			out.WriteString(`\r`)
		case '\t':
			out.WriteString(`\t`)
		case 0:
			out.WriteString(`\0`)
		default:
			if unicode.IsPrint(symbol) {
				out.WriteRune(symbol)
			} else {
				fmt.Fprintf(&out, `\u{%x}`, symbol)
			}
		}
	}
	out.WriteByte('"')
	return out.String()
}

// LogLine is what Stack.Log gave.
type LogLine struct {
	Level   shipworthy.Level
	Message string
}

// Seen is one run of a probe, as the host would have seen it.
type Seen struct {
	// Evidence is all evidence, in the order in which it was given.
	Evidence []Evidence
	// Outcome is how the run failed; nil where it did not.
	Outcome *shipworthy.Failure
	// Requests are the requests over HTTP, in order.
	Requests []shipworthy.Request
	// Calls are the gRPC calls, in order.
	Calls []shipworthy.Call
	// Log has the log's lines.
	Log []LogLine

	t T
}

// Lines is all evidence, a line for each, and how the run failed if it did.
func (s *Seen) Lines() []string {
	lines := make([]string, 0, len(s.Evidence)+1)
	for _, evidence := range s.Evidence {
		lines = append(lines, evidence.String())
	}
	if s.Outcome != nil {
		lines = append(lines, fmt.Sprintf("failed %s: %s", s.Outcome.Why, s.Outcome.Detail))
	}
	return lines
}

// Expect fails the test unless the lines are these.
func (s *Seen) Expect(lines ...string) {
	s.t.Helper()
	if seen := s.Lines(); !slices.Equal(seen, lines) {
		s.t.Errorf("expected:\n\t%s\nseen:\n\t%s", strings.Join(lines, "\n\t"), strings.Join(seen, "\n\t"))
	}
}

// Fact is the last value of this key.
func (s *Seen) Fact(key string) (value shipworthy.Value, given bool) {
	for _, evidence := range s.Evidence {
		if fact, ok := evidence.(Fact); ok && fact.Key == key {
			value, given = fact.Value, true
		}
	}
	return value, given
}

// Capability is whether the capability was last seen present, and whether it was given at all.
func (s *Seen) Capability(name string) (present, given bool) {
	for _, evidence := range s.Evidence {
		if capability, ok := evidence.(Capability); ok && capability.Name == name {
			present, given = capability.Present, true
		}
	}
	return present, given
}

// IsComplete is whether the capabilities that begin so were said to be complete.
func (s *Seen) IsComplete(prefix string) bool {
	return slices.Contains(s.Evidence, Evidence(Complete{Prefix: prefix}))
}

// Missing is why this could not be seen; nil if that was not said.
func (s *Seen) Missing(name string) *shipworthy.Failure {
	for _, evidence := range s.Evidence {
		if missing, ok := evidence.(Missing); ok && missing.Name == name {
			return &missing.Why
		}
	}
	return nil
}

// Findings is what became of a rule of the probe's own, each time it was judged.
func (s *Seen) Findings(rule string) []shipworthy.Finding {
	var findings []shipworthy.Finding
	for _, evidence := range s.Evidence {
		if finding, ok := evidence.(Finding); ok && finding.Rule == rule {
			findings = append(findings, finding.Finding)
		}
	}
	return findings
}
