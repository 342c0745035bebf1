package endpoint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

// Tool declares a tool, as OpenAI does and as all others do after it.
type Tool struct {
	Type     string   `json:"type"`
	Function function `json:"function"`
}

type function struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters"`
}

// Tools declares tools. An error names the one whose schema is not JSON.
func Tools(specs []provider.ToolSpec) ([]Tool, error) {
	var tools []Tool
	for _, spec := range specs {
		schema := spec.Schema
		if len(bytes.TrimSpace(schema)) == 0 {
			schema = json.RawMessage(`{"type":"object","properties":{}}`)
		}
		if !json.Valid(schema) {
			return nil, fmt.Errorf("schema of tool %q is not JSON", spec.Name)
		}
		tools = append(tools, Tool{Type: "function", Function: function{Name: spec.Name, Description: spec.Description, Parameters: schema}})
	}
	return tools, nil
}

// ResultText is what a tool gave. There is no field for failure, so the text
// says it.
func ResultText(r provider.ToolResult) string {
	switch {
	case strings.TrimSpace(r.Content) == "" && r.IsError:
		return "Error."
	case strings.TrimSpace(r.Content) == "":
		return "(empty)"
	case r.IsError && !strings.HasPrefix(strings.ToLower(r.Content), "error"):
		return "Error: " + r.Content
	}
	return r.Content
}
