package editors

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

const extensionsMost = 1000

// Extension is one that the user has installed there.
type Extension struct {
	ID      string // "publisher.name", in small letters
	Version string
}

var (
	extensionID      = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}\.[a-z0-9][a-z0-9._-]{0,149}$`)
	extensionVersion = regexp.MustCompile(`^[0-9]+(\.[0-9]+){1,3}([-+][0-9A-Za-z.-]{1,60})?$`)
	// extensionFolder is how an editor calls the folder of one.
	extensionFolder = regexp.MustCompile(`^([a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9._-]*?)-([0-9]+\.[0-9]+\.[0-9]+)(-[a-z0-9-]+)?$`)
)

// readExtensions reads the list that an editor keeps, extensions.json, or the names
// of the folders where it keeps none.
func (c *Contents) readExtensions(folder string) {
	path := filepath.Join(folder, "extensions.json")
	parsed, err := parseFile(path, largest)
	array, ok := parsed.Value.(*hujson.Array)
	switch {
	case err == nil && ok:
		for _, element := range array.Elements {
			entry := NewObject(element)
			identifier, _ := entry.Get("identifier")
			c.addExtension(NewObject(identifier).text("id"), entry.text("version"))
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		c.problem(path, err)
	default:
		c.readExtensionFolders(folder)
	}
	slices.SortFunc(c.Extensions, func(a, b Extension) int { return strings.Compare(a.ID, b.ID) })
}

func (c *Contents) readExtensionFolders(folder string) {
	entries, err := list(folder)
	if err != nil {
		c.problem(folder, err)
		return
	}
	removed, _ := ReadObject(filepath.Join(folder, ".obsolete")) // absent in most
	for _, entry := range entries {
		if _, gone := removed.Get(entry.Name()); gone || !entry.IsDir() {
			continue
		}
		if parts := extensionFolder.FindStringSubmatch(strings.ToLower(entry.Name())); parts != nil {
			c.addExtension(parts[1], parts[2])
		}
	}
}

// addExtension adds one, once, if it is named as extensions are.
func (c *Contents) addExtension(id, version string) {
	id = strings.ToLower(id)
	if !extensionID.MatchString(id) || len(c.Extensions) == extensionsMost ||
		slices.ContainsFunc(c.Extensions, func(e Extension) bool { return e.ID == id }) {
		return
	}
	if !extensionVersion.MatchString(version) {
		version = ""
	}
	c.Extensions = append(c.Extensions, Extension{id, version})
}
