package loyalty

import (
	"strings"

	"github.com/belfryhq/belfry/internal/scalar"
)

// country is how numbers of a country are dialled (ITU-T E.164 and E.123): its
// calling code from abroad, the prefix before the number at home.
type country struct{ iso, code, prefix string }

var countries = []country{
	{"AE", "971", "0"}, {"AR", "54", "0"}, {"AT", "43", "0"}, {"AU", "61", "0"}, {"BD", "880", "0"},
	{"BE", "32", "0"}, {"BG", "359", "0"}, {"BH", "973", ""}, {"BR", "55", "0"}, {"CA", "1", "1"},
	{"CH", "41", "0"}, {"CL", "56", ""}, {"CN", "86", "0"}, {"CO", "57", ""}, {"CR", "506", ""},
	{"CY", "357", ""}, {"CZ", "420", ""}, {"DE", "49", "0"}, {"DK", "45", ""}, {"EE", "372", ""},
	{"EG", "20", "0"}, {"ES", "34", ""}, {"FI", "358", "0"}, {"FJ", "679", ""}, {"FR", "33", "0"},
	{"GB", "44", "0"}, {"GH", "233", "0"}, {"GR", "30", ""}, {"HK", "852", ""}, {"HR", "385", "0"},
	{"HU", "36", "06"}, {"ID", "62", "0"}, {"IE", "353", "0"}, {"IL", "972", "0"}, {"IN", "91", "0"},
	{"IS", "354", ""}, {"IT", "39", ""}, {"JP", "81", "0"}, {"KE", "254", "0"}, {"KR", "82", "0"},
	{"KW", "965", ""}, {"KZ", "7", "8"}, {"LB", "961", "0"}, {"LK", "94", "0"}, {"LT", "370", "0"},
	{"LU", "352", ""}, {"LV", "371", ""}, {"MA", "212", "0"}, {"MO", "853", ""}, {"MT", "356", ""},
	{"MX", "52", ""}, {"MY", "60", "0"}, {"NG", "234", "0"}, {"NL", "31", "0"}, {"NO", "47", ""},
	{"NP", "977", "0"}, {"NZ", "64", "0"}, {"OM", "968", ""}, {"PE", "51", "0"}, {"PG", "675", ""},
	{"PH", "63", "0"}, {"PK", "92", "0"}, {"PL", "48", ""}, {"PT", "351", ""}, {"QA", "974", ""},
	{"RO", "40", "0"}, {"RS", "381", "0"}, {"RU", "7", "8"}, {"SA", "966", "0"}, {"SE", "46", "0"},
	{"SG", "65", ""}, {"SI", "386", "0"}, {"SK", "421", "0"}, {"TH", "66", "0"}, {"TR", "90", "0"},
	{"TW", "886", "0"}, {"UA", "380", "0"}, {"US", "1", "1"}, {"UY", "598", "0"}, {"VN", "84", "0"},
	{"ZA", "27", "0"},
}

// countryNamed finds a country by its ISO 3166 code, or by a calling code that
// it has for itself.
func countryNamed(name string) (country, bool) {
	name = strings.ToUpper(strings.TrimPrefix(name, "+"))
	for _, c := range countries {
		if c.iso == name {
			return c, true
		}
	}
	return countryOfCode(name)
}

// countryOfCode finds the country that has a calling code for itself.
func countryOfCode(code string) (found country, ok bool) {
	for _, c := range countries {
		if c.code != code {
			continue
		}
		if ok {
			return country{}, false
		}
		found, ok = c, true
	}
	return found, ok
}

// countryOf finds the country of an E.164 number. Where several share the
// calling code it is the one named, or none.
func countryOf(e164, named string) (country, bool) {
	digits := strings.TrimPrefix(e164, "+")
	if c, ok := countryNamed(named); ok && strings.HasPrefix(digits, c.code) {
		return c, true
	}
	for n := 1; n <= 3 && n < len(digits); n++ {
		if c, ok := countryOfCode(digits[:n]); ok {
			return c, true
		}
	}
	return country{}, false
}

// phoneKey returns the form by which a phone number is unique: its E.164 form
// when it is given internationally (+ or 00) or its country is known, otherwise
// its digits. false when it is no phone number.
func phoneKey(number, countryName string) (key string, ok bool) {
	number = strings.TrimPrefix(strings.TrimSpace(number), "tel:")
	digits, international := strings.CutPrefix(strings.TrimSpace(number), "+")
	if international {
		digits = strings.Replace(digits, "(0)", "", 1)
	}
	digits, ok = phoneDigits(digits)
	if !ok || len(digits) < 5 || len(digits) > 17 {
		return "", false
	}
	if rest, found := strings.CutPrefix(digits, "00"); found && !international {
		digits, international = rest, true
	}
	if international {
		return e164(digits)
	}
	c, found := countryNamed(countryName)
	if !found {
		return digits, true
	}
	if strings.HasPrefix(digits, c.code) && len(digits) >= 11 {
		return e164(digits)
	}
	return e164(c.code + strings.TrimPrefix(digits, c.prefix))
}

// e164 returns the form of a number that begins with its calling code.
func e164(digits string) (string, bool) {
	return "+" + digits, len(digits) >= 7 && len(digits) <= 15 && digits[0] != '0'
}

// phoneDigits drops the marks that people write between digits.
func phoneDigits(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune(" -./()\u00a0\u2010\u2011", r):
		default:
			return "", false
		}
	}
	return b.String(), true
}

const phoneInvalid = "The mobile phone format is invalid."

// setMobile takes over the mobile phone, and the country that its number tells.
func (c *profileChange) setMobile(number, countryName scalar.Text) {
	checkText(&c.invalid, "mobile_phone", &number, 32)
	checkText(&c.invalid, "mobile_phone_country", &countryName, 8)
	c.rec.MobilePhone, c.rec.MobilePhoneCountry, c.rec.MobileKey = number, "", ""
	named, known := countryNamed(string(countryName))
	if countryName != "" && !known && countryName != c.before.MobilePhoneCountry {
		c.invalid.Add("mobile_phone_country", "The selected mobile phone country is invalid.")
	}
	if number == "" {
		c.rec.MobilePhoneCountry = scalar.Text(named.iso)
		return
	}
	key, ok := phoneKey(string(number), named.iso)
	if !ok {
		c.invalid.Add("mobile_phone", phoneInvalid)
		return
	}
	c.rec.MobileKey = scalar.Text(key)
	if found, ok := countryOf(key, named.iso); ok && key[0] == '+' {
		c.rec.MobilePhoneCountry = scalar.Text(found.iso)
	}
}
