package bedrocktest

import (
	"strings"
	"testing"
)

func TestInvalid(t *testing.T) {
	const (
		hello  = `{"role":"user","content":[{"text":"Hello"}]}`
		call   = `{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"x","input":{}}}]}`
		result = `{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[]}}]}`
		tools  = `"toolConfig":{"tools":[{}]}`
		gif    = `{"image":{"format":"gif","source":{"bytes":"R0lGODlhAQA="}}}`
	)
	user := func(block string) string { return `{"messages":[{"role":"user","content":[` + block + `]}]}` }
	tests := map[string]struct{ body, want string }{
		"good":               {`{"messages":[` + hello + `]}`, ""},
		"good with tools":    {`{"messages":[` + hello + `,` + call + `,` + result + `],` + tools + `}`, ""},
		"good picture":       {user(gif), ""},
		"picture's name":     {user(strings.Replace(gif, "gif", "image/gif", 1)), "enum value set"},
		"picture's bytes":    {user(strings.Replace(gif, "gif", "png", 1)), "does not match"},
		"picture of a reply": {`{"messages":[` + hello + `,{"role":"assistant","content":[` + gif + `]}]}`, "only for user"},
		"not JSON":           {`{`, "valid JSON"},
		"no messages":        {`{"messages":[]}`, "start with a user"},
		"assistant first":    {`{"messages":[` + call + `]}`, "start with a user"},
		"two of a side":      {`{"messages":[` + hello + `,` + hello + `]}`, "alternate"},
		"empty content":      {`{"messages":[{"role":"user","content":[]}]}`, "is empty"},
		"blank text":         {`{"messages":[{"role":"user","content":[{"text":" "}]}]}`, "is blank"},
		"no tools declared":  {`{"messages":[` + hello + `,` + call + `,` + result + `]}`, "toolConfig"},
		"call not answered":  {`{"messages":[` + hello + `,` + call + `,` + hello + `],` + tools + `}`, "Expected toolResult"},
		"answer to no call":  {`{"messages":[` + result + `],` + tools + `}`, "exceeds"},
	}
	for name, test := range tests {
		if got := invalid([]byte(test.body)); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q in it", name, got, test.want)
		}
	}
}
