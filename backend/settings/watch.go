package settings

import (
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// watchFiles reads all files, closes ready, and reads again whenever one may
// have changed, until the store is closed.
func (s *Store) watchFiles(ready chan<- struct{}) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		s.options.Log.Warn("settings are polled", "error", err)
		s.poll(ready)
		return
	}
	defer func() { _ = watcher.Close() }()
	w := &watch{store: s, watcher: watcher}
	w.follow()
	s.reloadAll()
	close(ready)
	quiet := time.NewTimer(0)
	defer quiet.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.moved:
			quiet.Reset(0)
		case event := <-watcher.Events:
			if w.concerns(event.Name) {
				quiet.Reset(s.options.Debounce)
			}
		case err := <-watcher.Errors: // events were lost
			s.options.Log.Warn("watching settings", "error", err)
			quiet.Reset(s.options.Debounce)
		case <-quiet.C:
			w.follow()
			s.reloadAll()
		}
	}
}

func (s *Store) poll(ready chan<- struct{}) {
	s.reloadAll()
	close(ready)
	ticker := time.NewTicker(s.options.Poll)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.moved:
		case <-ticker.C:
		}
		s.reloadAll()
	}
}

func (s *Store) reloadAll() {
	s.disk.Lock()
	defer s.disk.Unlock()
	s.reload(UserName, WorkspaceName, KeybindingsName)
}

// watch watches the folders that decide what the files hold: programs replace
// files instead of writing into them. Where a folder is missing, the nearest
// one above it is watched for it.
type watch struct {
	store   *Store
	watcher *fsnotify.Watcher
	folders map[string]bool
	paths   map[string]bool // whose events matter
}

func (w *watch) concerns(path string) bool { return w.paths[path] || w.folders[path] }

// follow brings the watched folders up to date. It looks again after watching,
// since a folder may have come to be in between.
func (w *watch) follow() {
	for range 5 {
		folders, paths := w.wanted()
		for folder := range w.folders {
			if !folders[folder] {
				_ = w.watcher.Remove(folder) // may be gone already
			}
		}
		for folder := range folders {
			// Adding again costs nothing, and matters when the folder is
			// another one of the same name.
			if err := w.watcher.Add(folder); err != nil {
				w.store.options.Log.Warn("watching settings", "folder", folder, "error", err)
			}
		}
		w.folders, w.paths = folders, paths
		if again, _ := w.wanted(); maps.Equal(folders, again) {
			return
		}
	}
}

func (w *watch) wanted() (folders, paths map[string]bool) {
	folders, paths = map[string]bool{}, map[string]bool{}
	add := func(path string) {
		for {
			folder := filepath.Dir(path)
			if info, err := os.Stat(folder); err == nil && info.IsDir() || folder == path {
				folders[folder], paths[path] = true, true
				return
			}
			path = folder
		}
	}
	w.store.mu.Lock()
	files := maps.Clone(w.store.files)
	w.store.mu.Unlock()
	for _, file := range files {
		if file.path == "" {
			continue
		}
		path := filepath.Clean(file.path)
		add(path)
		for range 40 { // links on the way, as many as the system would follow
			target, err := os.Readlink(path)
			if err != nil {
				break
			}
			if !filepath.IsAbs(target) {
				target = filepath.Join(filepath.Dir(path), target)
			}
			path = filepath.Clean(target)
			add(path)
		}
	}
	return folders, paths
}
