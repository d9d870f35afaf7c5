package twig

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

var errIllegalCharacter = errors.New("an illegal character was found in the text")

// charset converts texts from and to Unicode.
type charset struct {
	decode func(s string) ([]rune, error)
	encode func(text []rune) ([]byte, error)
}

// convertEncoding is the filter convert_encoding(to, from).
func convertEncoding(r *run, args []Value) Value {
	s := args[0].String()
	to, from := charsetOf(args[1].String()), charsetOf(args[2].String())
	if to == nil || from == nil {
		r.fail("Unknown encoding: conversion from %q to %q is not supported.", args[2].String(), args[1].String())
	}
	r.work(len(s) / 8)
	r.use(4 * len(s))
	text, err := from.decode(s)
	if err == nil {
		var out []byte
		if out, err = to.encode(text); err == nil {
			return r.newText(string(out))
		}
	}
	r.failBecause(err, "A text cannot be converted from %q to %q: %v.", args[2].String(), args[1].String(), err)
	return nullValue
}

// charsetOf returns an encoding by the name that iconv gives it, or nil.
func charsetOf(name string) *charset {
	name, _, _ = strings.Cut(strings.ToUpper(name), "//")
	switch name {
	case "UTF-8", "UTF8":
		return &charset{decodeUTF8, func(t []rune) ([]byte, error) { return []byte(string(t)), nil }}
	case "ASCII", "US-ASCII":
		return singleByte(0x80, nil)
	case "ISO-8859-1", "LATIN1":
		return singleByte(0x100, nil)
	case "ISO-8859-15", "LATIN9":
		return singleByte(0x100, latin9)
	case "WINDOWS-1252", "CP1252":
		return singleByte(0x100, windows1252)
	case "UTF-16BE", "UTF-16":
		return wide(2, binary.BigEndian)
	case "UTF-16LE":
		return wide(2, binary.LittleEndian)
	case "UTF-32BE", "UTF-32":
		return wide(4, binary.BigEndian)
	case "UTF-32LE":
		return wide(4, binary.LittleEndian)
	case "ISO-2022-JP":
		return &charset{decodeISO2022JP, encodeISO2022JP}
	case "EUC-JP", "EUCJP":
		return &charset{decodeEUCJP, encodeEUCJP}
	case "SHIFT_JIS", "SHIFT-JIS", "SJIS":
		return &charset{decodeShiftJIS, encodeShiftJIS}
	}
	return nil
}

func decodeUTF8(s string) ([]rune, error) {
	if !utf8.ValidString(s) {
		return nil, errIllegalCharacter
	}
	return []rune(s), nil
}

var (
	latin9      = map[byte]rune{0xa4: '€', 0xa6: 'Š', 0xa8: 'š', 0xb4: 'Ž', 0xb8: 'ž', 0xbc: 'Œ', 0xbd: 'œ', 0xbe: 'Ÿ'}
	windows1252 = map[byte]rune{
		0x80: '€', 0x82: '‚', 0x83: 'ƒ', 0x84: '„', 0x85: '…', 0x86: '†', 0x87: '‡', 0x88: 'ˆ', 0x89: '‰',
		0x8a: 'Š', 0x8b: '‹', 0x8c: 'Œ', 0x8e: 'Ž', 0x91: '‘', 0x92: '’', 0x93: '“', 0x94: '”', 0x95: '•',
		0x96: '–', 0x97: '—', 0x98: '˜', 0x99: '™', 0x9a: 'š', 0x9b: '›', 0x9c: 'œ', 0x9e: 'ž', 0x9f: 'Ÿ',
	}
)

// singleByte is an encoding of one byte a character: Unicode's own numbers
// below the limit, but for the bytes listed.
func singleByte(limit rune, special map[byte]rune) *charset {
	back := map[rune]byte{}
	for b, c := range special {
		back[c] = b
	}
	decode := func(s string) ([]rune, error) {
		text := make([]rune, len(s))
		for i := range len(s) {
			text[i] = rune(s[i])
			if c, ok := special[s[i]]; ok {
				text[i] = c
			} else if text[i] >= limit {
				return nil, errIllegalCharacter
			}
		}
		return text, nil
	}
	encode := func(text []rune) ([]byte, error) {
		out := make([]byte, len(text))
		for i, c := range text {
			b, ok := back[c]
			if !ok {
				if _, taken := special[byte(c)]; c >= limit || taken {
					return nil, errIllegalCharacter
				}
				b = byte(c)
			}
			out[i] = b
		}
		return out, nil
	}
	return &charset{decode, encode}
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// wide is UTF-16 or UTF-32.
func wide(size int, order byteOrder) *charset {
	decode := func(s string) ([]rune, error) {
		if len(s)%size != 0 {
			return nil, errIllegalCharacter
		}
		var units []uint16
		var text []rune
		for i := 0; i < len(s); i += size {
			if size == 2 {
				units = append(units, order.Uint16([]byte(s[i:i+2])))
			} else if c := rune(order.Uint32([]byte(s[i : i+4]))); utf8.ValidRune(c) {
				text = append(text, c)
			} else {
				return nil, errIllegalCharacter
			}
		}
		return append(text, utf16.Decode(units)...), nil
	}
	encode := func(text []rune) ([]byte, error) {
		out := make([]byte, 0, size*len(text))
		if size == 4 {
			for _, c := range text {
				out = order.AppendUint32(out, uint32(c))
			}
			return out, nil
		}
		for _, u := range utf16.Encode(text) {
			out = order.AppendUint16(out, u)
		}
		return out, nil
	}
	return &charset{decode, encode}
}

// jisx0208 holds the Unicode number of every cell of JIS X 0208, 94 rows of
// 94 cells, two bytes each; 0 is an empty cell.
//
//go:embed jisx0208.bin
var jisx0208 string

const jisCells = 94

// jisRune returns the character of a cell, counted from 0, or 0.
func jisRune(row, cell int) rune {
	if row < 0 || row >= jisCells || cell < 0 || cell >= jisCells {
		return 0
	}
	i := 2 * (row*jisCells + cell)
	return rune(jisx0208[i])<<8 | rune(jisx0208[i+1])
}

// jisPlaces finds the cell of a character.
var jisPlaces = sync.OnceValue(func() map[rune][2]int {
	places := make(map[rune][2]int, 7000)
	for row := range jisCells {
		for cell := range jisCells {
			if c := jisRune(row, cell); c != 0 {
				places[c] = [2]int{row, cell}
			}
		}
	}
	return places
})

func decodeISO2022JP(s string) ([]rune, error) {
	var text []rune
	double := false
	for i := 0; i < len(s); {
		if s[i] == 0x1b {
			if i+2 >= len(s) {
				return nil, errIllegalCharacter
			}
			switch s[i+1 : i+3] {
			case "$B", "$@":
				double = true
			case "(B", "(J":
				double = false
			default:
				return nil, errIllegalCharacter
			}
			i += 3
			continue
		}
		if !double {
			if s[i] >= utf8.RuneSelf {
				return nil, errIllegalCharacter
			}
			text = append(text, rune(s[i]))
			i++
			continue
		}
		if i+1 >= len(s) {
			return nil, errIllegalCharacter
		}
		c := jisRune(int(s[i])-0x21, int(s[i+1])-0x21)
		if c == 0 {
			return nil, errIllegalCharacter
		}
		text = append(text, c)
		i += 2
	}
	return text, nil
}

func encodeISO2022JP(text []rune) ([]byte, error) {
	var out []byte
	double := false
	for _, c := range text {
		place, ok := [2]int{}, false
		if c >= utf8.RuneSelf {
			if place, ok = jisPlaces()[c]; !ok {
				return nil, errIllegalCharacter
			}
		}
		if ok != double {
			double = ok
			if double {
				out = append(out, "\x1b$B"...)
			} else {
				out = append(out, "\x1b(B"...)
			}
		}
		if double {
			out = append(out, byte(place[0]+0x21), byte(place[1]+0x21))
		} else {
			out = append(out, byte(c))
		}
	}
	if double {
		out = append(out, "\x1b(B"...)
	}
	return out, nil
}

// halfKana is where the half-width katakana start in Unicode.
const halfKana = 0xff61

func decodeEUCJP(s string) ([]rune, error) {
	var text []rune
	for i := 0; i < len(s); {
		c := rune(s[i])
		switch {
		case c < utf8.RuneSelf:
			i++
		case i+1 >= len(s):
			return nil, errIllegalCharacter
		case c == 0x8e && s[i+1] >= 0xa1 && s[i+1] <= 0xdf:
			c = halfKana + rune(s[i+1]) - 0xa1
			i += 2
		default:
			if c = jisRune(int(s[i])-0xa1, int(s[i+1])-0xa1); c == 0 {
				return nil, errIllegalCharacter
			}
			i += 2
		}
		text = append(text, c)
	}
	return text, nil
}

func encodeEUCJP(text []rune) ([]byte, error) {
	var out []byte
	for _, c := range text {
		switch place, ok := jisPlaces()[c]; {
		case c < utf8.RuneSelf:
			out = append(out, byte(c))
		case c >= halfKana && c < halfKana+63:
			out = append(out, 0x8e, byte(c-halfKana+0xa1))
		case ok:
			out = append(out, byte(place[0]+0xa1), byte(place[1]+0xa1))
		default:
			return nil, errIllegalCharacter
		}
	}
	return out, nil
}

func decodeShiftJIS(s string) ([]rune, error) {
	var text []rune
	for i := 0; i < len(s); i++ {
		b := int(s[i])
		switch {
		case b < utf8.RuneSelf:
			text = append(text, rune(b))
			continue
		case b >= 0xa1 && b <= 0xdf:
			text = append(text, halfKana+rune(b)-0xa1)
			continue
		case i+1 >= len(s):
			return nil, errIllegalCharacter
		}
		if b >= 0xe0 {
			b -= 0x40
		}
		row, cell := 2*(b-0x81), int(s[i+1])-0x40
		if cell > 0x3f {
			cell--
		}
		if cell >= jisCells {
			row, cell = row+1, cell-jisCells
		}
		c := jisRune(row, cell)
		if c == 0 {
			return nil, errIllegalCharacter
		}
		text = append(text, c)
		i++
	}
	return text, nil
}

func encodeShiftJIS(text []rune) ([]byte, error) {
	var out []byte
	for _, c := range text {
		place, ok := jisPlaces()[c]
		switch {
		case c < utf8.RuneSelf:
			out = append(out, byte(c))
			continue
		case c >= halfKana && c < halfKana+63:
			out = append(out, byte(c-halfKana+0xa1))
			continue
		case !ok:
			return nil, errIllegalCharacter
		}
		lead, cell := 0x81+place[0]/2, place[1]
		if lead > 0x9f {
			lead += 0x40
		}
		if place[0]%2 == 1 {
			cell += jisCells
		}
		if cell >= 0x3f {
			cell++
		}
		out = append(out, byte(lead), byte(cell+0x40))
	}
	return out, nil
}
