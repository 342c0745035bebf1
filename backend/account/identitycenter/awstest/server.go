// Package awstest is a stand-in for the sign-in services of AWS, for tests and
// test tools: the OIDC service and the portal of IAM Identity Center, its start
// page, and the Security Token Service.
//
// It speaks their wire formats, and is as strict as they are: about content
// types, grants, registered clients, how often is asked, the trust policy of a
// role. The web identity that is exchanged for credentials is verified for real,
// by the keys that its issuer publishes. What it gives out it knows again:
// [Server.Guard] lets through only what is signed with it.
package awstest

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The operations, for [Server.Fail].
const (
	RegisterClient            = "RegisterClient"
	StartDeviceAuthorization  = "StartDeviceAuthorization"
	CreateToken               = "CreateToken"
	ListAccounts              = "ListAccounts"
	ListAccountRoles          = "ListAccountRoles"
	GetRoleCredentials        = "GetRoleCredentials"
	Logout                    = "Logout"
	AssumeRoleWithWebIdentity = "AssumeRoleWithWebIdentity"
)

// Role is what a person may take on through IAM Identity Center.
type Role struct {
	Account, Name, Email string // of the AWS account
	Role                 string
}

// Trust is the trust policy of a role: whom it is given to for a web identity.
type Trust struct {
	Audience string // accounts.google.com:aud
	Subject  string // accounts.google.com:sub; empty: anyone, as many write it
}

// Options configure [New]. The zero value is usable.
type Options struct {
	Region string // where the identity centre is; empty: us-east-1
	Start  string // its start URL; empty: https://d-1234567890.awsapps.com/start
	Roles  []Role // empty: three in two accounts
	// Trust is by the ARN of the role.
	Trust map[string]Trust
	// Identities fetches what https://accounts.google.com publishes; nil: it cannot be
	// reached.
	Identities *http.Client
	Interval   time.Duration // between two asks for a token; 0: 1 s
	CodeLife   time.Duration // 0: 10 minutes
	TokenLife  time.Duration // 0: 1 hour
	Life       time.Duration // of credentials; 0: 1 hour
	Now        func() time.Time
}

func (o Options) withDefaults() Options {
	for value, usual := range map[*string]string{&o.Region: "us-east-1", &o.Start: "https://d-1234567890.awsapps.com/start"} {
		if *value == "" {
			*value = usual
		}
	}
	for value, usual := range map[*time.Duration]time.Duration{&o.Interval: time.Second, &o.CodeLife: 10 * time.Minute, &o.TokenLife: time.Hour, &o.Life: time.Hour} {
		if *value == 0 {
			*value = usual
		}
	}
	if o.Roles == nil {
		o.Roles = []Role{
			{"123456789012", "Playground", "playground@example.com", "Developer"},
			{"123456789012", "Playground", "playground@example.com", "ReadOnly"},
			{"210987654321", "Production", "production@example.com", "ReadOnly"},
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Server is the stand-in. Its methods may be called at any time, from any
// goroutine.
type Server struct {
	options Options
	start   *url.URL

	mu      sync.Mutex // guards the rest
	life    time.Duration
	faults  map[string][]string // by operation, codes to refuse with, each once
	clients map[string]*client  // by id
	devices map[string]*device  // by device code
	tokens  map[string]*token   // by access token
	renewal map[string]*token   // by refresh token
	keys    map[string]*Key     // by access key id
	order   []string            // of keys
	asked   map[string]int      // by operation
	ids     *verifier
}

// New returns a server that listens nowhere: it is an [http.Handler] for every
// host in Hosts, and Client reaches it without a connection.
func New(options Options) *Server {
	o := options.withDefaults()
	start, err := url.Parse(o.Start)
	if err != nil {
		start = &url.URL{}
	}
	return &Server{
		options: o, start: start, life: o.Life, faults: map[string][]string{}, clients: map[string]*client{}, devices: map[string]*device{},
		tokens: map[string]*token{}, renewal: map[string]*token{}, keys: map[string]*Key{}, asked: map[string]int{},
		ids: &verifier{client: o.Identities, now: o.Now},
	}
}

// Start is the start URL of the identity centre.
func (s *Server) Start() string { return s.options.Start }

// Hosts lists the hosts that it answers for, in the region of the identity
// centre; STS answers in every region.
func (s *Server) Hosts() []string {
	return []string{"oidc." + s.options.Region + ".amazonaws.com", "portal.sso." + s.options.Region + ".amazonaws.com", s.start.Host, "sts." + s.options.Region + ".amazonaws.com", "sts.amazonaws.com"}
}

// ServeHTTP answers for the host that was asked.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, _ := strings.Cut(r.Host, ":")
	switch {
	case host == s.start.Host:
		s.page(w, r)
	case strings.HasPrefix(host, "oidc.") && strings.HasSuffix(host, ".amazonaws.com"):
		s.oidc(w, r, strings.TrimSuffix(strings.TrimPrefix(host, "oidc."), ".amazonaws.com"))
	case strings.HasPrefix(host, "portal.sso.") && strings.HasSuffix(host, ".amazonaws.com"):
		s.portal(w, r, strings.TrimSuffix(strings.TrimPrefix(host, "portal.sso."), ".amazonaws.com"))
	case strings.HasPrefix(host, "sts.") && strings.HasSuffix(host, ".amazonaws.com"):
		s.sts(w, r)
	default:
		http.Error(w, "no service of AWS has the name "+host, http.StatusMisdirectedRequest)
	}
}

// Fail refuses the next times calls of an operation with an error code, such as
// SlowDownException or, of STS, AccessDenied.
func (s *Server) Fail(operation, code string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range times {
		s.faults[operation] = append(s.faults[operation], code)
	}
}

// faultLocked counts a call and takes the next code that it is refused with.
func (s *Server) faultLocked(operation string) string {
	s.asked[operation]++
	codes := s.faults[operation]
	if len(codes) == 0 {
		return ""
	}
	s.faults[operation] = codes[1:]
	return codes[0]
}

// Asked returns how often an operation was asked for.
func (s *Server) Asked(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[operation]
}

// SetLife sets how long credentials given out from now on are good.
func (s *Server) SetLife(life time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life = life
}

// EndTokens makes access tokens run out; they can be refreshed.
func (s *Server) EndTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Revoke takes every sign-in back, as an administrator does who ends a session:
// nothing can be refreshed. The credentials of roles go on until they end.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
	clear(s.renewal)
}

// ForgetClients makes every registration unknown.
func (s *Server) ForgetClients() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.clients)
}

func random() string { return rand.Text() }
