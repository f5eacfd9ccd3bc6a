package shipworthy

// Host is the host's side, call by call as the WIT has it: behind it stands a component's world, or a test's script.
// Probes use [Stack] instead. Errors of HTTP, HTTPAll and GRPC are a [*NetworkError], those of containers a
// [*ContainersError].
type Host interface {
	Fact(key string, value Value, origin Origin)
	Capability(name string, present bool, origin Origin)
	Complete(prefix string)
	Digest(name, sha256 string, origin Origin)
	Missing(name string, why Gap, detail string)
	Finding(rule string, finding Finding)

	HTTP(request Request) (*Response, error)
	// HTTPAll gives an answer for each request, in their order.
	HTTPAll(requests []Request) []Answer
	GRPC(call Call) (*Reply, error)

	// Find looks for the containers of a service; an empty one is the probe's own.
	Find(service string) ([]Container, error)
	Env(id, name string) (value string, found bool, err error)
	Label(id, name string) (value string, found bool, err error)
	SHA256(id, path string) (string, error)
	ReadFile(id, path string, maxBytes uint32) ([]byte, error)
	Logs(id string, lines uint32) ([]string, error)

	Log(level Level, message string)
}
