// Package shipworthytest is for unit tests of probes: a scripted stack, natively and in milliseconds.
//
// A [Script] holds what the service would answer, [Script.Run] runs a probe against it, and [Seen] is what the probe said.
// Given the probe's descriptor, the script also refuses what the descriptor does not declare, as the host does.
//
//	func TestARefusedConnectionIsAGap(t *testing.T) {
//		seen := shipworthytest.New(t).
//			DescriptorFile("probe.json").
//			HTTP("GET /ping", shipworthytest.Unreachable("connection refused")).
//			Run(Ping{}, `{}`)
//		seen.Expect("failed unreachable: connection refused")
//	}
package shipworthytest

// T is the part of *testing.T that a script uses.
type T interface {
	Helper()
	Errorf(format string, values ...any)
	Fatalf(format string, values ...any)
}
