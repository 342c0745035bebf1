package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
	"github.com/keel-ide/keel/backend/search"
)

func TestMain(m *testing.M) {
	if code, ok := cli.Helper(os.Args[1:]); ok { // it confines the commands of its scripts
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){
		"keel": func() { os.Exit(cli.Run(context.Background(), os.Args[1:], cli.Build{})) },
		"opens": func() {
			start, err := cli.ParseStart(os.Args[1:])
			if err != nil {
				os.Exit(cli.Complain(err))
			}
			for _, place := range start.Paths {
				fmt.Println(place.Path, place.Line, place.Column)
			}
		},
	})
}

// TestScripts runs the command line as a person would: testdata/*.txtar.
func TestScripts(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	ripgrep, err := search.Locate(here)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("KEEL_RIPGREP", ripgrep)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, ".config"))
			env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, ".data"))
			env.Setenv("HOME", filepath.Join(env.WorkDir, ".home"))
			return os.Mkdir(filepath.Join(env.WorkDir, ".home"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"trusts": trusts,
			"registry": func(script *testscript.TestScript, _ bool, _ []string) {
				registry(t, script)
			},
		},
	})
}

// exits runs a program that must end with the given exit code: exits 3 keel exec …
func exits(script *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) < 2 {
		script.Fatalf("usage: exits CODE PROGRAM [ARGUMENT]...")
	}
	want, err := strconv.Atoi(arguments[0])
	script.Check(err)
	got := 0
	err = script.Exec(arguments[1], arguments[2:]...)
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		got = failed.ExitCode()
	} else {
		script.Check(err)
	}
	if got != want {
		script.Fatalf("exit code %d, want %d", got, want)
	}
}

// trusts writes that a user trusts a folder, as the window does: trusts FOLDER.
func trusts(script *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) != 1 {
		script.Fatalf("usage: trusts FOLDER")
	}
	folder, err := filepath.EvalSymlinks(arguments[0])
	script.Check(err)
	data := script.MkAbs("../.data/keel")
	script.Check(os.MkdirAll(data, 0o700))
	text, err := json.Marshal(map[string][]string{"folders": {folder}})
	script.Check(err)
	script.Check(os.WriteFile(filepath.Join(data, "trusted-folders.json"), text, 0o600))
}

// registry starts a registry of extensions on loopback and names it in the
// settings; beside them are packages in files: registry.
func registry(t *testing.T, script *testscript.TestScript) {
	served := extensiontest.New(t)
	dusk := served.Add(t, extensiontest.Version{Publisher: "acme", Name: "dusk", Version: "1.2.0", Verified: true, Files: extensiontest.Files{"README.md": "# Dusk"}}, nil)
	served.Add(t, extensiontest.Version{Publisher: "acme", Name: "dusk", Version: "1.1.0", Unsigned: true}, nil)
	served.Add(t, extensiontest.Version{Publisher: "acme", Name: "all", Version: "3.0.0"}, map[string]any{"extensionPack": []string{"acme.dusk", "acme.debugger"}})
	served.Add(t, extensiontest.Version{Publisher: "acme", Name: "debugger", Version: "1.0.0"}, map[string]any{"main": "./main.js"})
	served.Add(t, extensiontest.Version{Publisher: "acme", Name: "wrong", Version: "1.0.0", SHA256: "0000"}, nil)
	config := filepath.Join(script.Getenv("XDG_CONFIG_HOME"), "keel")
	script.Check(os.MkdirAll(config, 0o700))
	text, err := json.Marshal(map[string]string{"keelExtensions.gallery": served.URL})
	script.Check(err)
	script.Check(os.WriteFile(filepath.Join(config, "settings.json"), text, 0o600))
	script.Check(os.WriteFile(script.MkAbs("dusk.vsix"), dusk.VSIX, 0o600))
	script.Check(os.WriteFile(script.MkAbs("half.vsix"), dusk.VSIX[:len(dusk.VSIX)/2], 0o600))
}
