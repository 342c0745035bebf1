package bedrock

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/provider"
)

// WebIdentity is a role that is given for an OpenID Connect identity, such as
// Google's, by sts:AssumeRoleWithWebIdentity.
type WebIdentity struct {
	Role    string // its ARN
	Account account.Account
	Client  string // the client id that the identity is made out to, for what a person reads
	HTTP    *http.Client
	Tokens  Tokens
}

// Tokens gives the identity; [account.Accounts] does.
type Tokens interface {
	// Token returns one that is good; it is asked before each exchange.
	Token(ctx context.Context, accountID string) (account.Token, error)
	// Refused tells that it was not taken, so that the next one is another.
	Refused(ctx context.Context, accountID string, t account.Token)
}

// stsTime bounds one request.
const stsTime = 30 * time.Second

// Retrieve exchanges the identity for credentials, in the region that they are
// used in.
func (w WebIdentity) Retrieve(ctx context.Context, region string) (aws.Credentials, error) {
	t, err := w.Tokens.Token(ctx, w.Account.ID)
	if err != nil {
		return aws.Credentials{}, err
	}
	answer, err := w.assume(ctx, t, region)
	if isOld(err) {
		w.Tokens.Refused(ctx, w.Account.ID, t)
		fresh, failed := w.Tokens.Token(ctx, w.Account.ID)
		if failed != nil {
			return aws.Credentials{}, failed
		}
		if fresh.ID != t.ID {
			answer, err = w.assume(ctx, fresh, region)
		}
	}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return aws.Credentials{}, ctx.Err()
	default:
		return aws.Credentials{}, w.explain(err, region)
	}
	given := answer.Credentials
	if given == nil {
		given = &types.Credentials{} // which nothing accepts
	}
	return aws.Credentials{
		AccessKeyID: aws.ToString(given.AccessKeyId), SecretAccessKey: aws.ToString(given.SecretAccessKey), SessionToken: aws.ToString(given.SessionToken),
		CanExpire: true, Expires: aws.ToTime(given.Expiration), Source: "KeelWebIdentity",
	}, nil
}

// assume asks for the role once. Errors are the SDK's.
func (w WebIdentity) assume(ctx context.Context, t account.Token, region string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	if t.ID == "" {
		return nil, fault(provider.ClassAuth, "Google gave no identity for your account, which AWS needs.", signInAgain)
	}
	return w.client(region).AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: &w.Role, RoleSessionName: aws.String(sessionName(w.Account)), WebIdentityToken: &t.ID,
	})
}

// isOld tells whether another identity of the same person may be accepted.
func isOld(err error) bool {
	_, expired := errors.AsType[*types.ExpiredTokenException](err)
	_, invalid := errors.AsType[*types.InvalidIdentityTokenException](err)
	return expired || invalid
}

// client is made without the SDK's reading of variables and files: they name
// other credentials. The identity signs the request itself. That AWS cannot
// reach Google is tried again, as its guide says, a few times.
func (w WebIdentity) client(region string) *sts.Client {
	asked := *w.HTTP
	asked.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if asked.Timeout == 0 {
		asked.Timeout = stsTime
	}
	return sts.New(sts.Options{
		Region: region, HTTPClient: &asked, Logger: logging.Nop{}, Credentials: aws.AnonymousCredentials{},
		Retryer: retry.AddWithErrorCodes(retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = 3, 5*time.Second
		}), (*types.IDPCommunicationErrorException)(nil).ErrorCode()),
	})
}

// explain says what a refusal of STS means, by the errors that its reference
// lists for the operation.
func (w WebIdentity) explain(err error, region string) error {
	if known, ok := errors.AsType[*provider.Error](err); ok {
		return known
	}
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		unreachable := account.Unreachable("AWS STS in region "+region, err)
		return &provider.Error{Class: provider.ClassBounded, Message: unreachable.Message, Hint: unreachable.Hint, Err: err}
	}
	said := fault(provider.ClassAuth, "", signInAgain)
	said.Err = err
	switch answer.ErrorCode() {
	case "InvalidIdentityToken", "InvalidIdentityTokenException":
		said.Message = "AWS did not accept your Google identity."
		said.Hint = "Look whether this computer's clock is right. " + signInAgain
	case "ExpiredTokenException", "ExpiredToken":
		said.Message = "Your Google identity was too old for AWS."
		said.Hint = "Look whether this computer's clock is right. " + signInAgain
	case "AccessDenied", "AccessDeniedException":
		said.Message = fmt.Sprintf("AWS does not give the role %s to your Google account.", w.Role)
		said.Hint = fmt.Sprintf("Its trust policy has to allow sts:AssumeRoleWithWebIdentity for accounts.google.com, with accounts.google.com:aud %q and accounts.google.com:sub %q. Correct it, or the setting keelAgent.bedrock.googleRole.", w.Client, w.Account.Subject)
	case "IDPCommunicationError", "IDPCommunicationErrorException":
		said.Class = provider.ClassBounded
		said.Message = "AWS could not reach Google to verify your account."
		said.Hint = "Keel tries again; it is mostly over soon."
	case "IDPRejectedClaim":
		said.Message = "Google told AWS that your sign-in is not good any more."
	case "RegionDisabledException", "RegionDisabled":
		said.Message = fmt.Sprintf("AWS STS is not switched on in region %q for the account of the role.", region)
		said.Hint = "Switch it on in the account settings of IAM, or choose another region in the setting keelAgent.bedrock.region."
	case "ValidationError", "MalformedPolicyDocument", "PackedPolicyTooLarge":
		said.Message = "AWS does not take the role " + w.Role + "."
		said.Hint = "Correct the setting keelAgent.bedrock.googleRole; it looks like arn:aws:iam::123456789012:role/keel."
	case "Throttling", "ThrottlingException", "RequestLimitExceeded":
		said.Class = provider.ClassThrottle
		said.Message = "AWS STS gets more requests than it allows."
		said.Hint = "Keel waits and tries again."
	case "InternalFailure", "InternalError", "ServiceUnavailable":
		said.Class = provider.ClassBounded
		said.Message = "AWS STS had an error of its own."
		said.Hint = "Keel tries again."
	default:
		said.Message = "AWS STS refused with " + answer.ErrorCode() + "."
	}
	return said
}

// unsafeInSession is what the name of a role's session may not hold.
var unsafeInSession = regexp.MustCompile(`[^a-zA-Z0-9_+=,.@-]+`)

// maxSession is how long the name of a role's session can be.
const maxSession = 64

// sessionName tells whoever looks into AWS's records who it was.
func sessionName(a account.Account) string {
	name := "keel-" + a.Email
	if a.Email == "" {
		name = "keel-" + a.Subject
	}
	name = strings.Trim(unsafeInSession.ReplaceAllString(name, "-"), "-")
	return name[:min(len(name), maxSession)]
}

// RoleName returns the name of the role that an ARN is of, and what is wrong with
// the ARN.
func RoleName(role string) (string, *account.Error) {
	const setting = "Set keelAgent.bedrock.googleRole to the ARN of a role; it looks like arn:aws:iam::123456789012:role/keel."
	if role == "" {
		return "", &account.Error{Message: "No AWS role is set for your Google account.", Hint: setting}
	}
	parsed, err := arn.Parse(role)
	path, ok := strings.CutPrefix(parsed.Resource, "role/")
	name := path[strings.LastIndex(path, "/")+1:]
	if err != nil || parsed.Service != "iam" || !ok || name == "" || len(role) > 2048 {
		return "", &account.Error{Message: "The AWS role for your Google account is not the ARN of a role.", Hint: setting}
	}
	return name, nil
}
