package agent

import (
	"context"
	"testing"

	"github.com/keel-ide/keel/backend/provider"
)

// shy counts how often it is looked at.
type shy struct {
	provider.Provider
	id     string
	looked int
}

func (s *shy) Info(context.Context) provider.Info {
	s.looked++
	return provider.Info{ID: s.id, Name: s.id, Ready: true}
}

// TestChooseLeavesOthersAlone: a look at a provider may take its time, so those
// that were not named are looked at once, for their names.
func TestChooseLeavesOthersAlone(t *testing.T) {
	other, named := &shy{id: "other"}, &shy{id: "named"}
	a := New(Options{Providers: []provider.Provider{other, named}})
	for range 3 {
		chosen, err := a.choose(t.Context(), "named", "m")
		if err != nil || chosen.info.ID != "named" {
			t.Fatalf("chose %+v, %v", chosen, err)
		}
	}
	if other.looked != 1 || named.looked != 3 {
		t.Errorf("looked %d times at the other one, %d at the one named", other.looked, named.looked)
	}
	if chosen, err := a.choose(t.Context(), "other", "m"); err != nil || chosen.info.ID != "other" {
		t.Errorf("chose %+v, %v", chosen, err)
	}
}
