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

// Held returns scopes with all that they hold, see the list at
// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps.
// GitHub itself names only the widest ones of those that were asked for.
func Held(scopes []string) []string {
	held := slices.Clone(scopes)
	for _, scope := range scopes {
		level, of, _ := strings.Cut(scope, ":")
		switch {
		case scope == "user":
			held = append(held, "read:user", "user:email", "user:follow")
		case scope == "repo":
			held = append(held, "repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events")
		case of == "":
		case level == "admin":
			held = append(held, "write:"+of, "read:"+of)
		case level == "write":
			held = append(held, "read:"+of)
		}
	}
	slices.Sort(held)
	return slices.Compact(held)
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
