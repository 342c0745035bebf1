package app

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
)

// maxLinks is how many links wait for an answer. They can come from any web page;
// what other starts ask is not limited.
const maxLinks = 64

// requests are what other starts of Keel, and links from outside, ask of this
// window. Each stays here until the page says that it is done, so that none is lost
// when the page is loaded again, for another folder or in the middle of the work.
type requests struct {
	mu      sync.Mutex // guards what follows
	last    int        // the number of the last id
	shows   instance.Folder
	all     []*held // in the order of coming
	shut    bool
	arrived func(waiting bool) // nil while there is no window to tell
}

// held is one of them.
type held struct {
	wire   wire.OpenRequest
	folder instance.Folder
	given  bool      // the page that is shown has it
	closed chan bool // of one that waits
	link   string    // of a link, as it came
	leads  *destination
}

// newRequests are those of a window that shows a folder, or is about to.
func newRequests(shows instance.Folder) *requests { return &requests{shows: shows} }

func (r *requests) id() string {
	r.last++
	return strconv.Itoa(r.last)
}

// tell has arrived called for each request from now on.
func (r *requests) tell(arrived func(waiting bool)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrived = arrived
}

// receive is what the window answers other starts with.
func (r *requests) receive(ctx context.Context, asked instance.Request) (<-chan bool, error) {
	made := &held{folder: look(asked.Folder), link: asked.Link}
	if asked.Wait {
		made.closed = make(chan bool, 1)
	}
	closed := made.closed // it is forgotten there when it ends, which may be at once
	added, err := r.add(made, asked)
	if err != nil {
		return nil, err
	}
	if !added {
		closed = nil // nothing of it would ever end
	} else if closed != nil {
		context.AfterFunc(ctx, func() { r.end(made.wire.ID, false) })
	}
	r.mu.Lock()
	arrived := r.arrived
	r.mu.Unlock()
	if arrived != nil {
		arrived(added)
	}
	return closed, nil
}

// add keeps a request. It does not where the request only brings the window to the
// front, or is done with another one.
func (r *requests) add(made *held, asked instance.Request) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.shut:
		return false, instance.ErrGone
	case asked.Link != "":
		if links := len(r.all) - len(slices.DeleteFunc(slices.Clone(r.all), isLink)); links >= maxLinks {
			return false, &instance.RefusedError{Message: "This link was not followed: too many wait for an answer. Answer those in Keel's window first."}
		}
		made.wire = wire.OpenRequest{Kind: wire.OpenLink}
	case asked.Folder == "":
		return false, nil
	default:
		if err := r.place(made, asked); err != nil {
			return false, err
		}
		if !asked.Wait && asked.File == "" && slices.ContainsFunc(r.all, func(other *held) bool { return other.folder.Is(made.folder) }) {
			return false, nil // that one opens it anyway
		}
	}
	made.wire.ID = r.id()
	r.all = append(r.all, made)
	return true, nil
}

// place reads a request for a place. One that is not meant to replace what the
// window shows, or is about to show, is not for this window.
func (r *requests) place(made *held, asked instance.Request) error {
	next := r.shows
	for _, other := range r.all {
		if other.wire.Kind == wire.OpenPlace && !other.folder.Is(r.shows) {
			next = other.folder
		}
	}
	if next.Path != "" && !next.Is(made.folder) && !asked.Replace {
		return instance.ErrElsewhere
	}
	file := relative(asked.Folder, asked.File)
	if asked.File != "" && file == "" {
		return &instance.RefusedError{Message: asked.File + " is not in " + asked.Folder + ". Nothing was opened."}
	}
	made.wire = wire.OpenRequest{
		Kind: wire.OpenPlace, Folder: made.folder.Path, File: file, Line: asked.Line, Column: asked.Column, Wait: asked.Wait,
	}
	return nil
}

// take gives the page what it does not have yet; one that has just been loaded has
// nothing.
func (r *requests) take(loaded bool) []wire.OpenRequest {
	r.mu.Lock()
	defer r.mu.Unlock()
	var taken []wire.OpenRequest
	for _, each := range r.all {
		if each.given && !loaded {
			continue
		}
		each.given = true
		if each.wire.Kind == wire.OpenPlace && each.folder.Is(r.shows) {
			each.wire.Folder = r.shows.Path // as the page calls it
		}
		taken = append(taken, each.wire)
	}
	return taken
}

// find returns where a request is, or less than 0. The requests are locked.
func (r *requests) find(id string) int {
	return slices.IndexFunc(r.all, func(each *held) bool { return each.wire.ID == id })
}

func isLink(each *held) bool { return each.wire.Kind != wire.OpenPlace }

// look is what a path names, or the path alone where that cannot be looked at.
func look(path string) instance.Folder {
	if folder, err := instance.Look(path); err == nil {
		return folder
	}
	return instance.Folder{Path: path}
}
