package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra/doc"
)

// Manual writes a manual page for each command into a folder. Pages of the same
// version and date have the same bytes.
func Manual(build Build, folder string, date time.Time) error {
	root := newRoot(&shared{build: build})
	root.DisableAutoGenTag = true
	date = date.UTC()
	header := &doc.GenManHeader{Title: "KEEL", Section: "1", Source: "Keel " + build.Version(), Manual: "Keel", Date: &date}
	if err := doc.GenManTree(root, header, folder); err != nil {
		return fmt.Errorf("writing the manual into %q: %w", folder, err)
	}
	return nil
}
