package settings

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	defaults := Values{Mode: "autopilot"}
	tests := []struct {
		name            string
		user, workspace string
		want            Values
		problems        []Problem
	}{
		{"missing", "", "", defaults, nil},
		{"blank", " \n// nothing yet\n/* at all */", "\r\n", defaults, nil},
		{"comment without a newline at the end", "{} // end", "// end", defaults, nil},
		{
			"everything",
			`{
				// comments and trailing commas
				"keelAgent.mode": "supervised",
				"keelAgent.trustedCommands": ["go test ./...", "npm *",],
				"keelAgent.commandDenylist": ["rm -rf"],
				"keelAgent.provider": "bedrock",
				"keelAgent.model": "m",
				"keelAgent.bedrock.region": "eu-central-1",
				"keelAgent.bedrock.profile": "work",
				"keelAgent.bedrock.models": ["a", "b"],
				"editor.fontSize": 14,
			}`, "",
			Values{
				Mode: "supervised", TrustedCommands: []string{"go test ./...", "npm *"}, CommandDenylist: []string{"rm -rf"},
				Provider: "bedrock", Model: "m", BedrockRegion: "eu-central-1", BedrockProfile: "work", BedrockModels: []string{"a", "b"},
			}, nil,
		},
		{
			"byte order mark and CRLF",
			"\ufeff{\r\n\t\"keelAgent.model\": \"m\"\r\n}\r\n", "",
			Values{Mode: "autopilot", Model: "m"}, nil,
		},
		{
			"the folder tightens",
			`{"keelAgent.commandDenylist": ["a"]}`,
			`{"keelAgent.mode": "supervised", "keelAgent.commandDenylist": ["b", "a"]}`,
			Values{Mode: "supervised", CommandDenylist: []string{"a", "b"}, FolderDenylist: []string{"b"}}, nil,
		},
		{
			"the folder cannot loosen",
			`{"keelAgent.mode": "supervised", "keelAgent.commandDenylist": ["a"]}`,
			`{"keelAgent.mode": "autopilot",
			  "keelAgent.trustedCommands": ["*"],
			  "keelAgent.commandDenylist": [],
			  "keelAgent.provider": "bedrock",
			  "keelAgent.bedrock.profile": "evil"}`,
			Values{Mode: "supervised", CommandDenylist: []string{"a"}},
			[]Problem{
				{Line: 1, Column: 2, Severity: SeverityWarning, Key: KeyMode, Message: "An opened folder can ask for supervised mode, not switch it off; this has no effect."},
				{Line: 2, Column: 6, Severity: SeverityWarning, Key: KeyTrustedCommands, Message: "An opened folder cannot set keelAgent.trustedCommands; this has no effect. Set it in your own settings."},
				{Line: 4, Column: 6, Severity: SeverityWarning, Key: KeyProvider, Message: "An opened folder cannot set keelAgent.provider; this has no effect. Set it in your own settings."},
				{Line: 5, Column: 6, Severity: SeverityWarning, Key: KeyBedrockProfile, Message: "An opened folder cannot set keelAgent.bedrock.profile; this has no effect. Set it in your own settings."},
			},
		},
		{
			"wrong types, the others in force",
			`{"keelAgent.mode": "fast",
 "keelAgent.trustedCommands": "npm *",
 "keelAgent.commandDenylist": ["a", 1],
 "keelAgent.model": null,
 "keelAgent.bedrock.region": "r"}`, "",
			Values{Mode: "supervised", DenylistUnknown: true, BedrockRegion: "r"},
			[]Problem{
				{Line: 1, Column: 20, Severity: SeverityError, Key: KeyMode, Message: `keelAgent.mode has to be one of "autopilot", "supervised"; until it is, supervised mode is in force.`},
				{Line: 2, Column: 31, Severity: SeverityError, Key: KeyTrustedCommands, Message: "keelAgent.trustedCommands has to be a list of strings; its last good value stays in force."},
				{Line: 3, Column: 31, Severity: SeverityError, Key: KeyCommandDenylist, Message: "keelAgent.commandDenylist has to be a list of strings only; until it is, no command is trusted."},
				{Line: 4, Column: 21, Severity: SeverityError, Key: KeyModel, Message: "keelAgent.model has to be a string; its last good value stays in force."},
			},
		},
		{
			"unknown and nested keys",
			`{"keelAgent": {"mode": "supervised"}, "keelAgent.trusted": ["x"], "keelagent.mode": "supervised"}`, "",
			defaults,
			[]Problem{
				{Line: 1, Column: 2, Severity: SeverityWarning, Key: "keelAgent", Message: "Settings inside an object have no effect: write each with its whole name, such as keelAgent.mode."},
				{Line: 1, Column: 39, Severity: SeverityWarning, Key: "keelAgent.trusted", Message: "keelAgent.trusted is not a setting of Keel; it has no effect."},
			},
		},
		{
			"endpoints, prices and numbers",
			`{"keelAgent.provider": "openai:work", "keelAgent.openai.models": ["m"], "keelAgent.ollama.contextTokens": 8192,
 "keelAgent.openai.endpoints": {"work": "https://llm.example.com/v1", "my pc": "http://pc:1/v1", "x": "https://me:secret@example.com", "y": 1, "z": "example.com"},
 "keelAgent.prices": {"m": "1 / 2", "n": "cheap"}}`, "",
			Values{
				Mode: "autopilot", Provider: "openai:work", OpenAIModels: []string{"m"}, OllamaContext: 8192,
				OpenAIEndpoints: map[string]string{"work": "https://llm.example.com/v1"}, Prices: map[string]string{"m": "1 / 2"},
			},
			[]Problem{
				{Line: 2, Column: 71, Severity: SeverityWarning, Key: KeyOpenAIEndpoints, Message: `"my pc" in keelAgent.openai.endpoints has a name that cannot be used: write small letters, digits, dots, hyphens and underscores, at most 40; it has no effect.`},
				{Line: 2, Column: 98, Severity: SeverityWarning, Key: KeyOpenAIEndpoints, Message: `"x" in keelAgent.openai.endpoints has an address with a name, a password, a question mark or a hash in it: leave those out, and enter a key in the model picker; it has no effect.`},
				{Line: 2, Column: 136, Severity: SeverityWarning, Key: KeyOpenAIEndpoints, Message: `"y" in keelAgent.openai.endpoints has to be a string; it has no effect.`},
				{Line: 2, Column: 144, Severity: SeverityWarning, Key: KeyOpenAIEndpoints, Message: `"z" in keelAgent.openai.endpoints has an address that cannot be used: it has to begin with http:// or https:// and a host; it has no effect.`},
				{Line: 3, Column: 37, Severity: SeverityWarning, Key: KeyPrices, Message: `"n" in keelAgent.prices cannot be read: write it as "input / output" or "input / output / cache read / cache write", in dollars for a million tokens, such as "3 / 15 / 0.30 / 3.75"; it has no effect.`},
			},
		},
		{
			"network",
			`{"keelAgent.network.proxy": "http://me:p%40ss@proxy.example.com:3128", "keelAgent.network.noProxy": [".internal.example.com"],
 "keelAgent.network.certificates": ["~/company.pem", "company.pem", "/etc/company.pem"]}`, "",
			Values{
				Mode: "autopilot", Proxy: "http://me:p%40ss@proxy.example.com:3128",
				NoProxy: []string{".internal.example.com"}, Certificates: []string{"~/company.pem", "/etc/company.pem"},
			},
			[]Problem{
				{Line: 2, Column: 54, Severity: SeverityWarning, Key: KeyCertificates, Message: `"company.pem" in keelAgent.network.certificates has to be a whole path, or to begin with ~/; it has no effect.`},
			},
		},
		{
			"a proxy that cannot be used counts, and its password is not shown",
			`{"keelAgent.network.proxy": "ftp://me:hunter2@proxy.example.com"}`, "",
			Values{Mode: "autopilot", Proxy: "ftp://me:hunter2@proxy.example.com"},
			[]Problem{
				{Line: 1, Column: 29, Severity: SeverityWarning, Key: KeyProxy, Message: "keelAgent.network.proxy has to be http://, https:// or socks5://, a host and a port, with nothing after them; until it is, no other machine is reached."},
			},
		},
		{
			"the folder cannot choose the way to other machines", "",
			`{"keelAgent.network.proxy": "http://evil.example", "keelAgent.network.certificates": ["/tmp/evil.pem"], "keelAgent.network.noProxy": ["*"]}`,
			Values{Mode: "autopilot"},
			[]Problem{
				{Line: 1, Column: 2, Severity: SeverityWarning, Key: KeyProxy, Message: "An opened folder cannot set keelAgent.network.proxy; this has no effect. Set it in your own settings."},
				{Line: 1, Column: 52, Severity: SeverityWarning, Key: KeyCertificates, Message: "An opened folder cannot set keelAgent.network.certificates; this has no effect. Set it in your own settings."},
				{Line: 1, Column: 105, Severity: SeverityWarning, Key: KeyNoProxy, Message: "An opened folder cannot set keelAgent.network.noProxy; this has no effect. Set it in your own settings."},
			},
		},
		{
			"extensions",
			`{"keelExtensions.gallery": "https://extensions.example.com/vsx", "keelExtensions.network": false, "keelExtensions.other": 1, "keelExtensions": {}}`, "",
			Values{Mode: "autopilot", Gallery: "https://extensions.example.com/vsx", ExtensionNetworkOff: true},
			[]Problem{
				{Line: 1, Column: 99, Severity: SeverityWarning, Key: "keelExtensions.other", Message: "keelExtensions.other is not a setting of Keel; it has no effect."},
				{Line: 1, Column: 126, Severity: SeverityWarning, Key: "keelExtensions", Message: "Settings inside an object have no effect: write each with its whole name, such as keelExtensions.gallery."},
			},
		},
		{
			"a switch that cannot be read keeps extensions off the network",
			`{"keelExtensions.network": "no", "keelExtensions.gallery": "open-vsx.org"}`, "",
			Values{Mode: "autopilot", Gallery: "open-vsx.org", ExtensionNetworkOff: true},
			[]Problem{
				{Line: 1, Column: 28, Severity: SeverityError, Key: KeyExtensionNetwork, Message: "keelExtensions.network has to be true or false; until it is, extensions may not use the network."},
				{Line: 1, Column: 60, Severity: SeverityWarning, Key: KeyGallery, Message: "keelExtensions.gallery has to be https:// and a host, without a name or password; until it is, no extension can be found or installed."},
			},
		},
		{
			"the folder chooses neither registry nor network of extensions", "",
			`{"keelExtensions.gallery": "https://evil.example", "keelExtensions.network": true}`,
			Values{Mode: "autopilot"},
			[]Problem{
				{Line: 1, Column: 2, Severity: SeverityWarning, Key: KeyGallery, Message: "An opened folder cannot set keelExtensions.gallery; this has no effect. Set it in your own settings."},
				{Line: 1, Column: 52, Severity: SeverityWarning, Key: KeyExtensionNetwork, Message: "An opened folder cannot set keelExtensions.network; this has no effect. Set it in your own settings."},
			},
		},
		{
			"updates", `{"keelUpdate.check": "daily", "keelUpdate": {}}`, "",
			Values{Mode: "autopilot", UpdateCheck: "daily"},
			[]Problem{{Line: 1, Column: 31, Severity: SeverityWarning, Key: "keelUpdate", Message: "Settings inside an object have no effect: write each with its whole name, such as keelUpdate.check."}},
		},
		{
			"a choice that cannot be read looks for no updates", `{"keelUpdate.check": true}`, "",
			Values{Mode: "autopilot", UpdateCheck: "off"},
			[]Problem{{Line: 1, Column: 22, Severity: SeverityError, Key: KeyUpdateCheck, Message: "keelUpdate.check has to be a string; until it is, Keel does not look for updates by itself."}},
		},
		{
			"the folder does not have Keel look for updates", "", `{"keelUpdate.check": "daily"}`,
			Values{Mode: "autopilot"},
			[]Problem{{Line: 1, Column: 2, Severity: SeverityWarning, Key: KeyUpdateCheck, Message: "An opened folder cannot set keelUpdate.check; this has no effect. Set it in your own settings."}},
		},
		{
			"no such numbers",
			`{"keelAgent.ollama.contextTokens": 1.5, "keelAgent.openai.endpoints": [], "keelAgent.provider": "openai:"}`, "",
			Values{Mode: "autopilot"},
			[]Problem{
				{Line: 1, Column: 36, Severity: SeverityError, Key: KeyOllamaContext, Message: "keelAgent.ollama.contextTokens has to be a whole number from 2048 to 4194304; its last good value stays in force."},
				{Line: 1, Column: 71, Severity: SeverityError, Key: KeyOpenAIEndpoints, Message: "keelAgent.openai.endpoints has to be an object of strings; its last good value stays in force."},
				{Line: 1, Column: 97, Severity: SeverityError, Key: KeyProvider, Message: `keelAgent.provider has to be one of "", "bedrock", "ollama", "lmstudio", "llamacpp", "vllm", "github-models", "practice"; its last good value stays in force.`},
			},
		},
		{
			"switches and variables",
			`{"keelAgent.commandGuard": false, "keelAgent.sandbox": false, "keelAgent.commandEnvironment": ["AWS_PROFILE", ""]}`, "",
			Values{Mode: "autopilot", GuardOff: true, SandboxOff: true, Environment: []string{"AWS_PROFILE"}}, nil,
		},
		{
			"switches of the wrong type",
			`{"keelAgent.commandGuard": "no", "keelAgent.sandbox": 0}`, "", defaults,
			[]Problem{
				{Line: 1, Column: 28, Severity: SeverityError, Key: KeyCommandGuard, Message: "keelAgent.commandGuard has to be true or false; until it is, it is on."},
				{Line: 1, Column: 55, Severity: SeverityError, Key: KeySandbox, Message: "keelAgent.sandbox has to be true or false; until it is, it is on."},
			},
		},
		{
			"the folder switches guard and sandbox on",
			`{"keelAgent.commandGuard": false, "keelAgent.sandbox": false}`,
			`{"keelAgent.commandGuard": true, "keelAgent.sandbox": true}`, Values{Mode: "autopilot", GuardByFolder: true}, nil,
		},
		{
			"the folder cannot switch guard and sandbox off, nor pass variables on",
			``,
			`{"keelAgent.commandGuard": false,
			  "keelAgent.sandbox": false,
			  "keelAgent.commandEnvironment": ["AWS_SECRET_ACCESS_KEY"]}`, defaults,
			[]Problem{
				{Line: 1, Column: 2, Severity: SeverityWarning, Key: KeyCommandGuard, Message: "An opened folder can switch keelAgent.commandGuard on, not off; this has no effect."},
				{Line: 2, Column: 6, Severity: SeverityWarning, Key: KeySandbox, Message: "An opened folder can switch keelAgent.sandbox on, not off; this has no effect."},
				{Line: 3, Column: 6, Severity: SeverityWarning, Key: KeyEnvironment, Message: "An opened folder cannot set keelAgent.commandEnvironment; this has no effect. Set it in your own settings."},
			},
		},
		{"of two the last", `{"keelAgent.model": "a", "keelAgent.model": "b"}`, "", Values{Mode: "autopilot", Model: "b"}, nil},
		{"escaped key", `{"keelAgent.m\u006fdel": "a"}`, "", Values{Mode: "autopilot", Model: "a"}, nil},
		{"empty items say nothing", `{"keelAgent.commandDenylist": ["", "a"]}`, "", Values{Mode: "autopilot", CommandDenylist: []string{"a"}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			user := &file{name: UserName, text: []byte(test.user)}
			workspace := &file{name: WorkspaceName, text: []byte(test.workspace)}
			user.interpret()
			workspace.interpret()
			got := merge(user.layer, workspace.layer)
			if d := cmp.Diff(test.want, got, equateEmpty()); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(test.problems, append(user.problems, workspace.problems...), equateEmpty()); d != "" {
				t.Error(d)
			}
		})
	}
}

// What cannot be read may have asked for caution: nothing is allowed that a
// whole file could have forbidden.
func TestNeverWholeIsCautious(t *testing.T) {
	trusting := Values{Mode: "autopilot", TrustedCommands: []string{"*"}}
	cautious := Values{Mode: "supervised", DenylistUnknown: true}
	tests := []struct {
		name, first, second string
		after, then         Values
	}{
		{"broken", `{"keelAgent.mode": "supervised", x`, `{"keelAgent.trustedCommands": ["*"]}`, cautious, trusting},
		{"not an object", `["supervised"]`, `{"keelAgent.trustedCommands": ["*"]}`, cautious, trusting},
		{"broken twice", `{`, `[`, cautious, cautious},
		{
			"deny list of the wrong type", `{"keelAgent.commandDenylist": "rm", "keelAgent.trustedCommands": ["*"]}`,
			`{"keelAgent.commandDenylist": ["rm"], "keelAgent.trustedCommands": ["*"]}`,
			Values{Mode: "autopilot", DenylistUnknown: true}, Values{Mode: "autopilot", TrustedCommands: []string{"*"}, CommandDenylist: []string{"rm"}},
		},
		{
			"deny list still of the wrong type", `{"keelAgent.commandDenylist": "rm", "keelAgent.trustedCommands": ["*"]}`,
			`{"keelAgent.commandDenylist": 1, "keelAgent.trustedCommands": ["*"]}`,
			Values{Mode: "autopilot", DenylistUnknown: true}, Values{Mode: "autopilot", DenylistUnknown: true},
		},
		{"mode of the wrong type", `{"keelAgent.mode": true}`, `{}`, Values{Mode: "supervised"}, Values{Mode: "autopilot"}},
		{
			"whole, then the mode is mistyped", `{"keelAgent.trustedCommands": ["*"]}`,
			`{"keelAgent.mode": "fast", "keelAgent.trustedCommands": ["*"]}`, trusting, trusting,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			put(t, p.User, test.first)
			s := p.open(t)
			if d := cmp.Diff(test.after, s.Values(), equateEmpty()); d != "" {
				t.Errorf("after opening: %s", d)
			}
			if err := s.Write(t.Context(), UserName, test.second); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.then, s.Values(), equateEmpty()); d != "" {
				t.Errorf("after writing: %s", d)
			}
		})
	}
}

func TestBrokenFiles(t *testing.T) {
	tests := []struct {
		name, text   string
		line, column int
		message      string
	}{
		{"missing comma", "{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, `Invalid character '"' after object value (expecting ',' or '}')`},
		{"missing bracket", "{\n  \"a\": 1\n", 3, 1, "The file ends too early: a closing bracket is missing"},
		{"missing bracket, no newline", "{\"a\": 1", 1, 8, "The file ends too early: a closing bracket is missing"},
		{"missing value", "{\"a\": }", 1, 7, "Invalid character '}' at start of value"},
		{"open string", "{\"a\": \"x\n}", 1, 7, "A string is not closed: its quotation mark is missing"},
		{"string open to the next one", "{\"a\": \"x,\n\"b\": 1}", 1, 7, "A string is not closed: its quotation mark is missing"},
		{"long rubbish", "{\"a\": " + strings.Repeat("x", 500) + "}", 1, 7, "Not a value: " + strings.Repeat("x", 40) + "…. "},
		{"open comment", "{ /* x }", 1, 3, "A comment is not closed: */ is missing"},
		{"not a value", "{\"a\": True}", 1, 7, "Not a value: True"},
		{"two values", "{}\n{}", 2, 1, "Invalid character '{' after top-level value"},
		{"UTF-16 columns", "{\"🎉ü\": x}", 1, 9, ""},
		{"after a byte order mark", "\ufeff{\"a\" 1}", 1, 6, ""},
		{"CRLF", "{\r\n\"a\": 1,\r\n,}", 3, 1, ""},
		{"a list", "\n [1]", 2, 2, "Settings have to be an object: { … }"},
		{"too deep", strings.Repeat("[", 1<<19), 1, depthLimit + 1, "Nested more than 100 levels deep"},
		{"brackets in strings and comments do not nest", "{\"" + strings.Repeat("[", 200) + "\\\"[\": 1, /*" + strings.Repeat("{", 200) + "*/ //" + strings.Repeat("[", 200) + "\n!}", 2, 1, ""},
		{"UTF-16", "\xff\xfe{\x00", 1, 1, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := layer{KeyModel: {text: "good"}}
			f := &file{name: UserName, path: "/s", text: []byte(test.text), layer: before}
			f.interpret()
			if len(f.problems) != 1 {
				t.Fatalf("problems %+v", f.problems)
			}
			got := f.problems[0]
			if !strings.HasPrefix(got.Message, test.message) || !strings.HasSuffix(got.Message, " What the file last said when it was whole stays in force.") {
				t.Errorf("message %q", got.Message)
			}
			want := Problem{File: "/s", Line: test.line, Column: test.column, Severity: SeverityError, Message: got.Message}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(before, f.layer, cmp.AllowUnexported(value{})); d != "" {
				t.Errorf("the last good values are lost: %s", d)
			}
		})
	}
}

func TestKeybindings(t *testing.T) {
	tests := []struct {
		name, text string
		broken     bool
	}{
		{"missing", "", false},
		{"list", "// mine\n[{\"key\": \"ctrl+k\", \"command\": \"x\"},]", false},
		{"object", "{}", true},
		{"broken", "[", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := &file{name: KeybindingsName, text: []byte(test.text)}
			f.interpret()
			if got := len(f.problems) > 0; got != test.broken {
				t.Errorf("problems %+v", f.problems)
			}
		})
	}
}

func TestSchema(t *testing.T) {
	scopes := map[string]Scope{}
	for _, p := range Schema() {
		scopes[p.Key] = p.Scope
		parsed, broken := parse([]byte(p.Default))
		if broken != nil {
			t.Errorf("%s: default %q: %s", p.Key, p.Default, broken.message)
			continue
		}
		if _, wrong := p.decode(parsed.root); wrong != "" {
			t.Errorf("%s: default %q %s", p.Key, p.Default, wrong)
		}
		if len(p.Enum) != len(p.EnumDescriptions) || (p.Type == TypeEnum) != (len(p.Enum) > 0) {
			t.Errorf("%s: %d values, %d descriptions", p.Key, len(p.Enum), len(p.EnumDescriptions))
		}
		if p.Title == "" || !strings.HasSuffix(strings.TrimSpace(p.Description), ".") {
			t.Errorf("%s: title %q, description %q", p.Key, p.Title, p.Description)
		}
	}
	want := map[string]Scope{
		KeyMode: ScopeWindow, KeyCommandDenylist: ScopeWindow, KeyTrustedCommands: ScopeApplication, KeyTrustedHosts: ScopeApplication,
		KeyCommandGuard: ScopeWindow, KeySandbox: ScopeWindow, KeyEnvironment: ScopeApplication,
		KeyProvider: ScopeApplication, KeyModel: ScopeApplication,
		KeyBedrockRegion: ScopeApplication, KeyBedrockProfile: ScopeApplication, KeyBedrockModels: ScopeApplication,
		KeyOpenAIEndpoints: ScopeApplication, KeyOpenAIModels: ScopeApplication, KeyOllamaContext: ScopeApplication, KeyPrices: ScopeApplication,
		KeyGitHubClientIDs: ScopeApplication, KeyGoogleClientID: ScopeApplication, KeyBedrockRole: ScopeApplication,
		KeyProxy: ScopeApplication, KeyNoProxy: ScopeApplication, KeyCertificates: ScopeApplication,
		KeyGallery: ScopeApplication, KeyExtensionNetwork: ScopeApplication, KeyUpdateCheck: ScopeApplication,
	}
	if d := cmp.Diff(want, scopes); d != "" {
		t.Error(d)
	}
	trusted, _ := propertyOf(KeyTrustedCommands)
	if trusted.Title != "Keel Agent: Trusted Commands" {
		t.Errorf("title %q", trusted.Title)
	}
	for _, part := range []string{"`npm install`", "`npm *`", "`*`", "first", "Warning"} {
		if !strings.Contains(trusted.Description, part) {
			t.Errorf("the description does not explain %s", part)
		}
	}
}
