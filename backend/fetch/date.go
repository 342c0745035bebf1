package fetch

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dated is a date that a page gives, in Unix milliseconds; 0 for one that cannot
// be: before there was a web, or yet to come.
func dated(at, now time.Time) int64 {
	if at.Year() < 1990 || at.After(now.Add(24*time.Hour)) {
		return 0
	}
	return at.UnixMilli()
}

// Names by which pages give dates in their meta elements: those of Open Graph,
// schema.org, Dublin Core, and what servers and blogs have made up.
var (
	changedNames = map[string]bool{
		"article:modified_time": true, "og:updated_time": true, "datemodified": true, "dcterms.modified": true, "dc.date.modified": true, "last-modified": true, "last-updated": true,
	}
	publishedNames = map[string]bool{
		"article:published_time": true, "og:published_time": true, "datepublished": true, "dcterms.issued": true, "dcterms.date": true, "dcterms.created": true, "dc.date": true,
		"dc.date.issued": true, "dc.date.created": true, "date": true, "pubdate": true, "publish-date": true, "parsely-pub-date": true, "citation_publication_date": true, "citation_date": true,
	}
)

// mostLinked is how many bytes of linked data (JSON-LD) are looked at in one script.
const mostLinked = 256 << 10

// dates are what a page says of itself.
type dates struct{ changed, published time.Time }

// latest is when it was changed, else when it was published; zero: not known.
func (d dates) latest(now time.Time) time.Time {
	if dated(d.changed, now) != 0 {
		return d.changed
	}
	return d.published
}

func (d *dates) take(name, value string) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch at, ok := moment(value); {
	case !ok:
	case changedNames[name] && d.changed.IsZero():
		d.changed = at
	case publishedNames[name] && d.published.IsZero():
		d.published = at
	}
}

// datesOf reads the dates in a page: of its meta elements, of its linked data, and of
// what it marks as the time when it was published.
func datesOf(page *html.Node) dates {
	var d dates
	for node := range page.Descendants() {
		switch node.DataAtom {
		case atom.Meta:
			for _, name := range []string{"property", "name", "itemprop", "http-equiv"} {
				if said := attribute(node, name); said != "" {
					d.take(said, attribute(node, "content"))
				}
			}
		case atom.Time:
			if said := attribute(node, "itemprop"); said != "" {
				d.take(said, attribute(node, "datetime"))
			}
			for _, a := range node.Attr {
				if a.Key == "pubdate" {
					d.take("pubdate", attribute(node, "datetime"))
				}
			}
		case atom.Script:
			text := node.FirstChild
			if text == nil || len(text.Data) > mostLinked || !strings.EqualFold(attribute(node, "type"), "application/ld+json") {
				continue
			}
			d.linked([]byte(text.Data), 1)
		}
	}
	return d
}

// linked reads the dates of JSON-LD: of an object, of a list of them, or of those in
// its graph, where depth allows for one.
func (d *dates) linked(data []byte, depth int) {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		list = []json.RawMessage{data}
	}
	for _, one := range list {
		var object struct {
			Changed   any             `json:"dateModified"`
			Published any             `json:"datePublished"`
			Graph     json.RawMessage `json:"@graph"`
		}
		if json.Unmarshal(one, &object) != nil {
			continue
		}
		if text, ok := object.Changed.(string); ok {
			d.take("dateModified", text)
		}
		if text, ok := object.Published.(string); ok {
			d.take("datePublished", text)
		}
		if depth > 0 && len(object.Graph) > 0 {
			d.linked(object.Graph, depth-1)
		}
	}
}

// moment reads a date in one of the forms that pages use.
func moment(value string) (time.Time, bool) {
	value = strings.TrimSpace(value)
	for _, form := range []string{
		time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04-07:00", "2006-01-02T15:04Z", "2006-01-02T15:04:05", "2006-01-02T15:04",
		"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly, "2006/01/02", time.RFC1123Z, http.TimeFormat,
	} {
		if at, err := time.Parse(form, value); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
