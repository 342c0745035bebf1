package gitcredential

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// source answers with what a function says.
type source struct {
	credential func(context.Context, Question) Answer

	mu      sync.Mutex // guards refused
	refused []Question
}

func (s *source) Credential(ctx context.Context, q Question) Answer { return s.credential(ctx, q) }

func (s *source) Refused(_ context.Context, q Question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = append(s.refused, q)
}

func octocat(_ context.Context, q Question) Answer {
	return Answer{Username: "octocat", Password: "token of " + q.Host, Expiry: time.Unix(2000000000, 0)}
}

// listen starts a server in a folder with a short path.
func listen(t testing.TB, s Source) *Server {
	t.Helper()
	if !peersKnown {
		t.Skip("there is no server on this system")
	}
	folder, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	server, err := Listen(t.Context(), filepath.Join(folder, "git"), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// git asks as git does, and returns what it would read.
func git(address, operation, input string) (stdout, stderr string, code int) {
	var out, complaints bytes.Buffer
	code = Run([]string{Argument, address, operation}, strings.NewReader(input), &out, &complaints)
	return out.String(), complaints.String(), code
}

const question = "protocol=https\nhost=example.com\n"

func TestRun(t *testing.T) {
	s := &source{credential: octocat}
	server := listen(t, s)
	const answer = "username=octocat\npassword=token of example.com\npassword_expiry_utc=2000000000\n"
	tests := []struct{ name, operation, input, want string }{
		{"a question", "get", question, answer},
		{"with an end", "get", question + "\n", answer},
		{"what does not matter", "get", "protocol=https\nhost=example.com\npath=x.git\nwwwauth[]=Basic realm=\"x\"\nwwwauth[]=Bearer\ncapability[]=authtype\n", answer},
		{"http", "get", "protocol=http\nhost=example.com\n", ""},
		{"smtp", "get", "protocol=smtp\nhost=example.com\n", ""},
		{"no host", "get", "protocol=https\n", ""},
		{"no protocol", "get", "host=example.com\n", ""},
		{"nothing", "get", "", ""},
		{"two hosts", "get", question + "host=evil.example\n", ""},
		{"half a line", "get", "protocol=https\nhost=example.com", ""},
		{"more behind the end", "get", question + "\nhost=evil.example\n", ""},
		{"a carriage return", "get", "protocol=https\nhost=example.com\r\n", ""},
		{"what drives a terminal", "get", "protocol=https\nhost=\x1b]0;example.com\a\n", ""},
		{"letters that look alike", "get", "protocol=https\nhost=еxample.com\n", ""},
		{"a name and a host", "get", "protocol=https\nhost=me@example.com\n", ""},
		{"a path", "get", "protocol=https\nhost=example.com/evil\n", ""},
		{"a zero", "get", "protocol=https\nhost=exam\x00ple.com\n", ""},
		{"no pair", "get", "protocol=https\nhost\n", ""},
		{"an odd key", "get", "protocol=https\nHost=example.com\n", ""},
		{"too much", "get", question + "path=" + strings.Repeat("x", attributesMost) + "\n", ""},
		{"to be kept", "store", question + "username=octocat\npassword=mine\n", ""},
		{"to be forgotten", "erase", question + "username=octocat\npassword=mine\n", ""},
		{"to come", "capability", question, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, complaints, _ := git(server.Address(), tt.operation, tt.input); got != tt.want {
				t.Errorf("%q (%s), want %q", got, complaints, tt.want)
			}
		})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.refused) != 1 || s.refused[0].Password != "mine" || s.refused[0].Host != "example.com" {
		t.Errorf("refused: %+v", s.refused)
	}
}

func TestPeerIsThisProcess(t *testing.T) {
	var peer Peer
	server := listen(t, &source{credential: func(_ context.Context, q Question) Answer {
		peer = q.Peer
		return Answer{Note: "A sentence."}
	}})
	stdout, stderr, code := git(server.Address(), "get", question)
	if stdout != "" || stderr != "keel: A sentence.\n" || code != 0 {
		t.Errorf("%q %q %d", stdout, stderr, code)
	}
	session, err := unix.Getsid(0) // 0 where its leader is outside of the container
	if want := (Peer{User: os.Getuid(), Process: os.Getpid(), Session: session}); err != nil || peer != want {
		t.Errorf("%+v, %v; want %+v", peer, err, want)
	}
}

// A name that holds a new line would give git more than one attribute.
func TestAnswersOfMoreThanOneLine(t *testing.T) {
	for _, name := range []string{"a\nhost=evil.example", "a\r", "a\x00b"} {
		server := listen(t, &source{credential: func(context.Context, Question) Answer { return Answer{Username: name, Password: "p"} }})
		if stdout, _, _ := git(server.Address(), "get", question); stdout != "" {
			t.Errorf("%q gives %q", name, stdout)
		}
	}
}

func TestQuestionsAtOnce(t *testing.T) {
	both := make(chan struct{}, 2)
	server := listen(t, &source{credential: func(ctx context.Context, q Question) Answer {
		both <- struct{}{}
		for len(both) < cap(both) && ctx.Err() == nil { // until the other one is here as well
			runtime.Gosched()
		}
		return octocat(ctx, q)
	}})
	var group sync.WaitGroup
	for i := range 2 {
		group.Go(func() {
			host := fmt.Sprintf("%d.example", i)
			if stdout, _, _ := git(server.Address(), "get", "protocol=https\nhost="+host+"\n"); !strings.Contains(stdout, "token of "+host+"\n") {
				t.Errorf("%s: %q", host, stdout)
			}
		})
	}
	group.Wait()
}

func TestCloseInMidQuestion(t *testing.T) {
	before := runtime.NumGoroutine()
	asked := make(chan struct{})
	server := listen(t, &source{credential: func(ctx context.Context, _ Question) Answer {
		close(asked)
		<-ctx.Done()
		return Answer{Username: "a", Password: "too late"}
	}})
	// One that says nothing, one that waits for its answer.
	silent, err := net.Dial("unix", server.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	var group sync.WaitGroup
	group.Go(func() {
		if stdout, stderr, code := git(server.Address(), "get", question); stdout != "" || !strings.Contains(stderr, "no credentials") || code != 0 {
			t.Errorf("%q %q %d", stdout, stderr, code)
		}
	})
	<-asked
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	if _, err := os.Lstat(server.Address()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if err := server.Close(); err != nil {
		t.Errorf("once more: %v", err)
	}
	deadline := time.Now().Add(time.Minute)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		t.Errorf("%d goroutines are left over", now-before)
	}
	if stdout, stderr, _ := git(server.Address(), "get", question); stdout != "" || !strings.Contains(stderr, "any more") {
		t.Errorf("afterwards: %q %q", stdout, stderr)
	}
}

func TestSocketIsPrivate(t *testing.T) {
	server := listen(t, &source{credential: octocat})
	for path, want := range map[string]os.FileMode{filepath.Dir(server.Address()): 0o700, server.Address(): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", path, info.Mode(), err, want)
		}
	}
	if name := filepath.Base(server.Address()); len(name) < 26 {
		t.Errorf("%q can be guessed", name)
	}
}

func TestPathTooLong(t *testing.T) {
	if !peersKnown {
		t.Skip("there is no server on this system")
	}
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(t.TempDir(), strings.Repeat("x", 90))) // of no use either
	server, err := Listen(t.Context(), filepath.Join(t.TempDir(), strings.Repeat("long", 30)), &source{credential: octocat})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(server.Address())
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 || len(server.Address()) > addressMost {
		t.Errorf("%s: %v %v", server.Address(), info, err)
	}
	if stdout, _, _ := git(server.Address(), "get", question); stdout == "" {
		t.Error("no answer")
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", folder, err)
	}
}

// A server that was killed leaves its socket; one that runs keeps its own.
func TestSweep(t *testing.T) {
	server := listen(t, &source{credential: octocat})
	folder := filepath.Dir(server.Address())
	dead := filepath.Join(folder, "dead")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := Listen(t.Context(), folder, &source{credential: octocat})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if _, err := os.Lstat(dead); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the dead one is still there: %v", err)
	}
	for _, each := range []*Server{server, second} {
		if stdout, _, _ := git(each.Address(), "get", question); stdout == "" {
			t.Errorf("%s does not answer", each.Address())
		}
	}
}

func FuzzReadQuestion(f *testing.F) {
	for _, seed := range []string{"operation=get\n" + question + "\n", "operation=erase\n" + question + "password=p\n\n", "=\n\n", "wwwauth[]=\n\n", "host=a\r\n\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		operation, q, err := readQuestion(bytes.NewReader(text))
		if err != nil {
			return
		}
		if operation != operationGet && operation != operationErase || q.Host == "" || !oneLine(q.Host+q.Username+q.Password) {
			t.Errorf("%q gives %q %+v", text, operation, q)
		}
		// What was read, written down again, is what git sees.
		again, err := encode([2]string{keyOperation, operation}, [2]string{"protocol", "https"}, [2]string{"host", q.Host}, [2]string{"username", q.Username}, [2]string{"password", q.Password})
		if err != nil {
			t.Fatal(err)
		}
		if _, second, err := readQuestion(bytes.NewReader(again)); err != nil || second != q {
			t.Errorf("%+v becomes %+v: %v", q, second, err)
		}
	})
}

func TestRunByHand(t *testing.T) {
	for _, arguments := range [][]string{{Argument}, {Argument, "x"}, {Argument, "x", "get", "y"}} {
		var complaints bytes.Buffer
		if code := Run(arguments, strings.NewReader(question), io.Discard, &complaints); code == 0 || complaints.Len() == 0 {
			t.Errorf("%q: %d, %q", arguments, code, complaints.String())
		}
	}
}
