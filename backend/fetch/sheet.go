package fetch

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mostStyle is how many bytes of style sheets in a page are looked at.
const mostStyle = 256 << 10

// plainRule is a rule whose selectors are looked at one by one.
var plainRule = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)

// sheet is what a page's own style sheets say of classes, ids and elements by
// themselves.
type sheet struct {
	rules map[string]declarations // by ".class", "#id" or "element"; those that hide or colour
	// unsure is set where colours may come from what is not looked at: sheets elsewhere,
	// rules with conditions, selectors of several parts.
	unsure bool
}

func sheetOf(page *html.Node) sheet {
	s := sheet{rules: map[string]declarations{}}
	left := mostStyle
	for node := range page.Descendants() {
		if node.DataAtom == atom.Link && slices.ContainsFunc(node.Attr, func(a html.Attribute) bool {
			return a.Key == "rel" && strings.Contains(strings.ToLower(a.Val), "stylesheet")
		}) {
			s.unsure = true
		}
		if node.DataAtom != atom.Style || node.FirstChild == nil {
			continue
		}
		text := node.FirstChild.Data
		s.unsure = s.unsure || len(text) > left
		text = sheetComment.ReplaceAllString(text[:min(len(text), left)], "")
		left -= len(text)
		plain := unconditional(text)
		s.unsure = s.unsure || len(plain) != len(text)
		for _, rule := range plainRule.FindAllStringSubmatch(plain, -1) {
			s.take(rule[1], declared(rule[2]))
		}
	}
	return s
}

// take takes in a rule.
func (s *sheet) take(selectors string, has declarations) {
	colours := has["color"] != "" || has["background"] != "" || has["background-color"] != "" || has["background-image"] != ""
	if !colours && !has.hide() {
		return
	}
	for selector := range strings.SplitSeq(selectors, ",") {
		selector = strings.TrimSpace(selector)
		if selector == "" {
			continue
		}
		if strings.ContainsAny(selector[1:], " .#:>+~[*") || strings.Contains("*:[", selector[:1]) {
			s.unsure = s.unsure || colours
			continue
		}
		if selector[0] != '.' && selector[0] != '#' {
			selector = strings.ToLower(selector)
		}
		before := s.rules[selector]
		if before.hide() { // what hid stays hidden
			continue
		}
		now := maps.Clone(before)
		if now == nil {
			now = declarations{}
		}
		maps.Copy(now, has)
		s.rules[selector] = now
	}
}

// looks are what is said of an element, the weakest first. What is said of elements
// by their name alone counts for colours only.
func (s sheet) looks(node *html.Node) []declarations {
	var looks []declarations
	add := func(has declarations) {
		if len(has) > 0 {
			looks = append(looks, has)
		}
	}
	if has := s.rules[node.Data]; len(has) > 0 && !has.hide() {
		add(has)
	}
	var id, style declarations
	for _, a := range node.Attr {
		switch a.Key {
		case "class":
			if len(s.rules) == 0 {
				continue
			}
			for name := range strings.FieldsSeq(a.Val) {
				add(s.rules["."+name])
			}
		case "id":
			id = s.rules["#"+a.Val]
		case "style":
			style = declared(a.Val)
		}
	}
	add(id)
	add(style)
	return looks
}

var sheetComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// unconditional is a style sheet that has no comments without its blocks that begin with an @.
func unconditional(sheet string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(sheet, '@')
		if at < 0 {
			return b.String() + sheet
		}
		b.WriteString(sheet[:at])
		sheet = sheet[at:]
		end := strings.IndexAny(sheet, ";{")
		if end < 0 {
			return b.String()
		}
		for depth := 0; end < len(sheet); end++ {
			switch sheet[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
			if depth <= 0 {
				break
			}
		}
		sheet = sheet[min(end+1, len(sheet)):]
	}
}
