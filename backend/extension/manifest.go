package extension

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Limits of a manifest.
const (
	mostManifest    = 1 << 20
	mostName        = 100
	mostDisplayName = 300
	mostDescription = 4 << 10
	mostLinks       = 200 // members of a pack, or dependencies
)

// Manifest is what Keel reads of an extension's package.json. All of it is what a
// stranger says.
type Manifest struct {
	Name         string
	Publisher    string
	Version      string
	DisplayName  string // as written: it may stand for a translation
	Description  string
	Engine       string // engines.vscode
	Main         string // the entry for Node
	Browser      string // the entry for the worker host
	Pack         []string
	Dependencies []string
	Activation   []string
	Contributes  bool
}

// ID is publisher.name as the manifest writes it.
func (m Manifest) ID() string { return m.Publisher + "." + m.Name }

// Shown is the name for a person, out of a manifest and its translations.
func (m Manifest) Shown(translations []byte) string {
	name := translated(m.DisplayName, translations)
	if strings.TrimSpace(name) == "" {
		name = m.Name
	}
	return Plain(strings.Join(strings.Fields(name), " "), mostDisplayName)
}

// nameForm is what the name of a publisher or of an extension may be.
var nameForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*$`)

func validName(text string) bool { return len(text) <= mostName && nameForm.MatchString(text) }

// splitID takes an id apart; ok is false where it is none.
func splitID(id string) (publisher, name string, ok bool) {
	publisher, name, ok = strings.Cut(id, ".")
	return publisher, name, ok && validName(publisher) && validName(name)
}

// sameID compares ids, which differ in no letter's case alone.
func sameID(a, b string) bool { return strings.EqualFold(a, b) }

// ReadManifest reads a package.json. Its keys count as they are spelt, since that
// is how the workbench reads them.
func ReadManifest(data []byte) (Manifest, error) {
	if len(data) > mostManifest {
		return Manifest{}, refuse("Its package.json is larger than 1 MiB.")
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		return Manifest{}, refuse("Its package.json is not text in UTF-8.")
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil || all == nil {
		return Manifest{}, refuse("Its package.json cannot be read as JSON.")
	}
	m := Manifest{}
	engines := map[string]json.RawMessage{}
	read := []error{
		field(all, "name", &m.Name), field(all, "publisher", &m.Publisher), field(all, "version", &m.Version),
		field(all, "displayName", &m.DisplayName), field(all, "description", &m.Description),
		field(all, "main", &m.Main), field(all, "browser", &m.Browser), field(all, "engines", &engines),
		field(all, "extensionPack", &m.Pack), field(all, "extensionDependencies", &m.Dependencies),
		field(all, "activationEvents", &m.Activation),
	}
	contributes := map[string]json.RawMessage{}
	read = append(read, field(engines, "vscode", &m.Engine), field(all, "contributes", &contributes))
	for _, err := range read {
		if err != nil {
			return Manifest{}, err
		}
	}
	m.Contributes = len(contributes) > 0
	return m, m.check()
}

// field reads one member of an object; one that is not there or null is empty.
func field[T any](object map[string]json.RawMessage, name string, into *T) error {
	raw, ok := object[name]
	if !ok {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return refuse(fmt.Sprintf("In its package.json, %q has the wrong type.", name))
	}
	return nil
}

func (m Manifest) check() error {
	wrong := func(name string) error {
		return refuse(fmt.Sprintf("In its package.json, %q is missing or cannot be used.", name))
	}
	switch {
	case !validName(m.Name):
		return wrong("name")
	case !validName(m.Publisher):
		return wrong("publisher")
	case !validVersion(m.Version):
		return wrong("version")
	case m.Engine == "" || len(m.Engine) > longestVersion:
		return wrong("engines.vscode")
	case utf8.RuneCountInString(m.DisplayName) > mostDisplayName:
		return wrong("displayName")
	case len(m.Description) > mostDescription:
		return wrong("description")
	case len(m.Pack) > mostLinks:
		return wrong("extensionPack")
	case len(m.Dependencies) > mostLinks:
		return wrong("extensionDependencies")
	}
	for _, id := range append(m.Pack[:len(m.Pack):len(m.Pack)], m.Dependencies...) {
		if _, _, ok := splitID(id); !ok {
			return refuse("Its package.json names an extension that cannot exist.")
		}
	}
	for _, entry := range []string{m.Main, m.Browser} {
		if entry != "" && !safeEntry(entry) {
			return refuse("In its package.json, the entry of its code leads out of the extension.")
		}
	}
	return nil
}

// safeEntry tells whether a path that a manifest names stays in the extension.
func safeEntry(path string) bool {
	return checkName(strings.TrimPrefix(path, "./")) == ""
}

// translated is a text with its translation in the place of a %key%.
func translated(text string, translations []byte) string {
	key, ok := strings.CutPrefix(text, "%")
	key, closed := strings.CutSuffix(key, "%")
	if !ok || !closed || len(translations) == 0 || len(translations) > mostManifest {
		return text
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(translations, []byte("\xef\xbb\xbf")), &all) != nil {
		return text
	}
	var plain string
	if json.Unmarshal(all[key], &plain) == nil {
		return plain
	}
	var long struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(all[key], &long) == nil && long.Message != "" {
		return long.Message
	}
	return text
}
