package folder_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/session"
)

// thousand is a session whose turn has changed 1,000 files of 100 lines.
func thousand(b *testing.B) *desk {
	b.Helper()
	files := map[string]string{}
	content := strings.Join(numbered(100), "")
	for i := range 1000 {
		files[fmt.Sprintf("src/%02d/%d.txt", i%50, i)] = content
	}
	d := newDesk(b, files, "for f in src/*/*.txt; do sed -i -e '3s/.*/third/' -e '50d' -e '90a more' $f; done")
	if turn := d.run(); len(turn.Changes) != 1000 {
		b.Fatalf("%d files were changed", len(turn.Changes))
	}
	return d
}

func BenchmarkStateOf1000Files(b *testing.B) {
	d := thousand(b)
	if state := d.state(); state.Files != 1000 || state.Sets[0].Files[0].Hunks != 3 {
		b.Fatalf("state: %d files, %+v", state.Files, state.Sets[0].Files[0])
	}
	for b.Loop() {
		d.state()
	}
}

func BenchmarkFirstStateOf1000Files(b *testing.B) {
	d := thousand(b)
	for b.Loop() {
		b.StopTimer()
		d.restart()
		b.StartTimer()
		d.state()
	}
}

func BenchmarkRejectAndUndo1000Files(b *testing.B) {
	d := thousand(b)
	for b.Loop() {
		if got := d.decide(1, "", session.Rejected); got.Rejected != 1000 {
			b.Fatalf("rejected: %d", got.Rejected)
		}
		d.undo()
	}
}

func BenchmarkStateOfARejected1000Files(b *testing.B) {
	d := thousand(b)
	d.decide(1, "", session.Rejected)
	d.state()
	for b.Loop() {
		d.state()
	}
}
