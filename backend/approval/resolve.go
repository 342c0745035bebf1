package approval

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxLinks is how many symbolic links one path may go through, as in Linux.
const maxLinks = 40

// resolve follows every symbolic link of an absolute path, as far as the path
// exists; what does not exist is kept as written. Unlike filepath.EvalSymlinks
// it follows links that point to nothing, because writing through one creates
// its target. followLast says whether the last part is followed too; deleting
// and moving act on the link itself. ok is false when the links go in circles
// or cannot be read.
func resolve(path string, followLast bool) (resolved string, ok bool) {
	path = filepath.Clean(path)
	volume := filepath.VolumeName(path)
	resolved = volume + string(filepath.Separator)
	rest := parts(path[len(volume):])
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		if part == ".." {
			resolved = filepath.Dir(resolved)
			continue
		}
		next := filepath.Join(resolved, part)
		if len(rest) == 0 && !followLast {
			return next, true
		}
		info, err := os.Lstat(next)
		if err != nil && !os.IsNotExist(err) {
			return "", false
		}
		if err != nil || info.Mode()&os.ModeSymlink == 0 {
			resolved = next
			continue
		}
		target, err := os.Readlink(next)
		if links++; err != nil || links > maxLinks {
			return "", false
		}
		if filepath.IsAbs(target) {
			volume = filepath.VolumeName(target)
			resolved = volume + string(filepath.Separator)
			target = target[len(volume):]
		}
		rest = append(parts(target), rest...)
	}
	return resolved, true
}

// parts splits a path at its separators; empty parts and "." are left out.
func parts(path string) []string {
	all := strings.FieldsFunc(path, func(r rune) bool { return r == filepath.Separator || r == '/' })
	kept := all[:0]
	for _, part := range all {
		if part != "." {
			kept = append(kept, part)
		}
	}
	return kept
}

// fold returns the form in which two names are compared that some file system
// takes for the same: case folded, in Unicode NFC, without the characters that
// are ignored (HFS+: format characters; Windows: dots and spaces at the end and
// everything after a colon). The rules for ".git" are those of git's
// path.c:is_ntfs_dotgit and utf8.c:is_hfs_dotgit.
func fold(name string) string {
	name, _, _ = strings.Cut(name, ":")
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	name = norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
	return strings.TrimRight(name, ". ")
}

// foldParts folds every part of a path.
func foldParts(path string) []string {
	folded := parts(path)
	for i, part := range folded {
		folded[i] = fold(part)
	}
	return folded
}

// within reports whether path is folder or lies below it, both absolute, by
// their folded parts.
func within(path, folder string) bool {
	inner, outer := foldParts(path), foldParts(folder)
	if len(inner) < len(outer) {
		return false
	}
	for i := range outer {
		if inner[i] != outer[i] {
			return false
		}
	}
	return true
}
