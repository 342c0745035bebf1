package checkpoint

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"sync"
)

// From how many files on the whole file system is synced at once, and how many
// are synced side by side below that.
const (
	syncWholeFrom = 64
	syncAtOnce    = 8
)

// syncNames makes files and folders, which must all be on the file system of
// the first of their folders, durable: so many names, each with the folder it is
// in. A folder need only stay open until the next one is asked for. What is not
// there needs no sync.
func syncNames(count int, all iter.Seq2[*os.Root, string]) error {
	if count == 0 {
		return nil
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	note := func(err error) {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
		}
	}
	turn := make(chan struct{}, syncAtOnce)
	whole := count >= syncWholeFrom
	for folder, name := range all {
		if whole {
			if done, err := syncWhole(folder); done {
				return err
			}
			whole = false
		}
		file, err := openToSync(folder, name)
		if err != nil || file == nil {
			note(err)
			continue
		}
		turn <- struct{}{}
		wait.Go(func() {
			note(errors.Join(file.Sync(), file.Close()))
			<-turn
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}

// syncWhole syncs the whole file system of a folder, where the system can.
func syncWhole(folder *os.Root) (bool, error) {
	file, err := folder.Open(".")
	if err != nil {
		return true, err
	}
	done, err := syncFileSystem(file)
	return done, errors.Join(err, file.Close())
}
