package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// clock reads the time of the file system that the store is on, from a file of
// ours there. A workspace on another device has a clock of its own, which cannot
// be read without writing there: instead of the time it has the newest change
// seen so far, which is never later.
type clock struct {
	probe *os.File
	slack int64
	other bool // the workspace is on another device
}

// The slack of file systems whose clock is fine, and of the coarsest in use.
const (
	fineSlack   = 20 * time.Millisecond
	coarseSlack = 2 * time.Second
)

func newClock(dir string, slack time.Duration, other bool) (clock, error) {
	probe, err := os.OpenFile(filepath.Join(dir, "clock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return clock{}, fmt.Errorf("reading the disk's clock: %w", readOnly(err))
	}
	c := clock{probe: probe, slack: int64(slack), other: other}
	if slack == 0 {
		if c.slack, err = c.grain(); err != nil {
			c.close()
			return clock{}, err
		}
	}
	return c, nil
}

// grain finds out how fine the clock is. A coarse one would not show two
// different times in the time this may take.
func (c *clock) grain() (int64, error) {
	if c.other {
		return int64(coarseSlack), nil
	}
	first, err := c.touch()
	if err != nil {
		return 0, err
	}
	for limit := time.Now().Add(2 * fineSlack); time.Now().Before(limit); {
		next, err := c.touch()
		if err != nil {
			return 0, err
		}
		if next > first && next-first < int64(fineSlack) {
			return int64(fineSlack), nil
		}
	}
	return int64(coarseSlack), nil
}

// now is a time on the workspace's disk that is not in the future.
func (c *clock) now(newest int64) (int64, error) {
	if c.other || c.probe == nil {
		return newest, nil
	}
	return c.touch()
}

func (c *clock) touch() (int64, error) {
	now, err := touch(c.probe)
	if err != nil {
		return 0, fmt.Errorf("reading the disk's clock: %w", err)
	}
	return now, nil
}

func (c *clock) close() {
	if c.probe != nil {
		_ = c.probe.Close() // nothing was written that matters
	}
}

func touchByWriting(file *os.File) (int64, error) {
	if _, err := file.WriteAt([]byte("x"), 0); err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.ModTime().UnixNano(), nil
}
