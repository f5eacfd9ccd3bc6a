// Package types has the types of the component model that Go lacks.
package types

// What an option holds.
const (
	OptionNone = 0
	OptionSome = 1
)

// How a result ended.
const (
	ResultOk  = 0
	ResultErr = 1
)

// Unit is a value that says nothing.
type Unit struct{}

// Option is a value, or none.
type Option[T any] struct {
	value T
	tag   uint8
}

// Some has a value.
func Some[T any](value T) Option[T] {
	return Option[T]{value: value, tag: OptionSome}
}

// None has no value.
func None[T any]() Option[T] {
	return Option[T]{}
}

// Tag is OptionSome or OptionNone.
func (o Option[T]) Tag() uint8 {
	return o.tag
}

// Some is the value, of an option that has one.
func (o Option[T]) Some() T {
	return o.value
}

// Result is what a call gave, or why it gave nothing.
type Result[T, E any] struct {
	ok  T
	err E
	tag uint8
}

// Ok has what was asked for.
func Ok[T, E any](value T) Result[T, E] {
	return Result[T, E]{ok: value}
}

// Err says why there is nothing.
func Err[T, E any](err E) Result[T, E] {
	return Result[T, E]{err: err, tag: ResultErr}
}

// Tag is ResultOk or ResultErr.
func (r Result[T, E]) Tag() uint8 {
	return r.tag
}

// Ok is what was asked for, if Tag says so.
func (r Result[T, E]) Ok() T {
	return r.ok
}

// Err is why there is nothing, if Tag says so.
func (r Result[T, E]) Err() E {
	return r.err
}
