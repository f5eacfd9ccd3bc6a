//go:build wasip1

package random

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

//go:wasmimport wasi_snapshot_preview1 random_get
func randomGet(into unsafe.Pointer, length uint32) (fault uint32)

func draw() uint64 {
	// On the heap, where it does not move while the host writes to it.
	drawn := new([8]byte)
	if fault := randomGet(unsafe.Pointer(drawn), uint32(len(drawn))); fault != 0 {
		panic(fmt.Sprintf("the host draws no random number: error %d of WASI", fault))
	}
	return binary.LittleEndian.Uint64(drawn[:])
}
