package identitycenter

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/keel-ide/keel/backend/account"
)

// registration is Keel as a client of an identity centre, which it is for 90
// days. Its tokens can be refreshed with no other one.
type registration struct {
	ID, Secret string
	Ends       time.Time
}

// registrationMargin is how long a registration has to be good yet before a
// sign-in uses it: as long as the AWS CLI wants.
const registrationMargin = 15 * time.Minute

func (r registration) good(now time.Time) bool {
	return r.ID != "" && r.Secret != "" && now.Add(registrationMargin).Before(r.Ends)
}

// register returns the client for a sign-in, a new one where there is none that
// is good.
func (s *Service) register(ctx context.Context, at centre) (registration, error) {
	s.mu.Lock()
	known := s.registered[at]
	s.mu.Unlock()
	if known.good(s.options.Now()) {
		return known, nil
	}
	answer, err := s.oidc(at.region).RegisterClient(ctx, &ssooidc.RegisterClientInput{
		ClientName: aws.String("Keel"), ClientType: aws.String("public"),
		Scopes: []string{scope}, GrantTypes: []string{deviceGrant, refreshGrant},
	})
	if err != nil {
		return registration{}, refusal(err, at)
	}
	made := registration{ID: aws.ToString(answer.ClientId), Secret: aws.ToString(answer.ClientSecret), Ends: time.Unix(answer.ClientSecretExpiresAt, 0)}
	s.remember(at, made)
	return made, nil
}

func (s *Service) remember(at centre, r registration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.registered[at] = r
}

// forget drops a registration that the service does not know.
func (s *Service) forget(at centre, r registration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.registered[at] == r {
		delete(s.registered, at)
	}
}

// keep is what a refresh needs beside the token; it is secret.
type keep struct {
	centre
	registration
	cache string // what names the CLI's file that has the token, too; empty: none
}

// kept is keep in JSON: the names are those of the AWS CLI's file, so that what
// is kept here and there is the same.
type kept struct {
	StartURL              string    `json:"startUrl"`
	Region                string    `json:"region"`
	ClientID              string    `json:"clientId"`
	ClientSecret          string    `json:"clientSecret"`
	RegistrationExpiresAt time.Time `json:"registrationExpiresAt"`
	Cache                 string    `json:"cache,omitempty"`
}

func (k keep) text() string {
	text, err := json.Marshal(kept{k.start, k.region, k.ID, k.Secret, k.Ends.UTC().Truncate(time.Second), k.cache})
	if err != nil {
		return "" // a year beyond 9999, which cannot be refreshed anyway
	}
	return string(text)
}

// keepOf reads what [keep.text] wrote. What cannot be read is a registration
// that is not good.
func keepOf(t account.Token) keep {
	var k kept
	if err := json.Unmarshal([]byte(t.Client), &k); err != nil {
		return keep{}
	}
	return keep{centre{k.StartURL, k.Region}, registration{k.ClientID, k.ClientSecret, k.RegistrationExpiresAt}, k.Cache}
}

// token is what the service answered, as it is kept.
func (s *Service) token(held keep, answer *ssooidc.CreateTokenOutput) account.Token {
	return account.Token{
		Access:  aws.ToString(answer.AccessToken),
		Refresh: aws.ToString(answer.RefreshToken),
		Expiry:  s.options.Now().Add(time.Duration(answer.ExpiresIn) * time.Second).Truncate(time.Second),
		Scopes:  []string{scope},
		Client:  held.text(),
	}
}
