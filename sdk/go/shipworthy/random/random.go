// Package random draws numbers that a replay draws again.
package random

// Number is a number for a name that nothing else has, such as an owner that cannot exist. In a component the host draws
// it and records it, so that a replay asks the same; what math/rand draws depends on all else that the run did. It is no
// key.
func Number() uint64 {
	return draw()
}
