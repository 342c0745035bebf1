package identitycenter

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/keel-ide/keel/backend/account"
)

// The grants of the service, by their names in OAuth 2.0 and RFC 8628.
const (
	deviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
	refreshGrant = "refresh_token"
)

// usualInterval is how often is asked where the service does not say, and how
// much longer is waited each time it says that this is too often; both are RFC
// 8628's.
const usualInterval = 5 * time.Second

// longestCode bounds how long a code can be good; the service says ten minutes.
const longestCode = 30 * time.Minute

// mostCode is how many bytes a code to be typed in may have.
const mostCode = 32

// errStale says that the service does not know the client it once registered.
var errStale = errors.New("the registration has ended")

// SignIn signs somebody in. Where the AWS CLI has signed in at the same identity
// centre, its token is taken and no browser is needed.
func (s *Service) SignIn(ctx context.Context, request account.Request, talk account.Conversation) (account.Grant, error) {
	talk.Show(account.Progress{Stage: account.Starting})
	at, err := s.centreOf(ctx, request)
	if err != nil {
		return account.Grant{}, err
	}
	key := s.cacheKey(ctx, at)
	if kept, ok := s.takeCached(ctx, at, key, talk); ok {
		return kept, nil
	}
	registered, token, err := s.authorise(ctx, at, talk)
	if errors.Is(err, errStale) {
		s.forget(at, registered)
		registered, token, err = s.authorise(ctx, at, talk)
	}
	switch {
	case ctx.Err() != nil && err == nil: // cancelled right after the token was issued
		return account.Grant{Account: at.account(), Token: s.token(keep{centre: at, registration: registered}, token)}, ctx.Err()
	case ctx.Err() != nil:
		return account.Grant{}, ctx.Err()
	case errors.Is(err, errStale):
		return account.Grant{}, unexpected(errors.Unwrap(err), at)
	case err != nil:
		return account.Grant{}, err
	}
	talk.Show(account.Progress{Stage: account.Finishing})
	held := keep{centre: at, registration: registered}
	if request.Share {
		held.cache = key
	}
	granted := s.token(held, token)
	talk.Secret(granted.Access)
	grant := account.Grant{Account: at.account(), Token: granted}
	if held.cache != "" {
		if err := s.share(held, granted); err != nil {
			grant.Note = "You are signed in in Keel. The token could not be written for the AWS CLI, so sign in there by itself."
		} else {
			grant.Note = "The AWS CLI and other tools are signed in with it, too."
		}
	}
	return grant, nil
}

// account returns the account of whoever signs in at an identity centre.
func (c centre) account() account.Account {
	return account.Account{
		Kind: account.AWS, Host: c.host(), Subject: c.subject(), Name: c.name(),
		Scopes: []string{scope}, Manage: c.start, Region: c.region, Start: c.start,
	}
}

// authorise shows a code and waits until it was typed in. With [errStale] the
// registration that it returns is of no use.
func (s *Service) authorise(ctx context.Context, at centre, talk account.Conversation) (registration, *ssooidc.CreateTokenOutput, error) {
	registered, err := s.register(ctx, at)
	if err != nil {
		return registered, nil, err
	}
	talk.Secret(registered.Secret)
	client := s.oidc(at.region)
	started, err := client.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: &registered.ID, ClientSecret: &registered.Secret, StartUrl: &at.start,
	})
	if err != nil {
		return registered, nil, refusal(err, at)
	}
	talk.Secret(aws.ToString(started.DeviceCode))
	progress := account.Progress{Stage: account.Code}
	if code := aws.ToString(started.UserCode); len(code) <= mostCode && visible(code) {
		progress.Code = code
	}
	progress.Until = s.options.Now().Add(min(time.Duration(started.ExpiresIn)*time.Second, longestCode))
	for _, address := range []string{aws.ToString(started.VerificationUriComplete), aws.ToString(started.VerificationUri)} {
		if isPage(address) {
			progress.Address = address
			break
		}
	}
	if progress.Address == "" || progress.Code == "" || started.ExpiresIn <= 0 || aws.ToString(started.DeviceCode) == "" {
		return registered, nil, &account.Error{
			Message: title + " answered with something that cannot be a sign-in; nothing was opened.",
			Hint:    "Check the start URL, and that no proxy is in the way.",
		}
	}
	talk.Show(progress)
	talk.Open(ctx, progress.Address)
	token, err := s.poll(ctx, at, registered, started, progress.Until)
	return registered, token, err
}

// poll asks for the token until it is there. That the service cannot be reached
// for a while ends nothing: the code may still be typed in.
func (s *Service) poll(ctx context.Context, at centre, registered registration, started *ssooidc.StartDeviceAuthorizationOutput, until time.Time) (*ssooidc.CreateTokenOutput, error) {
	client := s.oidc(at.region)
	interval := cmp.Or(time.Duration(max(started.Interval, 0))*time.Second, usualInterval)
	var unanswered error
	for {
		if err := sleep(ctx, interval); err != nil {
			return nil, err
		}
		if !s.options.Now().Before(until) {
			if unanswered != nil {
				return nil, unexpected(unanswered, at)
			}
			return nil, codeEnded(nil)
		}
		token, err := client.CreateToken(ctx, &ssooidc.CreateTokenInput{
			ClientId: &registered.ID, ClientSecret: &registered.Secret, GrantType: aws.String(deviceGrant), DeviceCode: started.DeviceCode,
		})
		if err == nil && aws.ToString(token.AccessToken) != "" {
			return token, nil
		}
		unanswered = nil
		switch code(err) {
		case "AuthorizationPendingException", "InternalServerException":
		case "SlowDownException", "TooManyRequestsException":
			interval += usualInterval
		case "":
			unanswered = err
		default:
			return nil, refusal(err, at)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refusal says what the service's refusal of a sign-in means.
func refusal(err error, at centre) error {
	switch code(err) {
	case "AccessDeniedException":
		return &account.Error{
			Message: "The sign-in was denied in the browser; nothing was changed.",
			Hint:    "Start again and choose Allow. If it was you who chose Allow, whoever runs your identity centre does not allow it.",
			Err:     err,
		}
	case "ExpiredTokenException":
		return codeEnded(err)
	case "InvalidClientException":
		return stale{err}
	case "InvalidGrantException":
		return &account.Error{
			Message: "The code was used already or is not good any more; nothing was changed.",
			Hint:    "Start again to get a new code.",
			Err:     err,
		}
	case "UnauthorizedClientException":
		return &account.Error{
			Message: "Your identity centre does not let Keel sign in with a code.",
			Hint:    "Ask whoever runs it to allow device authorization, or use a profile of the AWS CLI in the setting keelAgent.bedrock.profile.",
			Err:     err,
		}
	}
	return unexpected(err, at)
}

// stale is [errStale] with the service's answer.
type stale struct{ answer error }

func (e stale) Error() string        { return errStale.Error() }
func (e stale) Is(target error) bool { return target == errStale }
func (e stale) Unwrap() error        { return e.answer }

func codeEnded(err error) error {
	return &account.Error{
		Message: "The code was not typed in in time; nothing was changed.",
		Hint:    "Start again to get a new code.",
		Err:     err,
	}
}
