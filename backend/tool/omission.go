package tool

import (
	"regexp"
	"strings"
)

// omission matches a line by which a model stands in for text it did not write:
// a comment, or text in brackets, such as "// ... existing code ...", "# rest of
// the file unchanged", "/* remaining methods omitted */". It is matched against
// the lower-case line without its comment signs.
var omission = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`(?:\.{3,}|…) ?\(?(?:the )?(?:rest|remaining|remainder|existing|unchanged|previous|other|same|omitted|more)\b.{0,60}`,
	`(?:the )?(?:rest|remainder) of (?:the |this |your |my )?[a-z ]{0,20}(?:code|file|function|class|method|methods|implementation|content|contents|document|imports|tests|script|module)\b[ .,…-]*(?:(?:is |are |remains? |stays? |goes )?(?:unchanged|the same|omitted|here|as before|as is|same as before|continues).{0,20})?`,
	`(?:existing|unchanged|previous|remaining|other) (?:code|content|contents|implementation|methods|functions|lines|imports|tests) ?(?:here|unchanged|omitted|remains?(?: unchanged)?|stays?(?: the same)?|continues?|goes here|as before|\.{3,}|…).{0,20}`,
	`(?:same as (?:before|above)|unchanged code|code unchanged|no changes? (?:here|below|above)) ?(?:\.{3,}|…)?`,
}, "|") + `)$`)

// ellipsis matches an omission that is not in a comment.
var ellipsis = regexp.MustCompile(`^(?:\.{3,}|…)[ (]`)

// commentSigns are what comments and brackets begin and end with.
const commentSigns = "/#*-<!>{}()[];%\"'` \t\r"

// placeholder returns the first line of text that stands in for omitted text
// and was not in the file before, or "".
func placeholder(text, before string) string {
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		body := strings.ToLower(strings.Trim(trimmed, commentSigns))
		if body == strings.ToLower(trimmed) && !ellipsis.MatchString(trimmed) {
			continue // no comment: ordinary text, or JavaScript's ...rest
		}
		if omission.MatchString(body) && !strings.Contains(before, trimmed) {
			return trimmed
		}
	}
	return ""
}

// refuseOmission says why a placeholder is refused.
func refuseOmission(argument, line string) *Refusal {
	return refuse("The line %q in %s stands in for text that was left out, and it would be written to the file as it is. Write the whole text, or change only a part with edit_file. Nothing was changed.", shorten(line, 120), argument)
}
