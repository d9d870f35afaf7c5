package reaction

import (
	"encoding/json"
	"errors"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/twig"
)

// Rendering is what a target would send, or why it could not.
type Rendering struct {
	Body   scalar.Text     `json:"body"`
	IsJSON bool            `json:"is_json"`
	Error  *RenderingError `json:"error" doc:"Null when all is well."`
}

// RenderingError says what is wrong with a template, or with what it made.
type RenderingError struct {
	Message string     `json:"message"`
	Line    scalar.Int `json:"line" doc:"Of the template, from 1."`
	Column  scalar.Int `json:"column" doc:"In bytes, from 1."`
}

// rendering shows a body, or the error in its place.
func rendering(body []byte, err error) *Rendering {
	if err != nil {
		return &Rendering{Error: renderingError(err)}
	}
	return &Rendering{Body: scalar.Text(body), IsJSON: json.Valid(body)}
}

func renderingError(err error) *RenderingError {
	shown := &RenderingError{Message: err.Error()}
	var at *twig.Error
	if errors.As(err, &at) {
		shown.Message, shown.Line, shown.Column = at.Message, scalar.Int(at.Line), scalar.Int(at.Column)
	}
	return shown
}
