package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/belfryhq/belfry/internal/problem"
)

// batchBodies is how much larger than others the body of a batch may be.
const batchBodies = 8

// readBody reads the request's body, which must be JSON and within the bound.
func (c *call) readBody() error {
	if err := checkContentType(c.request.Header.Get("Content-Type")); err != nil {
		return err
	}
	var b bytes.Buffer
	most := c.server.opts.MaxBody
	if c.route.isBatch {
		most *= batchBodies
	}
	if n := c.request.ContentLength; n > 0 && n <= most {
		b.Grow(int(n) + bytes.MinRead)
	}
	limited := http.MaxBytesReader(c.ResponseWriter, c.request.Body, most)
	if _, err := b.ReadFrom(limited); err != nil {
		return bodyError(err)
	}
	c.body = b.Bytes()
	return checkText(c.body)
}

// checkText refuses what PostgreSQL cannot hold in a text: broken UTF-8, and
// NUL. Unescaped, NUL is no JSON anyway.
func checkText(body []byte) error {
	if !utf8.Valid(body) {
		return &refusal{status: http.StatusBadRequest, message: "The body is not UTF-8."}
	}
	for rest := body; ; {
		at := bytes.Index(rest, []byte(`\u0000`))
		if at < 0 {
			return nil
		}
		escapes := at - len(bytes.TrimRight(rest[:at], `\`))
		if escapes%2 == 0 {
			return &refusal{status: http.StatusUnprocessableEntity, message: "The body must not hold NUL characters."}
		}
		rest = rest[at+1:]
	}
}

// bodyError tells a body that did not arrive from one that is too large.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	message := "The body did not arrive whole."
	if errors.Is(err, io.ErrUnexpectedEOF) {
		message = "The body ended before its Content-Length."
	}
	return &refusal{status: http.StatusBadRequest, message: message}
}

func checkContentType(header string) error {
	if header == "" || header == "application/json" {
		return nil
	}
	kind, _, err := mime.ParseMediaType(header)
	if err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")) {
		return nil
	}
	return &refusal{
		status:  http.StatusUnsupportedMediaType,
		message: fmt.Sprintf("The body must be JSON, with Content-Type application/json, not %s.", header),
	}
}

// decode reads the body onto the input: what the body does not name stays, and
// fields that the input does not have are passed over.
func (c *call) decode(into any) error { return decode(c.body, into) }

func decode(body []byte, into any) error {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		body = []byte("{}")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return decodeError(body, into, err)
	}
	if body[0] != '{' {
		return notAnObject()
	}
	return nil
}

func notAnObject() error {
	return &refusal{status: http.StatusBadRequest, message: "The body must be a JSON object."}
}

// decodeError says where JSON is broken, or which field is of a wrong type.
func decodeError(body []byte, into any, err error) error {
	var (
		syntax *json.SyntaxError
		typ    *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		line, column := position(body, syntax.Offset)
		return &refusal{
			status:  http.StatusBadRequest,
			message: fmt.Sprintf("The body is not JSON: %s at line %d, column %d.", syntax.Error(), line, column),
		}
	case errors.As(err, &typ) && typ.Field != "":
		field := fieldPath(body, into, typ.Field)
		return problem.Field(field, "The %s must be %s.", field, wanted(typ))
	case errors.As(err, &typ):
		return notAnObject()
	}
	return &refusal{status: http.StatusBadRequest, message: sentence("The body cannot be read: " + err.Error())}
}

// position counts lines and columns from 1.
func position(body []byte, offset int64) (line, column int) {
	before := body[:min(max(offset-1, 0), int64(len(body)))]
	line = bytes.Count(before, []byte("\n")) + 1
	return line, len(before) - bytes.LastIndexByte(before, '\n')
}

// wanted names the type that a field has. Our own scalars say it themselves.
func wanted(e *json.UnmarshalTypeError) string {
	if _, want, ok := strings.Cut(e.Value, ", want "); ok {
		return want
	}
	switch e.Type.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	}
	return "an object"
}
