package app

import (
	"path/filepath"
	"slices"

	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
)

// shown notes that the page has done what a request asks for. What is left of it is
// the wait.
func (r *requests) shown(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := r.find(id); at >= 0 {
		r.all[at].wire.Shown = true
		if r.all[at].closed == nil {
			r.all = slices.Delete(r.all, at, at+1)
		}
	}
}

// end forgets a request; who waits for it is told whether it was closed by a person.
func (r *requests) end(id string, well bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := r.find(id); at >= 0 {
		r.all[at].settle(well)
		r.all = slices.Delete(r.all, at, at+1)
	}
}

// places are the requests for places that nobody waits for, as they came.
func (r *requests) places() []instance.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []instance.Request
	for _, each := range r.all {
		if each.wire.Kind == wire.OpenPlace && !each.wire.Wait && each.wire.File != "" {
			file := filepath.Join(each.folder.Path, filepath.FromSlash(each.wire.File))
			all = append(all, instance.Request{Folder: each.folder.Path, File: file, Line: each.wire.Line, Column: each.wire.Column})
		}
	}
	return all
}

// without notes that the folder that the window was to show cannot be opened, and
// that it shows none: the page is asked for it again, and says why.
func (r *requests) without() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shows = instance.Folder{}
}

// opened notes that the window shows another folder. What was to be shown in the
// one before no longer will be, and its editors were not closed by a person; who
// waits for that folder itself has waited long enough.
func (r *requests) opened(folder instance.Folder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.shows
	r.shows = folder
	r.all = slices.DeleteFunc(r.all, func(each *held) bool {
		switch {
		case each.wire.Kind != wire.OpenPlace:
			return false
		case each.folder.Is(folder):
			each.wire.Shown = false
			return each.wire.File == "" && each.closed == nil // that was all
		case each.wire.Shown || each.folder.Is(before):
			each.settle(each.wholeOf(before))
			return true
		}
		return false
	})
}

// hangUp takes no more requests: the window closes.
func (r *requests) hangUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shut = true
}

// close notes that the window has closed, and with it the folder; an editor of it
// has not been closed by a person.
func (r *requests) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shut = true
	for _, each := range r.all {
		each.settle(each.wholeOf(r.shows))
	}
	r.all = nil
}

// wholeOf tells whether a request is for a folder and no file of it: then whoever
// closes that has closed what is waited for.
func (h *held) wholeOf(folder instance.Folder) bool {
	return h.wire.Kind == wire.OpenPlace && h.wire.File == "" && h.folder.Is(folder)
}

// settle tells who waits how that has ended.
func (h *held) settle(well bool) {
	if h.closed == nil {
		return
	}
	if well {
		h.closed <- true // there is room for this one
	}
	close(h.closed)
	h.closed = nil
}
