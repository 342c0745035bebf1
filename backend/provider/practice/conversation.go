package practice

import (
	"regexp"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// turn is what of a conversation belongs to the request that is being worked
// off.
type turn struct {
	prompts []string // the request, then what the user added while it ran
	calls   []done   // the tool calls so far, in order
	earlier int      // tool calls of the whole conversation
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
			if len(prompts) > 1 && again.MatchString(last[0]) {
				last = prompts[len(prompts)-2 : len(prompts)-1]
			} else if len(t.prompts) > 0 && again.MatchString(last[0]) {
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
// are no prompts; they stand where a turn was stopped.
func (t turn) read(message provider.Message, open []*provider.ToolCall) (prompts []string, results []done, stopped bool) {
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
			if isNote(text) {
				stopped = true
			} else if text != "" {
				prompts = append(prompts, text)
			}
		}
	}
	return prompts, results, stopped
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
