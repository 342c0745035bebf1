package githubpage

import (
	"fmt"
	"strconv"
	"strings"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/fetch"
)

// Limits of a page.
const (
	mostText    = 200 << 10 // bytes
	mostFiles   = 100       // changed files of a pull request, files of a gist
	longestLine = 300       // bytes of what stands in one line
)

const moment = "2006-01-02 15:04 MST"

// text is a page that is being written.
type text struct {
	strings.Builder
	left int // remarks that are left out
}

// field writes a line such as "State: open"; nothing where there is no value.
func (t *text) field(name, value string) {
	if value = line(value); value != "" {
		fmt.Fprintf(t, "%s: %s\n", name, value)
	}
}

func (t *text) heading(format string, values ...any) {
	fmt.Fprintf(t, "\n## %s\n\n", line(fmt.Sprintf(format, values...)))
}

// quote writes what somebody wrote. All that can be taken for the end of a line
// is one.
func (t *text) quote(body string) {
	body = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(body))
	if body == "" {
		t.WriteString("(no text)\n")
		return
	}
	for part := range strings.SplitSeq(body, "\n") {
		t.WriteString("> " + part + "\n")
	}
}

// fence writes a file between two lines of backquotes that it does not hold.
func (t *text) fence(body string) {
	longest, run := 2, 0
	for i := range len(body) {
		if run++; body[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	mark := strings.Repeat("`", longest+1)
	t.WriteString(mark + "\n" + strings.TrimSuffix(body, "\n") + "\n" + mark + "\n")
}

// page is what was written, no more than a page may have.
func (t *text) page(title string) fetch.Page {
	body := strings.ToValidUTF8(t.String(), "\uFFFD")
	p := fetch.Page{Type: "text/markdown", Title: line(title), Text: body, Size: len(body)}
	if t.left > 0 {
		p.Cut = fmt.Sprintf("At least %d comments are left out.", t.left)
	}
	if len(body) > mostText {
		p.Text = strings.ToValidUTF8(body[:mostText], "")
		p.Cut = strings.TrimSpace(p.Cut + fmt.Sprintf(" Only the first %d kB of the page are here.", mostText>>10))
		p.Size = len(p.Text)
	}
	return p
}

// person is somebody's name, which GitHub keeps to letters, digits and hyphens.
func person(u *rest.User) string {
	if u.GetLogin() == "" {
		return "somebody whose account is gone"
	}
	return "@" + line(u.GetLogin())
}

func date(t rest.Timestamp) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(moment)
}

// line is a text in one line, without what cannot be seen.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\t':
			return ' '
		case !strconv.IsGraphic(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.TrimSpace(text)
	if len(text) > longestLine {
		text = strings.ToValidUTF8(text[:longestLine], "") + "…"
	}
	return text
}
