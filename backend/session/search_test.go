package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// kept writes a session's changes and closes it.
func kept(t testing.TB, store *Store, header Session, changes ...Change) Session {
	t.Helper()
	journal, created, err := store.Create(context.Background(), header)
	if err != nil {
		t.Fatal(err)
	}
	header.ID, header.CreatedAt = created.ID, created.CreatedAt
	if header.UpdatedAt == 0 {
		header.UpdatedAt = created.UpdatedAt
	}
	changes = append([]Change{{Kind: ChangeSession, Session: &header}}, changes...)
	if err := errors.Join(journal.Append(changes...), journal.Close()); err != nil {
		t.Fatal(err)
	}
	return header
}

func turnOf(id, prompt string) Change {
	return Change{Kind: ChangeTurn, Turn: &Turn{ID: id, Prompt: prompt, Status: Done}}
}

func itemOf(turn string, item Item) Change {
	return Change{Kind: ChangeItem, TurnID: turn, Item: &item}
}

func TestSearch(t *testing.T) {
	store, _ := newStore(t)
	call := ToolCall{Title: "Run the tests", Command: `go test -run "Parser" ./...`, Result: "secret result", Output: "secret output", Arguments: "secret arguments"}
	kept(t, store, Session{Title: "Fix the parser", UpdatedAt: 10},
		turnOf("p1", "It panics on ünicode Größe"),
		itemOf("p1", Item{ID: "a", Kind: ItemText, Text: "Here is\n  what I found in the LEXER \nand more"}),
		itemOf("p1", Item{ID: "b", Kind: ItemTool, Tool: &call}),
		itemOf("p1", Item{ID: "c", Kind: ItemReasoning, Text: "secret thought"}),
	)
	kept(t, store, Session{Title: "Another one", UpdatedAt: 30},
		turnOf("q1", "old parser"),
		turnOf("q2", "new parser\nof things"),
		itemOf("q2", Item{ID: "d", Kind: ItemText, Text: "withdrawn text"}),
		itemOf("q2", Item{ID: "e", Kind: ItemText, Text: "replaced text"}),
		Change{Kind: ChangeRemoved, TurnID: "q2", ItemID: "d"},
		itemOf("q2", Item{ID: "e", Kind: ItemText, Text: "other"}),
		Change{Kind: ChangeText, TurnID: "q2", ItemID: "f", Append: "half of a reply"},
		Change{Kind: ChangeOutput, TurnID: "q2", ItemID: "e", Append: "secret output"},
	)
	long := strings.Repeat("é ", 200) + "needle" + strings.Repeat(" ö", 200)
	kept(t, store, Session{Title: "Long", UpdatedAt: 20}, turnOf("l1", long))
	pointed := []Reference{{ID: "r", Name: "zebra_test.go", Given: new("secret given"), Content: &Content{Text: "secret content"}}}
	kept(t, store, Session{Title: "Pointing", UpdatedAt: 5},
		Change{Kind: ChangeTurn, Turn: &Turn{ID: "r1", Prompt: "compare", References: pointed}},
		turnOf("r1", "compare"), // as later changes of it are
		itemOf("r1", Item{ID: "g", Kind: ItemPrompt, Text: "and", References: []Reference{{ID: "r", Name: "giraffe.md"}}}),
	)
	for _, test := range []struct {
		text string
		want []string
	}{
		{"zebra_test", []string{"Pointing (r1): zebra_test.go"}},
		{"compare zebra", []string{"Pointing (r1): compare"}},
		{"giraffe", []string{"Pointing (r1): giraffe.md"}},
		{"parser", []string{"Fix the parser (): Fix the parser", "Another one (q2): new parser"}},
		{"PARSER fix", []string{"Fix the parser (): Fix the parser"}},
		{"parser lexer", []string{`Fix the parser (p1): go test -run "Parser" ./...`}},
		{`"parser"`, []string{`Fix the parser (p1): go test -run "Parser" ./...`}},
		{"GRÖSSE", nil},
		{"GRÖßE", []string{"Fix the parser (p1): It panics on ünicode Größe"}},
		{"tests run", []string{"Fix the parser (p1): Run the tests"}},
		{"found lexer parser", []string{"Fix the parser (p1): what I found in the LEXER"}},
		{"secret", nil},
		{"withdrawn", nil},
		{"replaced", nil},
		{"half reply", []string{"Another one (q2): half of a reply"}},
		{"kind", nil},
		{"  ", nil},
		{"needle", []string{"Long (l1): …" + strings.Repeat("é ", 17) + "needle" + strings.Repeat(" ö", 33) + "…"}},
	} {
		found, err := store.Search(t.Context(), test.text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, fmt.Sprintf("%s (%s): %s", f.Title, f.TurnID, f.Excerpt))
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, d)
		}
	}
}

func TestSearchEnds(t *testing.T) {
	store, dir := newStore(t)
	for i := range maxFound + 20 {
		kept(t, store, Session{Title: "many", UpdatedAt: int64(i + 1)})
	}
	kept(t, store, Session{Title: "x", UpdatedAt: 1_000}, turnOf("t", "many"))
	if err := os.WriteFile(filepath.Join(dir, "cut.jsonl"), []byte(`{"kind":"turn","turn":{"id":"t","prompt":"many`), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := store.Search(t.Context(), "MANY")
	if err != nil || len(found) != maxFound || found[0].UpdatedAt != maxFound+20 {
		t.Errorf("%d found, %v", len(found), err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Search(cancelled, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestFoldFindsAll compares with the plain way.
func TestFoldFindsAll(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune(`aAbB"\zé `)), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		word, text := letters.Draw(t, "word"), letters.Draw(t, "text")
		if word = strings.ToLower(word); word == "" {
			return
		}
		line := fold(text).word
		want := bytes.Contains(bytes.ToLower(line), fold(word).word)
		if got := fold(word).in(line); got != want {
			t.Fatalf("%q in %q: %v", word, line, got)
		}
		if strings.Contains(strings.ToLower(text), word) && !want {
			t.Fatalf("%q in %q is not in %q", word, text, line)
		}
	})
}

// BenchmarkSearch looks through 500 sessions of 1 MB.
func BenchmarkSearch(b *testing.B) {
	store, err := OpenStore(b.Context(), b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	prose := strings.Repeat("The quick brown fox jumps over the lazy dog; func main() { return nil } ", 28)
	for i := range 500 {
		changes := []Change{turnOf("t", "do what is to be done")}
		for n := range 100 {
			id := fmt.Sprint("i", n)
			changes = append(changes,
				itemOf("t", Item{ID: id, Kind: ItemText, Text: prose}),
				itemOf("t", Item{ID: id + "x", Kind: ItemTool, Tool: &ToolCall{Title: "Read main.go", Result: strings.Repeat(prose, 4)}}))
		}
		if i == 250 {
			changes = append(changes, turnOf("u", "where is the needle"))
		}
		kept(b, store, Session{Title: "Session", UpdatedAt: int64(i + 1)}, changes...)
	}
	for _, text := range []string{"needle", "zebra crossing", "brown", "main.go read"} {
		b.Run(strings.ReplaceAll(text, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				if _, err := store.Search(b.Context(), text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
