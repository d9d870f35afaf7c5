package twig_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/belfryhq/belfry/twig"
)

func readBench(b *testing.B) (template string, data []byte) {
	b.Helper()
	src, err := os.ReadFile("testdata/webhook.twig")
	if err != nil {
		b.Fatal(err)
	}
	if data, err = os.ReadFile("testdata/webhook.json"); err != nil {
		b.Fatal(err)
	}
	return string(src), data
}

func BenchmarkCompile(b *testing.B) {
	src, _ := readBench(b)
	env := twig.New(twig.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := env.Compile("webhook", src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	src, data := readBench(b)
	template, err := twig.New(twig.Options{}).Compile("webhook", src)
	if err != nil {
		b.Fatal(err)
	}
	v, err := twig.ParseJSON(data)
	if err != nil {
		b.Fatal(err)
	}
	for name, render := range map[string]func(context.Context, []byte, twig.Value) ([]byte, error){
		"plain": template.AppendRender, "checked": template.AppendRenderJSON,
	} {
		b.Run(name, func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				if buf, err = render(b.Context(), buf[:0], v); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	_, data := readBench(b)
	b.Run("ParseJSON", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := twig.ParseJSON(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			var v map[string]any
			if err := json.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
