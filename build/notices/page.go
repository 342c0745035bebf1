package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// compiledIn are packages that are only needed to build the page, of which a piece is
// in the page all the same: Svelte's own, which drives the views.
var compiledIn = []string{"svelte", "esm-env", "clsx", "devalue"}

// workbenchHolder is who the packages of the workbench name in the licence that they
// bring along once, in the package of its programming interface.
const workbenchHolder = "2015 - present Microsoft Corporation; (c) CodinGame"

// pageParts lists what the page is made of.
func pageParts(folder string) ([]part, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return nil, fmt.Errorf("reading the page's packages: %w", err)
	}
	var lock struct {
		Packages map[string]struct {
			Name, Version, License string
			Dev                    bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, fmt.Errorf("reading the page's packages: %w", err)
	}
	var parts []part
	for _, place := range slices.Sorted(maps.Keys(lock.Packages)) {
		one := lock.Packages[place]
		_, name, inside := cutLast(place, "node_modules/")
		if !inside || one.Dev && !slices.Contains(compiledIn, place[len("node_modules/"):]) {
			continue
		}
		if one.Name != "" {
			name = one.Name // installed under another name
		}
		p, err := pagePart(filepath.Join(folder, filepath.FromSlash(place)), name, one.Version, one.License)
		if errors.Is(err, fs.ErrNotExist) {
			continue // of another system: not in this build
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func pagePart(folder, name, version, licence string) (part, error) {
	texts, err := readTexts(folder)
	if err != nil {
		return part{}, err
	}
	licence = plain(licence)
	if licence == "" {
		licence = recognise(texts)
	}
	if len(texts) == 0 && licence == "MIT" {
		holder := "the authors of " + name
		if path.Dir(name) == "@codingame" {
			holder = workbenchHolder
		}
		texts = []string{mit(holder)}
	}
	return part{ecosystem: "npm", name: name, version: version, licence: licence, texts: texts}, nil
}

func cutLast(s, separator string) (before, after string, found bool) {
	at := strings.LastIndex(s, separator)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(separator):], true
}
