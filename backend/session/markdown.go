package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
)

// Markdown writes a session for people: what was said, with the tool calls
// folded in, and what it cost. Reasoning is left out. It tells nothing of the
// machine beyond what was said in the session.
func Markdown(s Session) string {
	var d document
	d.line("# %s", oneLine(cmp.Or(s.Title, "Session")))
	d.line("")
	if s.CreatedAt > 0 {
		d.line("- Started: %s", date(s.CreatedAt))
	}
	if models := modelsOf(s); len(models) > 0 {
		d.line("- Model: %s", strings.Join(models, ", "))
	}
	if s.CopyOf != "" {
		d.line("- This is the copy that was kept before the conversation went back to an earlier point.")
	}
	d.usage(s)
	for _, turn := range s.Turns {
		d.turn(turn)
	}
	return d.String()
}

// document is Markdown in the making.
type document struct{ strings.Builder }

func (d *document) line(format string, operands ...any) {
	fmt.Fprintf(&d.Builder, format+"\n", operands...)
}

// paragraph writes text with an empty line before it. Code in it that is not
// closed ends with it: else it would take in all that follows.
func (d *document) paragraph(text string) {
	if text = strings.Trim(text, "\n"); strings.TrimSpace(text) != "" {
		d.line("\n%s", text)
		if marks := openFence(text); marks != "" {
			d.line("%s", marks)
		}
	}
}

// openFence returns what closes the code that a text ends in, or "".
func openFence(text string) string {
	open := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		code := strings.TrimLeft(line, " ")
		if len(line)-len(code) > 3 || code == "" || code[0] != '`' && code[0] != '~' {
			continue
		}
		info := strings.TrimLeft(code, code[:1])
		marks := code[:len(code)-len(info)]
		switch {
		case len(marks) < 3:
		case open == "" && (marks[0] == '~' || !strings.Contains(info, "`")):
			open = marks
		case open != "" && info == "" && strings.HasPrefix(marks, open):
			open = ""
		}
	}
	return open
}

// fence writes text as it is, whatever it holds.
func (d *document) fence(language, text string) {
	if text == "" {
		return
	}
	marks := strings.Repeat("`", max(3, longestRun(text)+1))
	d.line("\n%s%s\n%s\n%s", marks, language, strings.TrimSuffix(text, "\n"), marks)
}

// codeSpan is text as inline code, whatever it holds.
func codeSpan(text string) string {
	marks := strings.Repeat("`", longestRun(text)+1)
	if len(marks) > 1 {
		text = " " + text + " "
	}
	return marks + text + marks
}

func longestRun(text string) int {
	longest, run := 0, 0
	for _, b := range []byte(text) {
		run++
		if b != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

func (d *document) usage(s Session) {
	usage, cost := s.Usage, s.Cost
	if usage == (provider.Usage{}) {
		for _, turn := range s.Turns {
			usage = usage.Add(turn.Usage)
		}
	}
	if usage != (provider.Usage{}) {
		d.line("- Tokens: %d in, %d out, %d read from the cache, %d written to it",
			usage.InputTokens, usage.OutputTokens, usage.CacheReadTokens, usage.CacheWriteTokens)
	}
	switch {
	case cost.Micros > 0 && cost.Partial:
		d.line("- Cost: more than $%.4f; some of the tokens have no known price", float64(cost.Micros)/1e6)
	case cost.Micros > 0:
		d.line("- Cost: $%.4f", float64(cost.Micros)/1e6)
	}
}

func modelsOf(s Session) []string {
	var models []string
	for _, turn := range s.Turns {
		name := strings.Trim(turn.Provider+"/"+turn.Model, "/")
		if name != "" && !slices.Contains(models, name) {
			models = append(models, name)
		}
	}
	return models
}

func date(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04 UTC") }

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (d *document) turn(turn Turn) {
	d.prompt(turn.Prompt, turn.Images, turn.References)
	for _, item := range turn.Items {
		d.item(item)
	}
	if turn.Outcome != "" {
		d.paragraph("_" + oneLine(turn.Outcome) + "_")
	}
	if turn.Reverted != "" {
		d.paragraph("_The file changes of this turn were reverted._")
	}
}

// prompt writes what a person has sent: of references the names, never the content.
func (d *document) prompt(text string, images []Image, references []Reference) {
	d.line("\n## User")
	d.paragraph(text)
	for _, image := range images {
		d.paragraph(fmt.Sprintf("_(image %s)_", oneLine(cmp.Or(image.Name, image.MediaType))))
	}
	for _, reference := range references {
		line := "Reference: " + codeSpan(oneLine(reference.Name))
		if content := reference.Content; content != nil && content.Problem != "" {
			line += " (not read: " + strings.TrimSuffix(oneLine(content.Problem), ".") + ")"
		}
		d.paragraph(line)
	}
}

func (d *document) item(item Item) {
	switch item.Kind {
	case ItemText:
		d.paragraph(item.Text)
	case ItemPrompt:
		d.prompt(item.Text, item.Images, item.References)
	case ItemNotice:
		d.quote(item.Text)
	case ItemSummary:
		d.folded("Summary of the conversation up to here", func() { d.fence("markdown", item.Text) })
	case ItemQuestion:
		if q := item.Question; q != nil {
			d.quote(q.Text + "\n\nAnswer: " + cmp.Or(q.Answer, "none"))
		}
	case ItemTool:
		if item.Tool != nil {
			d.call(item.Tool)
		}
	case ItemReasoning:
	}
}

func (d *document) quote(text string) {
	if strings.TrimSpace(text) != "" {
		d.line("\n> %s", strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n> "))
	}
}

// folded writes what is seen only when its title is clicked.
func (d *document) folded(title string, content func()) {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(oneLine(title))
	d.line("\n<details>\n<summary>%s</summary>", escaped)
	content()
	d.line("\n</details>")
}

func (d *document) call(call *ToolCall) {
	title := cmp.Or(call.Title, call.Name)
	if call.Status != CallCompleted {
		title += fmt.Sprintf(" (%s)", strings.ReplaceAll(string(call.Status), "_", " "))
	}
	d.folded(title, func() {
		for _, sub := range call.Calls {
			d.line("\n- %s (%s)", oneLine(sub.Title), strings.ReplaceAll(string(sub.Status), "_", " "))
		}
		switch {
		case call.Command != "":
			d.fence("sh", call.Command)
		case call.Diff != nil:
			d.fence("diff", diff.Unified(*call.Diff))
		default:
			d.fence("json", call.Arguments)
		}
		d.fence("", cmp.Or(call.Output, call.Result))
	})
}
