package fetch

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"github.com/keel-ide/keel/backend/pdf"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// mostElements is how many elements a page may have of which the article is
// looked for; a larger one is taken whole.
const mostElements = 50_000

// longestType is how many bytes the name of a media type may have (RFC 4288).
const longestType = 127

// filled takes in what was read.
func (p Page) filled(ctx context.Context, got answered, now time.Time) (Page, error) {
	raw, contentType := got.raw, got.header.Get("Content-Type")
	if contentType == "" {
		contentType = http.DetectContentType(raw)
	}
	if picture, ok, err := p.pictured(raw); ok {
		return picture, err
	}
	if pdf.Is(raw) {
		return p.documented(ctx, raw)
	}
	media := mediaType(contentType)
	p.Type = media
	if !textual(media) || bytes.ContainsRune(raw, 0) && !wide(contentType, raw) {
		size := "of unknown size"
		if got.full >= 0 {
			size = fmt.Sprintf("of %d bytes", got.full)
		}
		return Page{}, fmt.Errorf("%s is %s %s: %w", got.at, media, size, ErrType)
	}
	text := decoded(raw, contentType)
	if media != "text/html" && media != "application/xhtml+xml" {
		p.Text = text
		return p.cleaned(), nil
	}
	read, err := markdown(got.at, text)
	if err != nil {
		return Page{}, fmt.Errorf("reading the HTML of %s: %w", got.at, err)
	}
	p.Title, p.Text = read.title, read.body
	if date := dated(read.dates.latest(now), now); date != 0 {
		p.Date = date
	}
	if read.hidden {
		p.noted("Text that a reader of the page would not see was left out.")
	}
	p = p.cleaned()
	if len(p.Text) > mostBytes { // Markdown may be longer than its page
		p.Text, p.Cut = strings.ToValidUTF8(p.Text[:mostBytes], ""), cmp.Or(p.Cut, cutText)
	}
	return p, nil
}

// mediaType is what stands before the parameters, which may be wrong; a type that
// is none, or a whole sentence, counts as plain text.
func mediaType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	media, _, err := mime.ParseMediaType(media)
	if err != nil || len(media) > longestType || !strings.Contains(media, "/") {
		return "text/plain"
	}
	return media
}

// textual reports whether a media type is text that is shown.
func textual(media string) bool {
	if strings.HasPrefix(media, "text/") || media == "image/svg+xml" {
		return true
	}
	kind, ok := strings.CutPrefix(media, "application/")
	if !ok {
		return false
	}
	switch strings.TrimPrefix(kind, "x-") {
	case "json", "xml", "javascript", "typescript", "yaml", "toml", "ndjson", "jsonlines", "sh", "sql", "markdown":
		return true
	}
	return strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml") || strings.HasSuffix(kind, "+yaml")
}

// wide reports whether text is in an encoding with null bytes.
func wide(contentType string, raw []byte) bool {
	_, name, _ := charset.DetermineEncoding(raw[:min(len(raw), 1024)], contentType)
	return strings.HasPrefix(name, "utf-16")
}

// article is what an HTML page says.
type article struct {
	title, body string
	dates       dates
	hidden      bool // there was text that is not shown
}

// markdown turns a page into Markdown: its article where it has one, else all
// of it.
func markdown(at *url.URL, text string) (read article, err error) {
	page, err := html.Parse(strings.NewReader(plainer(text)))
	if err != nil {
		return article{}, err
	}
	read.dates = datesOf(page)
	read.hidden = dropHidden(page)
	content := page
	parser := readability.NewParser()
	parser.MaxElemsToParse, parser.KeepClasses = mostElements, true // they name the languages of code
	if parser.CheckDocument(page) {
		// A page on which it finds nothing is shown whole.
		if found, err := parser.ParseDocument(page, at); err == nil && found.Node != nil {
			read.title, content = found.Title(), found.Node
		}
	}
	if read.title == "" {
		read.title = titleOf(page)
	}
	dropEmbedded(content)
	tame(content, 0)
	convert := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal)), // else as wide as the widest cell
	))
	out, err := convert.ConvertNode(content, converter.WithDomain(at.Scheme+"://"+at.Host))
	if err != nil {
		return article{}, err
	}
	read.title = strings.Join(strings.Fields(read.title), " ")
	read.body = strings.ToValidUTF8(string(out), "\uFFFD")
	return read, nil
}

// titleOf is the text of the page's title.
func titleOf(page *html.Node) string {
	for node := range page.Descendants() {
		if node.Type == html.ElementNode && node.Data == "title" && node.FirstChild != nil {
			return node.FirstChild.Data
		}
	}
	return ""
}

// dropEmbedded removes pictures whose data stand in the page, and drawings:
// nobody can read them as text.
func dropEmbedded(content *html.Node) {
	var drop []*html.Node
	for node := range content.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		if node.Data == "svg" || node.Data == "template" {
			drop = append(drop, node)
		}
		for _, a := range node.Attr {
			if node.Data == "img" && a.Key == "src" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "data:") {
				drop = append(drop, node)
			}
		}
	}
	for _, node := range drop {
		if node.Parent != nil {
			node.Parent.RemoveChild(node)
		}
	}
}
