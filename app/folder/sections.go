package folder

import (
	"bufio"
	"io"
	"os"
	"strings"
)

// sectionsLimit is more than a settings file of this kind has.
const sectionsLimit = 1 << 20

// namedSection is a part of a file such as ~/.aws/config or .git/config.
type namedSection struct {
	name   string // what stands between the brackets
	values map[string]string
}

// readSections reads such a file as data: nothing in it is carried out or
// followed. What it does not understand it skips; a file that cannot be read has
// no sections. Of a folder, a pipe or a device nothing is read.
func readSections(path string) []namedSection {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	var sections []namedSection
	scanner := bufio.NewScanner(io.LimitReader(file, sectionsLimit))
	for scanner.Scan() {
		line := strings.TrimSpace(scanner.Text())
		if rest, ok := strings.CutPrefix(line, "["); ok {
			name, _, _ := strings.Cut(rest, "]")
			sections = append(sections, namedSection{name: strings.TrimSpace(name), values: map[string]string{}})
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" || len(sections) == 0 || strings.ContainsAny(name[:1], "#;") {
			continue
		}
		sections[len(sections)-1].values[strings.ToLower(name)] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return sections
}
