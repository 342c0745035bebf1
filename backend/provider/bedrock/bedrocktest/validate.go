package bedrocktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// invalid returns what Converse says of a request whose shape it refuses, or
// nothing when it takes it.
func invalid(body []byte) string {
	var request struct {
		Messages []struct {
			Role    string
			Content []map[string]json.RawMessage
		}
		ToolConfig *struct{ Tools []json.RawMessage }
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return "Expected valid JSON. Please reformat your input and try again."
	}
	if len(request.Messages) == 0 || request.Messages[0].Role != "user" {
		return "A conversation must start with a user message. Try again with a conversation that starts with a user message."
	}
	open := map[string]bool{}
	for i, message := range request.Messages {
		if i > 0 && message.Role == request.Messages[i-1].Role {
			return "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again."
		}
		calls, reason := checkContent(i, message.Content, open)
		if reason != "" {
			return reason
		}
		if reason := checkImages(i, message.Role, message.Content); reason != "" {
			return reason
		}
		if len(open) > 0 {
			return fmt.Sprintf("Expected toolResult blocks at messages.%d.content for %d Ids.", i, len(open))
		}
		open = calls
		if len(calls) > 0 && request.ToolConfig == nil {
			return "The toolConfig field must be defined when using toolUse and toolResult content blocks."
		}
	}
	return ""
}

// checkContent takes the answered calls out of open and returns the new ones,
// or what is wrong with the content.
func checkContent(i int, content []map[string]json.RawMessage, open map[string]bool) (map[string]bool, string) {
	if len(content) == 0 {
		return nil, fmt.Sprintf("The content field in the Message object at messages.%d is empty. Add a ContentBlock object to the content field and try again.", i)
	}
	calls := map[string]bool{}
	for j, block := range content {
		var text string
		if raw, ok := block["text"]; ok && (json.Unmarshal(raw, &text) != nil || strings.TrimSpace(text) == "") {
			return nil, fmt.Sprintf("The text field in the ContentBlock object at messages.%d.content.%d is blank. Add text to the text field, and try again.", i, j)
		}
		var tool struct{ ToolUseID string }
		if raw, ok := block["toolUse"]; ok && json.Unmarshal(raw, &tool) == nil {
			calls[tool.ToolUseID] = true
		}
		if raw, ok := block["toolResult"]; ok && json.Unmarshal(raw, &tool) == nil {
			if !open[tool.ToolUseID] {
				return nil, fmt.Sprintf("The number of toolResult blocks at messages.%d.content exceeds the number of toolUse blocks of previous turn.", i)
			}
			delete(open, tool.ToolUseID)
		}
	}
	return calls, ""
}

// checkImages returns what is wrong with the pictures of a message.
func checkImages(i int, role string, content []map[string]json.RawMessage) string {
	for j, block := range content {
		raw, ok := block["image"]
		if !ok {
			continue
		}
		var image struct {
			Format string
			Source struct{ Bytes []byte }
		}
		switch err := json.Unmarshal(raw, &image); {
		case role != "user":
			return fmt.Sprintf("The image field in the ContentBlock object at messages.%d.content.%d is only for user messages.", i, j)
		case err != nil || !slices.Contains([]string{"png", "jpeg", "gif", "webp"}, image.Format):
			return fmt.Sprintf("1 validation error detected: Value at 'messages.%d.member.content.%d.member.image.format' failed to satisfy constraint: Member must satisfy enum value set: [png, jpeg, gif, webp]", i+1, j+1)
		case http.DetectContentType(image.Source.Bytes) != "image/"+image.Format:
			return "The model returned the following errors: The provided image does not match the specified image format."
		}
	}
	return ""
}
