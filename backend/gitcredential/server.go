// Package gitcredential gives git a signed-in account's name and token over a
// private socket, so that none of them stands in an environment or a file.
//
// git asks a credential helper (gitcredentials(7)): a small program ([Run]) that
// passes the question on to Keel, where a [Server] answers it. Which program that
// is git learns from its environment ([Environ]), for the hosts that it is for and
// for these alone.
//
// # Promises
//
// One connection is one question and one answer, both in git's own form of
// key=value lines and of a known size. A value that could be read as more than one
// line is refused, never cleaned (CVE-2020-5260, CVE-2024-52006). Only https is
// answered. Whether there is an answer is asked anew for each question: nothing is
// kept here.
//
// Only processes of the same user are answered, by what the kernel says of them;
// where it cannot be asked there is no server. The socket lies in a folder that is
// that user's alone, and goes with [Server.Close], which leaves no goroutine behind.
//
// git hands a token that has worked to every helper it knows of, and some of them
// keep it in a plain file. So for these hosts [Environ] takes all others off git's
// list: this one is the only one, and it keeps nothing.
package gitcredential

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// ErrUnsupported is returned where the kernel does not say who asks.
var ErrUnsupported = errors.New("git cannot be given credentials on this system yet")

const (
	// addressMost is how long a socket's path may be: sun_path has 104 bytes on
	// macOS and 108 on Linux, a zero included.
	addressMost = 103
	// askLimit is how long a question may take to arrive, which needs no time.
	askLimit = 5 * time.Second
	// answerLimit is how long an answer may take; a token may have to be refreshed.
	answerLimit = 30 * time.Second
	// atOnce is how many questions are looked at; others wait.
	atOnce = 16
)

// Question is what git wants to know, or to tell, about a host.
type Question struct {
	Host     string // with the port where the address has one
	Username string // of the address; may be empty
	Password string // of [Source.Refused]
	Peer     Peer
}

// Peer is the process that asks.
type Peer struct {
	User    int
	Process int
	// Session is the id of the session that the process belongs to; 0 where it is gone
	// already. A process keeps its session or makes one of its own: none can join
	// another's.
	Session int
}

// Answer is a name and a password. Without a password git gets none.
type Answer struct {
	Username string
	Password string
	Expiry   time.Time // zero: not known
	Note     string    // a sentence for the person, where there is no password
}

// Source knows the credentials.
type Source interface {
	Credential(ctx context.Context, q Question) Answer
	// Refused tells that a host did not take a credential.
	Refused(ctx context.Context, q Question)
}

// Server answers git's questions.
type Server struct {
	source   Source
	listener *net.UnixListener
	folder   string // to be removed as well; may be empty
	cancel   context.CancelFunc
	group    sync.WaitGroup
	room     chan struct{}
}

// Listen starts a server. Its socket has a name that cannot be guessed and lies in
// folder, which is made; where the path is too long for a socket, in a new folder
// for what lasts as long as the program.
func Listen(ctx context.Context, folder string, source Source) (*Server, error) {
	if !peersKnown {
		return nil, ErrUnsupported
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for git's socket: %w", err)
	}
	sweep(ctx, folder)
	address, temporary, err := place(folder, rand.Text())
	if err != nil {
		return nil, err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: address, Net: "unix"})
	if err == nil {
		err = os.Chmod(address, 0o600)
	}
	if err != nil {
		if listener != nil {
			_ = listener.Close()
		}
		return nil, errors.Join(fmt.Errorf("opening git's socket: %w", err), removeFolder(temporary))
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &Server{
		source: source, listener: listener, folder: temporary,
		cancel: cancel, room: make(chan struct{}, atOnce),
	}
	s.group.Go(func() { s.accept(running) })
	return s, nil
}

// Address is the path of the socket.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Close ends every question that is under way and removes the socket.
func (s *Server) Close() error {
	s.cancel()
	err := s.listener.Close() // removes the socket
	s.group.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	return errors.Join(err, removeFolder(s.folder))
}

func (s *Server) accept(ctx context.Context) {
	for {
		select {
		case s.room <- struct{}{}:
		case <-ctx.Done():
			return
		}
		conn, err := s.listener.AcceptUnix()
		if err != nil {
			<-s.room
			if errors.Is(err, net.ErrClosed) || !pause(ctx) {
				return
			}
			continue // such as too many open files
		}
		s.group.Go(func() {
			defer func() { <-s.room }()
			s.serve(ctx, conn)
		})
	}
}

// pause waits a moment; false when the server is being closed.
func pause(ctx context.Context) bool {
	timer := time.NewTimer(100 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// serve answers one question. What cannot be read or may not ask gets no answer:
// the connection ends.
func (s *Server) serve(ctx context.Context, conn *net.UnixConn) {
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	peer, err := peerOf(conn)
	if err != nil || peer.User != os.Getuid() {
		return
	}
	if conn.SetDeadline(time.Now().Add(askLimit)) != nil {
		return
	}
	operation, q, err := readQuestion(conn)
	if err != nil {
		return
	}
	q.Peer = peer
	if conn.SetDeadline(time.Now().Add(answerLimit+askLimit)) != nil {
		return
	}
	limited, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	var answer Answer
	switch operation {
	case operationGet:
		answer = s.source.Credential(limited, q)
	case operationErase:
		s.source.Refused(limited, q)
	}
	if text, err := answer.encode(); err == nil && ctx.Err() == nil { // after Close nobody is answered
		_, _ = conn.Write(text) // git has gone: nothing is lost
	}
}

// place returns where a socket can be; temporary is the folder that was made for
// it alone, or empty.
func place(folder, name string) (address, temporary string, err error) {
	if address = filepath.Join(folder, name); len(address) <= addressMost {
		return address, "", nil
	}
	// The first one is not among what the agent's commands can write.
	for _, parent := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		if !filepath.IsAbs(parent) {
			continue
		}
		made, failed := os.MkdirTemp(parent, "keel-git-") // 0700
		if failed != nil {
			err = failed
			continue
		}
		if address = filepath.Join(made, name); len(address) <= addressMost {
			return address, made, nil
		}
		err = errors.Join(fmt.Errorf("using %q: %w", parent, syscall.ENAMETOOLONG), removeFolder(made))
	}
	return "", "", fmt.Errorf("finding a place for git's socket: %w", err)
}

func removeFolder(path string) error {
	if path == "" {
		return nil
	}
	return os.Remove(path)
}

// sweep removes the sockets of servers that ended without Close.
func sweep(ctx context.Context, folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		if entry.Type()&os.ModeSocket == 0 {
			continue
		}
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
		if err == nil {
			_ = conn.Close()
		} else if errors.Is(err, syscall.ECONNREFUSED) {
			_ = os.Remove(path)
		}
	}
}
