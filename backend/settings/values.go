package settings

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"
)

// Values are Keel's own settings that are in force.
type Values struct {
	Mode            string // autopilot or supervised
	TrustedCommands []string
	TrustedHosts    []string // all can be used
	CommandDenylist []string
	FolderDenylist  []string // those of CommandDenylist that only the opened folder asks for
	DenylistUnknown bool     // it cannot be read, so that a trusted command may be on it: none is trusted
	GuardOff        bool     // patterns are enough: the command guard is switched off
	GuardByFolder   bool     // the user has switched the guard off, and the opened folder on again
	SandboxOff      bool
	Environment     []string // names of variables that commands get beside the usual ones
	Provider        string   // its id; empty to choose
	Model           string   // empty for the provider's own choice
	BedrockRegion   string   // empty for the profile's
	BedrockProfile  string   // empty for the default chain
	BedrockModels   []string
	OpenAIEndpoints map[string]string // addresses by name; all can be used
	OpenAIModels    []string
	OllamaContext   int               // tokens; 0 for the default
	Prices          map[string]string // by model; all can be read
	GitHubClientIDs map[string]string // by host
	GoogleClientID  string
	BedrockRole     string // the ARN of the role for a Google account; empty: none
	Proxy           string // empty: the environment's
	NoProxy         []string
	Certificates    []string // paths of PEM files
	Gallery         string   // the address of the registry of extensions; empty: the default

	ExtensionNetworkOff bool // extensions may not use the network

	UpdateCheck string // off or daily; empty where the user has not said
}

func (v Values) clone() Values {
	v.TrustedCommands = slices.Clone(v.TrustedCommands)
	v.TrustedHosts = slices.Clone(v.TrustedHosts)
	v.CommandDenylist = slices.Clone(v.CommandDenylist)
	v.FolderDenylist = slices.Clone(v.FolderDenylist)
	v.Environment = slices.Clone(v.Environment)
	v.BedrockModels = slices.Clone(v.BedrockModels)
	v.OpenAIEndpoints = maps.Clone(v.OpenAIEndpoints)
	v.OpenAIModels = slices.Clone(v.OpenAIModels)
	v.Prices = maps.Clone(v.Prices)
	v.GitHubClientIDs = maps.Clone(v.GitHubClientIDs)
	v.NoProxy = slices.Clone(v.NoProxy)
	v.Certificates = slices.Clone(v.Certificates)
	return v
}

// Severity is how much a problem matters.
type Severity string

const (
	SeverityError   Severity = "error"   // something stays as it was
	SeverityWarning Severity = "warning" // something has no effect
)

// Problem is something in a settings file that has no effect.
type Problem struct {
	File     string // absolute
	Line     int    // from 1; 0 when the whole file is meant
	Column   int    // from 1, in UTF-16 units
	Severity Severity
	Key      string // the setting; empty when the whole file is meant
	Message  string // what is wrong and what holds instead
}

// layer is what one file says: its keys that have a value of the right type.
type layer map[string]value

// value is a string, the items of a list or of a map, or a number. Of an unread
// one nothing is known: the file was never seen with a value of the right type
// there.
type value struct {
	text   string
	list   []string
	items  map[string]string
	number int64
	off    bool      // of a switch that is on unless somebody switches it off
	odd    []oddItem // what cannot be used; items of a map or list are not in it
	unread bool
}

// oddItem is an item of a map or list that has no effect, or a string that cannot
// be used.
type oddItem struct {
	offset  int
	message string
}

// readLayer reads Keel's keys from a whole document. A key whose value has the
// wrong type keeps what it had in the layer before.
func readLayer(d document, path string, before layer, workspace bool) (layer, []Problem) {
	next := layer{}
	var problems []Problem
	object := d.object()
	if object == nil {
		return next, nil
	}
	for i, member := range object.Members {
		key := memberName(member)
		if last, _, _ := d.member(key); last != i || !ownKey(key) {
			continue
		}
		report := func(severity Severity, message string) {
			problems = append(problems, d.problem(path, member.Name.StartOffset, severity, key, message))
		}
		property, known := propertyOf(key)
		if !known {
			report(SeverityWarning, unknownMessage(key))
			continue
		}
		v, wrong := property.decode(member.Value)
		if wrong == "" && workspace {
			if loose := loosening(key, v); loose != "" {
				report(SeverityWarning, loose)
				continue
			}
		}
		if wrong == "" {
			for _, item := range v.odd {
				problems = append(problems, d.problem(path, item.offset, SeverityWarning, key, item.message))
			}
			next[key] = v
			continue
		}
		offset := member.Value.StartOffset
		kept, ok := before[key]
		if before == nil && !workspace {
			kept, ok = value{unread: true}, true
		}
		if ok {
			next[key] = kept
		}
		problems = append(problems, d.problem(path, offset, SeverityError, key, fmt.Sprintf("%s %s; %s.", key, wrong, instead(key, kept))))
	}
	return next, problems
}

// instead says what holds in the place of a value of the wrong type.
func instead(key string, kept value) string {
	switch {
	case kept.unread && key == KeyMode:
		return "until it is, supervised mode is in force"
	case kept.unread && key == KeyCommandDenylist:
		return "until it is, no command is trusted"
	case kept.unread && (key == KeyCommandGuard || key == KeySandbox):
		return "until it is, it is on"
	case kept.unread && key == KeyUpdateCheck:
		return "until it is, Keel does not look for updates by itself"
	case kept.unread && key == KeyExtensionNetwork:
		return "until it is, extensions may not use the network"
	}
	return "its last good value stays in force"
}

func ownKey(key string) bool {
	return slices.ContainsFunc([]string{"keelAgent", "keelExtensions", "keelUpdate"}, func(group string) bool {
		return key == group || strings.HasPrefix(key, group+".")
	})
}

func unknownMessage(key string) string {
	if example, ok := map[string]string{"keelAgent": KeyMode, "keelExtensions": KeyGallery, "keelUpdate": KeyUpdateCheck}[key]; ok {
		return fmt.Sprintf("Settings inside an object have no effect: write each with its whole name, such as %s.", example)
	}
	return fmt.Sprintf("%s is not a setting of Keel; it has no effect.", key)
}

// loosening says why a value in the opened folder's settings is ignored, or
// nothing when it only tightens.
func loosening(key string, v value) string {
	switch {
	case key == KeyMode && v.text == modeSupervised, key == KeyCommandDenylist:
		return ""
	case (key == KeyCommandGuard || key == KeySandbox) && !v.off:
		return ""
	case key == KeyCommandGuard || key == KeySandbox:
		return fmt.Sprintf("An opened folder can switch %s on, not off; this has no effect.", key)
	case key == KeyMode:
		return "An opened folder can ask for supervised mode, not switch it off; this has no effect."
	}
	return fmt.Sprintf("An opened folder cannot set %s; this has no effect. Set it in your own settings.", key)
}

// decode reads a value; wrong says what it has to be.
func (p Property) decode(v hujson.Value) (decoded value, wrong string) {
	switch p.Type {
	case TypeStringArray:
		array, ok := v.Value.(*hujson.Array)
		if !ok {
			return value{}, "has to be a list of strings"
		}
		decoded.list = []string{}
		for _, element := range array.Elements {
			literal, ok := element.Value.(hujson.Literal)
			if !ok || literal.Kind() != '"' {
				return value{}, "has to be a list of strings only"
			}
			item := literal.String()
			if item == "" {
				continue
			}
			if p.check != nil {
				if message := p.check("", item); message != "" {
					decoded.odd = append(decoded.odd, oddItem{element.StartOffset, fmt.Sprintf("%q in %s %s; it has no effect.", item, p.Key, message)})
					continue
				}
			}
			decoded.list = append(decoded.list, item)
		}
		return decoded, ""
	case TypeEnum, TypeString:
		literal, ok := v.Value.(hujson.Literal)
		if !ok || literal.Kind() != '"' {
			return value{}, "has to be a string"
		}
		decoded.text = literal.String()
		if p.Type == TypeEnum && !slices.Contains(p.Enum, decoded.text) && !p.takes(decoded.text) {
			return value{}, "has to be one of " + quoted(p.Enum)
		}
		if p.warn != nil {
			if message := p.warn(decoded.text); message != "" {
				decoded.odd = append(decoded.odd, oddItem{v.StartOffset, p.Key + " " + message})
			}
		}
		return decoded, ""
	case TypeStringMap:
		return p.decodeMap(v)
	case TypeBoolean:
		literal, ok := v.Value.(hujson.Literal)
		if !ok || literal.Kind() != 't' && literal.Kind() != 'f' {
			return value{}, "has to be true or false"
		}
		return value{off: literal.Kind() == 'f'}, ""
	case TypeInteger:
		literal, ok := v.Value.(hujson.Literal)
		if !ok || literal.Kind() != '0' {
			return value{}, "has to be a number"
		}
		n, err := strconv.ParseInt(string(literal), 10, 64)
		if err != nil || n < p.Minimum || n > p.Maximum {
			return value{}, fmt.Sprintf("has to be a whole number from %d to %d", p.Minimum, p.Maximum)
		}
		return value{number: n}, ""
	}
	return value{}, "has a type that is not known"
}

func quoted(items []string) string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = fmt.Sprintf("%q", item)
	}
	return strings.Join(all, ", ")
}

// merge puts the folder's tightening over the user's own settings.
func merge(user, workspace layer) Values {
	v := Values{
		Mode:            modeAutopilot,
		TrustedCommands: slices.Clone(user[KeyTrustedCommands].list),
		TrustedHosts:    slices.Clone(user[KeyTrustedHosts].list),
		CommandDenylist: slices.Clone(user[KeyCommandDenylist].list),
		Provider:        user[KeyProvider].text,
		Model:           user[KeyModel].text,
		BedrockRegion:   user[KeyBedrockRegion].text,
		BedrockProfile:  user[KeyBedrockProfile].text,
		BedrockModels:   slices.Clone(user[KeyBedrockModels].list),
		OpenAIEndpoints: maps.Clone(user[KeyOpenAIEndpoints].items),
		OpenAIModels:    slices.Clone(user[KeyOpenAIModels].list),
		OllamaContext:   int(user[KeyOllamaContext].number),
		Prices:          maps.Clone(user[KeyPrices].items),
		GuardOff:        off(KeyCommandGuard, user, workspace),
		GuardByFolder:   user[KeyCommandGuard].off && !off(KeyCommandGuard, user, workspace),
		SandboxOff:      off(KeySandbox, user, workspace),
		Environment:     slices.Clone(user[KeyEnvironment].list),
		GitHubClientIDs: maps.Clone(user[KeyGitHubClientIDs].items),
		GoogleClientID:  user[KeyGoogleClientID].text,
		BedrockRole:     user[KeyBedrockRole].text,
		Proxy:           user[KeyProxy].text,
		NoProxy:         slices.Clone(user[KeyNoProxy].list),
		Certificates:    slices.Clone(user[KeyCertificates].list),
		Gallery:         user[KeyGallery].text,

		ExtensionNetworkOff: user[KeyExtensionNetwork].off || user[KeyExtensionNetwork].unread,

		UpdateCheck: user[KeyUpdateCheck].text,
	}
	if user[KeyUpdateCheck].unread {
		v.UpdateCheck = UpdatesOff
	}
	if user[KeyCommandDenylist].unread {
		v.DenylistUnknown, v.TrustedCommands = true, nil
	}
	if user[KeyMode].unread || user[KeyMode].text == modeSupervised || workspace[KeyMode].text == modeSupervised {
		v.Mode = modeSupervised
	}
	for _, item := range workspace[KeyCommandDenylist].list {
		if !slices.Contains(v.CommandDenylist, item) {
			v.CommandDenylist = append(v.CommandDenylist, item)
			v.FolderDenylist = append(v.FolderDenylist, item)
		}
	}
	return v
}

// off tells whether a switch that is on by default is off: the user can switch
// it off, and the opened folder on again.
func off(key string, user, workspace layer) bool {
	_, on := workspace[key]
	return user[key].off && !on
}
