package store

import (
	"reflect"
	"sync"
)

// memos keeps what was made of each tenant's configuration, by the version that
// it was made of.
type memos struct {
	mu sync.Mutex
	of map[memoKey]memo
}

type memoKey struct {
	tenant int64
	made   reflect.Type
}

type memo struct {
	version int64
	value   any
}

// Memo returns what build makes of the tenant's configuration (its settings,
// definitions, reactions and endpoints), and makes it once for each version of
// it. The value is shared: nobody may change it. It is kept once the transaction
// is durable, so that no configuration that was undone is remembered.
func Memo[T any](t *Tenant, build func() (T, error)) (T, error) {
	rec, err := t.Record()
	if err != nil {
		var none T
		return none, err
	}
	m, key := &t.db.memos, memoKey{t.ID, reflect.TypeFor[T]()}
	if own, ok := t.made[key]; ok && own.version == rec.ConfigVersion {
		return own.value.(T), nil
	}
	m.mu.Lock()
	known, ok := m.of[key]
	m.mu.Unlock()
	if ok && known.version == rec.ConfigVersion {
		return known.value.(T), nil
	}
	v, err := build()
	if err != nil {
		return v, err
	}
	if t.made == nil {
		t.made = map[memoKey]memo{}
	}
	t.made[key] = memo{rec.ConfigVersion, v}
	t.OnCommit(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.of == nil {
			m.of = map[memoKey]memo{}
		}
		if m.of[key].version <= rec.ConfigVersion {
			m.of[key] = memo{rec.ConfigVersion, v}
		}
	})
	return v, nil
}
