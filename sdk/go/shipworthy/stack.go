package shipworthy

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// longestName is the longest key, name or prefix, in bytes: the host's limit, beyond which it would end the run.
	longestName = 1_024
	// longestText is the longest text value, in bytes: likewise.
	longestText = 8_192
	// longestProse is the longest detail, message, expectation or finding that is passed on, in bytes. It is for a person
	// to read, and a service's answer may have got into it.
	longestProse = 1_024
)

// Level is how much a log line matters.
type Level uint8

const (
	// LevelDebug is for the probe's author.
	LevelDebug Level = iota
	// LevelInfo is worth knowing.
	LevelInfo
	// LevelWarn is worth a look.
	LevelWarn
	// LevelError says that something is wrong.
	LevelError
)

// Stack is the service under observation, and the record of what is seen of it.
//
// Evidence reaches the host as it is given, so a trap or a deadline loses nothing. What is too long for the host is
// shortened where it is prose, and becomes a gap where it is a name or a value: the run goes on. So it is with text that is
// not UTF-8.
type Stack struct {
	host Host
}

// NewStack is a stack behind which this host stands. Bindings and scripts make it.
func NewStack(host Host) *Stack {
	return &Stack{host: host}
}

// HTTP is for requests over HTTP.
func (s *Stack) HTTP() HTTP {
	return HTTP{host: s.host}
}

// GRPC is for unary calls over gRPC.
func (s *Stack) GRPC() GRPC {
	return GRPC{host: s.host}
}

// Containers has the granted containers.
func (s *Stack) Containers() Containers {
	return Containers{host: s.host}
}

// Fact gives a value under a key. Well-known keys: `mode`, `release` (image tag of the release), `version` (the
// service's own), `api-version`. Any other key is the probe's own and can be required by name.
func (s *Stack) Fact(key string, value Value, origin Origin) {
	switch text, _ := value.AsText(); {
	case len(text) > longestText:
		s.Missing(key, tooLong("a value", len(text), longestText))
	case !utf8.ValidString(text):
		s.Missing(key, &Unreadable{Detail: "a value: " + notUTF8([]byte(text))})
	case s.fits(key):
		s.host.Fact(key, value, origin.short())
	}
}

// Capability gives a capability that is there, or is seen not to be.
func (s *Stack) Capability(name string, present bool, origin Origin) {
	if s.fits(name) {
		s.host.Capability(name, present, origin.short())
	}
}

// Complete says that every present capability that begins with prefix has been given: what is required and was not given
// is absent. Say it only after a whole list was read.
func (s *Stack) Complete(prefix string) {
	if s.fits(prefix) {
		s.host.Complete(prefix)
	}
}

// Digest gives the SHA-256 of something, as 64 lowercase hexadecimal digits.
func (s *Stack) Digest(name, sha256 string, origin Origin) {
	if s.fits(name) {
		s.host.Digest(name, prose(sha256), origin.short())
	}
}

// Missing says that a key, capability or digest should be there and could not be seen, or that a rule of the probe's own
// could not be judged. Any error of this package says why; any other is a defect of the probe, see [AsFailure].
func (s *Stack) Missing(name string, why error) {
	if s.fits(name) {
		failure := AsFailure(why)
		if failure == nil {
			failure = NewFailure(GapDefect, "Missing was called without an error")
		}
		s.host.Missing(name, failure.Why, prose(failure.Detail))
	}
}

// Finding says whether a rule of the probe's own, declared in its descriptor, holds.
func (s *Stack) Finding(rule string, finding Finding) {
	if s.fits(rule) {
		finding.Message = prose(finding.Message)
		finding.Expected = prose(finding.Expected)
		finding.Found = prose(finding.Found)
		s.host.Finding(rule, finding)
	}
}

// Log gives a line for the run's log, which is kept with what the run saw.
func (s *Stack) Log(level Level, message string) {
	s.host.Log(level, strings.ToValidUTF8(message, "\uFFFD"))
}

// Logf is Log with a format of package fmt.
func (s *Stack) Logf(level Level, format string, values ...any) {
	s.Log(level, fmt.Sprintf(format, values...))
}

// fits is whether the host takes a name. One that it would stop at is not given; that something was left out is said.
func (s *Stack) fits(name string) bool {
	var why *Failure
	switch {
	case len(name) > longestName:
		why = tooLong("a name", len(name), longestName)
	case !utf8.ValidString(name):
		why = NewFailure(GapUnreadable, "a name: "+notUTF8([]byte(name)))
	default:
		return true
	}
	s.host.Missing(prose(name), why.Why, why.Detail)
	return false
}

func tooLong(what string, length, limit int) *Failure {
	detail := fmt.Sprintf("%s of %d bytes, where at most %d are taken", what, length, limit)
	return NewFailure(GapLimit, detail)
}

func (o Origin) short() Origin {
	return Origin{What: prose(o.What), Subject: prose(o.Subject)}
}

// prose is the text as UTF-8, cut at a character where it is too long.
func prose(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= longestProse {
		return text
	}
	end := longestProse - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
