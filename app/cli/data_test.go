package cli

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/data"
)

func TestWhatAClearHasDoneIsSaidHoweverItEnds(t *testing.T) {
	item := func(path string) data.Item { return data.Item{Path: path, Size: 5} }
	for _, test := range []struct {
		name           string
		done           data.Cleared
		failed         error
		stdout, stderr string
	}{
		{"well", data.Cleared{Gone: []data.Item{item("/a")}}, nil, "Removed /a, 5 bytes.\n", ""},
		{"at once", data.Cleared{}, context.Canceled, "", "keel: nothing was removed, all is where it was.\n"},
		{
			"cancelled", data.Cleared{Gone: []data.Item{item("/a")}}, context.Canceled,
			"Removed /a, 5 bytes.\n", "keel: what is not listed above is where it was.\n",
		},
		{
			"in part", data.Cleared{Partly: []data.Rest{{Item: item("/a"), Path: "/.removing-X/0"}, {Item: item("/disk"), Path: "/disk"}}}, errors.New("no"),
			"Removed no more than a part of /a. The rest is set aside in /.removing-X/0, and goes with the next clear of more than caches and crashes.\n" +
				"Removed only a part of /disk.\n",
			"keel: what is not listed above is where it was.\n",
		},
	} {
		var stdout, stderr bytes.Buffer
		s := &shared{stdout: &stdout, stderr: &stderr}
		s.sayCleared(test.done, test.failed)
		if d := cmp.Diff([]string{test.stdout, test.stderr}, []string{stdout.String(), stderr.String()}); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
}
