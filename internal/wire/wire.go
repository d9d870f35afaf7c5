// Package wire encodes values as encoding/json does, several times as fast:
// the contexts of events are written while the one writer of the database
// waits. It knows no resource, and does not decode.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// Marshal returns the JSON of v, with <, > and & as they are: what a
// json.Encoder writes that does not escape HTML, without its newline. Methods
// of pointers encode values too, whether or not v is a pointer.
func Marshal(v any) ([]byte, error) {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() {
		return []byte("null"), nil
	}
	if rv.Kind() != reflect.Pointer {
		addressable := reflect.New(rv.Type()).Elem()
		addressable.Set(rv)
		rv = addressable
	}
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	b, err := encoderOf(rv.Type())((*scratch)[:0], rv)
	*scratch = b
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return bytes.Clone(b), nil
}

var scratches = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

// encoder appends the JSON of a value of one type. The value is addressable,
// unless it stands in a map.
type encoder func(b []byte, v reflect.Value) ([]byte, error)

// encoders remembers the encoder of each type.
var encoders sync.Map

func encoderOf(t reflect.Type) encoder {
	if e, ok := encoders.Load(t); ok {
		return e.(encoder)
	}
	// A type that holds itself finds this one while its own is being made.
	var made encoder
	var ready sync.WaitGroup
	ready.Add(1)
	waiting := encoder(func(b []byte, v reflect.Value) ([]byte, error) {
		ready.Wait()
		return made(b, v)
	})
	if e, loaded := encoders.LoadOrStore(t, waiting); loaded {
		return e.(encoder)
	}
	made = newEncoder(t)
	ready.Done()
	encoders.Store(t, made)
	return made
}

var (
	marshalerType = reflect.TypeFor[json.Marshaler]()
	textType      = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
)

func newEncoder(t reflect.Type) encoder {
	if e, ok := scalars[t]; ok {
		return e
	}
	switch {
	case t.Kind() == reflect.Pointer && !t.Elem().Implements(marshalerType) && t.Implements(marshalerType),
		t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(marshalerType),
		t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(textType):
		return appendOther
	}
	switch t.Kind() {
	case reflect.Bool:
		return appendBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendInt
	case reflect.String:
		return appendStringValue
	case reflect.Pointer:
		return pointerEncoder(t)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return sliceEncoder(t)
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String && !t.Key().Implements(textType) {
			return mapEncoder(t)
		}
	case reflect.Struct:
		return structEncoder(t)
	}
	return appendOther
}

// appendOther leaves a value to encoding/json.
func appendOther(b []byte, v reflect.Value) ([]byte, error) {
	var buffer bytes.Buffer
	enc := json.NewEncoder(&buffer)
	enc.SetEscapeHTML(false)
	if v.CanAddr() {
		v = v.Addr() // so that methods of the pointer are seen
	}
	if err := enc.Encode(v.Interface()); err != nil {
		return b, err
	}
	return append(b, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...), nil
}
