package folder_test

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/keel-ide/keel/backend/account"
)

// gitServer is a host that speaks git's smart protocol over HTTPS and wants a name
// and a token for everything.
type gitServer struct {
	host, certificates string

	mu       sync.Mutex // guards what follows
	token    string
	accepted []string // the names that came with the token
}

const gitToken = "gho_Zq3xW8vT5nR2mK7pL4jH9sD6fG1aB0cE"

// startGit starts a server with a bare repository x/y that holds one commit.
func startGit(t *testing.T) *gitServer {
	t.Helper()
	root := t.TempDir()
	repository := filepath.Join(root, "x", "y.git")
	seed := filepath.Join(root, "seed")
	script := `git init -q -b main --bare "$1" && git init -q -b main "$2" && cd "$2" && echo one > one &&
		git add one && git -c user.name=n -c user.email=e@example.com commit -qm one && git push -q "$1" main`
	made := exec.CommandContext(t.Context(), "sh", "-ec", script, "sh", repository, seed)
	made.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + root, "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("making a repository: %v\n%s", err, out)
	}
	programs, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	s := &gitServer{token: gitToken}
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(programs)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=somebody", "GIT_CONFIG_NOSYSTEM=1", "HOME=" + root},
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, password, _ := r.BasicAuth()
		s.mu.Lock()
		good := password == s.token
		if good {
			s.accepted = append(s.accepted, name)
		}
		s.mu.Unlock()
		if !good {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "sign in", http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.host = server.Listener.Addr().String()
	s.certificates = filepath.Join(root, "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(s.certificates, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// names are those that came with the token, each once.
func (s *gitServer) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Clone(s.accepted)
	slices.Sort(names)
	return slices.Compact(names)
}

func (s *gitServer) setToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// people are accounts whose uses a test switches.
type people struct {
	mu      sync.Mutex // guards what follows
	all     []account.Account
	token   account.Token
	err     error
	refused []string
	given   func(*people) // called after a token was given
}

// signedIn is somebody at a host, with uses.
func signedIn(host string, uses ...account.Use) *people {
	return &people{
		all:   []account.Account{{ID: "github:" + host + "/1", Kind: account.GitHub, Host: host, Login: "octocat", Uses: uses}},
		token: account.Token{Access: gitToken},
	}
}

func (p *people) State() account.State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return account.State{Accounts: slices.Clone(p.all)}
}

func (p *people) For(use account.Use, host string) (account.Account, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, each := range p.all {
		if slices.Contains(each.Uses, use) && (host == "" || each.Host == host) {
			return each, true
		}
	}
	return account.Account{}, false
}

func (p *people) Token(_ context.Context, id string) (account.Token, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil || !slices.ContainsFunc(p.all, func(a account.Account) bool { return a.ID == id }) {
		return account.Token{}, errors.Join(p.err, account.ErrNotFound)
	}
	if p.given != nil {
		p.given(p)
	}
	return p.token, nil
}

func (p *people) Refused(_ context.Context, id string, t account.Token) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = append(p.refused, id+" "+t.Access)
}

func (p *people) change(change func(*people)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// use sets the uses of the only account.
func (p *people) use(uses ...account.Use) {
	p.change(func(p *people) { p.all[0].Uses = uses })
}
