package settings

import (
	"fmt"
	"regexp"
	"strings"

	"pgregory.net/rapid"
)

// drawFile draws a settings file and the comments that have to stay.
func drawFile(t *rapid.T) (text string, comments []string) {
	newline := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "newline")
	count := 0
	extra := func(where string) string {
		count++
		keep := func(comment string) string {
			// What stands between a name and its value goes with them.
			if where != "after name" && where != "before value" {
				comments = append(comments, comment)
			}
			return comment
		}
		switch rapid.IntRange(0, 6).Draw(t, where) {
		case 0:
			return " " + keep(fmt.Sprintf("/*%d*/", count)) + " "
		case 1:
			return " " + keep(fmt.Sprintf("//%d", count)) + newline
		case 2:
			return newline + "  "
		case 3:
			return " "
		}
		return ""
	}
	value := rapid.SampledFrom([]string{"1", `"s"`, "[]", `["x"]`, `["x", "y"]`, `["x","z",]`, "[\n  \"x\"\n]", `{"o": [1]}`, "{}"})
	var b strings.Builder
	b.WriteString(extra("before") + "{")
	keys := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 4).Draw(t, "keys")
	for i, key := range keys {
		fmt.Fprintf(&b, "%s%q%s:%s%s%s", extra("before name"), key, extra("after name"), extra("before value"), value.Draw(t, "member"), extra("after value"))
		if i < len(keys)-1 || rapid.Bool().Draw(t, "trailing comma") {
			b.WriteString(",")
		}
	}
	b.WriteString(extra("inside") + "}" + extra("after"))
	return b.String(), comments
}

func commentsOf(text string) []string {
	return regexp.MustCompile(`/\*\d+\*/|//\d+`).FindAllString(text, -1)
}
