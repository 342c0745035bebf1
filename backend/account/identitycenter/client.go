package identitycenter

import (
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"github.com/keel-ide/keel/backend/account"
)

// attempts is how often the SDK asks in all, where the service is throttled or
// has an error of its own.
const attempts = 3

// requestTime bounds one request.
const requestTime = 30 * time.Second

func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, 5*time.Second })
}

// bounded is a client that follows no redirect, as the services have none, and
// waits for no answer for ever.
func bounded(client *http.Client) *http.Client {
	copied := *client
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if copied.Timeout == 0 {
		copied.Timeout = requestTime
	}
	return &copied
}

// oidc returns a client that signs in. It is made without the SDK's reading of
// variables and files: they name other people's endpoints and credentials.
func (s *Service) oidc(region string) *ssooidc.Client {
	return ssooidc.New(ssooidc.Options{
		Region: region, HTTPClient: bounded(s.options.HTTP), Retryer: retryer(), Logger: logging.Nop{},
		Credentials: aws.AnonymousCredentials{},
	})
}

// portal returns a client for accounts, roles and their credentials.
func (s *Service) portal(region string) *sso.Client {
	return sso.New(sso.Options{
		Region: region, HTTPClient: bounded(s.options.HTTP), Retryer: retryer(), Logger: logging.Nop{},
		Credentials: aws.AnonymousCredentials{},
	})
}

// code is the name of the error that a service answered with; empty for one that
// is no answer of it.
func code(err error) string {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		return answer.ErrorCode()
	}
	return ""
}

// unexpected is for what no branch has words for: another answer of the service,
// or none.
func unexpected(err error, at centre) error {
	switch name := code(err); name {
	case "":
		return account.Unreachable(title, err)
	case "TooManyRequestsException", "SlowDownException", "ThrottlingException", "InternalServerException":
		return &account.Error{
			Message: title + " is too busy to answer; nothing was changed.",
			Hint:    "Try again in a minute.",
			Err:     err,
		}
	case "InvalidRequestException", "InvalidRequestRegionException":
		return &account.Error{
			Message: "There is no identity centre " + at.start + " in the region " + at.region + "; nothing was changed.",
			Hint:    "Check the start URL and the region: the region is where the identity centre is, not where you use Amazon Bedrock.",
			Err:     err,
		}
	default:
		return &account.Error{
			Message: title + " refused with " + name + "; nothing was changed.",
			Hint:    "Try again; if it goes on, ask whoever runs your identity centre.",
			Err:     err,
		}
	}
}
