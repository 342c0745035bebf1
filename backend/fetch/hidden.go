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
// Style sheets elsewhere and scripts are out of reach, and so are letters in the
// colour of what is behind them where the page does not say what that is.
func dropHidden(page *html.Node) (text bool) {
	sheet, content := sheetOf(page), holders(page)
	var drop []*html.Node
	var look func(node *html.Node, on ground)
	look = func(node *html.Node, on ground) {
		for child := node.FirstChild; child != nil; child = child.NextSibling {
			switch child.Type {
			case html.CommentNode:
				drop = append(drop, child)
			case html.ElementNode:
				looks := sheet.looks(child)
				below := on.under(child, looks, sheet)
				switch {
				case hides(child, looks):
					drop = append(drop, child)
					text = text || hasText(child)
				case unspoken(child) && !content[child], instead(child):
					drop = append(drop, child)
				case below.hides():
					text = dropOwnText(child, &drop) || text
					look(child, below)
				default:
					look(child, below)
				}
			}
		}
	}
	look(page, sheet.ground())
	for _, node := range drop {
		node.Parent.RemoveChild(node)
	}
	return text
}

// dropOwnText drops the text of an element that none of its elements has: they may
// have a colour of their own.
func dropOwnText(node *html.Node, drop *[]*html.Node) (text bool) {
	for child := range node.ChildNodes() {
		if child.Type == html.TextNode && strings.TrimSpace(child.Data) != "" {
			*drop = append(*drop, child)
			text = true
		}
	}
	return text
}

// instead reports whether what is in an element is shown only by browsers that do
// not know the element, or that run no scripts.
func instead(node *html.Node) bool {
	return slices.Contains([]atom.Atom{atom.Template, atom.Noscript, atom.Iframe, atom.Object, atom.Canvas, atom.Audio, atom.Video, atom.Noframes, atom.Noembed}, node.DataAtom)
}

// unspoken reports whether an element is drawn, but not read out to those who cannot
// see: an ornament, or the picture of a formula that is there as text as well.
func unspoken(node *html.Node) bool {
	return strings.EqualFold(attribute(node, "aria-hidden"), "true")
}

// holders are the elements with the content of a page in them, and those that are it.
// Pages that show a dialog say of them that they are not to be read out meanwhile.
func holders(page *html.Node) map[*html.Node]bool {
	found := map[*html.Node]bool{}
	for node := range page.Descendants() {
		switch node.DataAtom {
		case atom.Body, atom.Main, atom.Article, atom.H1:
			for at := node; at != nil && !found[at]; at = at.Parent {
				found[at] = true
			}
		}
	}
	return found
}

// hides reports whether an element is not shown. Pages that are shown once their
// script has run hide the whole of themselves: that does not count.
func hides(node *html.Node, looks []declarations) bool {
	switch node.DataAtom {
	case atom.Html, atom.Head, atom.Body, atom.Title:
		return false
	}
	has := func(name string) bool {
		return slices.ContainsFunc(node.Attr, func(a html.Attribute) bool { return a.Key == name })
	}
	switch {
	case has("hidden"), node.DataAtom == atom.Datalist, node.DataAtom == atom.Dialog && !has("open"):
		return true
	}
	return slices.ContainsFunc(looks, declarations.hide)
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

// declarations are what a style says, by the name of the property.
type declarations map[string]string

// properties are those that are looked at.
var properties = map[string]bool{
	"display": true, "visibility": true, "content-visibility": true, "opacity": true, "font-size": true, "transform": true, "text-indent": true,
	"margin-left": true, "margin-top": true, "clip": true, "clip-path": true, "position": true, "left": true, "right": true, "top": true, "bottom": true,
	"width": true, "height": true, "max-height": true, "overflow": true,
	"color": true, "background": true, "background-color": true, "background-image": true, "background-clip": true, "-webkit-background-clip": true,
	"text-shadow": true, "-webkit-text-fill-color": true,
}

func declared(style string) declarations {
	if !strings.Contains(style, ":") {
		return nil
	}
	has := declarations{}
	for part := range strings.SplitSeq(strings.ToLower(style), ";") {
		name, value, _ := strings.Cut(part, ":")
		name = strings.TrimSpace(name)
		if !properties[name] {
			continue
		}
		has[name] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
	}
	return has
}

// hide reports whether they hide their element, whatever its colours.
func (has declarations) hide() bool {
	switch {
	case len(has) == 0:
		return false
	case has["display"] == "none", has["visibility"] == "hidden", has["visibility"] == "collapse", has["content-visibility"] == "hidden":
		return true
	case atMost(has["opacity"], 0.05), illegible(has["font-size"]), shrunk(has["transform"]):
		return true
	case away(has["text-indent"]), away(has["margin-left"]), away(has["margin-top"]), movedAway(has["transform"]):
		return true
	case strings.HasPrefix(has["clip-path"], "inset(") && amount(has["clip-path"][len("inset("):]) >= 50, strings.HasPrefix(has["clip-path"], "circle(0"):
		return true
	}
	if has["position"] == "absolute" || has["position"] == "fixed" {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			if away(has[side]) || amount(has[side]) > 10*farAway {
				return true
			}
		}
		if strings.HasPrefix(has["clip"], "rect(") && strings.Trim(has["clip"][len("rect("):], "0123456789px, )") == "" && amount(has["width"]) <= 1 && has["width"] != "" {
			return true
		}
	}
	cut := has["overflow"] == "hidden" || has["overflow"] == "clip"
	return cut && (atMost(has["height"], 1) || atMost(has["width"], 1) || atMost(has["max-height"], 1))
}

// illegible reports whether letters are too small to be read.
func illegible(size string) bool {
	switch {
	case strings.HasSuffix(size, "em"): // and rem
		return atMost(size, 0.15)
	case strings.HasSuffix(size, "%"):
		return atMost(size, 15)
	}
	return atMost(size, 2)
}

// away reports whether a distance leads off the page.
func away(distance string) bool {
	for _, unit := range []string{"vw", "vh", "%"} {
		if strings.HasSuffix(distance, unit) {
			return amount(distance) <= -100
		}
	}
	return amount(distance) < -farAway
}

func shrunk(transform string) bool {
	_, by, ok := strings.Cut(strings.ReplaceAll(transform, " ", ""), "scale(")
	end := strings.IndexAny(by, "),")
	return ok && end >= 0 && atMost(by[:end], 0.05)
}

func movedAway(transform string) bool {
	for _, function := range []string{"translate(", "translatex(", "translatey(", "translate3d("} {
		_, by, ok := strings.Cut(transform, function)
		by, _, _ = strings.Cut(by, ")")
		if ok && slices.ContainsFunc(strings.Split(by, ","), func(part string) bool {
			part = strings.TrimSpace(part)
			return away(part) && !strings.HasSuffix(part, "%") // which is often the way to the middle, or of the element itself
		}) {
			return true
		}
	}
	return false
}

func atMost(value string, most float64) bool {
	return value != "" && number.MatchString(value) && amount(value) <= most
}

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
