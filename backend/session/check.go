package session

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// What the references of one message may be.
const (
	MaxReferences = 50
	MaxGiven      = 1 << 20 // bytes of one
	MaxAllGiven   = 4 << 20 // bytes of all
	maxName       = 1000    // bytes
	maxAddress    = 8 << 10 // bytes; also of a path
)

// ReferenceError says which reference cannot be sent or kept and why.
type ReferenceError struct {
	Name   string
	Reason string // "points at nothing"
}

func (e *ReferenceError) Error() string { return fmt.Sprintf("reference %q %s", e.Name, e.Reason) }

// CheckReferences returns the references of a message as they are sent: without
// content, which is never the page's to say, and with a name. It is a
// [*ReferenceError] for those that cannot be.
func CheckReferences(references []Reference) ([]Reference, error) {
	var checked []Reference
	seen := map[string]bool{}
	given := 0
	for i, r := range references {
		r.Content = nil
		if r.Name = strings.ToValidUTF8(r.Name, "\uFFFD"); strings.TrimSpace(r.Name) == "" {
			r.Name = r.named()
		}
		if r.Given != nil {
			valid := strings.ToValidUTF8(*r.Given, "\uFFFD")
			r.Given = &valid
			given += len(valid)
		}
		fault := r.fault()
		switch {
		case i >= MaxReferences:
			fault = fmt.Sprintf("is one too many: a message may hold %d", MaxReferences)
		case r.ID == "":
			fault = "has no id"
		case seen[r.ID]:
			fault = fmt.Sprintf("has the id %.40q, which another one has too", r.ID)
		case given > MaxAllGiven:
			fault = fmt.Sprintf("is too much: the texts of a message may have %d MB together", MaxAllGiven>>20)
		}
		if fault != "" {
			name, left := r.Name, len(r.Name) > maxName
			if left {
				name = strings.ToValidUTF8(name[:40], "") + "…"
			}
			return nil, &ReferenceError{name, fault}
		}
		seen[r.ID] = true
		checked = append(checked, r)
	}
	return checked, nil
}

// named is what a reference without a name is called.
func (r Reference) named() string {
	switch {
	case r.Path != "" && r.Path != ".":
		return path.Base(r.Path)
	case r.Address != "":
		return r.Address
	}
	return string(r.Kind)
}

// fault says why a reference cannot be, by itself.
func (r Reference) fault() string {
	switch {
	case len(r.Name) > maxName:
		return "has a name that is too long"
	case len(r.ID) > maxName:
		return "has an id that is too long"
	case len(r.Path) > maxAddress:
		return "has a path that is too long"
	case len(r.Address) > maxAddress:
		return "has an address that is too long"
	case r.Path != "" && (!fs.ValidPath(r.Path) || strings.ContainsRune(r.Path, 0)):
		return "is not in the opened folder"
	case r.From < 0 || r.To < r.From || r.From == 0 && r.To != 0:
		return "has lines that cannot be"
	case r.Given != nil && len(*r.Given) > MaxGiven:
		return fmt.Sprintf("is larger than %d MB", MaxGiven>>20)
	case r.lacks():
		return "points at nothing"
	}
	switch r.Kind {
	case ReferenceFile, ReferenceFolder, ReferenceCode, ReferenceCodebase, ReferenceGitDiff,
		ReferenceTerminal, ReferenceProblems, ReferenceURL, ReferenceText:
		return ""
	}
	return fmt.Sprintf("is of the kind %.40q, which Keel does not know", r.Kind)
}

// lacks reports whether what its kind stands on is missing.
func (r Reference) lacks() bool {
	switch r.Kind {
	case ReferenceFile, ReferenceCode:
		return r.Path == "" || r.Path == "."
	case ReferenceFolder:
		return r.Path == ""
	case ReferenceURL:
		return strings.TrimSpace(r.Address) == ""
	case ReferenceTerminal, ReferenceText:
		return r.Given == nil
	case ReferenceCodebase, ReferenceGitDiff, ReferenceProblems:
	}
	return false
}
