package providertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// nameForm is what services take as the name of a tool and the id of a call.
var nameForm = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// CheckConverse returns an error unless services of Bedrock's Converse kind
// take the request, by their rules alone:
//
//   - roles alternate, and the user has the first and the last word;
//   - no message and no text is blank, and none is of reasoning alone;
//   - calls are the assistant's; each has a name and an id of the right form, an
//     id of its own, and an object as its arguments;
//   - each call is answered exactly once, at the start of the next message, and
//     nothing else is answered;
//   - images are the user's, are not empty, and are PNG, JPEG, GIF or WebP;
//   - tools have names of the right form, each once, and are declared where the
//     conversation holds calls.
func CheckConverse(request provider.Request) error {
	calls, err := checkMessages(request.Messages)
	if err != nil {
		return err
	}
	declared := map[string]bool{}
	for _, tool := range request.Tools {
		if !nameForm.MatchString(tool.Name) || declared[tool.Name] {
			return fmt.Errorf("tool %q: not a name, or declared twice", tool.Name)
		}
		declared[tool.Name] = true
	}
	if calls > 0 && len(declared) == 0 {
		return errors.New("calls, but no tools are declared")
	}
	return nil
}

func checkMessages(messages []provider.Message) (calls int, err error) {
	if len(messages)%2 == 0 {
		return 0, fmt.Errorf("%d messages: the user does not have the last word", len(messages))
	}
	ids := map[string]bool{}
	var open []string
	for i, message := range messages {
		if want := []provider.Role{provider.RoleUser, provider.RoleAssistant}[i%2]; message.Role != want {
			return 0, fmt.Errorf("message %d is by %q", i, message.Role)
		}
		check := checkAssistant
		if message.Role == provider.RoleUser {
			check = checkUser
		}
		if open, err = check(message.Blocks, open, ids); err != nil {
			return 0, fmt.Errorf("message %d: %w", i, err)
		}
	}
	return len(ids), nil
}

// checkUser checks a message of the user that has to answer the open calls.
func checkUser(blocks []provider.Block, open []string, _ map[string]bool) ([]string, error) {
	if len(blocks) == 0 {
		return nil, errors.New("empty")
	}
	rest := false
	for _, block := range blocks {
		switch {
		case block.Kind == provider.BlockToolResult && block.ToolResult != nil:
			at := slices.Index(open, block.ToolResult.ID)
			if at < 0 || rest {
				return nil, fmt.Errorf("result of %q, which was not called, was answered, or has to come first", block.ToolResult.ID)
			}
			if blank(block.ToolResult.Content) {
				return nil, errors.New("blank result")
			}
			open = slices.Delete(open, at, at+1)
			continue
		case block.Kind == provider.BlockText && !blank(block.Text):
		case block.Kind == provider.BlockImage && block.Image != nil && isPicture(*block.Image):
		default:
			return nil, fmt.Errorf("block of kind %q that is blank or may not be", block.Kind)
		}
		rest = true
	}
	if len(open) > 0 {
		return nil, fmt.Errorf("calls %q are not answered", open)
	}
	return nil, nil
}

// checkAssistant checks a message of the assistant and returns its calls.
func checkAssistant(blocks []provider.Block, _ []string, ids map[string]bool) ([]string, error) {
	var calls []string
	speaks := false
	for _, block := range blocks {
		switch {
		case block.Kind == provider.BlockReasoning && block.Reasoning != nil:
			continue
		case block.Kind == provider.BlockText && !blank(block.Text):
		case block.Kind == provider.BlockToolCall && block.ToolCall != nil:
			call := *block.ToolCall
			if !nameForm.MatchString(call.ID) || !nameForm.MatchString(call.Name) || ids[call.ID] {
				return nil, fmt.Errorf("call %q of %q: not a name, or used twice", call.ID, call.Name)
			}
			if arguments := bytes.TrimSpace(call.Arguments); !json.Valid(arguments) || arguments[0] != '{' {
				return nil, fmt.Errorf("call %q: arguments are no object", call.ID)
			}
			ids[call.ID] = true
			calls = append(calls, call.ID)
		default:
			return nil, fmt.Errorf("block of kind %q that is blank or may not be", block.Kind)
		}
		speaks = true
	}
	if !speaks {
		return nil, errors.New("says nothing")
	}
	return calls, nil
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

func isPicture(image provider.Image) bool {
	types := []string{"image/png", "image/jpeg", "image/gif", "image/webp"}
	return len(image.Data) > 0 && slices.Contains(types, image.MediaType)
}
