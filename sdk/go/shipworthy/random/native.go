//go:build !wasip1

package random

import "math/rand/v2"

func draw() uint64 {
	return rand.Uint64()
}
