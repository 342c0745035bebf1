package checkpoint

import (
	"errors"
	"path/filepath"
	"sync"
)

// From how many files on the whole file system is synced at once, and how many
// are synced side by side below that.
const (
	syncWholeFrom = 64
	syncAtOnce    = 8
)

// syncPaths makes files and folders of one file system durable.
func syncPaths(paths []string) error {
	if len(paths) >= syncWholeFrom {
		if done, err := syncFileSystem(filepath.Dir(paths[0])); done {
			return err
		}
	}
	var wait sync.WaitGroup
	failed := make([]error, len(paths))
	turn := make(chan struct{}, syncAtOnce)
	for i, path := range paths {
		turn <- struct{}{}
		wait.Go(func() {
			failed[i] = syncPath(path)
			<-turn
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}

func syncPath(path string) error {
	file, err := openToSync(path)
	if err != nil || file == nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
