package approval

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/keel-ide/keel/backend/ignore"
)

// ignoreName names the files that say, as .gitignore files do, what of a
// workspace the agent does not read unasked.
const ignoreName = ".keelignore"

// mostIgnored is how long such a file may be, in bytes.
const mostIgnored = 1 << 20

// Ignored is what the .keelignore files of a workspace keep from the agent, as
// they were when each was first needed. It is not safe for concurrent use.
type Ignored struct {
	root   string
	levels map[string]level // by folder
}

// level is what holds inside one folder. Names are compared as they are written
// and folded, since a file system may take both for the same.
type level struct {
	exact, folded *ignore.Rules
	why           string // everything in it is kept; empty when it is not
}

// ReadIgnored returns what the .keelignore files below the absolute folder root
// say; they are read as they are needed. Of an empty root nothing is kept.
func ReadIgnored(root string) *Ignored {
	return &Ignored{root: root, levels: map[string]level{}}
}

// Keeps reports whether the file or folder at a workspace-relative path is kept
// from the agent, by its name or by that of what it leads to.
func (i *Ignored) Keeps(name string) bool {
	if i.whyNamed(name) != "" {
		return true
	}
	root, ok := resolve(i.root, true)
	if !ok {
		return true
	}
	real, ok := resolve(filepath.Join(root, filepath.FromSlash(name)), true)
	if !ok {
		return true
	}
	inside, err := filepath.Rel(root, real)
	return err == nil && i.whyNamed(inside) != ""
}

// whyNamed says why a path is kept from the agent by its name alone, as a part of
// a sentence; it is empty when it is not.
func (i *Ignored) whyNamed(name string) string {
	name = path.Clean(filepath.ToSlash(name))
	if i.root == "" || !filepath.IsLocal(name) {
		return ""
	}
	if name == "." {
		return i.level(".").why
	}
	return i.why(name, func() (folder, known bool) {
		info, err := os.Stat(filepath.Join(i.root, filepath.FromSlash(name)))
		return err == nil && info.IsDir(), err == nil
	})
}

// any is whyNamed for several names of one file.
func (i *Ignored) any(names []string) string {
	for _, name := range names {
		if why := i.whyNamed(name); why != "" {
			return why
		}
	}
	return ""
}

func (i *Ignored) why(name string, isFolder func() (folder, known bool)) string {
	around := i.level(path.Dir(name))
	if around.why != "" || around.exact == nil {
		return around.why
	}
	folder, known := isFolder()
	if around.matches(name, folder) || !known && around.matches(name, true) {
		return "a " + ignoreName + " file lists it"
	}
	return ""
}

func (l level) matches(name string, isFolder bool) bool {
	return l.exact.Match(name, isFolder) || l.folded.Match(foldPath(name), isFolder)
}

// level returns what holds inside a folder.
func (i *Ignored) level(folder string) level {
	if known, ok := i.levels[folder]; ok {
		return known
	}
	var found level
	if folder != "." {
		found = i.level(path.Dir(folder))
		if found.why == "" && found.exact != nil && found.matches(folder, true) {
			found.why = "a " + ignoreName + " file lists the folder it is in"
		}
	}
	if found.why == "" {
		text, err := readIgnore(filepath.Join(i.root, filepath.FromSlash(folder), ignoreName))
		switch {
		case err != nil:
			found.why = "the " + ignoreName + " file above it cannot be read"
		case len(text) > 0:
			found.exact = found.exact.Enter(folder, text)
			found.folded = found.folded.Enter(foldPath(folder), foldText(text))
		}
	}
	i.levels[folder] = found
	return found
}

// readIgnore reads a .keelignore file; of one that is missing, nothing.
func readIgnore(name string) ([]byte, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not hold the decision up
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil:
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	text, err := io.ReadAll(io.LimitReader(file, mostIgnored+1))
	if err == nil && len(text) > mostIgnored {
		err = errors.New("too long")
	}
	return text, err
}

// foldPath folds a path; that of the top stays ".".
func foldPath(name string) string { return path.Clean(strings.Join(foldParts(name), "/")) }

// foldText folds the text of an ignore file as [fold] folds a name.
func foldText(text []byte) []byte {
	return []byte(norm.NFC.String(cases.Fold().String(norm.NFC.String(string(text)))))
}
