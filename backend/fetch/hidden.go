package fetch

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropHidden takes out of a page what a reader of it would not see, and reports
// whether there was text in it. What hides it has to stand in the page: an
// attribute, or a rule of a style sheet in the page for a class or an id alone.
// Style sheets elsewhere, scripts, and letters in the colour of what is behind
// them are out of reach.
func dropHidden(page *html.Node) (text bool) {
	rules := hidingRules(page)
	var drop []*html.Node
	var look func(node *html.Node)
	look = func(node *html.Node) {
		for child := node.FirstChild; child != nil; child = child.NextSibling {
			switch {
			case child.Type == html.CommentNode:
				drop = append(drop, child)
			case child.Type == html.ElementNode && hides(child, rules):
				drop = append(drop, child)
				text = text || hasText(child)
			default:
				look(child)
			}
		}
	}
	look(page)
	for _, node := range drop {
		node.Parent.RemoveChild(node)
	}
	return text
}

// hides reports whether an element is not shown. Pages that are shown once their
// script has run hide the whole of themselves: that does not count.
func hides(node *html.Node, rules map[string]bool) bool {
	switch node.DataAtom {
	case atom.Html, atom.Head, atom.Body, atom.Title:
		return false
	}
	for _, a := range node.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			if invisible(a.Val) {
				return true
			}
		case "id":
			if rules["#"+a.Val] {
				return true
			}
		case "class":
			if len(rules) > 0 && slices.ContainsFunc(strings.Fields(a.Val), func(name string) bool { return rules["."+name] }) {
				return true
			}
		}
	}
	return false
}

// hasText reports whether there are words in an element that are no code.
func hasText(node *html.Node) bool {
	for inner := range node.Descendants() {
		if inner.Type == html.TextNode && strings.TrimSpace(inner.Data) != "" &&
			!slices.Contains([]atom.Atom{atom.Script, atom.Style, atom.Noscript, atom.Template}, inner.Parent.DataAtom) {
			return true
		}
	}
	return false
}

// farAway is how many pixels, or ems, beside a page nobody looks.
const farAway = 900

// invisible reports whether a style hides its element.
func invisible(style string) bool {
	if !strings.Contains(style, ":") {
		return false
	}
	has := map[string]string{}
	for part := range strings.SplitSeq(strings.ToLower(style), ";") {
		name, value, _ := strings.Cut(part, ":")
		has[strings.TrimSpace(name)] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
	}
	switch {
	case has["display"] == "none", has["visibility"] == "hidden", has["visibility"] == "collapse", has["content-visibility"] == "hidden":
		return true
	case nothing(has["opacity"]), nothing(has["font-size"]), strings.Contains(strings.ReplaceAll(has["transform"], " ", ""), "scale(0)"):
		return true
	case amount(has["text-indent"]) < -farAway:
		return true
	}
	if has["position"] == "absolute" || has["position"] == "fixed" {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			if at := amount(has[side]); at < -farAway || at > 10*farAway {
				return true
			}
		}
		if strings.HasPrefix(has["clip"], "rect(") && strings.Trim(has["clip"][len("rect("):], "0123456789px, )") == "" && amount(has["width"]) <= 1 && has["width"] != "" {
			return true
		}
	}
	cut := has["overflow"] == "hidden" || has["overflow"] == "clip"
	return cut && (tiny(has["height"]) || tiny(has["width"]) || tiny(has["max-height"]))
}

func nothing(value string) bool {
	return value != "" && amount(value) == 0 && number.MatchString(value)
}

func tiny(value string) bool { return value != "" && number.MatchString(value) && amount(value) <= 1 }

var number = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)(px|em|rem|pt|%|vw|vh|ex|ch)?$`)

// amount is the number at the beginning of a value; 0 where there is none.
func amount(value string) float64 {
	end := 0
	for end < len(value) && strings.IndexByte("+-.0123456789", value[end]) >= 0 {
		end++
	}
	n, err := strconv.ParseFloat(value[:end], 64)
	if err != nil {
		return 0
	}
	return n
}

// mostStyle is how many bytes of style sheets in a page are looked at.
const mostStyle = 256 << 10

// plainRule is a rule whose selectors are looked at one by one.
var plainRule = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)

// hidingRules are the classes and ids which the page's own style sheets hide,
// outside of conditions such as @media.
func hidingRules(page *html.Node) map[string]bool {
	rules := map[string]bool{}
	left := mostStyle
	for node := range page.Descendants() {
		if node.DataAtom != atom.Style || node.FirstChild == nil {
			continue
		}
		sheet := node.FirstChild.Data
		sheet = sheet[:min(len(sheet), left)]
		left -= len(sheet)
		for _, rule := range plainRule.FindAllStringSubmatch(unconditional(sheet), -1) {
			if !invisible(rule[2]) {
				continue
			}
			for selector := range strings.SplitSeq(rule[1], ",") {
				selector = strings.TrimSpace(selector)
				if len(selector) > 1 && (selector[0] == '.' || selector[0] == '#') && !strings.ContainsAny(selector[1:], " .#:>+~[*") {
					rules[selector] = true
				}
			}
		}
	}
	return rules
}

var sheetComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// unconditional is a style sheet without its blocks that begin with an @.
func unconditional(sheet string) string {
	var b strings.Builder
	sheet = sheetComment.ReplaceAllString(sheet, "")
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
