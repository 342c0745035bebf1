package extension_test

import (
	"testing"

	"github.com/keel-ide/keel/backend/extension"
)

func TestVersionsInOrder(t *testing.T) {
	// The order of semantic versioning 2.0.0, with its own examples.
	order := []string{
		"none", "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "999999999.0.0",
	}
	for i, a := range order {
		for j, b := range order {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := extension.Compare(a, b); got != want {
				t.Errorf("comparing %s with %s: %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestEngines(t *testing.T) {
	type answer struct{ works, known bool }
	for wanted, want := range map[string]answer{
		"*": {true, true}, "^1.128.0": {true, true}, "^1.0.0": {true, true}, "^0.10.0": {true, true}, ">=1.90.0": {true, true},
		"1.x.x": {true, true}, "x.x.x": {true, true}, "1.128.0": {true, true}, "^1.75.0-20230101": {true, true},
		"^1.129.0": {false, true}, "^2.0.0": {false, true}, "1.75.0": {false, true}, ">=1.200.0": {false, true}, "2.x.x": {false, true},
		"": {false, false}, "latest": {false, false}, "1.90": {false, false}, "<2": {false, false}, "~1.90.0": {false, false},
	} {
		works, known := extension.Engine(wanted)
		if got := (answer{works, known}); got != want {
			t.Errorf("%q: %v, want %v", wanted, got, want)
		}
	}
}
