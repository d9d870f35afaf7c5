package twig

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a quoted string; one without escapes is a slice of the source.
func (d *decoder) string() string {
	d.pos++
	start := d.pos
	ascii := true
	for d.pos < len(d.src) {
		switch c := d.src[d.pos]; {
		case c == '"':
			s := d.src[start:d.pos]
			if !ascii && !utf8.ValidString(s) {
				d.pos = start
				d.fail("a string is not valid UTF-8")
			}
			d.pos++
			return s
		case c == '\\':
			return d.escaped(start)
		case c < 0x20:
			d.fail("a control character in a string must be escaped")
			return ""
		case c >= utf8.RuneSelf:
			ascii = false
		}
		d.pos++
	}
	d.fail("a string is not closed")
	return ""
}

func (d *decoder) escaped(start int) string {
	var room [128]byte // enough for a check, which keeps nothing
	buf := append(room[:0], d.src[start:d.pos]...)
	for d.pos < len(d.src) {
		c := d.src[d.pos]
		switch {
		case c == '"':
			if !utf8.Valid(buf) {
				d.fail("a string is not valid UTF-8")
			}
			d.pos++
			if d.dry {
				return ""
			}
			return string(buf)
		case c < 0x20:
			d.fail("a control character in a string must be escaped")
			return ""
		case c != '\\':
			buf = append(buf, c)
			d.pos++
			continue
		}
		if d.pos+1 >= len(d.src) {
			break
		}
		d.pos++
		switch c = d.src[d.pos]; c {
		case '"', '\\', '/':
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			buf = utf8.AppendRune(buf, d.unicode())
			if d.err != nil {
				return ""
			}
			continue
		default:
			d.fail("an unknown escape in a string")
			return ""
		}
		buf = append(buf, c)
		d.pos++
	}
	d.fail("a string is not closed")
	return ""
}

// unicode reads \uXXXX, or two of them that make a pair, from the letter u on.
func (d *decoder) unicode() rune {
	r := d.hex4()
	if !utf16.IsSurrogate(r) {
		return r
	}
	if d.pos+1 < len(d.src) && d.src[d.pos] == '\\' && d.src[d.pos+1] == 'u' {
		mark := d.pos
		d.pos++
		if pair := utf16.DecodeRune(r, d.hex4()); pair != utf8.RuneError {
			return pair
		}
		d.pos = mark
	}
	return utf8.RuneError
}

func (d *decoder) hex4() rune {
	if d.pos+5 > len(d.src) {
		d.fail("four hexadecimal digits are expected")
		return 0
	}
	n, err := strconv.ParseUint(d.src[d.pos+1:d.pos+5], 16, 16)
	if err != nil {
		d.fail("four hexadecimal digits are expected")
		return 0
	}
	d.pos += 5
	return rune(n)
}
