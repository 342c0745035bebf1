package workspace

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// mostLinks is how many symbolic links one path may pass, as on Linux.
const mostLinks = 40

// clean brings a caller's path into its one form, or refuses it.
func clean(name string) (string, error) {
	if strings.ContainsRune(name, 0) {
		return "", fs.ErrInvalid
	}
	if name == "" {
		return ".", nil
	}
	if path.IsAbs(name) {
		return "", ErrOutside
	}
	cleaned := path.Clean(name)
	if cleaned != "." && !filepath.IsLocal(filepath.FromSlash(cleaned)) {
		return "", ErrOutside
	}
	return cleaned, nil
}

// within reports whether name is folder or below it.
func within(name, folder string) bool {
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}

// at runs do on name. An [os.Root] refuses two kinds of link with the same
// unexported error: those that leave the folder, and absolute ones that lead
// back into it. So where do has failed, the links are resolved by hand: the
// first kind becomes ErrOutside, for the second do runs again on the place
// meant. The root still checks that place, so a link exchanged in between gains
// nothing.
func (w *Workspace) at(name string, follow bool, do func(name string) error) error {
	err := do(name)
	if err == nil {
		return nil
	}
	real, resolveErr := w.resolve(name, follow)
	if resolveErr != nil {
		return resolveErr
	}
	if real == name {
		return err
	}
	return do(real)
}

// resolve returns the path that name means once the links on it are followed,
// the last one only if follow is set. What does not exist is taken as written.
func (w *Workspace) resolve(name string, follow bool) (string, error) {
	rest := strings.Split(name, "/")
	done := "."
	links := 0
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if done == "." {
				return "", ErrOutside
			}
			done = path.Dir(done)
			continue
		}
		next := path.Join(done, part)
		info, err := w.root.Lstat(filepath.FromSlash(next))
		if err != nil || info.Mode()&fs.ModeSymlink == 0 || (len(rest) == 0 && !follow) {
			done = next
			continue
		}
		if links++; links > mostLinks {
			return "", syscall.ELOOP
		}
		target, err := w.root.Readlink(filepath.FromSlash(next))
		if err != nil {
			return "", cause(err)
		}
		if filepath.IsAbs(target) {
			inside, ok := w.relative(target)
			if !ok {
				return "", ErrOutside
			}
			done, target = ".", inside
		}
		rest = append(strings.Split(filepath.ToSlash(target), "/"), rest...)
	}
	return done, nil
}

// relative returns the workspace path of an absolute one. It compares text:
// whatever ".." or links remain in the rest is for resolve to walk.
func (w *Workspace) relative(absolute string) (string, bool) {
	for _, top := range []string{w.path, w.given} {
		if absolute == top {
			return ".", true
		}
		if rest, ok := strings.CutPrefix(absolute, strings.TrimSuffix(top, string(filepath.Separator))+string(filepath.Separator)); ok {
			return rest, true
		}
	}
	return "", false
}
