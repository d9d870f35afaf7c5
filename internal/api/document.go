package api

import (
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/belfryhq/belfry/internal/event"
)

const (
	schemaPrefix = "#/components/schemas/"
	jsonType     = "application/json"
	security     = "token"
)

// documentConfig is an OpenAPI document without operations yet. The API serves
// it and its viewer itself.
func documentConfig(version string) huma.Config {
	registry := huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer)
	config := huma.Config{OpenAPI: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title:       "Belfry",
			Version:     version,
			License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			Description: description,
		},
		Components: &huma.Components{
			Schemas: registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				security: {Type: "http", Scheme: "bearer", Description: "An API token: blf_ and 40 letters and digits."},
			},
		},
	}}
	config.AllowAdditionalPropertiesByDefault = true
	return config
}

const description = `Belfry's API is compatible with Omneo's API v3.

**Envelope.** An answer is ` + "`{\"data\": …}`" + `; a list adds ` + "`links` and `meta`" + `. A deletion is answered with 204.

**Lists.** ` + "`page[number]` and `page[size]`" + ` (at most 200) choose the page, ` + "`sort=name,-id`" + ` the order.
` + "`filter[field]=value`" + ` keeps what is equal; ` + "`filter[field][op]=value`" + ` compares with eq, ne, gt, gte, lt, lte,
in (values joined by commas), like (part of a text) or nullable (1 or 0). A name that is no filter is refused
with the names that are.

**Times** are ` + "`YYYY-MM-DD HH:mm:ss`" + ` in UTC; a bare date means its midnight. **Amounts** are exact decimal numbers.

**Errors** are ` + "`{\"message\": \"…\", \"errors\": {\"field\": [\"…\"]}}`" + `. Every answer carries X-Request-Id; send your own to have it kept.

**Idempotency.** A POST may carry an Idempotency-Key: repeated with the same body it gives the first answer again,
with ` + "`Idempotency-Replayed: true`" + `, and has no second effect; with another body it is refused. What was refused is not kept.
`

func (r resource) schemaOf(t reflect.Type) *huma.Schema {
	return r.huma.OpenAPI().Components.Schemas.Schema(t, true, "")
}

// bodySchema is the schema of a body that is read as T; an empty struct is read
// from no body at all.
func bodySchema[T any](r resource) *huma.Schema {
	t := reflect.TypeFor[T]()
	if t.Kind() == reflect.Struct && t.NumField() == 0 {
		return nil
	}
	return r.schemaOf(t)
}

// changeSchema is the schema of a body that is laid over what there is: nothing
// is required.
func changeSchema[T any](r resource) *huma.Schema {
	whole := r.schemaOf(reflect.TypeFor[T]())
	schemas := r.huma.OpenAPI().Components.Schemas
	if whole.Ref == "" {
		return whole
	}
	name := strings.TrimPrefix(whole.Ref, schemaPrefix) + "Change"
	part := *schemas.SchemaFromRef(whole.Ref)
	part.Required = nil
	schemas.Map()[name] = &part
	return &huma.Schema{Ref: schemaPrefix + name}
}

// dataSchema is the schema of an answer with one T in the envelope.
func dataSchema[T any](r resource) *huma.Schema {
	t := reflect.TypeFor[T]()
	if t.Implements(reflect.TypeFor[bare]()) {
		return r.schemaOf(t)
	}
	return object(map[string]*huma.Schema{"data": r.schemaOf(t)}, "data")
}

// pageSchema is the schema of a list of T.
func pageSchema[T any](r resource) *huma.Schema {
	return object(map[string]*huma.Schema{
		"data":  {Type: huma.TypeArray, Items: r.schemaOf(reflect.TypeFor[T]())},
		"links": r.schemaOf(reflect.TypeFor[PageLinks]()),
		"meta":  r.schemaOf(reflect.TypeFor[PageMeta]()),
	}, "data", "links", "meta")
}

func object(properties map[string]*huma.Schema, required ...string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Properties: properties, Required: required}
}

// operation documents a route. A nil body or answer is none.
func (r resource) operation(rt route, body, answer *huma.Schema, status int) *huma.Operation {
	op := &huma.Operation{
		Method:      rt.method,
		Path:        rt.path,
		OperationID: operationID(rt.summary),
		Summary:     rt.summary,
		Description: rt.detail,
		Tags:        []string{r.tag},
		Security:    []map[string][]string{{security: {}}},
		Parameters:  pathParameters(rt.path),
		Responses:   r.responses(answer, status),
	}
	if rt.scope != "" {
		op.Description = strings.TrimSpace(op.Description + "\n\nScope: `" + rt.scope + "`.")
		op.Extensions = map[string]any{"x-scope": rt.scope}
	}
	if body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{jsonType: {Schema: body}}}
	}
	return op
}

func (r resource) responses(answer *huma.Schema, status int) map[string]*huma.Response {
	ok := &huma.Response{Description: http.StatusText(status)}
	if answer != nil {
		ok.Content = map[string]*huma.MediaType{jsonType: {Schema: answer}}
	}
	refused := &huma.Response{
		Description: "A refusal or a fault, with the reason.",
		Content:     map[string]*huma.MediaType{jsonType: {Schema: r.schemaOf(reflect.TypeFor[Problem]())}},
	}
	return map[string]*huma.Response{strconv.Itoa(status): ok, "default": refused}
}

// operationID makes an identifier of a summary: "Create a target" is
// create-target.
func operationID(summary string) string {
	var words []string
	for word := range strings.FieldsSeq(strings.ToLower(summary)) {
		switch word {
		case "a", "an", "the", "of":
			continue
		}
		words = append(words, strings.ReplaceAll(strings.Trim(word, ",."), "'s", ""))
	}
	return strings.Join(words, "-")
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

func pathParameters(path string) []*huma.Param {
	var params []*huma.Param
	for _, match := range pathParameter.FindAllStringSubmatch(path, -1) {
		params = append(params, &huma.Param{
			Name: match[1], In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	return params
}

func listParameters() []*huma.Param {
	least, mostSize := 1.0, float64(maxPageSize)
	return []*huma.Param{
		{Name: "page[number]", In: "query", Description: "The page, from 1. Also: page, offset.",
			Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Default: 1}},
		{Name: "page[size]", In: "query", Description: "Rows of a page. Also: per_page, limit.",
			Schema: &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &mostSize, Default: 15}},
		{Name: "sort", In: "query", Description: "Fields joined by commas; a leading - turns one round.",
			Schema: &huma.Schema{Type: huma.TypeString}},
		{Name: "filter", In: "query", Style: "deepObject",
			Description: "filter[field]=value or filter[field][op]=value.",
			Schema:      &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}}},
	}
}

func idempotencyParameter() *huma.Param {
	most := maxKey
	return &huma.Param{
		Name: "Idempotency-Key", In: "header", Description: "Makes the request safe to repeat.",
		Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &most},
	}
}

// finishDocument completes the document once every operation is in it.
func (s *Server) finishDocument() *huma.OpenAPI {
	doc := s.huma.OpenAPI()
	doc.Webhooks = s.receivedEvents()
	event.SettleNulls(doc.Components.Schemas, schemaPrefix)
	relaxInputs(doc.Components.Schemas)
	return doc
}

// receivedEvents documents what webhooks receive, and targets without a template.
func (s *Server) receivedEvents() map[string]*huma.PathItem {
	items := map[string]*huma.PathItem{}
	for _, e := range event.Catalogue() {
		context := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(e.Sample), true, "")
		items[string(e.Type)] = &huma.PathItem{Post: &huma.Operation{
			OperationID: "receive-" + strings.ReplaceAll(string(e.Type), ".", "-"),
			Summary:     string(e.Type),
			Description: e.Description,
			Tags:        []string{"Webhooks"},
			Security:    []map[string][]string{},
			Parameters:  webhookHeaders(),
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{jsonType: {Schema: context, Example: e.Sample}}},
			Responses:   map[string]*huma.Response{"2XX": {Description: "Delivered. Anything else is tried again."}},
		}}
	}
	return items
}

func webhookHeaders() []*huma.Param {
	header := func(name, description string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: description, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return []*huma.Param{
		header("webhook-id", "The message's id, the same on every attempt: receivers know duplicates by it."),
		header("webhook-timestamp", "When the attempt was made, in seconds since 1970."),
		header("webhook-signature", "Signatures as the Standard Webhooks specification has them."),
		header("X-Omneo-Event", "The event type."),
		header("X-Omneo-Hmac-SHA256", "The HMAC-SHA256 of the body in hexadecimal."),
	}
}
