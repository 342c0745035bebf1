package guard

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// word removes quotes and backslashes. A word of which bash would make something
// else is named in the reason; patterns of file names are only noted.
func (r *reader) word(w *syntax.Word) (word, string) {
	result := word{start: int(w.Pos().Offset()), end: int(w.End().Offset()), globAt: -1}
	var text strings.Builder
	brace := -1 // where the first unquoted { stands
	for i, part := range w.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			if tilde(p.Value, i == 0) {
				return word{}, fmt.Sprintf("It holds %s: bash puts a folder in the place of \"~\".", quote(r.source(w)))
			}
			r.literal(p.Value, &text, &result, &brace)
		case *syntax.SglQuoted:
			if p.Dollar {
				return word{}, fmt.Sprintf("It holds the quoting %s, which can hide what a word is.", quote(r.source(p)))
			}
			text.WriteString(p.Value)
		case *syntax.DblQuoted:
			if p.Dollar {
				return word{}, fmt.Sprintf("It holds the quoting %s, which can hide what a word is.", quote(r.source(p)))
			}
			for _, inner := range p.Parts {
				lit, ok := inner.(*syntax.Lit)
				if !ok {
					return word{}, fmt.Sprintf("It holds %s, which is only known when it runs.", quote(r.source(inner)))
				}
				text.WriteString(unescapeDouble(lit.Value))
			}
		default:
			return word{}, fmt.Sprintf("It holds %s, which is only known when it runs.", quote(r.source(p)))
		}
	}
	result.text = text.String()
	if brace >= 0 && expandsBraces(result.text[brace:]) {
		return word{}, fmt.Sprintf("It holds %s, of which bash makes several words.", quote(r.source(w)))
	}
	return result, ""
}

// expandsBraces reports whether bash may make several words of a text that
// begins with an unquoted brace.
func expandsBraces(text string) bool {
	end := strings.LastIndexByte(text, '}')
	return end > 0 && (strings.Contains(text[:end], ",") || strings.Contains(text[:end], ".."))
}

// literal writes an unquoted text without its backslashes.
func (r *reader) literal(value string, text *strings.Builder, result *word, brace *int) {
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
			if i == len(value) {
				return
			}
		case '*', '?', '[':
			if result.globAt < 0 {
				result.globAt = text.Len()
			}
		case '{':
			if *brace < 0 {
				*brace = text.Len()
			}
		}
		text.WriteByte(value[i])
	}
}

// tilde reports whether bash may put a folder in the place of a "~": at the
// start of a word, and behind = or : in a word that looks like an assignment.
func tilde(value string, first bool) bool {
	return first && strings.HasPrefix(value, "~") || strings.Contains(value, "=~") || strings.Contains(value, ":~") ||
		!first && strings.HasPrefix(value, "~")
}

// unescapeDouble removes the backslashes that mean something in double quotes.
func unescapeDouble(value string) string {
	if !strings.Contains(value, `\`) {
		return value
	}
	var text strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) && strings.IndexByte("$`\"\\", value[i+1]) >= 0 {
			i++
		}
		text.WriteByte(value[i])
	}
	return text.String()
}
