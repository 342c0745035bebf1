package wire

// AccountsState is who is signed in where, and where one can sign in. It holds no
// token.
type AccountsState struct {
	Seq      int64            `json:"seq"`
	Accounts []Account        `json:"accounts"`
	Services []AccountService `json:"services"` // GitHub first, then Google, then AWS
	SignIns  []SignIn         `json:"signIns"`  // under way, or ended and not yet taken off the list
}

// AccountKind is a kind of service that one signs in at.
type AccountKind string

const (
	AccountGitHub AccountKind = "github"
	AccountGoogle AccountKind = "google"
	AccountAWS    AccountKind = "aws" // IAM Identity Center
)

// Account is somebody at a service.
type Account struct {
	ID      string       `json:"id"`
	Kind    AccountKind  `json:"kind"`
	Host    string       `json:"host"`
	Service string       `json:"service"` // what the service is called
	Label   string       `json:"label"`   // what tells it from others: @login, or an address
	Name    string       `json:"name"`    // may be empty
	Email   string       `json:"email"`   // may be empty
	Avatar  string       `json:"avatar"`  // a data: URL of a small picture; may be empty
	Expired bool         `json:"expired"` // it must sign in again
	Message string       `json:"message"` // why; empty while it is good
	Scopes  []string     `json:"scopes"`  // with what they hold: one that is not here is missing; none: not known
	Since   int64        `json:"signedInAt"`
	Manage  string       `json:"manage"` // where the person sees and takes back what Keel may do; may be empty
	Uses    []AccountUse `json:"uses"`
	Role    string       `json:"role"`     // of AWS: 123456789012/ReadOnly; empty before one is chosen
	Start   string       `json:"startUrl"` // of AWS
	Region  string       `json:"region"`   // of AWS
}

// AccountUse is something that an account is good for, with its switch.
type AccountUse struct {
	Use     string `json:"use"` // github-models, github-pages, git-terminal, git-agent, bedrock
	Title   string `json:"title"`
	Detail  string `json:"detail"`
	On      bool   `json:"on"`
	Blocked string `json:"blocked"` // why it cannot be switched on; empty when it can
	// Asks: switching it on signs in again first, for further rights.
	Asks bool `json:"asks"`
}

// AccountService is a place to sign in at.
type AccountService struct {
	Kind         AccountKind    `json:"kind"`
	Host         string         `json:"host"`
	Title        string         `json:"title"`
	Methods      []string       `json:"methods"`      // device, browser; the preferred one first; none: see Setup
	Setup        []string       `json:"setup"`        // what is missing and how to get it, at most three sentences
	SetupAddress string         `json:"setupAddress"` // where a client id is made; may be empty
	Setting      string         `json:"setting"`      // that takes it; empty when none does
	TakesSecret  bool           `json:"takesSecret"`  // a client secret can be kept for it
	HasSecret    bool           `json:"hasSecret"`
	Starts       []AccountStart `json:"starts"` // of AWS: what its configuration knows
}

// AccountStart is an identity centre that the AWS configuration knows.
type AccountStart struct {
	Name   string `json:"name"`
	Start  string `json:"startUrl"`
	Region string `json:"region"`
}

// SignInRequest asks for a sign-in.
type SignInRequest struct {
	Kind      AccountKind `json:"kind"`
	Host      string      `json:"host"`      // empty: the public one
	Method    string      `json:"method"`    // device, browser; empty: the preferred one
	AccountID string      `json:"accountId"` // signs this account in again; empty: anyone
	Use       string      `json:"use"`       // is switched on afterwards; empty: none
	Start     string      `json:"startUrl"`  // of AWS
	Region    string      `json:"region"`    // of AWS
	Share     bool        `json:"share"`     // of AWS: also write the token into the file where the AWS CLI looks for it
	Scopes    []string    `json:"scopes"`    // asked for besides the service's own, for an extension
}

// SignInStage is how far a sign-in is.
type SignInStage string

const (
	SignInStarting  SignInStage = "starting"
	SignInCode      SignInStage = "code"      // the code is to be typed in at the address
	SignInBrowser   SignInStage = "browser"   // the browser is to come back
	SignInFinishing SignInStage = "finishing" // the name is being fetched
	SignInDone      SignInStage = "done"
	SignInFailed    SignInStage = "failed"
	SignInCancelled SignInStage = "cancelled"
)

// SignIn is a sign-in that is under way or has ended.
type SignIn struct {
	ID        string      `json:"id"`
	Kind      AccountKind `json:"kind"`
	Host      string      `json:"host"`
	Title     string      `json:"title"` // of the service
	Stage     SignInStage `json:"stage"`
	Address   string      `json:"address"` // to be opened in a browser; empty when there is none yet
	Code      string      `json:"code"`    // to be typed in there; empty when there is none
	Until     int64       `json:"untilAt"` // when that ends; 0 when it does not
	CanPaste  bool        `json:"canPaste"`
	NoBrowser bool        `json:"noBrowser"` // none could be started: the address has to be copied
	AccountID string      `json:"accountId"` // once done
	Message   string      `json:"message"`   // why it failed, or what to know once it is done; may be empty
	Hint      string      `json:"hint"`
}

// AccountRole is an AWS account and a role in it.
type AccountRole struct {
	Role    string `json:"role"` // 123456789012/ReadOnly
	Account string `json:"account"`
	Name    string `json:"name"` // of the AWS account
	Email   string `json:"email"`
}

// ExtensionSessionRequest asks for a token for an extension that the person has
// let use an account.
type ExtensionSessionRequest struct {
	AccountID     string   `json:"accountId"`
	ExtensionID   string   `json:"extensionId"`
	ExtensionName string   `json:"extensionName"`
	Scopes        []string `json:"scopes"`
}

// ExtensionSession is the one thing on the bridge that holds a token of Keel's: it
// is for an extension, which cannot be given it otherwise, and is in the audit log.
type ExtensionSession struct {
	Token string `json:"token"`
}
