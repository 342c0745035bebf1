package editors

import (
	"encoding/json"
	"path/filepath"

	"github.com/tailscale/hujson"
)

const (
	settingsMost   = 3000
	settingLongest = 64 << 10 // of a value, in bytes
	nameLongest    = 300
)

// Setting is a key of settings.json.
type Setting struct {
	Key   string
	Value json.RawMessage // compact
}

func (c *Contents) readSettings(secrets Secrets) {
	path := filepath.Join(c.Folder, "settings.json")
	parsed, err := parseFile(path, largest)
	if err != nil {
		c.problem(path, err)
		return
	}
	object := NewObject(parsed)
	seen := map[string]int{}
	for _, member := range object.Members {
		value, ok := c.allowed(member, secrets)
		if !ok {
			continue
		}
		setting := Setting{member.Name, value}
		if at, twice := seen[member.Name]; twice {
			c.Settings[at] = setting // of two the last counts
			continue
		}
		if len(c.Settings) == settingsMost {
			c.Problems = append(c.Problems, path+" holds more settings than any person writes; the rest was left out.")
			return
		}
		seen[member.Name] = len(c.Settings)
		c.Settings = append(c.Settings, setting)
	}
}

// allowed is the value of a setting that may be taken over. Of the settings for one
// language, "[go]", it is what may be taken over of them.
func (c *Contents) allowed(member Member, secrets Secrets) (json.RawMessage, bool) {
	if !showable(member.Name) {
		c.leaveOut(shortened(member.Name), reasonName)
		return nil, false
	}
	if !isLanguage(member.Name) {
		if reason := refusal(member.Name, member.Value, secrets); reason != "" {
			c.leaveOut(member.Name, reason)
			return nil, false
		}
		return plain(member.Value), true
	}
	block, ok := member.Value.Value.(*hujson.Object)
	if !ok {
		c.leaveOut(member.Name, reasonNoObject)
		return nil, false
	}
	kept := &hujson.Object{}
	for _, inner := range block.Members {
		name, _ := Text(inner.Name)
		reason := refusal(name, inner.Value, secrets)
		if !showable(name) {
			name, reason = shortened(name), reasonName
		}
		if reason != "" {
			c.leaveOut(member.Name+" "+name, reason)
			continue
		}
		kept.Members = append(kept.Members, inner)
	}
	if len(kept.Members) == 0 {
		return nil, false
	}
	return plain(hujson.Value{Value: kept}), true
}

// isLanguage tells whether a key holds the settings of languages: "[go]", "[c][cpp]".
func isLanguage(key string) bool {
	return len(key) > 2 && key[0] == '[' && key[len(key)-1] == ']'
}
