package tool

import (
	"testing"

	"github.com/keel-ide/keel/backend/command"
)

func TestLimitsNote(t *testing.T) {
	const note = "[This may be why: It can do little.]\n"
	tests := []struct {
		name string
		done command.Result
		want string
	}{
		{"refused", command.Result{ExitCode: 1, Head: "touch: /x: Permission denied\n", Limits: "It can do little."}, note},
		{"in the tail", command.Result{ExitCode: 1, Head: "a\n", Tail: "open /x: EACCES", Limits: "It can do little."}, "\n" + note},
		{"failed for another reason", command.Result{ExitCode: 1, Head: "no such file\n", Limits: "It can do little."}, ""},
		{"done all the same", command.Result{Head: "Permission denied\n", Limits: "It can do little."}, ""},
		{"not confined", command.Result{ExitCode: 1, Head: "Permission denied\n"}, ""},
	}
	for _, test := range tests {
		if got := limitsNote(test.done); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
