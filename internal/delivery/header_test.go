package delivery

import (
	"strings"
	"testing"
)

func TestCheckHeaders(t *testing.T) {
	tests := []struct {
		name    string
		headers map[string]string
		want    string // of the error; empty when the headers pass
	}{
		{"none", nil, ""},
		{"an authorization", map[string]string{"Authorization": "Bearer abc"}, ""},
		{"a value that is empty", map[string]string{"X-Empty": ""}, ""},
		{"the signature", map[string]string{"Webhook-Signature": "v1,x"}, "set by Belfry"},
		{"Omneo's signature in capitals", map[string]string{"X-OMNEO-HMAC-SHA256": "00"}, "set by Belfry"},
		{"the content type", map[string]string{"content-type": "text/plain"}, "set by Belfry"},
		{"the host", map[string]string{"Host": "other.example"}, "set by Belfry"},
		{"the framing", map[string]string{"Transfer-Encoding": "chunked"}, "set by Belfry"},
		{"a line break in a value", map[string]string{"X-A": "1\r\nX-B: 2"}, "a value that HTTP does not allow"},
		{"a line break in a name", map[string]string{"X-A\r\nX-B": "2"}, "a name that HTTP does not allow"},
		{"a blank in a name", map[string]string{"X A": "2"}, "a name that HTTP does not allow"},
		{"an empty name", map[string]string{"": "2"}, "a name that HTTP does not allow"},
		{"the same name twice", map[string]string{"x-a": "1", "X-A": "2"}, "given twice"},
		{"too many bytes", map[string]string{"X-A": strings.Repeat("a", maxHeaderBytes)}, "is too much"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := CheckHeaders(tt.headers)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
