package editors

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

const (
	snippetsMost    = 200
	snippetsLongest = 1 << 20 // of a file, in bytes
)

// Snippet is a file of snippets: for the language that it is named after, "go.json",
// or for all, "mine.code-snippets".
type Snippet struct {
	Name string // without a folder
	Text string
}

// snippetName is what the files are called; the rest of the folder is not looked at.
var snippetName = regexp.MustCompile(`^[\pL\pN][\pL\pN ._+#-]{0,99}\.(json|code-snippets)$`)

func (c *Contents) readSnippets() {
	folder := filepath.Join(c.Folder, "snippets")
	entries, err := list(folder)
	if err != nil {
		c.problem(folder, err)
		return
	}
	for _, entry := range entries {
		name := entry.Name()
		if !snippetName.MatchString(name) {
			continue
		}
		if len(c.Snippets) == snippetsMost {
			c.Problems = append(c.Problems, folder+" holds more files than any person writes; the rest was left out.")
			return
		}
		path := filepath.Join(folder, name)
		data, err := readFile(path, snippetsLongest)
		if err == nil {
			err = areSnippets(data)
		}
		if err != nil {
			c.problem(path, err)
			continue
		}
		c.Snippets = append(c.Snippets, Snippet{name, string(data)})
	}
}

// entriesMost is how many names of a folder are looked at.
const entriesMost = 20_000

// list reads the names in a folder, not more than is sane, in their order.
func list(folder string) ([]fs.DirEntry, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.IsDir() {
		return nil, errors.New("it is not a folder")
	}
	opened, err := os.Open(folder)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer func() { _ = opened.Close() }()
	entries, err := opened.ReadDir(entriesMost)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, withoutPath(err)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// ReadSnippets reads a file of snippets, wherever it is. An error may be
// [fs.ErrNotExist].
func ReadSnippets(path string) ([]byte, error) { return readFile(path, 2*snippetsLongest) }

// areSnippets tells whether a file is what an editor takes for snippets: of another
// kind of file, which a link may lead to, nothing is copied.
func areSnippets(data []byte) error {
	parsed, err := parse(data)
	if err != nil {
		return err
	}
	if _, ok := parsed.Value.(*hujson.Object); !ok {
		return errors.New("it holds no snippets")
	}
	for _, member := range NewObject(parsed).Members {
		if _, ok := NewObject(member.Value).Get("body"); !ok {
			return errors.New("it holds something else than snippets")
		}
	}
	return nil
}

// ForLanguage is the text of a file of snippets for all languages that says what
// "go.json" says by its name: where that name is taken, it can be called otherwise.
func ForLanguage(language, text string) (string, error) {
	parsed, err := parse([]byte(text))
	if err != nil {
		return "", err
	}
	object, ok := parsed.Value.(*hujson.Object)
	if !ok {
		return "", errors.New("it holds no snippets")
	}
	for i, member := range object.Members {
		snippet, ok := member.Value.Value.(*hujson.Object)
		if !ok {
			continue
		}
		scope := hujson.ObjectMember{Name: hujson.Value{Value: hujson.String("scope")}, Value: hujson.Value{Value: hujson.String(language)}}
		if len(snippet.Members) > 0 {
			scope.Name.BeforeExtra = snippet.Members[0].Name.BeforeExtra
		}
		scope.Value.BeforeExtra = hujson.Extra(" ")
		snippet.Members = append([]hujson.ObjectMember{scope}, snippet.Members...)
		object.Members[i].Value.Value = snippet
	}
	return string(parsed.Pack()), nil
}
