package shipworthytest

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"shipworthy.dev/shipworthy"
)

// Script is what each request, call and container is answered with. It can be run again; answers that come in turn go on
// where they were.
type Script struct {
	t          T
	target     shipworthy.Target
	descriptor *descriptor
	http       map[string][]Answer
	answering  func(shipworthy.Request) Answer
	grpc       map[string][]GRPCAnswer
	containers []*scripted
	fault      *shipworthy.ContainersError

	lock  sync.Mutex
	heard *Seen
}

// New is a script of a service `service` that answers nothing, and has no containers. What is wrong with the script fails
// t.
func New(t T) *Script {
	return &Script{
		t:      t,
		target: shipworthy.Target{Service: "service", Instance: "service"},
		http:   map[string][]Answer{},
		grpc:   map[string][]GRPCAnswer{},
		heard:  &Seen{},
	}
}

// Descriptor refuses what this descriptor does not declare, as the host does, and fails a test whose probe gives a finding
// on a rule that it does not declare.
func (s *Script) Descriptor(text string) *Script {
	s.t.Helper()
	s.descriptor = &descriptor{}
	if err := json.Unmarshal([]byte(text), s.descriptor); err != nil {
		s.t.Fatalf("the descriptor cannot be read: %v", err)
	}
	return s
}

// DescriptorFile is Descriptor of a file, such as `probe.json`.
func (s *Script) DescriptorFile(file string) *Script {
	s.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatalf("the descriptor cannot be read: %v", err)
	}
	return s.Descriptor(string(text))
}

// Target looks at this target.
func (s *Script) Target(target shipworthy.Target) *Script {
	s.target = target
	return s
}

// HTTP answers `METHOD PATH`, or `@ROLE METHOD PATH`. Given several times, the answers come in turn and the last one stays.
func (s *Script) HTTP(request string, answer Answer) *Script {
	s.http[request] = append(s.http[request], answer)
	return s
}

// Answering answers every request that [Script.HTTP] says nothing of by a function: for answers that depend on what is
// asked, or that come from elsewhere, such as from a real service.
func (s *Script) Answering(answer func(shipworthy.Request) Answer) *Script {
	s.answering = answer
	return s
}

// GRPC answers `package.Service/Method`, or `@ROLE package.Service/Method`, as HTTP does.
func (s *Script) GRPC(method string, answer GRPCAnswer) *Script {
	s.grpc[method] = append(s.grpc[method], answer)
	return s
}

// Run runs a probe with this configuration, as JSON.
func (s *Script) Run(probe shipworthy.Probe, config string) *Seen {
	s.heard = &Seen{t: s.t}
	s.heard.Outcome = shipworthy.Run((*host)(s), probe, s.target.WithConfig(config))
	return s.heard
}

// Stack is for tests of functions that take one, without a probe; what they say is in Seen.
func (s *Script) Stack() *shipworthy.Stack {
	return shipworthy.NewStack((*host)(s))
}

// Seen is what was said so far.
func (s *Script) Seen() *Seen {
	s.heard.t = s.t
	return s.heard
}

// host is the script's side that a stack sees.
type host Script

func (h *host) give(evidence Evidence) {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.heard.Evidence = append(h.heard.Evidence, evidence)
}

func (h *host) Fact(key string, value shipworthy.Value, origin shipworthy.Origin) {
	h.give(Fact{key, value, origin})
}

func (h *host) Capability(name string, present bool, origin shipworthy.Origin) {
	h.give(Capability{name, present, origin})
}

func (h *host) Complete(prefix string) {
	h.give(Complete{prefix})
}

func (h *host) Digest(name, sha256 string, origin shipworthy.Origin) {
	h.give(Digest{name, sha256, origin})
}

func (h *host) Missing(name string, why shipworthy.Gap, detail string) {
	h.give(Missing{name, shipworthy.Failure{Why: why, Detail: detail}})
}

func (h *host) Finding(rule string, finding shipworthy.Finding) {
	h.t.Helper()
	if h.descriptor != nil && !h.descriptor.hasRule(rule) {
		h.t.Errorf("the descriptor declares no rule `%s`", rule)
	}
	h.give(Finding{rule, finding})
}

func (h *host) Log(level shipworthy.Level, message string) {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.heard.Log = append(h.heard.Log, LogLine{level, message})
}

// refuse is the line that is missing from the descriptor; empty for none.
func (h *host) refuse(line string) string {
	if h.descriptor == nil || h.descriptor.covers(line) {
		return ""
	}
	return line
}

func (h *host) HTTP(request shipworthy.Request) (*shipworthy.Response, error) {
	h.t.Helper()
	h.lock.Lock()
	defer h.lock.Unlock()
	h.heard.Requests = append(h.heard.Requests, request)
	kind, prefix := role("http", request.Role())
	path, _, _ := strings.Cut(request.What(), "?")
	if grant := h.refuse(kind + " " + path); grant != "" {
		return nil, &shipworthy.NetworkError{Kind: shipworthy.NetworkNotGranted, Detail: grant}
	}
	key := prefix + request.What()
	if _, scripted := h.http[key]; !scripted && h.answering != nil {
		return h.answering(request).give()
	}
	return take(h.t, h.http, key).give()
}

func (h *host) HTTPAll(requests []shipworthy.Request) []shipworthy.Answer {
	h.t.Helper()
	answers := make([]shipworthy.Answer, len(requests))
	for index, request := range requests {
		answers[index] = shipworthy.Answered(h.HTTP(request))
	}
	return answers
}

func (h *host) GRPC(call shipworthy.Call) (*shipworthy.Reply, error) {
	h.t.Helper()
	h.lock.Lock()
	defer h.lock.Unlock()
	h.heard.Calls = append(h.heard.Calls, call)
	kind, prefix := role("grpc", call.Role())
	if grant := h.refuse(kind + " " + call.Method()); grant != "" {
		return nil, &shipworthy.NetworkError{Kind: shipworthy.NetworkNotGranted, Detail: grant}
	}
	return take(h.t, h.grpc, prefix+call.Method()).give()
}

// role is `kind` or `kind@role`, as needs are written, and the script's prefix for the same.
func role(kind, role string) (need, prefix string) {
	if role == "" || role == "main" {
		return kind, ""
	}
	return kind + "@" + role, "@" + role + " "
}

// take is the next answer; the last one stays.
func take[A any](t T, answers map[string][]A, key string) A {
	t.Helper()
	turns := answers[key]
	if len(turns) == 0 {
		known := slices.Sorted(maps.Keys(answers))
		t.Fatalf("the script has no answer for `%s`, it has: %s", key, strings.Join(known, ", "))
		var none A
		return none
	}
	if len(turns) > 1 {
		answers[key] = turns[1:]
	}
	return turns[0]
}
