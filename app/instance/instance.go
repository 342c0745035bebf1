// Package instance sees to it that one Keel window owns a data folder.
//
// # Promises
//
// The claim is a lock that ends with its process, so a crash never blocks the
// next start. A second start hands its request to the first over a socket that
// only this user can reach, and ends. No D-Bus is needed.
package instance

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Request is what a second start asks of the first.
type Request struct {
	Path string `json:"path"` // the folder it was given, absolute; empty for none
}

// pause is how long a start waits for another one that is just starting or
// ending, before it looks again.
const pause = 20 * time.Millisecond

// ErrTaken is returned by [Claim] when another process owns the folder.
var ErrTaken = errors.New("another Keel window is open")

// Instance is a claim.
type Instance struct {
	lock     *os.File
	listener net.Listener
	group    sync.WaitGroup
}

// ClaimOrTell claims a data folder, or hands the request to the process that
// owns it: then both results are nil. An owner that holds the claim and cannot
// be reached is starting or ending; it is tried again until ctx ends.
func ClaimOrTell(ctx context.Context, folder string, request Request, handle func(Request)) (*Instance, error) {
	return claimOrTell(ctx, folder, request, handle, func() error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
			return nil
		}
	})
}

func claimOrTell(ctx context.Context, folder string, request Request, handle func(Request), wait func() error) (*Instance, error) {
	for {
		claim, err := Claim(folder, handle)
		if !errors.Is(err, ErrTaken) {
			return claim, err
		}
		err = Tell(ctx, folder, request)
		if err == nil {
			return nil, nil
		}
		if wait() != nil {
			return nil, err
		}
	}
}

// Claim makes this process the owner of a data folder, until Close. Requests of
// later starts are given to handle, one at a time.
func Claim(folder string, handle func(Request)) (*Instance, error) {
	lock, err := os.OpenFile(filepath.Join(folder, "window.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the window's lock: %w", err)
	}
	if err := tryLock(lock); err != nil {
		lock.Close()
		return nil, err
	}
	address, err := socket(folder)
	if err != nil {
		lock.Close()
		return nil, err
	}
	// The lock is ours, so a socket that is there belongs to a dead process.
	if err := os.Remove(address); err != nil && !os.IsNotExist(err) {
		lock.Close()
		return nil, fmt.Errorf("removing an old socket: %w", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "unix", address)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("listening for later starts: %w", err)
	}
	i := &Instance{lock: lock, listener: listener}
	i.group.Go(func() { i.serve(handle) })
	return i, nil
}

// Tell hands a request to the process that owns a data folder, and waits until
// it was taken.
func Tell(ctx context.Context, folder string, request Request) error {
	address, err := socket(folder)
	if err != nil {
		return err
	}
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "unix", address)
	if err != nil {
		return fmt.Errorf("reaching the open Keel window: %w", err)
	}
	defer connection.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := connection.SetDeadline(deadline); err != nil {
			return err
		}
	}
	if err := json.NewEncoder(connection).Encode(request); err != nil {
		return fmt.Errorf("asking the open Keel window: %w", err)
	}
	if _, err := bufio.NewReader(connection).ReadString('\n'); err != nil {
		return fmt.Errorf("waiting for the open Keel window: %w", err)
	}
	return nil
}

// Close gives the claim up.
func (i *Instance) Close() error {
	err := i.listener.Close()
	i.group.Wait()
	return errors.Join(err, i.lock.Close())
}

func (i *Instance) serve(handle func(Request)) {
	for {
		connection, err := i.listener.Accept()
		if err != nil {
			return
		}
		answer(connection, handle)
	}
}

func answer(connection net.Conn, handle func(Request)) {
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return
	}
	var request Request
	if err := json.NewDecoder(connection).Decode(&request); err != nil {
		return
	}
	handle(request)
	// The other side only waits for the line; that it is gone changes nothing.
	_, _ = connection.Write([]byte("taken\n"))
}

// socket returns the address of a data folder's socket. It is not in the folder
// itself, because a socket's address may only be about a hundred bytes long.
func socket(folder string) (string, error) {
	real, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return "", fmt.Errorf("resolving %q: %w", folder, err)
	}
	runtime := os.Getenv("XDG_RUNTIME_DIR")
	if info, err := os.Stat(runtime); runtime == "" || err != nil || !info.IsDir() {
		runtime = filepath.Join(os.TempDir(), fmt.Sprintf("keel-%d", os.Getuid()))
		if err := private(runtime); err != nil {
			return "", err
		}
	}
	sum := sha256.Sum256([]byte(real))
	return filepath.Join(runtime, "keel-"+hex.EncodeToString(sum[:6])+".sock"), nil
}

// private makes a folder that only this user can enter, and refuses one that
// somebody else made in its place.
func private(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("making %q: %w", folder, err)
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return fmt.Errorf("looking at %q: %w", folder, err)
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 || !ownedByUser(info) {
		return fmt.Errorf("using %q: it is not a folder of this user alone", folder)
	}
	return nil
}
