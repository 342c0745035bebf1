package codemap

import (
	"slices"
	"strings"
	"testing"
)

// wanted is a question about this repository with the files of which a person who
// knows it would open one first.
type wanted struct {
	prompt string
	files  []string
}

// The ranking was adjusted with these questions in view.
func seen() []wanted {
	return []wanted{
		{"Where is a failed model request retried, and with which delays?", []string{"backend/agent/retry.go"}},
		{"The command guard lets `find -exec` through: where is the table of dangerous options?", []string{"backend/approval/guard/options.go", "backend/approval/guard/table.go"}},
		{"Quick open ranks files wrongly, improve the fuzzy scoring", []string{"backend/search/fuzzy.go"}},
		{"Add a slash command /compact to the chat input", []string{"frontend/src/features/chat/input/slash.ts"}},
		{"Which file names count as secrets and are not read without asking?", []string{"backend/approval/protected.go"}},
		{"How are blobs that no checkpoint needs any more collected?", []string{"backend/checkpoint/collect.go"}},
		{"GitHub sign-in: how often does the device flow poll?", []string{"backend/account/github/device.go"}},
		{"What folders may a sandboxed command write to?", []string{"backend/sandbox/places.go"}},
		{"The Markdown in the chat should highlight code blocks in another colour", []string{"frontend/src/features/chat/markdown/highlight.ts", "frontend/src/features/chat/markdown/CodeBlock.svelte"}},
		{"How does Keel make sure that only one instance runs?", []string{"app/instance/instance.go"}},
	}
}

// It was not adjusted with these.
func unseen() []wanted {
	return []wanted{
		{"Where do we estimate how many tokens a prompt has?", []string{"backend/agent/estimate.go"}},
		{"The price table lacks a model", []string{"backend/price/price.go", "backend/price/prices.json"}},
		{"Show a desktop notification when a turn ends", []string{"app/notification/notification.go", "app/notification/notifier_linux.go", "app/notify.go"}},
		{"Convert fetched HTML to Markdown without hidden text", []string{"backend/fetch/text.go"}},
		{"An ignore pattern with ** does not match like in git", []string{"backend/ignore/compile.go", "backend/ignore/glob.go", "backend/ignore/pattern.go"}},
		{"When is a conversation compacted, and what does the summary keep?", []string{"backend/agent/compact.go", "backend/agent/summarise.go", "backend/agent/summary.go"}},
		{"Renaming a file across folders in the workspace fails", []string{"backend/workspace/move.go", "backend/workspace/rename_linux.go", "backend/workspace/rename_other.go"}},
		{"The terminal loses output when it is resized", []string{"backend/terminal/terminal.go"}},
		{"How are secrets taken out of the logs?", []string{"backend/redact/redact.go"}},
		{"After rewinding a session, which turns come back on undo?", []string{"backend/agent/rewind.go", "frontend/src/features/chat/rewind.ts"}},
	}
}

// TestQuality asks about this repository: among the first five files there must be
// one that a person would open first.
func TestQuality(t *testing.T) {
	needParser(t)
	if testing.Short() {
		t.Skip("it reads the whole repository")
	}
	m := open(t, "../..", func(o *Options) {
		o.Kept = func() func(string) bool { // the questions themselves would be found
			return func(name string) bool { return strings.HasPrefix(name, "backend/codemap/") }
		}
	})
	x, err := m.fresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, questions := range map[string][]wanted{"seen": seen(), "unseen": unseen()} {
		good := 0
		for _, w := range questions {
			q := ask(w.prompt)
			var first []string
			place := 0
			for i, r := range x.rank(q, x.search(q)) {
				if i < 5 {
					first = append(first, r.file.path)
				}
				if place == 0 && slices.Contains(w.files, r.file.path) {
					place = i + 1
				}
			}
			if place > 0 && place <= 5 {
				good++
			} else {
				t.Logf("%s: %q is at %d, words %v, before it\n\t%s", name, w.prompt, place, q.words, strings.Join(first, "\n\t"))
			}
		}
		t.Logf("%s: %d of %d", name, good, len(questions))
		if good < 8 {
			t.Errorf("%s: only %d of %d questions have the file that a person would open among the first five", name, good, len(questions))
		}
	}
}
