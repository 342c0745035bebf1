package checkpoint

import (
	"os"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// What makes an ignored folder bulk, and the largest ignore file that is read.
const (
	bulkFiles   = 2000
	bulkBytes   = 100 << 20
	ignoreLimit = 1 << 20

	cacheTag          = "CACHEDIR.TAG"
	cacheTagSignature = "Signature: 8a477f597d28d172789f06886806bc55" // bford.info/cachedir
)

func bulkNames() []string { return []string{"node_modules", "target", ".venv"} }

// rules are the ignore rules of a folder and those above it, the weakest first.
// Only folders are asked about: ignored files are captured like others.
type rules struct {
	patterns []gitignore.Pattern
	ignored  bool // the folder itself is
	within   bool // so is the folder it is in
}

// enter returns the rules inside a folder, given its ignore file's text.
func (r rules) enter(folder string, ignoreFile string) rules {
	if ignoreFile == "" {
		return r
	}
	var domain []string
	if folder != "." {
		domain = strings.Split(folder, "/")
	}
	inner := rules{patterns: slices.Clip(r.patterns), ignored: r.ignored, within: r.within}
	all, some := false, false
	for line := range strings.Lines(ignoreFile) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		inner.patterns = append(inner.patterns, gitignore.ParsePattern(line, domain))
		all = all || line == "*" || line == "/*" || line == "**"
		some = some || strings.HasPrefix(line, "!")
	}
	// A folder that ignores all of its own content is ignored, as a virtual
	// environment does.
	inner.ignored = inner.ignored || all && !some && folder != "."
	return inner
}

// match tells whether a folder inside is ignored.
func (r rules) match(folder string) bool {
	if r.ignored || len(r.patterns) == 0 {
		return r.ignored
	}
	steps := strings.Split(folder, "/")
	for _, pattern := range slices.Backward(r.patterns) {
		if result := pattern.Match(steps, true); result != gitignore.NoMatch {
			return result == gitignore.Exclude
		}
	}
	return false
}

// bulk says why an ignored folder is not captured, or "".
func bulk(folder *os.Root, name string, listed []string, top bool) string {
	if slices.Contains(bulkNames(), name) {
		return "ignored, and called " + name
	}
	if slices.Contains(listed, cacheTag) && tagged(folder) {
		return "ignored, and marked as a cache by " + cacheTag
	}
	if !top {
		return ""
	}
	count := counter{files: bulkFiles, bytes: bulkBytes}
	count.folder(folder)
	switch {
	case count.files < 0:
		return "ignored, and holds more than 2,000 files"
	case count.bytes < 0:
		return "ignored, and holds more than 100 MiB"
	}
	return ""
}

func tagged(folder *os.Root) bool {
	info, err := folder.Lstat(cacheTag)
	if err != nil || !info.Mode().IsRegular() || info.Size() > ignoreLimit {
		return false
	}
	content, _, err := readStable(folder, cacheTag, info, noFault)
	return err == nil && strings.HasPrefix(string(content), cacheTagSignature)
}

// counter counts down what a folder may hold.
type counter struct {
	files int
	bytes int64
}

func (c *counter) folder(folder *os.Root) {
	listed, err := names(folder)
	if err != nil {
		return // the capture will say so
	}
	for _, name := range listed {
		info, err := folder.Lstat(name)
		if err != nil || isGit(name) {
			continue
		}
		if !info.IsDir() {
			c.files--
			c.bytes -= info.Size()
		} else if inner, err := openFolder(folder, name); err == nil {
			c.folder(inner)
			_ = inner.Close() // only read from
		}
		if c.files < 0 || c.bytes < 0 {
			return
		}
	}
}

// isGit tells whether a name is that of git's own data, which is not touched.
func isGit(name string) bool {
	return name == ".git" || foldsNames && strings.EqualFold(name, ".git")
}
