package command

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// process is one line of /proc: its start time tells it from a later one with
// the same id.
type process struct {
	id, parent, group, session int
	started                    string
}

func (t target) processes() []int {
	found := t.find()
	ids := make([]int, 0, len(found))
	for _, p := range found {
		ids = append(ids, p.id)
	}
	return ids
}

func (t target) terminate() []int { return t.signal(unix.SIGTERM) }
func (t target) kill() []int      { return t.signal(unix.SIGKILL) }

// signal signals every process of the target: those of the shell's own group
// in one step, as they may be multiplying, and the others one by one.
func (t target) signal(signal unix.Signal) []int {
	found := t.find()
	if t.session > 0 && slices.ContainsFunc(found, func(p process) bool { return p.group == t.session }) {
		_ = unix.Kill(-t.session, signal)
	}
	ids := make([]int, 0, len(found))
	for _, p := range found {
		ids = append(ids, p.id)
		if t.session == 0 || p.group != t.session {
			p.signal(signal)
		}
	}
	return ids
}

// signal signals the very process that was found: a handle is taken first and
// the start time compared after, so that no other can be hit.
func (p process) signal(signal unix.Signal) {
	handle, err := os.FindProcess(p.id)
	if err != nil {
		return
	}
	defer func() { _ = handle.Release() }()
	if now, ok := readProcess(p.id); ok && now.started == p.started {
		_ = handle.Signal(signal)
	}
}

// find returns the target's living processes: those of the session, those that
// carry the mark, and all descendants of either.
func (t target) find() []process {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found, others []process
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil || id == os.Getpid() {
			continue
		}
		p, ok := readProcess(id)
		switch {
		case !ok:
		case t.session > 0 && p.session == t.session, t.marked(id):
			found = append(found, p)
		default:
			others = append(others, p)
		}
	}
	if t.strict {
		return found
	}
	return withDescendants(found, others)
}

func withDescendants(found, others []process) []process {
	for i := 0; i < len(found); i++ {
		parent := found[i].id
		others = slices.DeleteFunc(others, func(p process) bool {
			if p.parent != parent {
				return false
			}
			found = append(found, p)
			return true
		})
	}
	return found
}

// marked reads the environment the process was started with. That of another
// user's process cannot be read; such a one is found by its parent.
func (t target) marked(id int) bool {
	if t.strict && !ours(id) {
		return false
	}
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", id))
	if err != nil {
		return false
	}
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		value, ok := bytes.CutPrefix(entry, []byte(markVariable+"="))
		if ok {
			return string(value) == t.mark || bytes.HasPrefix(value, []byte(t.mark+"."))
		}
	}
	return false
}

// ours reports whether a process is of this user.
func ours(id int) bool {
	var status unix.Stat_t
	return unix.Stat(fmt.Sprintf("/proc/%d", id), &status) == nil && status.Uid == uint32(os.Geteuid())
}

// readProcess reads /proc/ID/stat (proc_pid_stat(5)); ok is false for one that
// is gone or dead.
func readProcess(id int) (process, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	if err != nil {
		return process{}, false
	}
	// The second field is the program's name in brackets; it may hold any
	// character, so the fields are counted from the last bracket.
	_, rest, ok := cutLast(string(data), ")")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 || dead(fields[0], fields[17]) {
		return process{}, false
	}
	parent, err1 := strconv.Atoi(fields[1])
	group, err2 := strconv.Atoi(fields[2])
	session, err3 := strconv.Atoi(fields[3])
	if err1 != nil || err2 != nil || err3 != nil {
		return process{}, false
	}
	return process{id: id, parent: parent, group: group, session: session, started: fields[19]}, true
}

// dead tells a process that only waits to be collected. One whose first thread
// has ended looks the same but for its other threads.
func dead(state, threads string) bool {
	return state == "X" || state == "Z" && threads == "1"
}

func cutLast(s, separator string) (before, after string, ok bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}
