package fetch

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func nodes(t *testing.T, page string) int {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for range tree.Descendants() {
		count++
	}
	return count
}

// A page of some kilobytes stays about as long, whatever its HTML stands for.
func TestSmallPagesStaySmall(t *testing.T) {
	at, err := url.Parse("https://example.com/a")
	if err != nil {
		t.Fatal(err)
	}
	styles := ""
	for i := range 200 {
		styles += fmt.Sprintf("<b id=%d>", i)
	}
	const paragraphs = 8000
	lines := strings.Repeat("<p>x", paragraphs)
	pages := map[string]string{
		"styles":              styles + lines,
		"styles after select": styles + "<select>" + strings.Repeat("</b>", 200) + "</select>" + lines,
		"styles across parts": strings.ReplaceAll(styles, ">", "><div>") + strings.Repeat("</div></b>", 200) + lines,
		"quotations":          strings.Repeat("<blockquote>", 200) + lines,
		"lists":               strings.Repeat("<ul><li>", 200) + lines,
		"wide table":          "<table>" + strings.Repeat("<tr><td>y", 3000) + "<tr><td>" + strings.Repeat("x", 20_000),
		"long row":            "<table>" + strings.Repeat("<tr><td>x", 3000) + "<tr>" + strings.Repeat("<td>x", 3000),
		"spans":               "<table>" + strings.Repeat("<tr><td colspan=1000 rowspan=1000>x", 30),
	}
	for name, page := range pages {
		plain := plainer(page)
		if count := nodes(t, plain); count > 10*paragraphs {
			t.Errorf("%s: %d nodes", name, count)
			continue
		}
		read, err := markdown(at, page)
		if err != nil || !strings.Contains(read.body, "x") || len(read.body) > 20*len(page) {
			t.Errorf("%s: %d bytes became %d, %v", name, len(page), len(read.body), err)
		}
	}
}

// What real pages do keeps its form.
func TestOrdinaryPagesStayAsTheyAre(t *testing.T) {
	cards := strings.Repeat(`<div><a href="/x"><div><h3>Card</h3><p>text</p></div></a><b><p>bold</p></b></div>`, 5000)
	if got := plainer(cards); got != cards {
		t.Error("links around parts, and styles around paragraphs, were taken away")
	}
	nested := "<ul><li>a<ul><li>b<ul><li>c</ul></ul></ul><table><tr><td colspan=2>d<tr><td>e<td>f</table>"
	tree, err := html.Parse(strings.NewReader(nested))
	if err != nil {
		t.Fatal(err)
	}
	var before, after strings.Builder
	if err := html.Render(&before, tree); err != nil {
		t.Fatal(err)
	}
	tame(tree, 0)
	if err := html.Render(&after, tree); err != nil {
		t.Fatal(err)
	}
	if before.String() != after.String() {
		t.Errorf("%s became %s", before.String(), after.String())
	}
}
