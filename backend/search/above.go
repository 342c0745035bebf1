package search

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ignoredAbove returns arguments that make the ignore files between the root
// and a folder inside it count for a search that starts there. Ripgrep would
// read those above the root as well, or none. What is returned must be cleaned
// up after the search.
func (s scope) ignoredAbove() (arguments []string, cleanUp func(), err error) {
	none := func() {}
	if !s.useIgnoreFiles || path.Clean(s.folder) == "." {
		return nil, none, nil
	}
	rules := s.rulesAbove()
	if rules == "" {
		return nil, none, nil
	}
	file, err := os.CreateTemp("", "keel-ignore-*")
	if err != nil {
		return nil, none, fmt.Errorf("writing ignore rules: %w", err)
	}
	cleanUp = func() { _ = os.Remove(file.Name()) } // it is in the temporary folder
	_, err = file.WriteString(rules)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		cleanUp()
		return nil, none, fmt.Errorf("writing ignore rules: %w", err)
	}
	return []string{"--ignore-file=" + file.Name()}, cleanUp, nil
}

// rulesAbove joins the ignore files of the folders above s.folder, later ones
// outranking earlier ones: .rgignore over .ignore over .gitignore, and of one
// name the deeper over the higher.
func (s scope) rulesAbove() string {
	parts := strings.Split(path.Clean(s.folder), "/")
	var rules strings.Builder
	for _, name := range []string{".gitignore", ".ignore", ".rgignore"} {
		for depth := range parts {
			folder := path.Join(parts[:depth]...)
			data, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(folder), name))
			if err != nil {
				continue // none there, or not readable, which ripgrep passes over too
			}
			for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
				rules.WriteString(rebase(strings.TrimRight(line, "\r\n"), folder))
				rules.WriteByte('\n')
			}
		}
	}
	return rules.String()
}

// rebase rewrites a line of the ignore file in a folder for one at the root.
func rebase(line, folder string) string {
	if line == "" || strings.HasPrefix(line, "#") || folder == "" {
		return line
	}
	rule, negated := strings.CutPrefix(line, "!")
	prefix := "/" + escapeGlob(folder) + "/"
	if strings.Contains(strings.TrimSuffix(strings.TrimRight(rule, " "), "/"), "/") {
		rule = prefix + strings.TrimPrefix(rule, "/")
	} else {
		rule = prefix + "**/" + rule
	}
	if negated {
		return "!" + rule
	}
	return rule
}

func escapeGlob(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`, `}`, `\}`).Replace(text)
}
