package instance

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// socket returns where a window listens. It is not in the data folder, because
// a socket's address may only be about a hundred bytes long.
func socket(id string) (string, error) {
	runtime := os.Getenv("XDG_RUNTIME_DIR")
	if info, err := os.Stat(runtime); runtime == "" || err != nil || !info.IsDir() {
		runtime = filepath.Join(os.TempDir(), fmt.Sprintf("keel-%d", os.Getuid()))
		if err := makePrivate(runtime); err != nil {
			return "", err
		}
	}
	return filepath.Join(runtime, "keel-"+id+".sock"), nil
}

// makePrivate makes a folder that only this user can enter, and refuses one that
// somebody else made in its place.
func makePrivate(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("making %q: %w", folder, err)
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return fmt.Errorf("looking at %q: %w", folder, err)
	}
	if !info.IsDir() || !private(info) {
		return fmt.Errorf("using %q: it is not a folder of this user alone", folder)
	}
	return nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "unix", address)
	if err != nil {
		return nil, fmt.Errorf("listening for later starts: %w", err)
	}
	return listener, nil
}

func isSocket(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().Type() == fs.ModeSocket
}

// listenAgain makes the window's socket anew where something has removed it, such
// as a sweep of the temporary folder: the window runs, and could not be reached.
// The claim is locked.
func (c *Claim) listenAgain(ctx context.Context) error {
	if _, err := os.Lstat(c.window.Address); err == nil || !os.IsNotExist(err) || c.closing {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(c.window.Address), 0o700); err != nil {
		return fmt.Errorf("listening for later starts: %w", err)
	}
	listener, err := listen(ctx, c.window.Address)
	if err != nil {
		return err
	}
	before := c.listener
	if unix, ok := before.(*net.UnixListener); ok {
		unix.SetUnlinkOnClose(false) // its name is the new one's
	}
	c.listener = listener
	c.group.Go(func() { c.serve(listener) })
	return before.Close()
}
