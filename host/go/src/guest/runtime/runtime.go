// Package runtime is what generated bindings need of a runtime: memory that the host may write to.
//
// The host calls cabi_realloc to hand over what a call returns, and while it does so nothing of it may be called: not the
// clock either, which Go's collector reads. So no collection may be under way, or begin, between the call of an import and
// its return. Calls that return memory go through Call, which sees to it.
package runtime

import (
	"runtime"
	"runtime/debug"
	"sync"
	"unsafe"
)

// usual is how eagerly Go collects where nobody says otherwise.
const usual = 100

// off is no collection at all.
const off = -1

// collectAfter is how many bytes are handed to the host before a collection is made. None begins by itself while it is
// handed, and a probe that only asks and forgets would be at its memory's limit before one did.
const collectAfter = 8 << 20

// earlyBytes is what is handed out before Go's own memory is ready: the adapter of WASI keeps its state there.
const earlyBytes = 192 << 10

var (
	early     [earlyBytes]byte
	earlyUsed uintptr
	ready     bool

	// given keeps what was handed to the host until bindings have made Go values of it.
	given []unsafe.Pointer

	// handed is how many bytes that was since the last collection that is known of.
	handed uintptr

	// calling is held from switching collection off to switching it on again.
	calling sync.Mutex
)

func init() {
	// The arguments of the export arrive before any of the probe's code runs.
	debug.SetGCPercent(off)
	ready = true
}

// Collect lets Go collect while the probe's own code runs.
func Collect() {
	debug.SetGCPercent(usual)
}

// Keep ends what Collect began.
func Keep() {
	debug.SetGCPercent(off)
}

// Call makes a call that returns memory, with no collection under way.
func Call[T any](call func() T) T {
	calling.Lock()
	defer calling.Unlock()
	debug.SetGCPercent(off)
	if handed > collectAfter {
		handed = 0
		runtime.GC()
	}
	result := call()
	Unpin()
	debug.SetGCPercent(usual)
	return result
}

// Unpin lets go of what was handed to the host.
func Unpin() {
	clear(given)
	given = given[:0]
}

// Allocate gives memory that stays until pinner lets go of it.
func Allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
	if size == 0 {
		return nil
	}
	memory := allocate(size, align)
	pinner.Pin(memory)
	return memory
}

func allocate(size, align uintptr) unsafe.Pointer {
	if align == 1 {
		return unsafe.Pointer(unsafe.SliceData(make([]byte, size)))
	}
	// No type of the interface needs more than eight bytes.
	return unsafe.Pointer(unsafe.SliceData(make([]uint64, (size+7)/8)))
}

//go:wasmexport cabi_realloc
func cabiRealloc(old unsafe.Pointer, oldSize, align, size uintptr) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(&early)
	}
	if !ready {
		return allocateEarly(size, align)
	}
	memory := allocate(size, align)
	given = append(given, memory)
	handed += size
	if oldSize > 0 {
		copy(unsafe.Slice((*byte)(memory), size), unsafe.Slice((*byte)(old), oldSize))
	}
	return memory
}

// allocateEarly gives memory before there is a heap. It is never given back.
func allocateEarly(size, align uintptr) unsafe.Pointer {
	base := uintptr(unsafe.Pointer(&early))
	begin := (base+earlyUsed+align-1)&^(align-1) - base
	if begin+size > earlyBytes {
		panic("shipworthy: the adapter of WASI takes more memory than was set aside for it")
	}
	earlyUsed = begin + size
	return unsafe.Pointer(&early[begin])
}
