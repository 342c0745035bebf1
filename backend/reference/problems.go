package reference

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// severities from the worst on; what is not known comes last.
var severities = []string{"error", "warning", "info", "hint"}

// problems is what the editor has found, in a file, a folder or everywhere.
func (r *Reader) problems(ctx context.Context, ref session.Reference) (found, error) {
	where := path.Clean(ref.Path)
	if err := r.allowed(ctx, ref, where); err != nil {
		return found{}, err
	}
	if ref.Given != nil {
		text := headOf(r.cleaned(given(ref)), "")
		return found{session.Content{Size: text.bytes}, text}, nil
	}
	var all []Problem
	ok := false
	if r.o.Problems != nil {
		all, ok = r.o.Problems(ctx)
	}
	if !ok {
		return found{}, refuse("No problems are known, as no editor has looked for any yet.", "Open a file with problems in the editor, or run the build.")
	}
	kept := map[string]bool{}
	left := 0
	all = slices.DeleteFunc(slices.Clone(all), func(p Problem) bool {
		if !meant(ref, where, p) {
			return true
		}
		keep, known := kept[p.Path]
		if !known {
			keep = r.keeps(ctx, ref, p.Path)
			kept[p.Path] = keep
		}
		if keep {
			left++
		}
		return keep
	})
	if ctx.Err() != nil {
		return found{}, ctx.Err()
	}
	also := ""
	if left > 0 {
		also = counted(left, "problem is", "problems are") + " left out, being in files that are kept from the agent."
	}
	text := listed(all)
	if len(all) == 0 {
		place := "the files that it has looked at"
		if where != "." {
			place = shownName(where)
		}
		text = "The editor knows of no problems in " + place + ".\n"
	}
	body := headOf(text, also)
	return found{session.Content{Size: body.bytes}, body}, nil
}

// meant tells whether a problem is in the place that a reference names.
func meant(ref session.Reference, where string, p Problem) bool {
	name := path.Clean(p.Path)
	if where != "." && name != where && !strings.HasPrefix(name, where+"/") {
		return false
	}
	return ref.From == 0 || p.Line >= ref.From && p.Line <= max(ref.From, ref.To)
}

// listed shows errors first, then by place: `path:line:column: error: text (source)`.
func listed(all []Problem) string {
	rank := func(p Problem) int {
		if at := slices.Index(severities, p.Severity); at >= 0 {
			return at
		}
		return len(severities)
	}
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	oneLine := func(text string, most int) string {
		text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
		if cut := beginning(text, most); cut != text {
			return cut + "…"
		}
		return text
	}
	var b strings.Builder
	for _, p := range all {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s", shownName(p.Path), p.Line, p.Column, oneLine(p.Severity, 20), oneLine(p.Message, 1000))
		if p.Source != "" {
			fmt.Fprintf(&b, " (%s)", oneLine(p.Source, 50))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
