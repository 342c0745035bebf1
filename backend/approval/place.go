package approval

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// locate returns the absolute forms of a workspace-relative path: where it
// really leads, and as written. It denies what leaves the workspace.
func (p *Policy) locate(path string, followLast bool) (forms []string, denied *Decision) {
	outside := &Decision{Effect: Deny, Rule: RuleOutside, Tier: TierBuiltIn, Pattern: path,
		Reason: fmt.Sprintf("%q is outside the workspace; the agent may only act inside the opened folder.", path)}
	local := filepath.FromSlash(path)
	if path == "" {
		local = "."
	}
	if p.root == "" || !filepath.IsLocal(local) || strings.ContainsRune(path, 0) {
		return nil, outside
	}
	root, ok := resolve(p.root, true)
	if !ok {
		return nil, outside
	}
	real, ok := resolve(filepath.Join(root, local), followLast)
	if !ok {
		return nil, outside
	}
	inside, err := filepath.Rel(root, real)
	if err != nil || !filepath.IsLocal(inside) {
		return nil, outside
	}
	return []string{real, filepath.Join(root, local)}, nil
}

// relative returns the forms below the workspace's top, so that the folders
// above it play no part.
func (p *Policy) relative(forms []string) []string {
	root, _ := resolve(p.root, true)
	inside := make([]string, 0, len(forms)+1)
	for _, form := range forms {
		if relative, err := filepath.Rel(root, form); err == nil {
			inside = append(inside, relative)
		}
	}
	return inside
}

// protectedForms returns Keel's folders as given and where they really are.
func (p *Policy) protectedForms() []string {
	forms := slices.Clone(p.protected)
	for _, folder := range p.protected {
		if real, ok := resolve(folder, true); ok {
			forms = append(forms, real)
		}
	}
	return forms
}
