package command

import (
	"path/filepath"
	"slices"
	"strings"
)

// markVariable marks the processes of a command, so that they can be found
// again whatever session or parent they chose.
const markVariable = "KEEL_COMMAND"

// allowed are the variables a command gets: who and where the user is, and
// where tools find their parts, their caches and the network.
//
// SSH_AUTH_SOCK is among them: fetching over SSH has to work, and hiding the
// agent's socket would protect nothing while ~/.ssh can be read. DISPLAY,
// WAYLAND_DISPLAY and DBUS_SESSION_BUS_ADDRESS are not, nor XDG_RUNTIME_DIR,
// where programs look for both when they are not set: through them a command
// could press Keel's own buttons or ask for its keys.
var allowed = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "HOSTNAME", "LANG", "LANGUAGE", "TZ",
	"TZDIR", "TMPDIR", "TMP", "TEMP", "SSH_AUTH_SOCK", "CI", "DEBIAN_FRONTEND",
	"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "HTTP_PROXY",
	"HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO",
	"NIX_SSL_CERT_FILE", "PIP_CERT", "GOPATH", "GOROOT", "GOBIN", "GOCACHE", "GOMODCACHE",
	"GOENV", "GOFLAGS", "GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB",
	"GOTOOLCHAIN", "GOOS", "GOARCH", "CGO_ENABLED", "CARGO_HOME", "RUSTUP_HOME",
	"RUSTUP_TOOLCHAIN", "NVM_DIR", "NVM_BIN", "VOLTA_HOME", "FNM_DIR",
	"FNM_MULTISHELL_PATH", "PNPM_HOME", "BUN_INSTALL", "DENO_DIR", "NODE_ENV",
	"npm_config_registry", "npm_config_cache", "VIRTUAL_ENV", "CONDA_PREFIX",
	"CONDA_DEFAULT_ENV", "CONDA_EXE", "PYENV_ROOT", "POETRY_HOME", "PIP_INDEX_URL",
	"PIP_CACHE_DIR", "UV_CACHE_DIR", "JAVA_HOME", "JDK_HOME", "M2_HOME", "MAVEN_HOME",
	"GRADLE_HOME", "GRADLE_USER_HOME", "SDKMAN_DIR", "ANDROID_HOME", "ANDROID_SDK_ROOT",
	"KOTLIN_HOME", "RBENV_ROOT", "GEM_HOME", "GEM_PATH", "DOTNET_ROOT", "DOTNET_CLI_HOME",
	"NUGET_PACKAGES", "COMPOSER_HOME", "FLUTTER_ROOT", "ASDF_DIR", "ASDF_DATA_DIR",
	"NIX_PATH", "NIX_PROFILES", "LOCALE_ARCHIVE", "HOMEBREW_PREFIX", "HOMEBREW_CELLAR",
	"CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "MAKEFLAGS",
	"PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH", "CCACHE_DIR", "SCCACHE_DIR", "SystemRoot",
	"SYSTEMROOT", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData",
	"ProgramFiles",
}

// allowedPrefixes let whole families through.
var allowedPrefixes = []string{"LC_", "XDG_"}

// shellVariables change what the shell or the loader makes of a command. Not
// even [Options.Allow] lets them through: the command that was approved has to
// be the command that runs.
var shellVariables = []string{
	"BASH_ENV", "ENV", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS", "BASH_XTRACEFD", "IFS",
	"PS0", "PS1", "PS2", "PS4", "CDPATH", "GLOBIGNORE", "EXECIGNORE", "POSIXLY_CORRECT",
}

var shellPrefixes = []string{"BASH_FUNC_", "LD_", "DYLD_"}

// secretSuffixes end the names of credentials.
var secretSuffixes = []string{"_TOKEN", "_SECRET", "_KEY", "_PASSWORD", "_PASSWD", "_CREDENTIALS"}

// forced make programs fail or print where they would ask or page.
var forced = []string{
	"CLICOLOR=0",
	"EDITOR=false",
	"GIT_EDITOR=false",
	"GIT_PAGER=cat",
	"GIT_TERMINAL_PROMPT=0",
	"MANPAGER=cat",
	"PAGER=cat",
	"SSH_ASKPASS_REQUIRE=never",
	"TERM=dumb",
	"VISUAL=false",
}

// Environment returns the variables a command gets from what environ offers:
// those of the allow-list and those the user allows by name, then the ones
// that keep programs from asking. Names of credentials (AWS_*, *_TOKEN,
// *_SECRET, *_KEY …) pass only when allowed by name. PATH loses its relative
// entries and those that lead into the workspace, so that no program is picked
// up from there by its name alone.
func Environment(environ, allow []string, workspace string) []string {
	kept := make(map[string]string)
	for _, entry := range environ {
		name, value, ok := strings.Cut(entry, "=")
		if !ok || name == "" || FateOf(name, allow) != Passed {
			continue
		}
		if name == "PATH" {
			value = safePath(value, workspace)
		}
		kept[name] = value
	}
	for _, entry := range forced {
		name, value, _ := strings.Cut(entry, "=")
		kept[name] = value
	}
	result := make([]string, 0, len(kept))
	for name, value := range kept {
		result = append(result, name+"="+value)
	}
	slices.Sort(result)
	return result
}

// Fate is what becomes of a variable.
type Fate int

// What becomes of variables, from the one that passes on.
const (
	Passed     Fate = iota // commands get it
	Unlisted               // commands do not get it, as they hardly need it
	Credential             // commands do not get it, as its name is that of a credential
	Never                  // it would change what the shell makes of a command; allowing it does nothing
	Replaced               // commands get another value, so that programs do not ask or page
)

// FateOf tells what becomes of a variable where the user allows some by name.
func FateOf(name string, allow []string) Fate {
	switch {
	case slices.Contains(shellVariables, name), hasAnyPrefix(name, shellPrefixes), name == markVariable:
		return Never
	case slices.ContainsFunc(forced, func(entry string) bool { return strings.HasPrefix(entry, name+"=") }):
		return Replaced
	case slices.Contains(allow, name):
		return Passed
	case secret(name):
		return Credential
	case name != "XDG_RUNTIME_DIR" && (slices.Contains(allowed, name) || hasAnyPrefix(name, allowedPrefixes)):
		return Passed
	}
	return Unlisted
}

func secret(name string) bool {
	upper := strings.ToUpper(name)
	if strings.HasPrefix(upper, "AWS_") {
		return true
	}
	return slices.ContainsFunc(secretSuffixes, func(suffix string) bool {
		return strings.HasSuffix(upper, suffix)
	})
}

// safePath keeps the entries of a PATH that name a folder outside the workspace,
// as they are written and where their links lead.
func safePath(value, workspace string) string {
	kept := slices.DeleteFunc(filepath.SplitList(value), func(entry string) bool {
		return !filepath.IsAbs(entry) || fromWorkspace(entry, workspace)
	})
	return strings.Join(kept, string(filepath.ListSeparator))
}

func fromWorkspace(path, workspace string) bool {
	if inside(path, workspace) {
		return true
	}
	real, err := filepath.EvalSymlinks(path)
	return err == nil && inside(real, workspace)
}

func inside(path, folder string) bool {
	if folder == "" {
		return false
	}
	relative, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(relative)
}

func hasAnyPrefix(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}
