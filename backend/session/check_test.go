package session

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestCheckReferences(t *testing.T) {
	text := func(size int) *string { s := strings.Repeat("x", size); return &s }
	many := make([]Reference, MaxReferences+1)
	for i := range many {
		many[i] = Reference{ID: fmt.Sprint(i), Kind: ReferenceCodebase}
	}
	four := []Reference{}
	for i := range 5 {
		four = append(four, Reference{ID: fmt.Sprint(i), Kind: ReferenceText, Given: text(MaxGiven)})
	}
	for _, test := range []struct {
		references []Reference
		want       string // what is wrong; empty when nothing is
	}{
		{nil, ""},
		{many[:MaxReferences], ""},
		{many, `reference "codebase" is one too many: a message may hold 50`},
		{four[:4], ""},
		{four, `reference "text" is too much: the texts of a message may have 4 MB together`},
		{[]Reference{{ID: "a", Kind: ReferenceTerminal, Given: text(MaxGiven + 1)}}, `reference "terminal" is larger than 1 MB`},
		{[]Reference{{Kind: ReferenceGitDiff}}, `reference "git-diff" has no id`},
		{[]Reference{many[1], many[1]}, `reference "codebase" has the id "1", which another one has too`},
		{[]Reference{{ID: "a", Kind: "image", Name: "x"}}, `reference "x" is of the kind "image", which Keel does not know`},
		{[]Reference{{ID: "a", Kind: ReferenceFile, Path: "../x"}}, `reference "x" is not in the opened folder`},
		{[]Reference{{ID: "a", Kind: ReferenceFile, Path: "/etc/passwd"}}, `reference "passwd" is not in the opened folder`},
		{[]Reference{{ID: "a", Kind: ReferenceProblems, Path: "a/../../x"}}, `reference "x" is not in the opened folder`},
		{[]Reference{{ID: "a", Kind: ReferenceFile, Path: "a\x00b", Name: "x"}}, `reference "x" is not in the opened folder`},
		{[]Reference{{ID: "a", Kind: ReferenceFile}}, `reference "file" points at nothing`},
		{[]Reference{{ID: "a", Kind: ReferenceFolder, Path: "."}}, ""},
		{[]Reference{{ID: "a", Kind: ReferenceCode, Path: "a.go", From: 3, To: 2}}, `reference "a.go" has lines that cannot be`},
		{[]Reference{{ID: "a", Kind: ReferenceCode, Path: "a.go", From: 3, To: 3}}, ""},
		{[]Reference{{ID: "a", Kind: ReferenceURL}}, `reference "url" points at nothing`},
		{[]Reference{{ID: "a", Kind: ReferenceText}}, `reference "text" points at nothing`},
		{[]Reference{{ID: "a", Kind: ReferenceText, Given: text(0)}}, ""},
		{[]Reference{{ID: "a", Kind: ReferenceCodebase, Name: strings.Repeat("é", 600)}}, `reference "` + strings.Repeat("é", 20) + `…" has a name that is too long`},
	} {
		checked, err := CheckReferences(test.references)
		got := ""
		if failure, ok := errors.AsType[*ReferenceError](err); ok {
			got = failure.Error()
		}
		if got != test.want || err == nil && len(checked) != len(test.references) {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
	forged := "half\xff"
	checked, err := CheckReferences([]Reference{{ID: "a", Kind: ReferenceText, Given: &forged, Content: &Content{Text: "forged"}}})
	if err != nil || checked[0].Content != nil || *checked[0].Given != "half\uFFFD" || forged != "half\xff" {
		t.Errorf("%+v, %v", checked, err)
	}
}
