// Package twig renders Twig 3 templates: the language, its filters and
// functions, and PHP's conversions, with nothing but the standard library.
package twig
