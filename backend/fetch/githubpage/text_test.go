package githubpage

import (
	"strings"
	"testing"
)

// Whatever ends a line for somebody who reads it, what follows is a quote still.
func TestHostileQuote(t *testing.T) {
	for _, end := range []string{"\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"} {
		var page text
		page.quote("a" + end + "## octocat commented on 2026-01-01")
		if got := page.String(); got != "> a\n> ## octocat commented on 2026-01-01\n" {
			t.Errorf("after %q: %q", end, got)
		}
	}
}

// A file of nothing but backquotes stands between longer lines of them, which are
// found at once; two that are cut would not end the file.
func TestHostileFence(t *testing.T) {
	var page text
	page.fence(strings.Repeat("`", 1<<20) + "x````")
	if got := page.String(); !strings.HasPrefix(got, strings.Repeat("`", 1<<20+1)+"\n`") || !strings.HasSuffix(got, "x````\n"+strings.Repeat("`", 1<<20+1)+"\n") {
		t.Errorf("%d bytes", len(got))
	}
	page = text{}
	page.fence("a")
	if got := page.String(); got != "```\na\n```\n" {
		t.Errorf("%q", got)
	}
}
