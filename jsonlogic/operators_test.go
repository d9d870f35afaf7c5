package jsonlogic_test

import (
	"errors"
	"testing"
	"time"

	"github.com/belfryhq/belfry/jsonlogic"
)

// The wanted values are what json-logic-js gives.
func TestOperatorsCoerceAsJavaScriptDoes(t *testing.T) {
	const data = `{"a":1,"s":"abc","empty":"","none":null,"list":[1,2,3],"pair":{"length":5},"long":9007199254740993}`
	tests := []struct{ name, rule, want string }{
		{"a number equals the text of it", `{"==":[1," 1 "]}`, `true`},
		{"null equals no zero", `{"==":[null,0]}`, `false`},
		{"null is at least zero", `{">=":[null,0]}`, `true`},
		{"true equals one", `{"==":[true,"1"]}`, `true`},
		{"an array equals its text", `{"==":[[1,2],"1,2"]}`, `true`},
		{"two arrays are not equal", `{"==":[[1],[1]]}`, `false`},
		{"an array equals itself", `{"===":[{"var":"list"},{"var":"list"}]}`, `true`},
		{"an array never equals an object", `{"==":[{"var":"pair"},{"var":"list"}]}`, `false`},
		{"text that is no number compares with nothing", `{"or":[{"<":["x",1]},{">=":["x",1]}]}`, `false`},
		{"texts compare as texts", `{"<":["10","9"]}`, `true`},
		{"texts compare by utf-16 units", `{"<":["😀","\uffff"]}`, `true`},
		{"hexadecimal text is a number", `{"-":["0xff",0]}`, `255`},
		{"text with an underscore is no number", `{"-":["1_0",0]}`, `null`},
		{"plus reads the number text begins with", `{"+":["3 km",1]}`, `4`},
		{"minus does not", `{"-":["3 km",1]}`, `null`},
		{"plus makes nothing of null", `{"+":[null,1]}`, `null`},
		{"plus of nothing is zero", `{"+":[]}`, `0`},
		{"times one argument gives it unchanged", `{"*":["2"]}`, `"2"`},
		{"the remainder has the sign of the dividend", `{"%":[-7,3]}`, `-1`},
		{"division by zero prints as null", `{"/":[1,0]}`, `null`},
		{"max of nothing prints as null", `{"max":[]}`, `null`},
		{"max with what is no number is none", `{"max":[1,"x"]}`, `null`},
		{"greater takes a third operand for between", `{">":[3,2,1]}`, `true`},
		{"greater is false when the third operand is not below", `{">":[3,2,2]}`, `false`},
		{"at least takes a third operand for between", `{">=":[3,3,3]}`, `true`},
		{"cat joins arrays and skips null", `{"cat":["a",null,[1,[2,null]],{"var":"pair"}]}`, `"a1,2,[object Object]"`},
		{"cat writes numbers as javascript does", `{"cat":[1e21," ",0.0000001," ",1000000]}`, `"1e+21 1e-7 1000000"`},
		{"cat keeps all digits of an integer", `{"cat":["#",{"var":"long"}]}`, `"#9007199254740993"`},
		{"substr counts utf-16 units", `{"substr":["é😀x",3]}`, `"x"`},
		{"substr before the start begins at the start", `{"substr":["abc",-9,2]}`, `"ab"`},
		{"substr beyond the end is empty", `{"substr":["abc",9]}`, `""`},
		{"substr of null cuts the word", `{"substr":[null,0,2]}`, `"nu"`},
		{"in finds a number in a text", `{"in":[2,"123"]}`, `true`},
		{"in finds nothing in the empty text", `{"in":["",""]}`, `false`},
		{"in does not coerce elements", `{"in":["1",[1]]}`, `false`},
		{"in nothing is nothing", `{"in":["a",null]}`, `false`},
		{"var ends in the length of an array", `{"var":"list.length"}`, `3`},
		{"var ends in the length of a text", `{"var":"s.length"}`, `3`},
		{"var prefers a member called length", `{"var":"pair.length"}`, `5`},
		{"var takes a null that is there over its default", `{"var":["none",7]}`, `null`},
		{"var computes its path", `{"var":{"cat":["li","st.",1]}}`, `2`},
		{"var takes no index with leading zeros", `{"var":"list.01"}`, `null`},
		{"missing counts the empty text", `{"missing":["a","empty","none","zz"]}`, `["empty","none","zz"]`},
		{"missing takes an array as its keys", `{"missing":[["a","zz"],"yy"]}`, `["zz"]`},
		{"missing_some is content with enough", `{"missing_some":[1,["a","zz"]]}`, `[]`},
		{"an object of one member holding no operator is refused elsewhere, of two is a literal", `{"if":[true,{"x":1,"y":{"var":"a"}}]}`, `{"x":1,"y":{"var":"a"}}`},
		{"an object is true", `{"!!":[{"x":1,"y":2}]}`, `true`},
		{"an empty object is true", `{"!!":{}}`, `true`},
		{"and of nothing is null", `{"and":[]}`, `null`},
		{"map over no array is empty", `{"map":[{"var":"s"},1]}`, `[]`},
		{"none over no array is true", `{"none":[{"var":"zz"},true]}`, `true`},
		{"a body cannot see the data outside", `{"map":[{"var":"list"},{"var":["a","-"]}]}`, `["-","-","-"]`},
		{"reduce without an initial value begins with null", `{"reduce":[{"var":"list"},{"cat":[{"var":"accumulator"},{"var":"current"}]}]}`, `"123"`},
		{"reduce shows its pair as an object", `{"reduce":[[1],{"var":""},0]}`, `{"current":1,"accumulator":0}`},
		{"reduce finds its pair by a computed path", `{"reduce":[[4],{"var":{"cat":"current"}},0]}`, `4`},
		{"reduce inside a body leaves the body's element alone",
			`{"map":[{"var":"list"},{"+":[{"reduce":[[1,1],{"+":[{"var":"current"},{"var":"accumulator"}]},0]},{"var":""}]}]}`, `[3,4,5]`},
		{"merge flattens one level", `{"merge":[1,[2,[3]],null]}`, `[1,2,[3],null]`},
		{"log gives its argument", `{"log":{"var":"a"}}`, `1`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := eval(t, test.rule, data).String(); got != test.want {
				t.Errorf("%s: got %s, want %s", test.rule, got, test.want)
			}
		})
	}
}

func TestDateDiff(t *testing.T) {
	tests := []struct{ name, rule, want string }{
		{"whole days are counted", `{"date_diff":["2026-03-01","2026-03-02 23:59:59","days"]}`, `1`},
		{"an earlier end is negative", `{"date_diff":["2026-03-03","2026-03-01 12:00:00","days"]}`, `-1`},
		{"a bare date is midnight", `{"date_diff":["2026-03-01","2026-03-01 05:30:00","hours"]}`, `5`},
		{"minutes", `{"date_diff":["2026-03-01 10:00:00","2026-03-01 11:30:59","minutes"]}`, `90`},
		{"seconds", `{"date_diff":["2026-03-01 10:00:00","2026-03-01 10:00:59","seconds"]}`, `59`},
		{"a month is over on the same day", `{"date_diff":["2026-01-15","2026-02-15","months"]}`, `1`},
		{"and not a second before", `{"date_diff":["2026-01-15","2026-02-14 23:59:59","months"]}`, `0`},
		{"a long month is over on the last day of a short one", `{"date_diff":["2026-01-31","2026-02-28","months"]}`, `1`},
		{"a leap day's year is over on 28 February", `{"date_diff":["2024-02-29","2025-02-28","years"]}`, `1`},
		{"years before the birthday", `{"date_diff":["1990-06-15","2026-06-14","years"]}`, `35`},
		{"years backwards", `{"date_diff":["2026-06-15","1990-06-15","years"]}`, `-36`},
		{"no date compares with nothing", `{"or":[{">=":[{"date_diff":[null,"2026-01-01","days"]},0]},{"<":[{"date_diff":[null,"2026-01-01","days"]},0]}]}`, `false`},
		{"a day that does not exist is no date", `{"date_diff":["2026-02-30","2026-03-01","days"]}`, `null`},
		{"fractions of a second are no timestamp", `{"date_diff":["2026-02-01 00:00:00.5","2026-03-01","days"]}`, `null`},
		{"the unit may be computed", `{"date_diff":["2026-01-01","2026-01-02",{"cat":["hou","rs"]}]}`, `24`},
		{"until now", `{"date_diff":[{"var":"last"},{"now":[]},"days"]}`, `10`},
	}
	now := time.Date(2026, 3, 11, 3, 0, 0, 0, time.FixedZone("AEST", 10*3600)) // still the 10th in UTC
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := compile(t, test.rule).Eval(parse(t, `{"last":"2026-02-28 12:00:00"}`), jsonlogic.At(now))
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != test.want {
				t.Errorf("%s: got %v, want %s", test.rule, got, test.want)
			}
		})
	}
}

func TestNowIsOneMomentInUTC(t *testing.T) {
	now := time.Date(2026, 1, 1, 8, 0, 0, 0, time.FixedZone("AEDT", 11*3600))
	got, err := compile(t, `[{"now":[]},{"now":[]}]`).Eval(jsonlogic.Value{}, jsonlogic.At(now))
	if err != nil {
		t.Fatal(err)
	}
	if want := `["2025-12-31 21:00:00","2025-12-31 21:00:00"]`; got.String() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestUnknownUnitOfTimeFailsTheEvaluation(t *testing.T) {
	_, err := compile(t, `[{"date_diff":["2026-01-01","2026-01-02",{"var":"unit"}]}]`).Eval(parse(t, `{"unit":"weeks"}`))
	var failed *jsonlogic.EvalError
	if !errors.As(err, &failed) || failed.Pointer != "/0" || failed.Operator != "date_diff" {
		t.Errorf("got %v, want an error at /0", err)
	}
}

func TestFallbackLooksUpTheNamedMember(t *testing.T) {
	const data = `{"total":10,"email":null,"profile":{"total":99,"email":"a@b.c","first_name":"Ada","tags":["vip"],"list":[{"x":1}]},"items":[{"qty":1}]}`
	tests := []struct{ name, rule, want string }{
		{"a path that is missing at the root", `{"var":"first_name"}`, `"Ada"`},
		{"a deeper path", `{"var":"tags.0"}`, `"vip"`},
		{"the root comes first", `{"var":"total"}`, `10`},
		{"a null at the root counts", `{"var":"email"}`, `null`},
		{"only the first segment decides", `{"var":["items.9","none"]}`, `"none"`},
		{"the default is for what is in neither", `{"var":["zz","none"]}`, `"none"`},
		{"a computed path", `{"var":{"cat":["first","_name"]}}`, `"Ada"`},
		{"missing looks there too", `{"missing":["first_name","zz"]}`, `["zz"]`},
		{"the list of an iteration is read at the root", `{"map":[{"var":"list"},{"var":"x"}]}`, `[1]`},
		{"not in the body of map", `{"map":[{"var":"items"},{"var":"first_name"}]}`, `[null]`},
		{"nor in missing in a body", `{"map":[{"var":"items"},{"missing":["first_name"]}]}`, `[["first_name"]]`},
		{"nor in the body of reduce", `{"reduce":[{"var":"items"},{"var":"first_name"},0]}`, `null`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := eval(t, test.rule, data, jsonlogic.Fallback("profile")).String(); got != test.want {
				t.Errorf("%s: got %s, want %s", test.rule, got, test.want)
			}
		})
	}
	for _, data := range []string{`null`, `[1]`, `{}`, `{"profile":3}`} {
		if got := eval(t, `{"var":["first_name","none"]}`, data, jsonlogic.Fallback("profile")).String(); got != `"none"` {
			t.Errorf("on %s: got %s, want none", data, got)
		}
	}
}

func TestRegisteredOperators(t *testing.T) {
	errOdd := errors.New("odd")
	half := jsonlogic.Operator("shop.half", 1, 1, func(arguments []jsonlogic.Value) (jsonlogic.Value, error) {
		if n := int(arguments[0].Float()); n%2 == 1 {
			return jsonlogic.Value{}, errOdd
		}
		return jsonlogic.Number(arguments[0].Float() / 2), nil
	})
	if got := eval(t, `{"shop.half":{"+":[{"shop.half":8},4]}}`, `null`, half).String(); got != "4" {
		t.Errorf("got %s, want 4", got)
	}
	_, err := compile(t, `{"+":[1,{"shop.half":3}]}`, half).Eval(jsonlogic.Value{})
	var failed *jsonlogic.EvalError
	if !errors.Is(err, errOdd) || !errors.As(err, &failed) || failed.Pointer != "/+/1" {
		t.Errorf("got %v, want the operator's error at /+/1", err)
	}
}
