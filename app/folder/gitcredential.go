package folder

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/gitcredential"
	"github.com/keel-ide/keel/backend/terminal"
)

// givenAgain is how long a credential can be given again, to the same and for the
// same, without another entry in the audit log: one push asks several times.
const givenAgain = time.Minute

// GitAccounts are the accounts as far as git needs them; [account.Accounts] is that.
type GitAccounts interface {
	State() account.State
	For(use account.Use, host string) (account.Account, bool)
	Token(ctx context.Context, accountID string) (account.Token, error)
	Refused(ctx context.Context, accountID string, t account.Token)
}

// gitCredentials gives git the signed-in account, in terminals and in the agent's
// commands, each over a socket of its own that is there from the first time on that
// its use is switched on. Whether it is on is looked at again at each question.
type gitCredentials struct {
	accounts  GitAccounts
	helper    string // what git starts; empty: none
	sockets   string // the folder that they lie in
	terminals func(ctx context.Context) []terminal.Info
	learn     func(secret string)
	record    func(ctx context.Context, entry audit.Entry) error
	warn      func(message string, err error)
	ctx       context.Context // ends with the folder

	mu      sync.Mutex // guards what follows
	servers map[account.Use]*gitcredential.Server
	failed  map[account.Use]bool // said once
	closed  bool
	given   map[string]time.Time // by use and account: the last entry in the log
}

// openGit prepares giving git credentials; nothing listens yet.
func (f *Folder) openGit(running context.Context) {
	f.git = &gitCredentials{
		accounts:  f.Accounts,
		helper:    f.gitHelper(),
		sockets:   filepath.Join(f.options.Paths.Data, "git"),
		terminals: func(ctx context.Context) []terminal.Info { return f.Terminals.List(ctx) },
		learn:     f.options.Redactor.Learn,
		record:    func(ctx context.Context, entry audit.Entry) error { return f.audit.Record(ctx, entry) },
		warn:      func(message string, err error) { f.options.Log.Warn(message, "error", err) },
		ctx:       running,
		servers:   map[account.Use]*gitcredential.Server{},
		failed:    map[account.Use]bool{},
		given:     map[string]time.Time{},
	}
	f.onClose(f.git.close)
}

// gitHelper is the program that git asks. One that lies in the opened folder is
// none: a command could have replaced it, and it would run in the user's terminal.
func (f *Folder) gitHelper() string {
	helper := f.options.Helper
	if helper == ownImage || helper == "" || below(helper, f.Workspace.Path()) {
		return ""
	}
	return helper
}

// terminalEnviron is the environment of a new terminal.
func (f *Folder) terminalEnviron() []string {
	return f.git.environ(account.UseGitTerminal, f.environ())
}

// commandEnviron adds to the environment of a command what git needs in it.
func (f *Folder) commandEnviron(environ []string) []string {
	return f.git.environ(account.UseGitAgent, environ)
}

// environ returns an environment in which git asks Keel, for the hosts that a use is
// on for now. Where it is on for none, or nothing can listen, it is as it was.
func (g *gitCredentials) environ(use account.Use, environ []string) []string {
	hosts := g.hosts(use)
	if g.helper == "" || len(hosts) == 0 {
		return gitcredential.Without(environ)
	}
	server, err := g.server(use)
	if err != nil {
		g.warnOnce(use, err)
		return gitcredential.Without(environ)
	}
	return gitcredential.Environ(environ, g.helper, server.Address(), hosts)
}

// hosts are those that a use is switched on for.
func (g *gitCredentials) hosts(use account.Use) []string {
	var hosts []string
	for _, each := range g.accounts.State().Accounts {
		if slices.Contains(each.Uses, use) {
			hosts = append(hosts, each.Host)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// access says which accounts git is given.
func (g *gitCredentials) access() []wire.AccessItem {
	var items []wire.AccessItem
	add := func(use account.Use, name string, level wire.AccessLevel, means string) {
		for _, host := range g.hosts(use) {
			if a, on := g.accounts.For(use, host); on {
				items = append(items, wire.AccessItem{Name: name, Level: level, Detail: fmt.Sprintf("%s at %s. %s", AccountLabel(a), host, means)})
			}
		}
	}
	add(account.UseGitAgent, "git in commands", wire.AccessAsks, "A command that you let run can use its token, and read it.")
	add(account.UseGitTerminal, "git in your terminals", wire.AccessNone, "Commands of the agent do not get it.")
	return items
}

func (g *gitCredentials) server(use account.Use) (*gitcredential.Server, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, errors.New("giving git credentials: the folder is closed")
	}
	if g.servers[use] != nil {
		return g.servers[use], nil
	}
	server, err := gitcredential.Listen(g.ctx, g.sockets, gitSource{g, use})
	if err != nil {
		return nil, err
	}
	g.servers[use] = server
	return server, nil
}

func (g *gitCredentials) warnOnce(use account.Use, err error) {
	g.mu.Lock()
	first := !g.failed[use]
	g.failed[use] = true
	g.mu.Unlock()
	if first {
		g.warn("git gets no credentials", err)
	}
}

func (g *gitCredentials) close() error {
	g.mu.Lock()
	g.closed = true
	servers := g.servers
	g.servers = nil
	g.mu.Unlock()
	var failed error
	for _, server := range servers {
		failed = errors.Join(failed, server.Close())
	}
	return failed
}

// gitSource is what one of the sockets gives.
type gitSource struct {
	git *gitCredentials
	use account.Use
}

// Credential returns the name and the token of the account that the use is on for.
func (s gitSource) Credential(ctx context.Context, q gitcredential.Question) gitcredential.Answer {
	a, note := s.account(ctx, q)
	if note != "" {
		return gitcredential.Answer{Note: note}
	}
	token, err := s.git.accounts.Token(ctx, a.ID)
	if err != nil || token.Access == "" {
		return gitcredential.Answer{Note: cannotSignIn(q.Host, err)}
	}
	answer := gitcredential.Answer{Username: cmp.Or(a.Login, tokenName), Password: token.Access, Expiry: token.Expiry}
	if q.Username != "" {
		answer.Username = q.Username
	}
	s.git.learn(token.Access)
	s.git.learn(answer.Username + ":" + token.Access) // as HTTP's basic scheme writes it in base64
	if err := s.keep(ctx, a); err != nil {
		s.git.warn("a credential given to git is missing in the audit log", err)
		if s.use == account.UseGitAgent {
			return gitcredential.Answer{Note: "git gets no credentials, as it could not be written into the audit log. See that the disk has room."}
		}
	}
	return answer
}

// tokenName stands for any account where GitHub takes a token for a password, see
// docs.github.com, "Authenticating as a GitHub App installation".
const tokenName = "x-access-token"

// account returns the account to give, or why there is none.
func (s gitSource) account(ctx context.Context, q gitcredential.Question) (account.Account, string) {
	a, on := account.Account{}, false
	if host, err := github.Host(q.Host); err == nil { // in the form in which an account's is kept
		a, on = s.git.accounts.For(s.use, host)
	}
	switch {
	case !on:
		if s.use == account.UseGitTerminal {
			return account.Account{}, fmt.Sprintf("Your account is switched off for git at %s. Switch it on again on the Accounts page (Keel: Show Accounts), or open a new terminal to sign in as git does without Keel.", q.Host)
		}
		return account.Account{}, fmt.Sprintf("The account is switched off for the agent's git at %s.", q.Host)
	case s.use == account.UseGitTerminal && !s.inTerminal(ctx, q.Peer):
		return account.Account{}, "Keel gives git your account only in its own terminals, and not through tmux, screen or other programs that go on without one."
	case q.Username != "" && !strings.EqualFold(q.Username, a.Login) && q.Username != tokenName:
		return account.Account{}, fmt.Sprintf("Keel is signed in at %s as %s, and the address names somebody else.", q.Host, AccountLabel(a))
	case a.Expired != "":
		return account.Account{}, cannotSignIn(q.Host, nil)
	}
	return a, ""
}

// inTerminal tells whether a process belongs to one of the folder's terminals. The
// name of the socket says nothing: a command can see it in /proc/net/unix. But it
// runs in a session of its own and cannot join another one.
func (s gitSource) inTerminal(ctx context.Context, peer gitcredential.Peer) bool {
	return peer.Session > 0 && slices.ContainsFunc(s.git.terminals(ctx), func(info terminal.Info) bool { return info.Process == peer.Session })
}

func cannotSignIn(host string, err error) string {
	if known, ok := errors.AsType[*account.Error](err); ok {
		return strings.TrimSpace(known.Message + " " + known.Hint)
	}
	if err != nil && !errors.Is(err, account.ErrRevoked) {
		return fmt.Sprintf("The sign-in at %s cannot be used just now. Try again.", host)
	}
	return fmt.Sprintf("The sign-in at %s has ended. Sign in again on the Accounts page (Keel: Show Accounts).", host)
}

// Refused notes that a host did not take the token. Only the token itself counts:
// anything else was not given by Keel.
func (s gitSource) Refused(ctx context.Context, q gitcredential.Question) {
	a, note := s.account(ctx, q)
	if note != "" || q.Password == "" {
		return
	}
	token, err := s.git.accounts.Token(ctx, a.ID)
	if err == nil && subtle.ConstantTimeCompare([]byte(token.Access), []byte(q.Password)) == 1 {
		s.git.accounts.Refused(ctx, a.ID, token)
	}
}

// keep writes into the audit log that a credential is given.
func (s gitSource) keep(ctx context.Context, a account.Account) error {
	who := "In a terminal of Keel"
	if s.use == account.UseGitAgent {
		who = "In a command of the agent"
	}
	key := string(s.use) + "\n" + a.ID
	s.git.mu.Lock()
	last, again := s.git.given[key]
	s.git.mu.Unlock()
	if again && time.Since(last) < givenAgain {
		return nil
	}
	if err := s.git.record(ctx, audit.Entry{
		Event: audit.EventTrust, Title: "Gave git an account", Pattern: a.Host, Reason: fmt.Sprintf("%s, as %s.", who, AccountLabel(a)),
	}); err != nil {
		return err
	}
	s.git.mu.Lock()
	defer s.git.mu.Unlock()
	s.git.given[key] = time.Now()
	return nil
}
