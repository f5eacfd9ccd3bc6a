// Package shipworthy is for writing probes for Shipworthy in Go.
//
// A probe is a small WebAssembly component that looks at one running service and says what it sees; the host judges. It
// holds no address, no socket and no credential: it asks a role of its own, and the host carries out what the
// environment grants.
//
//	type Orders struct{}
//
//	func (Orders) Observe(stack *shipworthy.Stack, target shipworthy.Target) error {
//		info, err := stack.HTTP().Get("/info").Expect(200).JSON()
//		if err != nil {
//			return err
//		}
//		version, err := info.Value("/version")
//		if err != nil {
//			return err
//		}
//		stack.Fact("version", version, info.Origin("/version"))
//		return nil
//	}
//
//	func init() { shipworthy.Export(Orders{}) }
//
// # Gaps and violations
//
// What cannot be seen is a gap ([Stack.Missing], or an error of Observe where nothing more can be seen) and what was
// seen to be wrong is a [Finding] on a rule that the descriptor declares. They must not be mixed: a gap stops a deploy
// because nobody knows, a violation because somebody does. Every error of this package knows its gap, also when it is
// wrapped, so returning it keeps them apart; an environment's missing grant arrives as [GapNotGranted] with the line to
// add. An error that is none of this package's is [GapDefect]: the probe did not say what it means.
//
// # Panics
//
// A panic that nobody recovers ends the instance, and the host reports a trap with Go's own message and stack. Evidence
// given before stays. Nothing in this package panics on what a service answers; package shipworthytest fails a test that
// is wrong.
//
// # Building
//
// `shipworthy plugin build` makes a component of the package, with the standard Go toolchain. Natively Export exports
// nothing, so the same package is tested by `go test` as it stands.
package shipworthy
