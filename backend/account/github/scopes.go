package github

import (
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/account"
)

// Scopes returns what a token needs for a use, beyond what every sign-in asks
// for; "" returns the latter. See
// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps.
//
// There is no scope that reads private repositories only: repo is the smallest
// that does. GitHub Models knows a permission of fine-grained tokens and of
// GitHub Apps, but no scope: it takes the token of an OAuth app as it is.
func Scopes(use account.Use) []string {
	switch use {
	case "":
		return []string{"read:user", "user:email"}
	case account.UsePages, account.UseGitTerminal, account.UseGitAgent:
		return []string{"repo"}
	}
	return nil
}

// Covers tells whether a scope holds another one, see the list at
// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps.
func Covers(wider, scope string) bool {
	if wider == scope {
		return true
	}
	level, of, ok := strings.Cut(wider, ":")
	switch {
	case wider == "user":
		return slices.Contains([]string{"read:user", "user:email", "user:follow"}, scope)
	case wider == "repo":
		return slices.Contains([]string{"repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"}, scope)
	case ok && level == "admin":
		return scope == "write:"+of || scope == "read:"+of
	case ok && level == "write":
		return scope == "read:"+of
	}
	return false
}

// wanted is what a sign-in asks for.
func wanted(more []string) []string {
	scopes := Scopes("")
	for _, scope := range more {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// granted reads the scope of an answer: GitHub parts them by commas, the
// standard by spaces.
func granted(scope string) []string {
	scopes := strings.FieldsFunc(scope, func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(scopes)
	return slices.Compact(scopes)
}
