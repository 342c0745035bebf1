//go:build !linux

package workspace

// renameNew moves source to target, which must be free.
func (w *Workspace) renameNew(source, target string) error { return w.renameLook(source, target) }
