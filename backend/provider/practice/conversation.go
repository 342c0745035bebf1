package practice

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// turn is what of a conversation belongs to the request that is being worked
// off.
type turn struct {
	prompts []prompt // the request, then what the user added while it ran
	calls   []done   // the tool calls so far, in order
	earlier int      // tool calls of the whole conversation
}

// prompt is what the user has said himself, or, without a word, what he points at:
// what each is, never what it holds.
type prompt struct {
	text  string
	given []string
}

// done is a tool call with its result.
type done struct {
	name    string
	content string
	isError bool
}

// currentTurn finds the last request. A user's text that stands alone begins a
// turn; one that came together with tool results was added to the running turn,
// unless one of these results says that the turn had been stopped.
func currentTurn(messages []provider.Message) turn {
	var t turn
	var open []*provider.ToolCall
	for _, message := range messages {
		if message.Role == provider.RoleAssistant {
			open = nil
			for _, block := range message.Blocks {
				if block.ToolCall != nil {
					open = append(open, block.ToolCall)
				}
			}
			t.earlier += len(open)
			continue
		}
		prompts, results, stopped := t.read(message, open)
		switch {
		case len(prompts) > 0 && (len(results) == 0 || stopped):
			// Several texts are requests that were never answered and a last one.
			last := prompts[len(prompts)-1:]
			if len(prompts) > 1 && again.MatchString(last[0].text) {
				last = prompts[len(prompts)-2 : len(prompts)-1]
			} else if len(t.prompts) > 0 && again.MatchString(last[0].text) {
				last = t.prompts
			}
			t.prompts, t.calls = last, nil
		default:
			t.prompts, t.calls = append(t.prompts, prompts...), append(t.calls, results...)
		}
	}
	return t
}

// read takes a user's message apart. Notes that the agent adds, in brackets,
// are no prompts; they stand where a turn was stopped. Nor are texts that stand for
// what the user points at, whatever they hold.
func (t turn) read(message provider.Message, open []*provider.ToolCall) (prompts []prompt, results []done, stopped bool) {
	var given []string
	for _, block := range message.Blocks {
		switch {
		case block.ToolResult != nil:
			for _, call := range open {
				if call.ID == block.ToolResult.ID {
					results = append(results, done{call.Name, block.ToolResult.Content, block.ToolResult.IsError})
				}
			}
			stopped = stopped || block.ToolResult.IsError && isStopped(block.ToolResult.Content)
		case block.Kind == provider.BlockText:
			text := strings.TrimSpace(block.Text)
			if pointed := reference.FindStringSubmatch(text); pointed != nil {
				given = append(given, pointed[1])
			} else if isNote(text) {
				stopped = true
			} else if text != "" {
				prompts, given = append(prompts, prompt{text: spelled(text, given)}), nil
			}
		}
	}
	if len(given) > 0 {
		prompts = append(prompts, prompt{given: given})
	}
	return prompts, results, stopped
}

// reference matches the beginning of what the agent writes in the place of
// something that the user points at, up to where it says what to make of it.
var reference = regexp.MustCompile(`^\[Reference ("(?:[^"\\]|\\.)*": .*?)(?:\. The user pointed|\]|$)`)

// located finds where a file or folder is that the user points at.
var located = regexp.MustCompile(`^"(?:[^"\\]|\\.)*": (?:the file|what is in the folder) ("(?:[^"\\]|\\.)*")`)

// spelled puts the paths of what the user points at in the place of "#calc.go", which
// is how the input writes it. A path that would not stay one quoted text is left out.
func spelled(text string, given []string) string {
	for _, each := range given {
		found := located.FindStringSubmatch(each)
		if found == nil {
			continue
		}
		at, err := strconv.Unquote(found[1])
		if err != nil || strings.ContainsAny(at, "`\n") {
			continue
		}
		word := regexp.MustCompile(`(^|\s)#` + regexp.QuoteMeta(path.Base(at)) + `([.,;:!?]*(?:\s|$))`)
		text = word.ReplaceAllString(text, "${1}`"+strings.ReplaceAll(at, "$", "$$")+"`${2}")
	}
	return text
}

// again matches a request to begin the last one anew: what is done already is
// found done.
var again = regexp.MustCompile(`(?i)^(?:please )?(?:try (?:it )?again|again|retry|go on|continue)(?: please)?[.! ]*$`)

// isNote reports whether a text is the agent's word about the turn before.
func isNote(text string) bool {
	return strings.HasPrefix(text, "(The user stopped") || strings.HasPrefix(text, "(The user reverted") || strings.HasPrefix(text, "(Keel ended")
}

// isStopped reports whether a result says that the user stopped the turn. What
// a command printed says nothing about that.
func isStopped(content string) bool {
	if ended := exit.FindStringSubmatch(content); ended != nil {
		return strings.Contains(ended[1], "stopped by the user")
	}
	return content == "aborted" || strings.HasPrefix(content, "Not run: the user stopped the turn") || strings.HasPrefix(content, "Stopped by the user")
}
