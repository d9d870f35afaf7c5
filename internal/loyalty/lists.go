package loyalty

import "encoding/json"

// wholeList is a list that a request replaces as a whole: decoded onto a former
// list, no element keeps fields of the one that stood in its place.
type wholeList[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *wholeList[T]) UnmarshalJSON(data []byte) error {
	var list []T
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	*l = list
	return nil
}

// orEmpty makes a list that is nil an empty one, [] in JSON.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
