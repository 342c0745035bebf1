package update

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is how a program came to where it is.
type Kind string

const (
	Unknown  Kind = "unknown"  // nobody but its owner can replace it, as one that was built
	Managed  Kind = "managed"  // a package manager keeps it up to date
	Unpacked Kind = "unpacked" // an archive was unpacked into a folder of its own
)

// managedFile lies beside a program that a package manager has installed. Its first
// line names the manager, its second one is the command that updates.
const managedFile = "managed-by"

// Installation says how a program came to where it is.
type Installation struct {
	Kind    Kind
	Manager string // of a managed one
	Command string // that has the manager update it
	Folder  string // of an unpacked one: replaced as a whole
	Fixed   bool   // of an unpacked one: this user may not replace it
}

// Folders are those that belong to an installation that replaces itself: its own, the
// new version's and the old one's. Whoever writes there decides what runs next.
func (i Installation) Folders() []string {
	if i.Kind != Unpacked {
		return nil
	}
	s := stagedFor("", i.Folder)
	return []string{s.Folder, s.New, s.Old}
}

// Installed looks at the folder that the running program is in.
func Installed(near string) Installation {
	if text, err := os.ReadFile(filepath.Join(near, managedFile)); err == nil {
		manager, command, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
		return Installation{Kind: Managed, Manager: strings.TrimSpace(manager), Command: strings.TrimSpace(command)}
	}
	folder := filepath.Dir(filepath.Dir(near))
	if near != filepath.Join(folder, "lib", "keel") || !unpacked(folder) {
		return Installation{Kind: Unknown}
	}
	return Installation{Kind: Unpacked, Folder: folder, Fixed: !mayChange(filepath.Dir(folder))}
}

// unpacked tells whether a folder holds what Keel's archive holds and nothing else:
// one that it shares, as /usr/local, must never be replaced, and one without the
// program replaces nothing.
func unpacked(folder string) bool {
	link, err := os.Readlink(filepath.Join(folder, "bin", "keel"))
	return err == nil && runs(Program(folder)) && link == filepath.Join("..", "lib", "keel", "keel") &&
		only(folder, "bin", "lib", "share") && only(filepath.Join(folder, "bin"), "keel") && only(filepath.Join(folder, "lib"), "keel")
}

// Program is where the program lies in a folder that Keel was unpacked into.
func Program(folder string) string { return filepath.Join(folder, "lib", "keel", "keel") }

func runs(program string) bool {
	info, err := os.Lstat(program)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o100 != 0
}

func only(folder string, names ...string) bool {
	entries, err := os.ReadDir(folder)
	return err == nil && !slices.ContainsFunc(entries, func(entry os.DirEntry) bool { return !slices.Contains(names, entry.Name()) })
}
