package settings

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOutsideEdits(t *testing.T) {
	model := func(name string) string { return `{"keelAgent.model": "` + name + `"}` }
	type step struct {
		name string
		do   func(t *testing.T, p *place)
		want Values
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"file comes to be, changes and goes", []step{
			{"made with its folder", func(t *testing.T, p *place) { put(t, p.User, model("a")) }, Values{Mode: "autopilot", Model: "a"}},
			{"written in place", func(t *testing.T, p *place) { put(t, p.User, model("b")) }, Values{Mode: "autopilot", Model: "b"}},
			{"renamed over", func(t *testing.T, p *place) {
				put(t, p.User+".tmp", model("c"))
				if err := os.Rename(p.User+".tmp", p.User); err != nil {
					t.Fatal(err)
				}
			}, Values{Mode: "autopilot", Model: "c"}},
			{"moved aside and made anew", func(t *testing.T, p *place) {
				if err := os.Rename(p.User, p.User+"~"); err != nil {
					t.Fatal(err)
				}
				put(t, p.User, model("d"))
			}, Values{Mode: "autopilot", Model: "d"}},
			{"removed", func(t *testing.T, p *place) {
				if err := os.Remove(p.User); err != nil {
					t.Fatal(err)
				}
			}, Values{Mode: "autopilot"}},
			{"folder removed", func(t *testing.T, p *place) {
				if err := os.RemoveAll(filepath.Dir(p.User)); err != nil {
					t.Fatal(err)
				}
				put(t, p.Workspace, `{"keelAgent.mode": "supervised"}`)
			}, Values{Mode: "supervised"}},
			{"folder made anew", func(t *testing.T, p *place) { put(t, p.User, model("e")) }, Values{Mode: "supervised", Model: "e"}},
			{"folder swapped for another", func(t *testing.T, p *place) {
				folder := filepath.Dir(p.User)
				put(t, filepath.Join(folder+"2", "settings.json"), model("f"))
				if err := os.Rename(folder, folder+"1"); err != nil {
					t.Fatal(err)
				}
				if err := os.Rename(folder+"2", folder); err != nil {
					t.Fatal(err)
				}
			}, Values{Mode: "supervised", Model: "f"}},
			{"written after the swap", func(t *testing.T, p *place) { put(t, p.User, model("g")) }, Values{Mode: "supervised", Model: "g"}},
		}},
		{"the folder's file", []step{
			{"made", func(t *testing.T, p *place) { put(t, p.Workspace, `{"keelAgent.mode": "supervised"}`) }, Values{Mode: "supervised"}},
			{"broken: still in force", func(t *testing.T, p *place) {
				put(t, p.Workspace, `{"keelAgent.mode": `)
				put(t, p.User, model("x"))
			}, Values{Mode: "supervised", Model: "x"}},
			{"removed with .vscode", func(t *testing.T, p *place) {
				if err := os.RemoveAll(filepath.Dir(p.Workspace)); err != nil {
					t.Fatal(err)
				}
			}, Values{Mode: "autopilot", Model: "x"}},
			{"made again", func(t *testing.T, p *place) { put(t, p.Workspace, `{"keelAgent.commandDenylist": ["y"]}`) },
				Values{Mode: "autopilot", Model: "x", CommandDenylist: []string{"y"}, FolderDenylist: []string{"y"}}},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			s := p.open(t)
			for _, step := range test.steps {
				step.do(t, p)
				eventually(t, step.name, func() bool { return cmp.Equal(step.want, s.Values(), equateEmpty()) })
			}
		})
	}
}

func TestChanges(t *testing.T) {
	p := newPlace(t)
	s := p.open(t)
	subscription, err := s.Changes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next := func() Change {
		t.Helper()
		change, err := subscription.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return change
	}
	put(t, p.Keybindings, "[1")
	change := next()
	if change.Name != KeybindingsName || len(change.Problems) != 1 || change.Problems[0].File != p.Keybindings {
		t.Errorf("change %+v", change)
	}
	if err := s.Write(t.Context(), KeybindingsName, "[]"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Change{Name: KeybindingsName}, next(), equateEmpty()); d != "" {
		t.Error(d)
	}

	// Changes not read in time give way to the newest of the same file.
	for _, text := range []string{"{", "{}", "{\"a\": 1}", "!"} {
		if err := s.Write(t.Context(), UserName, text); err != nil {
			t.Fatal(err)
		}
	}
	if change := next(); change.Name != UserName || len(change.Problems) != 1 || change.Problems[0].Column != 1 {
		t.Errorf("change %+v", change)
	}

	// The same text again is no change, and what was written here does not
	// come back from the disk as another one.
	if err := s.Write(t.Context(), UserName, "!"); err != nil {
		t.Fatal(err)
	}
	put(t, p.Workspace, "{}")
	if change := next(); change.Name != WorkspaceName {
		t.Errorf("change %+v", change)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := subscription.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestPollingFindsChangesToo(t *testing.T) {
	p := newPlace(t)
	s := &Store{
		options:       Options{Poll: 1}.withDefaults(),
		stop:          make(chan struct{}),
		moved:         make(chan struct{}, 1),
		files:         map[string]*file{UserName: {name: UserName, path: p.User}, WorkspaceName: {}, KeybindingsName: {}},
		subscriptions: map[*Subscription]bool{},
	}
	ready := make(chan struct{})
	s.watch.Go(func() { s.poll(ready) })
	<-ready
	put(t, p.User, `{"keelAgent.model": "m"}`)
	eventually(t, "the change is in force", func() bool { return s.Values().Model == "m" })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
