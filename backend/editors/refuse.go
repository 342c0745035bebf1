package editors

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tailscale/hujson"
)

// Why something is left out, each a sentence.
const (
	reasonKeel      = "It is a setting of Keel's own: set it here."
	reasonTrust     = "It decides what may run without being asked about, which only you can decide, here."
	reasonCommands  = "It lets commands run unasked. Look at those one by one with “Keel: Edit Trusted Commands”."
	reasonAgent     = "It is for the other editor's agent, which Keel does not have."
	reasonProgram   = "It names a program that would be run, or what it is run with."
	reasonTerminal  = "It decides which program terminals run, and with what environment."
	reasonTasks     = "It holds commands that would be run."
	reasonNetwork   = "How Keel reaches the network is set in Keel: “Keel Agent › Network: Proxy”."
	reasonFetch     = "It makes the editor fetch from the network by itself, which Keel does not do."
	reasonTelemetry = "Keel reports nothing to anyone, so there is nothing to set."
	reasonService   = "It is for a service of the other editor that Keel does not have."
	reasonWindow    = "It would break something that is otherwise in Keel's window."
	reasonSecret    = "It looks like a secret. Enter it anew where it is needed; Keel keeps it in the keychain."
	reasonLong      = "It is longer than a setting can sensibly be."
	reasonName      = "Its name has characters that a name cannot have."
	reasonNoObject  = "It is not written as settings for a language are."
	reasonNoBinding = "It is not written as a key binding is."
	reasonTypes     = "It types into a terminal, or runs a task: a key could run a command unseen."
	reasonAnswers   = "It would let a key answer for you what Keel asks."
)

// rule refuses settings by the beginning of their key, or by the whole of it.
type rule struct {
	begins string // with a dot at its end, or the whole key
	reason string
}

// rules are looked at in order: the first that fits counts. Names are those of the
// settings of VS Code 1.128 and of the editors made of it.
func rules() []rule {
	return []rule{
		{"keel", reasonKeel}, {"keelagent.", reasonKeel}, {"keelextensions.", reasonKeel}, {"keelupdate.", reasonKeel}, {"keel.", reasonKeel},
		{"chat.tools.", reasonCommands}, {"chat.agent.terminal.", reasonCommands}, {"github.copilot.chat.agent.terminal.", reasonCommands},
		{"kiroagent.trustedcommands", reasonCommands}, {"kiroagent.commanddenylist", reasonCommands},
		{"chat.", reasonAgent}, {"inlinechat.", reasonAgent}, {"github.copilot.", reasonAgent}, {"kiroagent.", reasonAgent}, {"kiro.", reasonAgent},
		{"cursor.", reasonAgent}, {"windsurf.", reasonAgent}, {"codeium.", reasonAgent}, {"amazonq.", reasonAgent}, {"mcp", reasonAgent}, {"mcp.", reasonAgent},
		{"security.", reasonTrust}, {"workbench.trusteddomains.", reasonTrust}, {"task.allowautomatictasks", reasonTrust},
		{"extensions.", reasonTrust}, {"extensiondevelopment.", reasonTrust}, {"git.openrepositoryinparentfolders", reasonTrust},
		{"terminal.integrated.profiles.", reasonTerminal}, {"terminal.integrated.defaultprofile.", reasonTerminal},
		{"terminal.integrated.automationprofile.", reasonTerminal}, {"terminal.integrated.automationshell.", reasonTerminal},
		{"terminal.integrated.shell.", reasonTerminal}, {"terminal.integrated.shellargs.", reasonTerminal},
		{"terminal.integrated.env.", reasonTerminal}, {"terminal.integrated.inheritenv", reasonTerminal},
		{"terminal.integrated.cwd", reasonTerminal}, {"terminal.external.", reasonTerminal}, {"terminal.explorerkind", reasonTerminal},
		{"launch", reasonTasks}, {"tasks", reasonTasks},
		{"http.", reasonNetwork}, {"keelnetwork.", reasonNetwork},
		{"json.schemadownload.", reasonFetch}, {"json.schemas", reasonFetch}, {"yaml.schemas", reasonFetch}, {"yaml.schemastore.", reasonFetch},
		{"markdown.styles", reasonFetch}, {"npm.fetchonlinepackageinfo", reasonFetch}, {"typescript.disableautomatictypeacquisition", reasonFetch},
		{"js/ts.tsserver.automatictypeacquisition.", reasonFetch}, {"js/ts.tsserver.web.typeacquisition.", reasonFetch},
		{"typescript.tsserver.web.typeacquisition.", reasonFetch},
		{"workbench.settings.enablenaturallanguagesearch", reasonFetch}, {"workbench.enableexperiments", reasonFetch},
		{"telemetry.", reasonTelemetry}, {"redhat.telemetry.", reasonTelemetry},
		{"settingssync.", reasonService}, {"sync.", reasonService}, {"update.", reasonService}, {"remote.", reasonService}, {"liveshare.", reasonService},
		{"workbench.startupeditor", reasonWindow}, {"workbench.editor.usemodal", reasonWindow}, {"workbench.editor.dragtoopenwindow", reasonWindow},
		{"terminal.integrated.gpuacceleration", reasonWindow}, {"window.newwindowprofile", reasonWindow},
	}
}

// harmless are keys that a rule about words would take for a program's.
func harmless() []string {
	return []string{
		"breadcrumbs.filepath", "breadcrumbs.symbolpath", "terminal.integrated.commandstoskipshell",
		"typescript.preferences.importmodulespecifier", "javascript.preferences.importmodulespecifier",
	}
}

// last words of a key's last part by which it names a program, or what one is run
// with: "python.defaultInterpreterPath", "go.alternateTools", "rust-analyzer.server.path".
func programWords() []string {
	return []string{
		"path", "paths", "executable", "executables", "interpreter", "binary", "binaries", "bin", "command", "commands", "cmd",
		"args", "arguments", "argv", "flags", "env", "environment", "vars", "shell", "vmargs", "jvm", "exec", "program", "runtime", "runtimes",
		"home", "tsdk", "tools", "launcher", "wrapper", "debugger", "gopath", "goroot", "gdb", "hook", "hooks", "script", "scripts", "exepath",
	}
}

// names of members inside a value that hold a program.
func programMembers() []string {
	return []string{"cmd", "program", "executable", "executablepath", "runtimeexecutable", "shell", "shellpath", "shellargs", "env", "argv", "exec"}
}

// refusal says why a setting is not taken over, or nothing.
func refusal(key string, value hujson.Value, secrets Secrets) string {
	low := strings.ToLower(key)
	for _, each := range rules() {
		if low == each.begins || strings.HasSuffix(each.begins, ".") && strings.HasPrefix(low, each.begins) {
			return each.reason
		}
	}
	if reason := holdsRefused(low, value); reason != "" {
		return reason
	}
	text := plain(value)
	switch {
	case len(text) > settingLongest:
		return reasonLong
	case slices.Contains(harmless(), low):
		return ""
	case namesProgram(key, value), holdsProgram(value):
		return reasonProgram
	case holdsSecret(key, value, secrets):
		return reasonSecret
	}
	return ""
}

// holdsRefused looks for a rule about what is inside: {"terminal": {"integrated": …}}
// means the same to the workbench as the names in a row.
func holdsRefused(low string, value hujson.Value) string {
	if _, ok := value.Value.(*hujson.Object); !ok || slices.Contains(harmless(), low) {
		return ""
	}
	for _, each := range rules() {
		if strings.HasPrefix(each.begins, low+".") {
			return each.reason
		}
	}
	return ""
}

// namesProgram goes by the last word of a key. A number or a switch names none.
func namesProgram(key string, value hujson.Value) bool {
	if literal, ok := value.Value.(hujson.Literal); ok && literal.Kind() != '"' {
		return false
	}
	parts := words(key[strings.LastIndexByte(key, '.')+1:])
	return len(parts) > 0 && slices.Contains(programWords(), parts[len(parts)-1]) ||
		slices.Contains(parts, "executable") || slices.Contains(parts, "executables")
}

func holdsProgram(value hujson.Value) bool {
	switch v := value.Value.(type) {
	case *hujson.Object:
		for _, member := range NewObject(value).Members {
			if slices.Contains(programMembers(), strings.ToLower(member.Name)) || holdsProgram(member.Value) {
				return true
			}
		}
	case *hujson.Array:
		return slices.ContainsFunc(v.Elements, holdsProgram)
	}
	return false
}

// holdsSecret asks about every string with the name that it is given to.
func holdsSecret(name string, value hujson.Value, secrets Secrets) bool {
	name = name[strings.LastIndexByte(name, '.')+1:]
	switch v := value.Value.(type) {
	case *hujson.Object:
		return slices.ContainsFunc(NewObject(value).Members, func(m Member) bool { return holdsSecret(m.Name, m.Value, secrets) })
	case *hujson.Array:
		return slices.ContainsFunc(v.Elements, func(each hujson.Value) bool { return holdsSecret(name, each, secrets) })
	}
	text, ok := Text(value)
	if !ok || text == "" {
		return false
	}
	return namesSecret(name) || secrets(text) || secrets(`"`+name+`": `+string(plain(value)))
}

// namesSecret goes by the words of a name: a string given to a "token" is one.
func namesSecret(name string) bool {
	parts := words(name)
	for i, each := range parts {
		switch each {
		case "password", "passwd", "passphrase", "secret", "secrets", "token", "apikey", "credential", "credentials", "authorization", "pat":
			return true
		case "key":
			if i > 0 && slices.Contains([]string{"api", "access", "private", "secret", "license"}, parts[i-1]) {
				return true
			}
		}
	}
	return false
}

// words takes "defaultInterpreterPath" apart, in small letters.
func words(name string) []string {
	var parts []string
	begin, lower := 0, false
	add := func(end int) {
		if end > begin {
			parts = append(parts, strings.ToLower(name[begin:end]))
		}
	}
	for i, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			add(i)
			begin, lower = i+utf8.RuneLen(r), false
			continue
		case unicode.IsUpper(r) && lower:
			add(i)
			begin = i
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
	}
	add(len(name))
	return parts
}

// showable tells whether a name can be shown as it is.
func showable(name string) bool {
	return name != "" && len(name) <= nameLongest && utf8.ValidString(name) && strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

func shortened(name string) string {
	runes := []rune(strings.ToValidUTF8(name, "\ufffd"))
	if len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(runes)
}
