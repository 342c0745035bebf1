package agent

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keel-ide/keel/backend/session"
)

// Limits of what stands beside a summary.
const (
	filesInWork   = 20
	longestPrompt = 20 << 10 // bytes of an earlier prompt that stays word for word
	longestMade   = 64 << 10 // bytes of a summary, several times what the model is asked for
)

// lastSummary returns the session's last whole summary, and the turn it is in;
// the zero item and the first turn when it has none.
func lastSummary(s session.Session) (turn int, summary session.Item) {
	for t, turn := range slices.Backward(s.Turns) {
		for _, item := range slices.Backward(turn.Items) {
			if item.Kind == session.ItemSummary && !item.Streaming && item.Text != "" {
				return t, item
			}
		}
	}
	return 0, session.Item{}
}

// around is what the model reads before and after the prompt of a summary's
// turn: a summary of earlier turns comes before it, one that covers steps of the
// turn itself after it.
func around(summary session.Item) (before, after string) {
	if summary.Step > 0 {
		return "", summary.Text
	}
	return summary.Text, ""
}

// covered returns the part of a session that a summary of its last turn's steps
// up to one stands for; with no steps that is all earlier turns. It shares the
// rest with s.
func covered(s session.Session, upTo int) session.Session {
	last := len(s.Turns) - 1
	if upTo == 0 {
		s.Turns = s.Turns[:last]
		return s
	}
	s.Turns = slices.Clone(s.Turns)
	items := slices.Clone(s.Turns[last].Items)
	s.Turns[last].Items = slices.DeleteFunc(items, func(i session.Item) bool { return i.Kind != session.ItemSummary && i.Step > upTo })
	return s
}

// summaryText is what the model reads in place of what a summary covers: the
// summary, which may be empty when none could be made, and beside it, word for
// word, what must not be lost.
func summaryText(s session.Session, upTo int, made string, limit int64) string {
	longest, longestMade := longestPrompt, longestMade
	if limit > 0 {
		longest = min(longest, int(limit)*7/20)    // a tenth of the context
		longestMade = min(longestMade, int(limit)) // less than a third
	}
	var b strings.Builder
	b.WriteString("[Keel made room in your context: what came before this was replaced by a summary. You wrote it.]\n\n")
	if made == "" {
		b.Reset()
		b.WriteString("[Keel made room in your context: what came before this was left out, and no summary of it could be made. Look at the present state before you go on.]")
		prompts(&b, covered(s, upTo))
	}
	b.WriteString(shortened(made, longestMade))
	last := s.Turns[len(s.Turns)-1]
	if len(s.Turns) > 1 {
		fmt.Fprintf(&b, "\n\n# The first request of the session, word for word\n%s", shortened(withNames(s.Turns[0].Prompt, s.Turns[0].References), longest))
	}
	said := ""
	for _, item := range last.Items {
		if item.Kind == session.ItemPrompt && item.Step <= upTo {
			said += "\n" + shortened(withNames(item.Text, item.References), longest)
		}
	}
	if said != "" {
		b.WriteString("\n\n# What the user said while you worked, word for word" + said)
	}
	b.WriteString(todoText(s))
	b.WriteString(filesText(s))
	return b.String()
}

// prompts writes the first line of each prompt.
func prompts(b *strings.Builder, s session.Session) {
	b.WriteString("\n\n# What the user asked for, in short")
	for _, turn := range s.Turns {
		fmt.Fprintf(b, "\n- %s", promptOfTurn(turn).title())
	}
}

func shortened(prompt string, longest int) string {
	kept, left := start(prompt, longest)
	if left == 0 {
		return prompt
	}
	return kept + fmt.Sprintf("\n[%d more bytes were left out]", left)
}

// start returns the first bytes of a text, up to the end of a character, and
// how many are left.
func start(s string, limit int) (kept string, left int) {
	cut := min(len(s), limit)
	for cut > 0 && cut < len(s) && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut], len(s) - cut
}

// todoText is the last plan.
func todoText(s session.Session) string {
	for _, turn := range slices.Backward(s.Turns) {
		if len(turn.Todo) > 0 {
			return "\n\n# Your plan" + planLines(turn.Todo)
		}
	}
	return ""
}

// filesText lists the files that calls were about, the last ones first.
func filesText(s session.Session) string {
	var paths []string
	changed := map[string]bool{}
	for _, turn := range slices.Backward(s.Turns) {
		for _, item := range slices.Backward(turn.Items) {
			if item.Tool == nil || item.Tool.Status != session.CallCompleted || !aboutFiles(item.Tool.Kind) {
				continue
			}
			for _, path := range item.Tool.Paths {
				if !slices.Contains(paths, path) && len(paths) < filesInWork {
					paths = append(paths, path)
				}
				changed[path] = changed[path] || item.Tool.Kind != session.KindRead
			}
		}
	}
	if len(paths) == 0 {
		return ""
	}
	text := "\n\n# Files in work\nYou no longer have their content: read a file again before you edit it."
	for _, path := range paths {
		text += "\n- " + path
		if changed[path] {
			text += " (changed)"
		}
	}
	return text
}

func aboutFiles(kind session.ToolKind) bool {
	switch kind {
	case session.KindRead, session.KindEdit, session.KindDelete, session.KindMove:
		return true
	case session.KindSearch, session.KindExecute, session.KindOther:
	}
	return false
}
