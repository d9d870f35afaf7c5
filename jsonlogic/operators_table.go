package jsonlogic

// operators are those of the package by name.
var operators = map[string]operator{
	"var":          {atMost: 2, usage: `write {"var": "path"} or {"var": ["path", default]}`, finish: finishVar},
	"missing":      {atMost: unlimited, run: runMissing, finish: finishMissing},
	"missing_some": {atLeast: 2, atMost: 2, usage: `write {"missing_some": [count, ["path", "path"]]}`, run: runMissingSome, finish: finishMissingSome},

	"if":  {atMost: unlimited, run: runIf},
	"?:":  {atMost: unlimited, run: runIf},
	"and": {atMost: unlimited, run: runAnd},
	"or":  {atMost: unlimited, run: runOr},
	"!":   {atLeast: 1, atMost: 1, usage: `write {"!": value}, and {"!": [[a, b]]} for an array`, run: runNot},
	"!!":  {atLeast: 1, atMost: 1, usage: `write {"!!": value}, and {"!!": [[a, b]]} for an array`, run: runBool},

	"==":  {atLeast: 2, atMost: 2, usage: `write {"==": [a, b]}`, run: runEquality(looseEqual, true)},
	"!=":  {atLeast: 2, atMost: 2, usage: `write {"!=": [a, b]}`, run: runEquality(looseEqual, false)},
	"===": {atLeast: 2, atMost: 2, usage: `write {"===": [a, b]}`, run: runEquality(strictEqual, true)},
	"!==": {atLeast: 2, atMost: 2, usage: `write {"!==": [a, b]}`, run: runEquality(strictEqual, false)},

	"<":  {atLeast: 2, atMost: 3, usage: `write {"<": [a, b]}, or {"<": [a, b, c]} for between`, run: runLess},
	"<=": {atLeast: 2, atMost: 3, usage: `write {"<=": [a, b]}, or {"<=": [a, b, c]} for between`, run: runLessOrEqual},
	">":  {atLeast: 2, atMost: 3, usage: `write {">": [a, b]}, or {">": [a, b, c]} for between`, run: runGreater},
	">=": {atLeast: 2, atMost: 3, usage: `write {">=": [a, b]}, or {">=": [a, b, c]} for between`, run: runGreaterOrEqual},

	"+":   {atMost: unlimited, run: runAdd},
	"*":   {atLeast: 1, atMost: unlimited, usage: `write {"*": [a, b]}`, run: runMultiply},
	"-":   {atLeast: 1, atMost: 2, usage: `write {"-": [a, b]}, or {"-": a} for the negative`, run: runSubtract},
	"/":   {atLeast: 2, atMost: 2, usage: `write {"/": [a, b]}`, run: runDivide},
	"%":   {atLeast: 2, atMost: 2, usage: `write {"%": [a, b]}`, run: runModulo},
	"max": {atMost: unlimited, run: runMax},
	"min": {atMost: unlimited, run: runMin},

	"map":    {atLeast: 2, atMost: 2, usage: `write {"map": [list, logic]}`, run: runMap, body: elementScope},
	"filter": {atLeast: 2, atMost: 2, usage: `write {"filter": [list, condition]}`, run: runFilter, body: elementScope},
	"all":    {atLeast: 2, atMost: 2, usage: `write {"all": [list, condition]}`, run: runAll, body: elementScope},
	"some":   {atLeast: 2, atMost: 2, usage: `write {"some": [list, condition]}`, run: runSome, body: elementScope},
	"none":   {atLeast: 2, atMost: 2, usage: `write {"none": [list, condition]}`, run: runNone, body: elementScope},
	"reduce": {atLeast: 2, atMost: 3, usage: `write {"reduce": [list, logic, initial]}`, run: runReduce, body: reduceScope},
	"merge":  {atMost: unlimited, run: runMerge},

	"in":     {atLeast: 2, atMost: 2, usage: `write {"in": [value, list]} or {"in": [part, text]}`, run: runIn},
	"cat":    {atMost: unlimited, run: runCat},
	"substr": {atLeast: 2, atMost: 3, usage: `write {"substr": [text, start]} or {"substr": [text, start, length]}`, run: runSubstr},
	"log":    {atLeast: 1, atMost: 1, usage: `write {"log": value}`, run: runLog},

	"now":       {usage: `write {"now": []}`, run: runNow},
	"date_diff": {atLeast: 3, atMost: 3, usage: `write {"date_diff": [from, to, "days"]}`, run: runDateDiff, finish: finishDateDiff},
}
