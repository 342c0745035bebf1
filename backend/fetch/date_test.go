package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A page's own dates count before that of its file; those that cannot be do not count.
func TestDates(t *testing.T) {
	article := "<article>" + strings.Repeat("<p>This is what the page says, and it says enough of it to be read by anybody.</p>", 20) + "</article>"
	for _, tt := range []struct{ head, file, want string }{
		{"", "", ""},
		{"", "Wed, 04 Mar 2026 05:06:07 GMT", "2026-03-04T05:06:07Z"},
		{"", "yesterday", ""},
		{"", "Wed, 04 Mar 2099 05:06:07 GMT", ""},
		{"", "Thu, 01 Jan 1970 00:00:00 GMT", ""},
		{`<meta property="article:published_time" content="2026-01-02T03:04:05+01:00">`, "Wed, 04 Mar 2026 05:06:07 GMT", "2026-01-02T02:04:05Z"},
		{`<meta property="article:published_time" content="2026-01-02"><meta property="article:modified_time" content="2026-02-03">`, "", "2026-02-03T00:00:00Z"},
		{`<meta name="DC.date.issued" content="2025-05-06">`, "", "2025-05-06T00:00:00Z"},
		{`<meta itemprop="dateModified" content="2025-05-06 07:08">`, "", "2025-05-06T07:08:00Z"},
		{`<meta http-equiv="last-modified" content="Wed, 04 Mar 2026 05:06:07 GMT">`, "", "2026-03-04T05:06:07Z"},
		{`<meta name="date" content="tomorrow">`, "Wed, 04 Mar 2026 05:06:07 GMT", "2026-03-04T05:06:07Z"},
		{`<meta name="date" content="2199-01-01">`, "Wed, 04 Mar 2026 05:06:07 GMT", "2026-03-04T05:06:07Z"},
		{`<meta property="og:updated_time" content="2199-01-01"><meta name="date" content="2026-01-01">`, "", "2026-01-01T00:00:00Z"},
		{`<script type="application/ld+json">{"@type":"Article","datePublished":"2024-01-02T03:04:05Z"}</script>`, "", "2024-01-02T03:04:05Z"},
		{`<script type="application/ld+json">{"@graph":[{"@type":"Site","dateModified":7},{"@type":"Article","datePublished":"2024-01-02","dateModified":"2024-02-03"}]}</script>`, "", "2024-02-03T00:00:00Z"},
		{`<script type="application/ld+json">[{"datePublished":["2024-01-02"]},{"datePublished":"2024-05-06"}]</script>`, "", "2024-05-06T00:00:00Z"},
		{`<script type="application/ld+json">{"datePublished":</script><script type="application/ld+json">` + strings.Repeat("[", 100_000) + `</script>`, "", ""},
		{`<script type="application/ld+json">` + strings.Repeat("[", 9000) + strings.Repeat(" ", 200_000) + strings.Repeat("]", 9000) + `</script>`, "", ""},
		{`<script>{"datePublished":"2024-01-02"}</script>`, "", ""},
	} {
		for _, body := range []string{"<p>Words.</p>", article} {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				if tt.file != "" {
					w.Header().Set("Last-Modified", tt.file)
				}
				fmt.Fprint(w, "<html><head>"+tt.head+"</head><body>"+body+"</body></html>")
			})
			page, err := local(t, Options{}).Get(t.Context(), server)
			got := ""
			if page.Date != 0 {
				got = time.UnixMilli(page.Date).UTC().Format(time.RFC3339)
			}
			if err != nil || got != tt.want {
				t.Errorf("%.100s, file of %q: %q, %v; want %q", tt.head, tt.file, got, err, tt.want)
			}
		}
	}
	page, err := local(t, Options{}).Get(t.Context(), serve(t, answer("text/html", `<p>Words <time datetime="2023-01-02" pubdate>then</time>`)))
	if err != nil || page.Date != time.Date(2023, 1, 2, 0, 0, 0, 0, time.UTC).UnixMilli() {
		t.Errorf("a time that is marked: %d, %v", page.Date, err)
	}
}
