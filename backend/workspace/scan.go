package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"time"
)

// pollEvery is the shortest time between two looks at the folders that the
// system does not watch; pollShare bounds what looking may cost.
const (
	pollEvery = 500 * time.Millisecond
	pollShare = 20
	topEvery  = 2 * time.Second // between two looks at whether the workspace exists
)

// rest is how long to wait for events before looking for oneself.
func (t *tree) rest(now time.Time) time.Duration {
	if len(t.polled) == 0 {
		t.polls, t.due = false, time.Time{}
		return topEvery
	}
	if t.polls {
		t.polls = false
		t.due = now.Add(max(pollEvery, pollShare*now.Sub(t.began)))
	}
	if t.due.IsZero() {
		t.due = now.Add(pollEvery)
	}
	return max(0, t.due.Sub(now))
}

// look does what no event prompts: it looks whether the workspace is still
// there, and starts a round of polls.
func (t *tree) look(now time.Time) {
	t.lookAtTop()
	t.polls, t.began = true, now
	for n := range t.polled {
		t.later = append(t.later, job{n, poll})
	}
}

// scan reads one folder. The watch comes first and the names second, so that
// nothing falls in between; what both tell of is reported once.
func (t *tree) scan(ctx context.Context, j job) {
	name := j.node.path()
	s, err := t.workspace.lstat(name)
	if err != nil || s.kind() != Folder {
		return // gone or replaced, as its parent tells
	}
	folder, err := t.workspace.openFolder(name)
	if err != nil {
		return // not readable: nobody sees into it
	}
	defer folder.Close()
	j.node.read, j.node.file = true, s.file
	if j.reason == mend && !t.repair {
		t.pending.overflowed() // a file system was unmounted here: all below it is another
	}
	t.watch(ctx, j.node, folder, name)
	entries, err := folder.ReadDir(-1)
	if err != nil && len(entries) == 0 {
		return
	}
	if j.reason == walk && s.modified >= t.since.UnixNano() {
		t.report(name, Changed) // names changed between the opening of the watch and now
	}
	t.compare(j, folder, name, entries)
}

// watch asks the system to watch a folder, and marks it for polling if it will
// not.
func (t *tree) watch(ctx context.Context, n *node, folder *os.File, name string) {
	if n.watched {
		return
	}
	err := t.source.add(folder, name)
	if err == nil {
		n.watched = true
		delete(t.polled, n)
		return
	}
	t.polled[n] = struct{}{}
	if !t.warned {
		t.warned = true
		t.log.WarnContext(ctx, "watching for file changes: the system's limit is reached; the remaining folders are looked at from time to time (raise fs.inotify.max_user_watches)",
			"workspace", t.workspace.path, "folder", name, "error", err)
	}
}

// compare brings what is known of a folder up to its present names.
func (t *tree) compare(j job, folder *os.File, in string, entries []os.DirEntry) {
	n := j.node
	for _, entry := range entries {
		n.bulk = n.bulk || (marksBulk(entry.Name()) && entry.Type().IsRegular())
	}
	_, isPolled := t.polled[n]
	before, known := n.polled, n.names
	n.polled, n.names = nil, make(map[uint64]struct{}, len(entries))
	if isPolled {
		n.polled = make(map[string]uint64, len(entries))
	}
	present := make(map[string]bool, len(n.children))
	for _, entry := range entries {
		name := entry.Name()
		full := path.Join(in, name)
		_, seen := known[t.hash(name)]
		t.learn(n, name)
		if kind := t.judge(j.reason, n, folder, name, seen, before); kind != "" {
			t.report(full, kind)
		}
		if entry.IsDir() && !n.bulk && !t.exclude.prunes(full) {
			present[name] = true
			t.visit(j, name)
		}
	}
	for name := range before {
		if _, still := n.names[t.hash(name)]; !still {
			t.report(path.Join(in, name), Deleted)
		}
	}
	for name, child := range n.children {
		if !present[name] {
			t.drop(child)
		}
	}
}

// judge says what is to be reported of a name found in a folder, or "". It also
// notes the version of what is in a polled folder.
func (t *tree) judge(why reason, n *node, folder *os.File, name string, seen bool, before map[string]uint64) ChangeKind {
	if n.polled == nil && before == nil && why != walk {
		if why == fresh && !seen {
			return Added
		}
		return ""
	}
	s, err := statAt(folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	version := t.hash(s.version())
	if n.polled != nil {
		n.polled[name] = version
	}
	switch {
	case why == fresh && !seen, why == walk && s.created >= t.since.UnixNano():
		return Added
	case why == walk && s.changed >= t.since.UnixNano():
		return Changed
	case why != poll || before == nil:
		return ""
	case !seen:
		return Added
	case before[name] != version && s.kind() != Folder:
		return Changed
	}
	return ""
}

// visit asks for the reading of a folder found in another.
func (t *tree) visit(j job, name string) {
	child, known := j.node.children[name]
	if !known {
		child = j.node.child(name)
	}
	switch {
	case j.reason == mend, j.reason == walk && !known:
		t.later = append(t.later, job{child, j.reason})
	case !known:
		t.urgent = append(t.urgent, job{child, fresh})
	}
}
