package github

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

// Limits of polling.
const (
	usualInterval = 5 * time.Second  // RFC 8628, section 3.2
	slower        = 5 * time.Second  // RFC 8628, section 3.5
	mostInterval  = 60 * time.Second // between two tries while the host is not there
	mostAddress   = 1024             // bytes of a page's address
	mostFailures  = 5                // on the way, one after the other
	mostCodeLife  = 15 * time.Minute // GitHub's own
	longestCode   = 20
	deviceGrant   = "urn:ietf:params:oauth:grant-type:device_code"
)

// device signs in with a code that the person types in at GitHub's page (RFC
// 8628).
func (s *Service) device(ctx context.Context, at place, scopes []string, talk account.Conversation) (account.Token, error) {
	code, err := s.post(ctx, at, "login/device/code", map[string]string{"client_id": at.clientID, "scope": strings.Join(scopes, " ")})
	if err != nil {
		return account.Token{}, said(at, err)
	}
	typed := grouped(code.UserCode)
	if code.DeviceCode == "" || typed == "" || !at.holds(code.Address) {
		return account.Token{}, s.odd(at, http.StatusOK)
	}
	talk.Secret(code.DeviceCode)
	until := s.options.Now().Add(cmp.Or(seconds(code.ExpiresIn, mostCodeLife), mostCodeLife))
	talk.Show(account.Progress{Stage: account.Code, Address: code.Address, Code: typed, Until: until})
	talk.Open(ctx, code.Address)
	return s.poll(ctx, at, code, until, talk)
}

// poll asks until the person has decided or the code has expired. A request that
// fails on the way, as on a train, is tried again more slowly.
func (s *Service) poll(ctx context.Context, at place, code answer, until time.Time, talk account.Conversation) (account.Token, error) {
	interval := cmp.Or(seconds(code.Interval, mostCodeLife), usualInterval)
	form := map[string]string{"client_id": at.clientID, "device_code": code.DeviceCode, "grant_type": deviceGrant}
	failures := 0
	for {
		pause := interval
		if failures > 0 {
			pause = min(interval<<failures, max(interval, mostInterval))
		}
		if err := s.wait(ctx, pause, until); err != nil {
			return account.Token{}, said(at, err)
		}
		got, err := s.post(ctx, at, "login/oauth/access_token", form)
		if err == nil && got.AccessToken != "" {
			return s.learnt(at, got, talk), nil
		}
		named, isNamed := errors.AsType[*protocolError](err)
		switch {
		case ctx.Err() != nil:
			return account.Token{}, ctx.Err()
		case err == nil:
			return account.Token{}, s.odd(at, http.StatusOK)
		case isNamed && named.code == "authorization_pending":
			failures = 0
		case isNamed && named.code == "slow_down":
			failures = 0
			interval = max(interval+slower, seconds(named.interval, mostCodeLife))
		case isNamed:
			return account.Token{}, said(at, err)
		default:
			if failures++; failures >= mostFailures {
				return account.Token{}, err
			}
		}
	}
}

// wait returns after pause, or with the error of a code that has expired where
// that comes first.
func (s *Service) wait(ctx context.Context, pause time.Duration, until time.Time) error {
	left := until.Sub(s.options.Now())
	timer := time.NewTimer(max(0, min(pause, left)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	if left <= pause {
		return &protocolError{code: "expired_token"}
	}
	return nil
}

// seconds is a time that a host gives, within bounds: more of them than fit into a
// duration would come out as none.
func seconds(given int64, most time.Duration) time.Duration {
	return time.Duration(max(0, min(given, int64(most/time.Second)))) * time.Second
}

// holds tells whether an address is a page of the host, and shows as what it is:
// nothing else is opened in the person's browser.
func (p place) holds(address string) bool {
	at, err := url.Parse(address)
	return err == nil && len(address) <= mostAddress && visible(address) && at.Scheme == "https" && strings.EqualFold(at.Host, p.host) && at.User == nil
}

// grouped is a code as GitHub shows it, in two groups of four. It is what a
// server sent: only what can stand in a code is shown.
func grouped(code string) string {
	code = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, strings.ToUpper(code))
	code = code[:min(len(code), longestCode)]
	if len(code) == 8 && !strings.Contains(code, "-") {
		return code[:4] + "-" + code[4:]
	}
	return code
}
