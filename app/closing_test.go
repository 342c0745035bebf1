package app

import "testing"

func TestClosingAsksOnceWhileATurnRuns(t *testing.T) {
	var c closing
	if !c.passes(false) {
		t.Error("an idle window was kept open")
	}
	if c.passes(true) {
		t.Error("a window at work closed without a question")
	}
	if !c.passes(true) {
		t.Error("the second try was refused: a page that does not answer would hold the window")
	}
	c.stays()
	if c.passes(true) {
		t.Error("after the user stayed, the next close was not asked about")
	}
	c.allow()
	if !c.passes(true) {
		t.Error("what the user agreed to was refused")
	}
}
