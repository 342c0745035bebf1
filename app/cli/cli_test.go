package cli_test

import (
	"testing"

	"github.com/keel-ide/keel/app/cli"
)

func TestIsTellsCommandsFromFolders(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		want      bool
	}{
		{nil, false},
		{[]string{"exec", "hello"}, true},
		{[]string{"--workspace", "d", "checkpoint", "list"}, true},
		{[]string{"--workspace=d", "checkpoint", "list"}, true},
		{[]string{"--json", "version"}, true},
		{[]string{"account", "list"}, true},
		{[]string{"--help"}, true},
		{[]string{"some/folder"}, false},
		{[]string{"."}, false},
		{[]string{"--wait", "exec"}, false},
		{[]string{"-n", "--help"}, true},
		{[]string{"--", "exec"}, false},
		{[]string{"--", "--help"}, false},
		{[]string{"keel://open?folder=--help"}, false},
		{[]string{"__complete", ""}, true},
	} {
		if got := cli.Is(test.arguments); got != test.want {
			t.Errorf("Is(%q) is %v, want %v", test.arguments, got, test.want)
		}
	}
}
