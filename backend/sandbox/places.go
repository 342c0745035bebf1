package sandbox

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// cache is a folder in which a tool keeps what it can get or make again.
type cache struct {
	program  string // what needs it: the folder is made where that is installed and the folder is missing
	variable string // the variable that names it, or a folder above it; may be empty
	below    string // the rest of the path below what the variable names
	usual    string // the path where the variable is not set; ~ is the home folder, $ the one for caches
}

// caches are writable for commands, since hardly a tool works without. A row is
// not to hold anything that a shell, a session or the tool itself runs unasked:
// of a tool's folder only the parts are listed that keep what was downloaded or
// built, never its settings, start-up scripts or programs on the PATH. So not
// the whole of ~/.cache either, where shells keep scripts that they read when
// they start, and not pre-commit's, which git runs.
var caches = []cache{
	{"go", "GOCACHE", "", "$/go-build"},
	{"go", "GOMODCACHE", "", ""},
	{"go", "GOPATH", "pkg", "~/go/pkg"},
	{"golangci-lint", "", "", "$/golangci-lint"},
	{"staticcheck", "", "", "$/staticcheck"},
	{"npm", "npm_config_cache", "", "~/.npm"},
	{"yarn", "", "", "$/yarn"},
	{"yarn", "", "", "~/.yarn/berry"},
	{"pnpm", "", "", "$/pnpm"},
	{"pnpm", "XDG_DATA_HOME", "pnpm/store", "~/.local/share/pnpm/store"}, // beside it lie programs on the PATH
	{"corepack", "", "", "$/node/corepack"},
	{"bun", "BUN_INSTALL", "install/cache", "~/.bun/install/cache"},
	{"deno", "DENO_DIR", "", "$/deno"},
	{"node", "", "", "$/node-gyp"},
	{"", "", "", "$/typescript"},
	{"", "", "", "$/ms-playwright"},
	{"", "", "", "$/puppeteer"},
	{"", "", "", "$/Cypress"},
	{"", "", "", "$/electron"},
	{"pip", "PIP_CACHE_DIR", "", "$/pip"},
	{"pip3", "PIP_CACHE_DIR", "", "$/pip"},
	{"uv", "UV_CACHE_DIR", "", "$/uv"},
	{"poetry", "", "", "$/pypoetry"},
	{"cargo", "CARGO_HOME", "registry", "~/.cargo/registry"}, // beside it: config.toml, bin
	{"cargo", "CARGO_HOME", "git", "~/.cargo/git"},
	{"gradle", "GRADLE_USER_HOME", "caches", "~/.gradle/caches"}, // beside it: init.d, gradle.properties
	{"gradle", "GRADLE_USER_HOME", "daemon", "~/.gradle/daemon"},
	{"gradle", "GRADLE_USER_HOME", "native", "~/.gradle/native"},
	{"gradle", "GRADLE_USER_HOME", "wrapper", "~/.gradle/wrapper"},
	{"mvn", "", "", "~/.m2/repository"}, // beside it: settings.xml
	{"", "", "", "~/.ivy2/cache"},
	{"", "", "", "$/coursier"},
	{"dotnet", "NUGET_PACKAGES", "", "~/.nuget/packages"},
	{"dotnet", "XDG_DATA_HOME", "NuGet/http-cache", "~/.local/share/NuGet/http-cache"},
	{"composer", "", "", "$/composer"},
	{"ccache", "CCACHE_DIR", "", "$/ccache"},
	{"sccache", "SCCACHE_DIR", "", "$/sccache"},
	{"zig", "", "", "$/zig"},
	{"bazel", "", "", "$/bazel"},
}

// Places are the folders that a command may write, in the form of [Policy.Write].
// Environ is what the command gets. Caches that are missing are made where their
// tool is installed, as it could not.
//
// None of them holds the home folder or what is in keep. One that lies in
// another, by its name or by where its links lead, is left out: the other one
// covers it, and a command could have put a link in its place.
func Places(workspace string, environ, keep []string) []string {
	e := variables(environ)
	places := []place{{path: workspace, needed: true}}
	for _, path := range []string{"/tmp", "/var/tmp", "/dev/shm", e["TMPDIR"]} {
		if filepath.IsAbs(path) {
			places = append(places, place{path: filepath.Clean(path)})
		}
	}
	for _, path := range worktreePlaces(workspace) {
		places = append(places, place{path: path})
	}
	programs := filepath.SplitList(e["PATH"])
	for _, c := range caches {
		if path := c.path(e); path != "" {
			places = append(places, place{path: path, program: c.program})
		}
	}
	where := links{}
	stays := append([]string{e["HOME"]}, keep...)
	places = slices.DeleteFunc(places, func(p place) bool { return !p.needed && where.holdsOne(p.path, stays) })
	known := map[string]bool{}
	for _, p := range places {
		known[p.path], known[where.resolve(p.path)] = true, true
	}
	var writable []string
	for _, p := range places {
		found := where.resolve(p.path)
		if where.liesInOne(p.path, known) || slices.Contains(writable, found) {
			continue
		}
		if _, err := os.Stat(found); err != nil && (!installed(p.program, programs) || os.MkdirAll(found, 0o700) != nil) {
			continue // where it cannot be made the tool says so
		}
		writable = append(writable, found)
	}
	return writable
}

// place is a folder that may become writable.
type place struct {
	path    string
	needed  bool   // however wide it is
	program string // it is made for this one
}

// links remembers where the links in paths lead.
type links map[string]string

func (l links) resolve(path string) string {
	if found, ok := l[path]; ok {
		return found
	}
	found := path
	if parent := filepath.Dir(path); parent != path {
		found = filepath.Join(l.resolve(parent), filepath.Base(path))
		if info, err := os.Lstat(found); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			found = resolve(found)
		}
	}
	l[path] = found
	return found
}

// holdsOne tells whether a folder is one of some others or holds one, by name or
// by where links lead.
func (l links) holdsOne(folder string, others []string) bool {
	return slices.ContainsFunc(others, func(path string) bool {
		return path != "" && (within(path, folder) || within(l.resolve(path), l.resolve(folder)))
	})
}

// liesInOne tells whether a folder above this one, or above where that leads, is
// known. The folders above are looked at one by one: the last part of the path
// may be a link that a command has put there.
func (l links) liesInOne(path string, known map[string]bool) bool {
	for at := filepath.Dir(path); ; at = filepath.Dir(at) {
		if known[at] || anyAbove(l.resolve(at), known) {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

func anyAbove(path string, known map[string]bool) bool {
	for ; !known[path]; path = filepath.Dir(path) {
		if path == filepath.Dir(path) {
			return false
		}
	}
	return true
}

func (c cache) path(e map[string]string) string {
	if value := e[c.variable]; c.variable != "" && filepath.IsAbs(value) {
		return filepath.Join(value, c.below)
	}
	home := e["HOME"]
	first, rest, _ := strings.Cut(c.usual, "/")
	switch {
	case first == "$" && filepath.IsAbs(e["XDG_CACHE_HOME"]):
		return filepath.Join(e["XDG_CACHE_HOME"], rest)
	case first == "$" && filepath.IsAbs(home):
		return filepath.Join(home, ".cache", rest)
	case first == "~" && filepath.IsAbs(home):
		return filepath.Join(home, rest)
	}
	return ""
}

func installed(program string, folders []string) bool {
	return program != "" && slices.ContainsFunc(folders, func(folder string) bool {
		info, err := os.Stat(filepath.Join(folder, program))
		return filepath.IsAbs(folder) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
	})
}

func variables(environ []string) map[string]string {
	all := make(map[string]string, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			all[name] = value
		}
	}
	return all
}
