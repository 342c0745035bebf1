package watch

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/keel-ide/keel/backend/inotify"
)

const cookiePrefix = "cookie-"

// cookies makes events that come back through the queue. It renames one file
// over and over, because a file system may take half a millisecond to make one
// (ext4 goes past the inodes freed lately), and a full one cannot.
type cookies struct {
	path    string
	folder  *os.File
	watch   int32  // -1 when the kernel has ended it
	prefix  string // of this watcher alone
	last    uint64 // number in the newest name
	file    string // name of the file, if there is one
	awaited string // name whose event is to come, if any
}

func newCookies(path string) cookies {
	return cookies{path: path, watch: -1, prefix: cookiePrefix + rand.Text() + "-"}
}

func (c *cookies) open(queue *inotify.Instance) error {
	c.close()
	c.watch = -1
	if err := os.MkdirAll(c.path, 0o700); err != nil {
		return fmt.Errorf("watching %q: %w", c.path, err)
	}
	folder, err := os.Open(c.path)
	if err != nil {
		return fmt.Errorf("watching %q: %w", c.path, err)
	}
	watch, err := queue.Add(folder.Fd(), unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_ONLYDIR|unix.IN_MASK_ADD)
	if err != nil {
		return errors.Join(fmt.Errorf("watching %q: %w", c.path, err), folder.Close())
	}
	c.folder, c.watch = folder, watch
	return nil
}

// clean removes what a process left that was killed.
func (c *cookies) clean() {
	names, _ := c.folder.Readdirnames(-1)
	for _, name := range names {
		if strings.HasPrefix(name, cookiePrefix) {
			_ = unix.Unlinkat(int(c.folder.Fd()), name, 0)
		}
	}
}

// send makes a cookie, in a new folder if the old one is gone.
func (c *cookies) send(queue *inotify.Instance) error {
	err := c.make()
	if err == nil {
		return nil
	}
	if err := c.open(queue); err != nil {
		return err
	}
	return c.make()
}

// make gives the file a new name, so that the event of one cookie cannot pass
// for that of another.
func (c *cookies) make() error {
	if c.folder == nil || c.watch == -1 {
		return fmt.Errorf("making a file in %q: %w", c.path, os.ErrNotExist)
	}
	c.last++
	name := c.prefix + strconv.FormatUint(c.last, 10)
	folder := int(c.folder.Fd())
	err := error(unix.ENOENT)
	if c.file != "" {
		err = unix.Renameat(folder, c.file, folder, name)
	}
	if errors.Is(err, unix.ENOENT) {
		err = create(folder, name)
	}
	if err != nil {
		return fmt.Errorf("making %q in %q: %w", name, c.path, err)
	}
	c.file, c.awaited = name, name
	return nil
}

func create(folder int, name string) error {
	fd, err := unix.Openat(folder, name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// is tells whether an event is about a cookie file.
func (c *cookies) is(watch int32, name string) bool {
	return watch == c.watch && strings.HasPrefix(name, cookiePrefix)
}

func (c *cookies) close() {
	if c.folder == nil {
		return
	}
	if c.file != "" {
		_ = unix.Unlinkat(int(c.folder.Fd()), c.file, 0) // or else New does it next time
	}
	c.folder.Close()
	c.folder, c.file = nil, ""
}
