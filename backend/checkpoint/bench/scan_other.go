//go:build !linux || (!amd64 && !arm64)

package bench

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// rawScan looks at every path of a tree once; with read it also reads every
// file. It returns the number of paths.
func rawScan(ctx context.Context, root string, read bool) (int64, error) {
	var paths int64
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil || at == root {
			return err
		}
		paths++
		if _, err := d.Info(); err != nil {
			return err
		}
		if read && d.Type().IsRegular() {
			_, err = os.ReadFile(at)
		}
		if err == nil {
			err = ctx.Err()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("scanning %q: %w", root, err)
	}
	return paths, nil
}
