package session

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/provider"
)

func TestMarkdown(t *testing.T) {
	change := diff.Compute("a.md", []byte("old\n"), []byte("```\nnew\n```\n"))
	s := Session{
		Title: "Fix\nit", CreatedAt: 1_700_000_000_000, Usage: provider.Usage{InputTokens: 10, OutputTokens: 2, CacheReadTokens: 3},
		Cost: Cost{Micros: 12_300, Partial: true},
		Turns: []Turn{
			{
				Provider: "p", Model: "m", Prompt: "do this\nplease", Images: []Image{{Name: "shot.png"}}, Outcome: "You stopped this turn.", Reverted: "u",
				Items: []Item{
					{Kind: ItemReasoning, Text: "secret"},
					{Kind: ItemText, Text: "\n# I do\n"},
					{Kind: ItemTool, Tool: &ToolCall{Name: "edit_file", Title: "Edit <a>.md", Status: CallCompleted, Arguments: "{}", Diff: &change, Result: "done"}},
					{Kind: ItemTool, Tool: &ToolCall{Name: "run_command", Title: "make", Status: CallFailed, Command: "make", Output: "no ```` here\n"}},
					{Kind: ItemTool, Tool: &ToolCall{Name: "sub_agent", Status: CallUnknown, Arguments: `{"a":1}`, Calls: []SubCall{{"Read a", CallCompleted}}}},
					{Kind: ItemPrompt, Text: "and that", References: []Reference{
						{Name: "a`b.go", Content: &Content{Text: "secret content"}},
						{Name: ".env", Given: new("secret given"), Content: &Content{Problem: "It may hold\nsecrets."}},
					}},
					{Kind: ItemNotice, Text: "Room\nwas made"},
					{Kind: ItemSummary, Text: "short"},
					{Kind: ItemQuestion, Question: &Question{Text: "Which?", Answer: "this"}},
				},
			},
			{Provider: "p", Model: "m", Prompt: "again"},
		},
	}
	want := `# Fix it

- Started: 2023-11-14 22:13 UTC
- Model: p/m
- Tokens: 10 in, 2 out, 3 read from the cache, 0 written to it
- Cost: more than $0.0123; some of the tokens have no known price

## User

do this
please

_(image shot.png)_

# I do

<details>
<summary>Edit &lt;a&gt;.md</summary>

''''diff
--- a/a.md
+++ b/a.md
@@ -1 +1,3 @@
-old
+'''
+new
+'''
''''

'''
done
'''

</details>

<details>
<summary>make (failed)</summary>

'''sh
make
'''

'''''
no '''' here
'''''

</details>

<details>
<summary>sub_agent (unknown)</summary>

- Read a (completed)

'''json
{"a":1}
'''

</details>

## User

and that

Reference: '' a'b.go ''

Reference: '.env' (not read: It may hold secrets)

> Room
> was made

<details>
<summary>Summary of the conversation up to here</summary>

'''markdown
short
'''

</details>

> Which?
> 
> Answer: this

_You stopped this turn._

_The file changes of this turn were reverted._

## User

again
`
	if d := cmp.Diff(strings.ReplaceAll(want, "'", "`"), Markdown(s)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := Markdown(Session{}); got != "# Session\n\n" {
		t.Errorf("of nothing: %q", got)
	}
}

// Code that a reply leaves open, cut in its middle for example, takes nothing
// else of the session in.
func TestOpenCodeEndsWithItsText(t *testing.T) {
	for text, want := range map[string]string{
		"a\n```go\nb":           "```",
		"~~~~\n```\n~~~":        "~~~~",
		"```\na\n````":          "",
		"```\na\n```\n   ```go": "```",
		"    ```\na":            "",
		"``` a ```\nb":          "",
		"```go\n```go\n":        "```",
		"a ``` b":               "",
	} {
		if got := openFence(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	got := Markdown(Session{Turns: []Turn{{Prompt: "a", Items: []Item{{Kind: ItemText, Text: "```\ncut"}}}, {Prompt: "b"}}})
	if !strings.Contains(got, "```\ncut\n```\n\n## User") {
		t.Error(got)
	}
}
