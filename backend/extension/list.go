package extension

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// listVersion is the form of the list that this Keel writes.
const listVersion = 1

var (
	errDamaged = errors.New("the list of extensions is damaged")
	errNewer   = errors.New("the list of extensions was written by a newer Keel")
)

// list is extensions.json.
type list struct {
	Version    int      `json:"version"`
	Publishers []string `json:"publishers"` // that the person has agreed to, in lower case
	Extensions []record `json:"extensions"`
}

// record is what is kept of an installed extension besides its files.
type record struct {
	ID          string `json:"id"`
	Version     string `json:"version"`
	Folder      string `json:"folder"`
	Kind        Kind   `json:"kind"`
	SHA256      string `json:"sha256"` // of the package, in hexadecimal
	Signed      bool   `json:"signed"` // the registry's signature was right
	Source      string `json:"source"` // registry, file
	Registry    string `json:"registry,omitempty"`
	Size        int64  `json:"size"` // bytes, unpacked
	InstalledAt int64  `json:"installedAt"`
	Metadata    string `json:"metadata,omitempty"` // the workbench's own JSON
	Readme      string `json:"readme,omitempty"`
	Changelog   string `json:"changelog,omitempty"`
}

func decodeList(data []byte) (list, error) {
	var l list
	if err := json.Unmarshal(data, &l); err != nil {
		return list{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if l.Version > listVersion {
		return list{}, errNewer
	}
	seen := map[string]bool{}
	for _, each := range l.Extensions {
		_, _, ok := splitID(each.ID)
		if !ok || !validVersion(each.Version) || each.Folder != folderOf(each.ID, each.Version) || seen[strings.ToLower(each.ID)] {
			return list{}, fmt.Errorf("%w: extension %q", errDamaged, each.ID)
		}
		seen[strings.ToLower(each.ID)] = true
	}
	return l, nil
}

func (l list) encode() ([]byte, error) {
	l.Version = listVersion
	if l.Publishers == nil {
		l.Publishers = []string{}
	}
	if l.Extensions == nil {
		l.Extensions = []record{}
	}
	data, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the list of extensions: %w", err)
	}
	return append(data, '\n'), nil
}

// folderOf is the name of the folder of an extension.
func folderOf(id, version string) string { return strings.ToLower(id + "-" + version) }

func (l *list) index(id string) int {
	return slices.IndexFunc(l.Extensions, func(r record) bool { return sameID(r.ID, id) })
}

func (l *list) find(id string) (record, bool) {
	if at := l.index(id); at >= 0 {
		return l.Extensions[at], true
	}
	return record{}, false
}

// put adds an extension or takes the place of the one with its id.
func (l *list) put(r record) {
	if at := l.index(r.ID); at >= 0 {
		if r.Metadata == "" {
			r.Metadata = l.Extensions[at].Metadata
		}
		l.Extensions[at] = r
		return
	}
	l.Extensions = append(l.Extensions, r)
}

func (l *list) remove(id string) {
	l.Extensions = slices.DeleteFunc(l.Extensions, func(r record) bool { return sameID(r.ID, id) })
}

// knows tells whether a publisher has been agreed to.
func (l *list) knows(publisher string) bool {
	return slices.Contains(l.Publishers, strings.ToLower(publisher))
}

func (l *list) trust(publisher string) {
	if !l.knows(publisher) {
		l.Publishers = append(l.Publishers, strings.ToLower(publisher))
		slices.Sort(l.Publishers)
	}
}

func (l list) clone() list {
	l.Publishers, l.Extensions = slices.Clone(l.Publishers), slices.Clone(l.Extensions)
	return l
}
