package fetch

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What a page may hold before it is made simpler. A few kilobytes of HTML can
// stand for gigabytes otherwise: a style that is never closed is opened anew in
// every paragraph, each level of a quotation stands before each of its lines, and
// a table has as many cells in every row as in its longest.
const (
	mostStyles = 1_000_000 // opened anew, altogether
	mostLevels = 8         // of quotations, lists and tables
	mostCells  = 50_000    // of a table
	mostSpan   = 20        // columns or rows of a cell
)

// styles are what the HTML standard calls formatting elements, which a parser
// opens again by itself after what they stood in was closed.
var styles = []string{"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}

// plainer returns a page without its styles where they could be opened anew too
// often, else the page as it is.
func plainer(page string) string {
	var open []string // whose end may still come before anything else
	unclosed, total, opened := map[string]int{}, 0, 0
	tokens := html.NewTokenizer(strings.NewReader(page))
	for opened <= mostStyles {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return page
		}
		if kind == html.TextToken || kind == html.CommentToken {
			opened += total + len(open)
			continue
		}
		raw := tokens.Raw()
		name, _ := tokens.TagName()
		style := isStyle(name)
		switch {
		case kind == html.StartTagToken && style:
			open = append(open, string(raw))
		case kind == html.EndTagToken && style && len(open) > 0 && begins(open[len(open)-1], string(name)):
			open = open[:len(open)-1]
		default:
			for _, tag := range open {
				// A link ends the one before it, and of equal styles three count.
				most := 3
				if begins(tag, "a") {
					tag, most = "<a>", 1
				}
				if unclosed[tag] < most {
					unclosed[tag]++
					total++
				}
			}
			open = nil
		}
		opened += total + len(open)
	}
	return withoutStyles(page)
}

// isStyle reports whether a name is one of the styles; none is longer than strike
// and strong.
func isStyle(name []byte) bool {
	return len(name) <= len("strong") && slices.Contains(styles, string(name))
}

// begins reports whether a tag is one of a name.
func begins(tag, name string) bool {
	return len(tag) > len(name)+1 && strings.EqualFold(tag[1:len(name)+1], name) && strings.ContainsAny(tag[len(name)+1:len(name)+2], " \t\r\n\f/>")
}

func withoutStyles(page string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		raw := string(tokens.Raw())
		if name, _ := tokens.TagName(); !slices.Contains(styles, string(name)) {
			b.WriteString(raw)
		}
	}
	return b.String()
}

// tame takes away what would make a page's Markdown much longer than the page.
func tame(node *html.Node, levels int) {
	switch node.DataAtom {
	case atom.Blockquote, atom.Ul, atom.Ol, atom.Table:
		levels++
		if levels > mostLevels || node.DataAtom == atom.Table && cells(node) > mostCells {
			flatten(node)
		}
	}
	for child := node.FirstChild; child != nil; child = child.NextSibling {
		tame(child, levels)
	}
}

// cells is how many cells a table has once all its rows are as long as its
// longest. Spans that are too long are taken away.
func cells(table *html.Node) int {
	rows, longest := 0, 0
	for node := range table.Descendants() {
		switch node.DataAtom {
		case atom.Tr:
			rows++
			row := 0
			for cell := range node.ChildNodes() {
				if cell.DataAtom == atom.Td || cell.DataAtom == atom.Th {
					columns, down := spans(cell)
					row += columns
					rows += down - 1
				}
			}
			longest = max(longest, row)
		}
	}
	return rows * longest
}

func spans(cell *html.Node) (columns, rows int) {
	span := map[string]int{"colspan": 1, "rowspan": 1}
	cell.Attr = slices.DeleteFunc(cell.Attr, func(a html.Attribute) bool {
		if span[a.Key] == 0 {
			return false
		}
		n, err := strconv.Atoi(strings.TrimSpace(a.Val))
		if err != nil || n < 1 || n > mostSpan {
			return true
		}
		span[a.Key] = n
		return false
	})
	return span["colspan"], span["rowspan"]
}

// flatten makes a quotation, list or table a mere part of the page.
func flatten(node *html.Node) {
	for inner := range node.Descendants() {
		if node.DataAtom == atom.Table && slices.Contains([]atom.Atom{atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th}, inner.DataAtom) {
			inner.Data, inner.DataAtom = "div", atom.Div
		}
	}
	node.Data, node.DataAtom = "div", atom.Div
}
