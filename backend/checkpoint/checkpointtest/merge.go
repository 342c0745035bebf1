//go:build unix

package checkpointtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// mergeRows are about files that the agent and then the user changed in
// different places.
func mergeRows() []row {
	return []row{
		{"R18 what the user changed elsewhere in a file is merged on request", merged, ours},
		{"R18 what cannot be merged stays a conflict", notMerged, ours},
	}
}

// lines are numbered ones, some of them replaced.
func lines(end string, replaced map[int]string) string {
	var b strings.Builder
	for i := range 30 {
		line, ok := replaced[i]
		if !ok {
			line = fmt.Sprintf("line %d", i)
		}
		b.WriteString(line + end)
	}
	return b.String()
}

func merged(d *desk) {
	for _, end := range []string{"\n", "\r\n"} {
		d.write("both", lines(end, nil))
		d.write("agents", "1")
		before := d.create()
		d.write("both", lines(end, map[int]string{3: "agent"}))
		d.write("agents", "2")
		after := d.create()
		now := lines(end, map[int]string{3: "agent", 25: "user"})
		d.write("both", now)
		request := checkpoint.RestoreRequest{ID: before, Verb: checkpoint.Agent, After: after}
		plan, err := d.store.Preview(d.Context(), request)
		d.must(err)
		d.wantPaths("to merge", plan.Merge, "both")
		if slices.Contains(plan.Write, "both") {
			d.Errorf("a merge that was not asked for is planned: %+v", plan)
		}
		// Not asked for: left as it is.
		result := d.restore(request)
		d.wantTree(Tree{"both": {"-", 0o644, now}, "agents": {"-", 0o644, "1"}})
		d.undo(result.Undo)
		request.Merge = true
		result = d.restore(request)
		if result.Merged != 1 || len(result.Conflicts) > 0 {
			d.Errorf("result: %+v", result)
		}
		d.wantTree(Tree{"both": {"-", 0o644, lines(end, map[int]string{25: "user"})}, "agents": {"-", 0o644, "1"}})
		d.undo(result.Undo)
		d.wantTree(Tree{"both": {"-", 0o644, now}, "agents": {"-", 0o644, "2"}})
	}
}

func notMerged(d *desk) {
	d.write("same-line", lines("\n", nil))
	d.write("binary", "\x00"+lines("\n", nil))
	before := d.create()
	d.write("same-line", lines("\n", map[int]string{3: "agent"}))
	d.write("binary", "\x00"+lines("\n", map[int]string{3: "agent"}))
	d.write("created", "agent\n")
	after := d.create()
	d.write("same-line", lines("\n", map[int]string{3: "user"}))
	d.write("binary", "\x00"+lines("\n", map[int]string{3: "agent", 25: "user"}))
	d.write("created", "agent\nuser\n")
	want := d.tree()
	result := d.restore(checkpoint.RestoreRequest{ID: before, Verb: checkpoint.Agent, After: after, Merge: true})
	d.wantConflicts(result, "binary", "created", "same-line")
	d.wantTree(want)
	if result.Merged != 0 || result.Written != 0 {
		d.Errorf("result: %+v", result)
	}
}
