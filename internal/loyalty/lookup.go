package loyalty

import (
	"errors"
	"fmt"

	"github.com/belfryhq/belfry/internal/store"
)

// missing turns the store's ErrNotFound into a NotFoundError, and leaves other
// errors, and nil, as they are.
func missing(err error, resource string, id any) error {
	if errors.Is(err, store.ErrNotFound) {
		return &NotFoundError{Resource: resource, ID: fmt.Sprint(id)}
	}
	return err
}

// pageOf shows the records of a page.
func pageOf[R, T any](p store.Page[R], show func(R) T) store.Page[T] {
	out := store.Page[T]{Items: make([]T, len(p.Items)), Total: p.Total, Offset: p.Offset, Size: p.Size}
	for i, r := range p.Items {
		out.Items[i] = show(r)
	}
	return out
}
