package practice

// knownFunctions is what the practice model can write, and test, by heart. None
// of it needs an import.
func knownFunctions() []known {
	return []known{
		{
			names: []string{"sum", "total", "addall", "sumall"}, parameters: "numbers []NUMBER", result: "NUMBER",
			does:   "returns the sum of numbers, 0 for none",
			body:   "\tvar sum NUMBER\n\tfor _, number := range numbers {\n\t\tsum += number\n\t}\n\treturn sum",
			cases:  []string{`"none", nil, 0`, `"one", []NUMBER{4}, 4`, `"several", []NUMBER{1, 2, 3}, 6`, `"negative", []NUMBER{5, -7}, -2`},
			script: "numbers => return numbers.reduce((sum, number) => sum + number, 0);",
			python: "numbers => total = 0\n    for number in numbers:\n        total += number\n    return total",
		},
		{
			names: []string{"product", "multiplyall"}, parameters: "numbers []NUMBER", result: "NUMBER",
			does:   "returns the product of numbers, 1 for none",
			body:   "\tvar product NUMBER = 1\n\tfor _, number := range numbers {\n\t\tproduct *= number\n\t}\n\treturn product",
			cases:  []string{`"none", nil, 1`, `"several", []NUMBER{2, 3, 4}, 24`, `"zero", []NUMBER{5, 0}, 0`},
			script: "numbers => return numbers.reduce((product, number) => product * number, 1);",
			python: "numbers => product = 1\n    for number in numbers:\n        product *= number\n    return product",
		},
		{
			names: []string{"max", "maximum", "largest"}, parameters: "numbers []NUMBER", result: "NUMBER",
			does:   "returns the largest of numbers, 0 for none",
			body:   "\tvar largest NUMBER\n\tfor i, number := range numbers {\n\t\tif i == 0 || number > largest {\n\t\t\tlargest = number\n\t\t}\n\t}\n\treturn largest",
			cases:  []string{`"none", nil, 0`, `"one", []NUMBER{-3}, -3`, `"last", []NUMBER{1, 2, 9}, 9`, `"negative", []NUMBER{-5, -2, -8}, -2`},
			script: "numbers => return numbers.length === 0 ? 0 : Math.max(...numbers);",
			python: "numbers => largest = numbers[0] if numbers else 0\n    for number in numbers:\n        if number > largest:\n            largest = number\n    return largest",
		},
		{
			names: []string{"min", "minimum", "smallest"}, parameters: "numbers []NUMBER", result: "NUMBER",
			does:   "returns the smallest of numbers, 0 for none",
			body:   "\tvar smallest NUMBER\n\tfor i, number := range numbers {\n\t\tif i == 0 || number < smallest {\n\t\t\tsmallest = number\n\t\t}\n\t}\n\treturn smallest",
			cases:  []string{`"none", nil, 0`, `"one", []NUMBER{7}, 7`, `"last", []NUMBER{5, 3, 2}, 2`, `"negative", []NUMBER{-5, -2, -8}, -8`},
			script: "numbers => return numbers.length === 0 ? 0 : Math.min(...numbers);",
			python: "numbers => smallest = numbers[0] if numbers else 0\n    for number in numbers:\n        if number < smallest:\n            smallest = number\n    return smallest",
		},
		{
			names: []string{"average", "mean", "avg"}, parameters: "numbers []NUMBER", result: "float64",
			does:   "returns the arithmetic mean of numbers, 0 for none",
			body:   "\tif len(numbers) == 0 {\n\t\treturn 0\n\t}\n\tsum := 0.0\n\tfor _, number := range numbers {\n\t\tsum += float64(number)\n\t}\n\treturn sum / float64(len(numbers))",
			cases:  []string{`"none", nil, 0`, `"one", []NUMBER{4}, 4`, `"fraction", []NUMBER{1, 2}, 1.5`},
			script: "numbers => return numbers.length === 0 ? 0 : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;",
			python: "numbers => total = 0\n    for number in numbers:\n        total += number\n    return total / len(numbers) if numbers else 0",
		},
		{
			names: []string{"reverse", "reversestring"}, parameters: "text string", result: "string",
			does:   "returns text with its characters in reverse order",
			body:   "\tcharacters := []rune(text)\n\tfor i, j := 0, len(characters)-1; i < j; i, j = i+1, j-1 {\n\t\tcharacters[i], characters[j] = characters[j], characters[i]\n\t}\n\treturn string(characters)",
			cases:  []string{`"empty", "", ""`, `"word", "keel", "leek"`, `"not ASCII", "häuser", "resuäh"`},
			script: "text => return [...text].reverse().join(\"\");",
			python: "text => return text[::-1]",
		},
		{
			names: []string{"ispalindrome", "palindrome"}, parameters: "text string", result: "bool",
			does:   "reports whether text reads the same backwards, character by character",
			body:   "\tcharacters := []rune(text)\n\tfor i, j := 0, len(characters)-1; i < j; i, j = i+1, j-1 {\n\t\tif characters[i] != characters[j] {\n\t\t\treturn false\n\t\t}\n\t}\n\treturn true",
			cases:  []string{`"empty", "", true`, `"odd", "level", true`, `"even", "noon", true`, `"not one", "keel", false`},
			script: "text => return text === [...text].reverse().join(\"\");",
			python: "text => return text == text[::-1]",
		},
		{
			names: []string{"factorial"}, parameters: "n int", result: "int",
			does:   "returns the product of the numbers from 1 to n; it is 1 for n below 2 and overflows above 20",
			body:   "\tproduct := 1\n\tfor i := 2; i <= n; i++ {\n\t\tproduct *= i\n\t}\n\treturn product",
			cases:  []string{`"zero", 0, 1`, `"one", 1, 1`, `"five", 5, 120`, `"ten", 10, 3628800`},
			script: "n => let product = 1;\n  for (let i = 2; i <= n; i++) {\n    product *= i;\n  }\n  return product;",
			python: "n => product = 1\n    for i in range(2, n + 1):\n        product *= i\n    return product",
		},
		{
			names: []string{"fibonacci", "fib"}, parameters: "n int", result: "int",
			does:   "returns the n-th Fibonacci number, counting from 0: 0, 1, 1, 2, 3, 5",
			body:   "\ta, b := 0, 1\n\tfor i := 0; i < n; i++ {\n\t\ta, b = b, a+b\n\t}\n\treturn a",
			cases:  []string{`"zero", 0, 0`, `"one", 1, 1`, `"two", 2, 1`, `"ten", 10, 55`},
			script: "n => let [a, b] = [0, 1];\n  for (let i = 0; i < n; i++) {\n    [a, b] = [b, a + b];\n  }\n  return a;",
			python: "n => a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a",
		},
		{
			names: []string{"isprime", "prime"}, parameters: "n int", result: "bool",
			does:  "reports whether n is a prime number",
			body:  "\tif n < 2 {\n\t\treturn false\n\t}\n\tfor i := 2; i*i <= n; i++ {\n\t\tif n%i == 0 {\n\t\t\treturn false\n\t\t}\n\t}\n\treturn true",
			cases: []string{`"one", 1, false`, `"two", 2, true`, `"square", 49, false`, `"large", 7919, true`, `"negative", -7, false`},
		},
		{
			names: []string{"iseven", "even"}, parameters: "n int", result: "bool", does: "reports whether n is even",
			body:   "\treturn n%2 == 0",
			cases:  []string{`"zero", 0, true`, `"odd", 3, false`, `"negative", -4, true`},
			script: "n => return n % 2 === 0;", python: "n => return n % 2 == 0",
		},
		{
			names: []string{"isodd", "odd"}, parameters: "n int", result: "bool", does: "reports whether n is odd",
			body:   "\treturn n%2 != 0",
			cases:  []string{`"zero", 0, false`, `"odd", 3, true`, `"negative", -3, true`},
			script: "n => return n % 2 !== 0;", python: "n => return n % 2 != 0",
		},
		{
			names: []string{"gcd"}, parameters: "a, b int", result: "int",
			does:  "returns the greatest common divisor of a and b, 0 when both are 0",
			body:  "\tfor b != 0 {\n\t\ta, b = b, a%b\n\t}\n\tif a < 0 {\n\t\treturn -a\n\t}\n\treturn a",
			cases: []string{`"common", 12, 18, 6`, `"prime to each other", 7, 9, 1`, `"zero", 0, 5, 5`, `"negative", -12, 18, 6`},
		},
		{
			names: []string{"add", "plus"}, parameters: "a, b NUMBER", result: "NUMBER", does: "returns a plus b",
			body: "\treturn a + b", cases: []string{`"positive", 2, 3, 5`, `"negative", 2, -3, -1`},
		},
		{
			names: []string{"subtract", "sub", "minus"}, parameters: "a, b NUMBER", result: "NUMBER", does: "returns a minus b",
			body: "\treturn a - b", cases: []string{`"positive", 5, 3, 2`, `"below zero", 2, 3, -1`},
		},
		{
			names: []string{"multiply", "mul", "times"}, parameters: "a, b NUMBER", result: "NUMBER", does: "returns a times b",
			body: "\treturn a * b", cases: []string{`"positive", 4, 3, 12`, `"negative", 2, -3, -6`, `"zero", 0, 7, 0`},
		},
		{
			names: []string{"abs", "absolute"}, parameters: "n NUMBER", result: "NUMBER", does: "returns n without its sign",
			body: "\tif n < 0 {\n\t\treturn -n\n\t}\n\treturn n", cases: []string{`"positive", 4, 4`, `"negative", -4, 4`, `"zero", 0, 0`},
			script: "n => return Math.abs(n);", python: "n => return -n if n < 0 else n",
		},
		{
			names: []string{"square", "squared"}, parameters: "n NUMBER", result: "NUMBER", does: "returns n times itself",
			body: "\treturn n * n", cases: []string{`"positive", 4, 16`, `"negative", -3, 9`, `"zero", 0, 0`},
			script: "n => return n * n;", python: "n => return n * n",
		},
		{
			names: []string{"double"}, parameters: "n NUMBER", result: "NUMBER", does: "returns twice n",
			body: "\treturn 2 * n", cases: []string{`"positive", 4, 8`, `"negative", -3, -6`, `"zero", 0, 0`},
			script: "n => return 2 * n;", python: "n => return 2 * n",
		},
		{
			names: []string{"power", "pow"}, parameters: "base NUMBER, exponent int", result: "NUMBER",
			does:  "returns base to the power of exponent, 1 for an exponent below 1",
			body:  "\tvar product NUMBER = 1\n\tfor i := 0; i < exponent; i++ {\n\t\tproduct *= base\n\t}\n\treturn product",
			cases: []string{`"zero", 5, 0, 1`, `"three", 2, 3, 8`, `"negative base", -2, 3, -8`},
		},
		{
			names: []string{"clamp"}, parameters: "n, low, high NUMBER", result: "NUMBER",
			does:  "returns n, or the nearest of low and high when it is not between them",
			body:  "\tif n < low {\n\t\treturn low\n\t}\n\tif n > high {\n\t\treturn high\n\t}\n\treturn n",
			cases: []string{`"inside", 5, 1, 9, 5`, `"below", 0, 1, 9, 1`, `"above", 12, 1, 9, 9`},
		},
		{
			names: []string{"count", "countcharacters", "length"}, parameters: "text string", result: "int",
			does:  "returns how many characters text has",
			body:  "\treturn len([]rune(text))",
			cases: []string{`"empty", "", 0`, `"word", "keel", 4`, `"not ASCII", "häuser", 6`},
		},
		{
			names: []string{"contains"}, parameters: "numbers []NUMBER, wanted NUMBER", result: "bool",
			does:  "reports whether wanted is among numbers",
			body:  "\tfor _, number := range numbers {\n\t\tif number == wanted {\n\t\t\treturn true\n\t\t}\n\t}\n\treturn false",
			cases: []string{`"none", nil, 1, false`, `"there", []NUMBER{1, 2}, 2, true`, `"not there", []NUMBER{1, 2}, 3, false`},
		},
	}
}
