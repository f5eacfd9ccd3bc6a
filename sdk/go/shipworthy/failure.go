package shipworthy

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Gap is why something could not be seen. A gap is never a violation: the host keeps the two apart in its verdict.
type Gap uint8

const (
	// GapUnreachable : the service could not be reached.
	GapUnreachable Gap = iota
	// GapTimedOut : it took longer than a limit.
	GapTimedOut
	// GapDenied : the service turned the probe away.
	GapDenied
	// GapTLS : TLS could not be set up.
	GapTLS
	// GapNotGranted : the environment does not grant it.
	GapNotGranted
	// GapLimit : more than a limit allows.
	GapLimit
	// GapUnreadable : the service answered something that this probe cannot read.
	GapUnreadable
	// GapNotOffered : the service has nothing of the kind, for instance in this mode.
	GapNotOffered
	// GapConfig : the environment's `config` fits its schema and still cannot be used.
	GapConfig
	// GapDefect : a defect of the probe's own.
	GapDefect
)

var gapWords = [...]string{
	"unreachable", "timed-out", "denied", "tls", "not-granted", "limit", "unreadable", "not-offered", "config", "defect",
}

// String is the gap's word, as reports have it.
func (g Gap) String() string {
	if int(g) < len(gapWords) {
		return gapWords[g]
	}
	return "gap " + strconv.Itoa(int(g))
}

// Failure says that nothing at all, or nothing more, can be seen. Evidence given before stays.
//
// Every error of this package becomes one by [AsFailure] or errors.As, with the gap that fits it.
type Failure struct {
	// Why is the gap.
	Why Gap
	// Detail is for the person who reads the verdict: a lower-case fragment.
	Detail string
}

// NewFailure is a failure for a reason that no error of this package describes.
func NewFailure(why Gap, detail string) *Failure {
	return &Failure{Why: why, Detail: detail}
}

// ConfigFailure says that the environment's `config` cannot be used; detail names the key.
func ConfigFailure(detail string) *Failure {
	return NewFailure(GapConfig, detail)
}

// AsFailure is err with its gap: that of the error of this package that it is or wraps, and its own text. An error that is
// none of this package's is [GapDefect], with its type. It is nil for nil.
func AsFailure(err error) *Failure {
	if err == nil {
		return nil
	}
	if failure, ok := err.(*Failure); ok {
		return failure
	}
	var known interface{ Gap() Gap }
	if errors.As(err, &known) {
		return NewFailure(known.Gap(), err.Error())
	}
	return NewFailure(GapDefect, fmt.Sprintf("%T: %v", err, err))
}

// Gap is why.
func (f *Failure) Gap() Gap {
	return f.Why
}

// Error is the detail.
func (f *Failure) Error() string {
	return f.Detail
}

// MustBeOffered is the same failure, of what every service of its kind has. That there is nothing of the kind counts for
// nothing in a verdict; where it must be there, something else may be answering, and that may not be passed over.
func (f *Failure) MustBeOffered() *Failure {
	if f == nil || f.Why != GapNotOffered {
		return f
	}
	return NewFailure(GapUnreadable, f.Detail)
}

// At is the same failure, saying what was being looked at.
func (f *Failure) At(what string) *Failure {
	if f == nil {
		return nil
	}
	return NewFailure(f.Why, what+": "+f.Detail)
}

// Unreadable is an answer that came, and that the probe cannot read.
type Unreadable struct {
	// Detail says what was expected and where.
	Detail string
}

// Gap is always [GapUnreadable].
func (u *Unreadable) Gap() Gap {
	return GapUnreadable
}

// Error is the detail.
func (u *Unreadable) Error() string {
	return u.Detail
}

// As lets errors.As find a [*Failure].
func (u *Unreadable) As(target any) bool {
	return asFailure(u, target)
}

// asFailure gives errors.As what it looks for, if that is a failure.
func asFailure(err error, target any) bool {
	into, ok := target.(**Failure)
	if ok {
		*into = AsFailure(err)
	}
	return ok
}

// notUTF8 says where text stops being UTF-8; it is empty for text that is.
func notUTF8(text []byte) string {
	for at := 0; at < len(text); {
		symbol, width := utf8.DecodeRune(text[at:])
		if symbol != utf8.RuneError || width > 1 {
			at += width
			continue
		}
		if !utf8.FullRune(text[at:]) {
			return fmt.Sprintf("incomplete utf-8 byte sequence from index %d", at)
		}
		wrong := 1
		for at+wrong < len(text) && !utf8.FullRune(text[at:at+wrong+1]) {
			wrong++
		}
		return fmt.Sprintf("invalid utf-8 sequence of %d bytes from index %d", wrong, at)
	}
	return ""
}
