package link_test

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/link"
)

func TestParse(t *testing.T) {
	for address, want := range map[string]link.Target{
		"keel://open?folder=/home/user/calc":              {Path: "/home/user/calc"},
		"keel://open/?folder=/home/user/calc":             {Path: "/home/user/calc"},
		"KEEL://open?folder=/home/user/calc/":             {Path: "/home/user/calc"},
		"keel://open?folder=/":                            {Path: "/"},
		"keel://open?file=/a/main.go":                     {Path: "/a/main.go", File: true},
		"keel://open?file=/a/main.go&line=3":              {Path: "/a/main.go", File: true, Line: 3},
		"keel://open?line=3&column=2&file=%2Fa%2Fmain.go": {Path: "/a/main.go", File: true, Line: 3, Column: 2},
		"keel://open?file=/a/caf%C3%A9+b%20c%26d.txt":     {Path: "/a/café+b c&d.txt", File: true},
		"keel://open?file=/a/%252e%252e/b":                {Path: "/a/%2e%2e/b", File: true}, // decoded once: a name
		"keel://open?file=/a/evil%E2%80%AEtxt.exe%0Ab":    {Path: "/a/evil\u202etxt.exe\nb", File: true},
		"keel://open?file=/a/b=c;d":                       {Path: "/a/b=c;d", File: true},
		"keel://open?folder=/device":                      {Path: "/device"},
	} {
		got, err := link.Parse(address)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v", address, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for address, want := range map[string]string{
		"https://open?folder=/a":                           "begin with keel://",
		"keel:open?folder=/a":                              "begin with keel://",
		"keel:///open?folder=/a":                           "keel://open",
		"keel://":                                          "keel://open",
		"keel://open":                                      "does not do",
		"keel://open?":                                     "does not do",
		"keel://run?command=ls":                            "keel://open",
		"keel://install?extension=a.b":                     "keel://open",
		"keel://open.example.com?folder=/a":                "keel://open",
		"keel://open:80?folder=/a":                         "keel://open",
		"keel://OPEN?folder=/a":                            "keel://open",
		"keel://open/run?folder=/a":                        "keel://open",
		"keel://%6fpen?folder=/a":                          "keel://open",
		"keel://user:secret@open?folder=/a":                "password",
		"keel://user@open?folder=/a":                       "password",
		"keel://open?folder=/a#b":                          "after #",
		"keel://open?folder=/a&folder=/b":                  "twice",
		"keel://open?folder=/a&file=/b":                    "one folder or one file",
		"keel://open?line=3":                               "one folder or one file",
		"keel://open?folder=/a&trust=1":                    "does not do",
		"keel://open?Folder=/a":                            "does not do",
		"keel://open?f%6flder=/a":                          "does not do",
		"keel://open?folder=/a&":                           "does not do",
		"keel://open?folder":                               "cannot be read",
		"keel://open?folder=":                              "cannot be read",
		"keel://open?folder=/a%zz":                         "cannot be read",
		"keel://open?folder=/a%":                           "cannot be read",
		"keel://open?folder=a/b":                           "from the top",
		"keel://open?folder=~/a":                           "from the top",
		"keel://open?folder=--help":                        "from the top",
		"keel://open?folder=%2D%2Dworkspace=/a":            "from the top",
		"keel://open?folder=C:/Windows":                    "from the top",
		"keel://open?folder=file:///a":                     "from the top",
		"keel://open?folder=/a/../b":                       "plain",
		"keel://open?folder=/a/%2e%2e/b":                   "plain",
		"keel://open?folder=/..":                           "plain",
		"keel://open?folder=/a/./b":                        "plain",
		"keel://open?folder=/a//b":                         "plain",
		"keel://open?file=/a/b/":                           "plain",
		"keel://open?folder=//server/share":                "another machine",
		"keel://open?folder=%2f%2fserver/share":            "another machine",
		`keel://open?folder=\\server\share`:                "another machine",
		"keel://open?folder=%5c%5cserver%5cshare":          "another machine",
		"keel://open?file=/proc/self/environ":              "place of the system",
		"keel://open?file=/dev/sda":                        "place of the system",
		"keel://open?folder=/DEV":                          "place of the system",
		"keel://open?folder=/net/host.example/a":           "place of the system",
		"keel://open?folder=/a%00b":                        "no path has",
		"keel://open?folder=/a%ff":                         "no path has",
		"keel://open?folder=/a b":                          "cannot hold",
		"keel://open?folder=/a\nb":                         "cannot hold",
		"keel://open?folder=/caf\u00e9":                    "cannot hold",
		"keel://open?file=/a&line=0":                       "number from 1",
		"keel://open?file=/a&line=-1":                      "number from 1",
		"keel://open?file=/a&line=+1":                      "number from 1",
		"keel://open?file=/a&line=03":                      "number from 1",
		"keel://open?file=/a&line=10000000":                "number from 1",
		"keel://open?file=/a&line=1e3":                     "number from 1",
		"keel://open?file=/a&column=2":                     "belongs to",
		"keel://open?folder=/a&line=2":                     "belongs to",
		"keel://open?folder=/" + string(make([]byte, 1)):   "cannot hold",
		"keel://open?folder=/" + strings.Repeat("a", 4096): "longer than",
	} {
		got, err := link.Parse(address)
		refused, ok := errors.AsType[*link.Error](err)
		if !ok || !strings.Contains(refused.Message, want) || got != (link.Target{}) {
			t.Errorf("%q: got %+v, %v; want what says %q", address, got, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	top := t.TempDir()
	file := filepath.Join(top, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[link.Target]string{
		{Path: file, File: true}:           "",
		{Path: top}:                        "",
		{Path: file}:                       "no folder",
		{Path: top, File: true}:            "no file",
		{Path: filepath.Join(top, "none")}: "there is no folder",
		{Path: filepath.Join(file, "below"), File: true}: "cannot be looked at",
	} {
		_, err := target.Check()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", target, err)
		}
	}
}

func TestIs(t *testing.T) {
	for argument, want := range map[string]bool{
		"keel://open": true, "KEEL:x": true, "keel:": true, "keel": false, "keel/": false, "./keel:": false,
	} {
		if link.Is(argument) != want {
			t.Errorf("%q is %v", argument, !want)
		}
	}
}

// FuzzParse: what is not refused is one clean, absolute path outside the system's
// places, and says the same again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"keel://open?folder=/a", "keel://open?file=/a%2e&line=3&column=4", "keel://open?folder=/a/%2e%2e", "keel://open?folder=//a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		got, err := link.Parse(address)
		if err != nil {
			if _, ok := errors.AsType[*link.Error](err); !ok {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		slashed := filepath.ToSlash(got.Path)
		for part := range strings.SplitSeq(slashed, "/") {
			if part == ".." || part == "." {
				t.Errorf("%q leads to %q", address, got.Path)
			}
		}
		if !filepath.IsAbs(got.Path) || strings.HasPrefix(slashed, "//") || strings.ContainsRune(got.Path, 0) || path.Clean(slashed) != slashed {
			t.Errorf("%q leads to %q", address, got.Path)
		}
		if got.Column > 0 && got.Line == 0 || got.Line > 0 && !got.File || got.Line < 0 || got.Column < 0 {
			t.Errorf("%q: %+v", address, got)
		}
	})
}
