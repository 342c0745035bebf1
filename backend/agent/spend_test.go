package agent

import (
	"testing"
	"testing/synctest"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// TestSpending: every reply is counted, whatever became of it, and at its price.
func TestSpending(t *testing.T) {
	used := func(reply scriptedReply, input int64) scriptedReply {
		reply.events = append([]provider.Event{{Kind: provider.EventUsage, Usage: provider.Usage{InputTokens: input, OutputTokens: 1}}}, reply.events...)
		return reply
	}
	price := func(providerID, modelID string) (provider.Price, bool) {
		return provider.Price{Input: 2e6, Output: 10e6}, providerID == "fake" && modelID == "m1"
	}
	synctest.Test(t, func(t *testing.T) {
		cut := scriptedReply{events: textEvents(0, "Half")}
		b := newBench(t, setup{price: price},
			used(cut, 100), used(calls("read", `{"path":"a"}`), 200), used(says("ok"), 300), used(says("unknown"), 1000), used(says("practice"), 5))
		turn := b.turn("go")
		if want := (provider.Usage{InputTokens: 600, OutputTokens: 3}); turn.Usage != want {
			t.Errorf("used %+v", turn.Usage)
		}
		if want := (session.Cost{Micros: 1230}); turn.Cost != want {
			t.Errorf("costs %+v", turn.Cost)
		}
		if err := b.SetModel(t.Context(), b.id, "fake", "m2"); err != nil {
			t.Fatal(err)
		}
		if second := b.turn("again"); second.Cost != (session.Cost{Partial: true}) {
			t.Errorf("without a price: %+v", second.Cost)
		}
		b.o.Providers = []provider.Provider{named{b.model, provider.Info{ID: "p", Name: "Practice", Practice: true, Ready: true}}}
		if err := b.SetModel(t.Context(), b.id, "p", "m1"); err != nil {
			t.Fatal(err)
		}
		if third := b.turn("practise"); third.Cost != (session.Cost{}) || third.Usage.InputTokens != 5 {
			t.Errorf("practice: %+v, %+v", third.Cost, third.Usage)
		}
		state := b.state()
		if want := (session.Cost{Micros: 1230, Partial: true}); state.Cost != want || state.Usage != (provider.Usage{InputTokens: 1605, OutputTokens: 5}) {
			t.Errorf("session: %+v, %+v", state.Cost, state.Usage)
		}
	})
}
