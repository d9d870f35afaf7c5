// Package twig renders Twig 3 templates in Go: the whole language with PHP's
// conversions, JSON bodies that come out valid whatever the data hold, and
// bounds that no template can exceed. It imports the standard library only.
//
// An [Env] holds the options and compiles templates; a [Template] is immutable
// and renders a context of ordered [Value]s, which [ParseJSON] decodes, in many
// goroutines at once. The zero [Options] are the safe ones.
//
// The package does not read files, open connections or see the program around
// it: templates load only from [Options.Templates], and PHP's constants do not
// exist.
//
// # Language
//
// Tags: apply, autoescape, block, deprecated, do, embed, extends, flush, for,
// from, guard, if, import, include, macro, sandbox, set, spaceless, types, use,
// verbatim, with, and whitespace control with - and ~.
//
// Filters: abs, batch, capitalize, column, convert_encoding, date, date_modify,
// default, escape (e), filter, find, first, format, invoke, join, json_encode,
// keys, last, length, lower, map, merge, nl2br, number_format, raw, reduce,
// replace, reverse, round, shuffle, slice, sort, spaceless, split, striptags,
// title, trim, upper, url_encode; in English format_date, format_time and
// format_datetime; and currency, which prints 1234.5 as $1,234.50.
//
// Functions: attribute, block, cycle, date, include, max, min, parent, random,
// range, source, and dump when [Options.Dump] is set.
//
// Tests: constant, defined, divisible by, empty, even, iterable, mapping, none,
// null, odd, same as, sequence.
//
// Operators have the precedence of Twig 3's own table, with string
// interpolation, slices, named and spread arguments, arrow functions, ?., and
// assignment and destructuring of Twig 3.23.
//
// # JSON bodies
//
// With [StrategyJSON], the default, the compiler knows for each print whether it
// stands inside a JSON string or in the place of a value. Inside a string the
// value is converted to text and escaped. As a value it is encoded whole: a text
// gets its quotes, an array its brackets, what is missing becomes null, and a
// number of the context keeps the digits it came with; one that the template
// computes has up to 14, as in text, so that 3 * 1.1 is 3.3. The filters that format
// give texts, but date('U'), date('Y') and number_format with literal separators,
// the one for thousands empty, as in number_format(2, '.', ""), give numbers, and
// so does format where it reads as one. Literals that an author writes into a
// print stay as they are if they are JSON, such as {{ not loop.last ? ',' }}; an
// empty one after a colon is "". json_encode is not encoded again, and raw opts out.
//
// Texts joined in the print itself are JSON if they read so with a value for each
// part that is no literal and begin with a literal quote or bracket: what stands
// between the quotes of {{ '"' ~ email ~ '"' }} is escaped, and {{ '[VIP] ' ~ name }}
// is one text. Joined before, in a set tag, they are one text always.
//
// A captured text, and what a macro, a block or an include returns, is JSON if it
// reads so; other text is escaped where it is printed.
//
// [Template.RenderJSON] checks the body afterwards. Its error names the byte, the
// place in the template and the print that wrote it.
//
// # Bounds
//
// [Limits] bounds the size and nesting of a template, the steps and loop turns of
// a render, calls inside calls, and the bytes of output and of all values made on
// the way. The context's deadline stops a render. Regular expressions run as RE2,
// in linear time.
//
// # Differences from PHP's Twig
//
//	Where                       PHP                          Here
//	an empty object of JSON     prints as [] when encoded    stays {}
//	an object keyed 0, 1, …     becomes a list               stays an object
//	a number of the context     a float, 100.0 is 100        keeps its digits as a JSON value
//	=== and !==                 since 3.23                   with Options.IdentityOperators
//	matches                     PCRE                         RE2: no look-around, no back-references, no huge repetitions
//	constant, enum              read the program             only JSON_… and DATE_…, no enum
//	map on what is no array     null or a warning (to 3.10)  an error, as in later versions
//	trim of markup              escaped again (to 3.14)      stays markup, as in later versions
//	a ?: b ? c : d              a ?: (b ? c : d) (to 3.20)   (a ?: b) ? c : d, as in later versions
//	text that is no UTF-8       an error when escaped        U+FFFD in its place
//	a float as a date           read as text                 seconds since 1970
//	a date_modify PHP refuses   a warning, and now           an error, or read for what it says
//	a weekday and last day of   the month may be another     first the weekday, then the month's edge
//	several weekday rules       combined in PHP's order      may combine otherwise
//	?? on any expression        names and attributes, once   every expression, as in later versions
//	computing with a capture    a TypeError                  computes with its text
//	for x in x, strict          x is null when undefined     an error
//	1..'3.5'                    '3.5' is 3 (to PHP 8.2)      3.5, as in later versions
//	an import that has not run  fails                        works if its template is a constant
//	random, shuffle             a seedable generator         Options.Random
//	format_date and the like    every locale, by ICU         English, with a plain space before AM
//	objects                     any PHP object               dates only, with PHP's methods
//	cache, trans and other tags extensions                   unknown
package twig
