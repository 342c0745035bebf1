package identitycenter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"

	"github.com/keel-ide/keel/backend/account"
)

// Start is an identity centre as the AWS configuration names it.
type Start struct {
	Name    string // of the sso-session, or of the profile that names a start URL itself
	URL     string
	Region  string
	Session bool // Name is an sso-session's
}

// centre is an identity centre.
type centre struct {
	start  string // its start URL, without what stands after a # or a ?
	region string
}

func (c centre) host() string {
	parsed, err := url.Parse(c.start)
	if err != nil {
		return ""
	}
	return parsed.Host
}

// subject stands for the person at an identity centre, which tells nobody who
// they are.
func (c centre) subject() string {
	sum := sha256.Sum256([]byte(c.start + "\n" + c.region))
	return hex.EncodeToString(sum[:16])
}

// name is what tells one identity centre from another.
func (c centre) name() string {
	name, _, _ := strings.Cut(c.host(), ".")
	if parsed, err := url.Parse(c.start); err == nil && (name == "start" || name == "identitycenter") {
		parts := strings.Split(strings.Trim(parsed.Path, "/"), "/")
		name = parts[len(parts)-1]
	}
	return name
}

// maxStart is far more than a start URL is long.
const maxStart = 512

// directory is the id of an identity centre, which is enough of its address.
var directory = regexp.MustCompile(`^d-[0-9a-z]{6,20}$`)

// regionName has the form of AWS's names, such as us-gov-west-1.
var regionName = regexp.MustCompile(`^[a-z]{2,8}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$`)

// parse reads a start URL as a person copies or types it: also d-1234567890, an
// address without https://, or one with the #/ that the portal adds.
func parse(start, region string) (centre, error) {
	text := strings.TrimSpace(start)
	if text == "" {
		return centre{}, &account.Error{
			Message: "The start URL of your identity centre is missing.",
			Hint:    "It looks like https://d-1234567890.awsapps.com/start; the page where you choose an AWS account has it, and so has whoever runs your identity centre.",
		}
	}
	if directory.MatchString(text) {
		text += ".awsapps.com/start"
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	parsed, err := url.Parse(text)
	if err != nil || len(text) > maxStart || parsed.Scheme != "https" || parsed.User != nil || !isAWS(parsed.Host) {
		return centre{}, &account.Error{
			Message: "This is no start URL of AWS IAM Identity Center; nothing was sent.",
			Hint:    "It begins with https:// and a host of AWS, such as https://d-1234567890.awsapps.com/start.",
		}
	}
	parsed.Host = strings.ToLower(parsed.Host)
	parsed.RawQuery, parsed.Fragment, parsed.RawFragment = "", "", ""
	parsed.Path, parsed.RawPath = strings.TrimRight(parsed.Path, "/"), ""
	if parsed.Path == "" && strings.Contains(parsed.Host, ".awsapps.") {
		parsed.Path = "/start"
	}
	region = strings.ToLower(strings.TrimSpace(region))
	if region != "" && !regionName.MatchString(region) {
		return centre{}, &account.Error{
			Message: "This is not the name of an AWS region; nothing was sent.",
			Hint:    "A name looks like us-east-1.",
		}
	}
	return centre{start: parsed.String(), region: region}, nil
}

// centreHosts are the hosts of identity centres and of their sign-in pages: the
// access portals, the issuers and the pages where a code is typed in. Others of
// AWS are none, as some of them serve whatever a customer puts there.
var centreHosts = regexp.MustCompile(`^(` +
	`([a-z0-9][a-z0-9-]*\.)+awsapps\.(com|cn)|` +
	`[a-z0-9][a-z0-9-]*\.portal\.[a-z0-9-]+\.app\.aws|` +
	`identitycenter\.amazonaws\.(com|com\.cn)|` +
	`([a-z0-9][a-z0-9-]*\.)*sso(-fips)?\.[a-z]{2,8}(-[a-z]{2,12}){1,3}-[0-9]{1,2}\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)` +
	`)$`)

// isAWS tells whether a host is one that AWS serves identity centres and their
// sign-in pages at; identity centres have no domains of their own.
func isAWS(host string) bool {
	return len(host) <= 253 && centreHosts.MatchString(strings.ToLower(host))
}

// isPage tells whether an address from the service can be given to a browser, and
// shows as what it is.
func isPage(address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && len(address) <= 2048 && visible(address) && parsed.Scheme == "https" && parsed.User == nil && isAWS(parsed.Host)
}

// visible tells whether a text has nothing but what is seen as it is.
func visible(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// centreOf returns the identity centre of a request; where it names no region,
// the AWS configuration may.
func (s *Service) centreOf(ctx context.Context, request account.Request) (centre, error) {
	at, err := parse(request.Start, request.Region)
	if err != nil || at.region != "" {
		return at, err
	}
	for _, known := range s.Starts(ctx) {
		if known.URL == at.start && known.Region != "" {
			at.region = known.Region
			return at, nil
		}
	}
	return centre{}, &account.Error{
		Message: "The region of your identity centre is missing; nothing was sent.",
		Hint:    "Choose the region where it is; the page where you choose an AWS account shows it under \"Access keys\", as SSO region.",
	}
}

// centreFor returns the identity centre of an account that is signed in.
func centreFor(a account.Account) centre { return centre{start: a.Start, region: a.Region} }
