package google

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/keel-ide/keel/backend/account"
)

// Hints that several errors share.
const (
	hintAgain   = "Sign in again. If it stays so, look at what stands between this machine and Google, such as a proxy."
	hintNetwork = "Do not go on in this network before you know what answers in Google's place; then sign in again."
	hintClient  = "look in Google Cloud console whether the client in the setting " + setting + " is of the type Desktop app and still there, and whether your account may use it. Its secret is put in on the Accounts page (Keel: Show Accounts)."
	hintOver    = "Sign in again."
)

// unreadableSecret is why nobody can sign in while the client secret is locked.
const unreadableSecret = "The client secret for Google cannot be read from where it is kept."

func unreadable(err error) error {
	return &account.Error{Message: unreadableSecret, Hint: "Unlock the keychain, then try again.", Err: err}
}

// inWords is an error as its page shows it.
func inWords(err error) *account.Error {
	if said, ok := errors.AsType[*account.Error](err); ok {
		return said
	}
	return &account.Error{Message: "The sign-in has ended.", Hint: "Go back to Keel; to sign in again, begin there."}
}

func strangeAnswer() error {
	return &account.Error{
		Message: "What answers in Google's place does not speak as Google does. Nothing was changed.",
		Hint:    "A proxy or a network's own sign-in page may stand between: open a page in the browser, and look at the setting keelAgent.network.proxy. Then try again.",
	}
}

// untrusted is an answer that proves nothing.
func untrusted(what, hint string) error {
	return &account.Error{Message: "Google's answer " + what + ". It was not used, and nobody was signed in.", Hint: upper(hint)}
}

func clocks(how string, by time.Duration) error {
	return &account.Error{
		Message: fmt.Sprintf("The clock of this machine %s about %d minutes, so it cannot be known whether Google's answer is good. It was not used.", how, int(by.Round(time.Minute).Minutes())),
		Hint:    "Set the date, the time and the time zone of this machine, then sign in again.",
	}
}

// over is an account that has to sign in again.
func over(message string) error {
	return &account.Error{Message: message, Hint: hintOver, Err: account.ErrRevoked}
}

// refused is an error that Google gives instead of a code or a token; most of them
// it shows in the browser, from where nothing comes back.
func refused(code string) error {
	say := func(message, hint string) error { return &account.Error{Message: message, Hint: upper(hint)} }
	switch code {
	case "access_denied":
		return say("You did not allow Keel to sign you in with Google. Nothing was changed.", "To sign in, begin again and allow it.")
	case "admin_policy_enforced":
		return say("The administrator of your organisation does not allow this program to use your Google account. Nothing was changed.",
			"Ask the administrator to trust the client id in the setting "+setting+", or sign in with another account.")
	case "org_internal":
		return say("The client id that Keel uses is for members of one organisation, and your Google account is not one of them. Nothing was changed.",
			"Sign in with an account of that organisation, or make the client's audience external in Google Cloud console.")
	case "redirect_uri_mismatch":
		return say("The client id that Keel uses may not come back to this machine, as it is not of the type Desktop app. Nothing was changed.",
			"In Google Cloud console, create an OAuth client ID of the type Desktop app, and put its id into the setting "+setting+".")
	case "invalid_client", "unauthorized_client", "deleted_client":
		return say("Google does not know the client id that Keel uses, or its secret is not the right one. Nothing was changed.", hintClient)
	case "disallowed_useragent":
		return say("Google does not sign anybody in with this browser, as it is part of another program. Nothing was changed.",
			"Sign in again, copy the address, and open it in a browser such as Firefox, Chrome or Safari.")
	case "server_error", "temporarily_unavailable":
		return say("Google cannot sign anybody in at the moment. Nothing was changed.", "Try again in a few minutes.")
	case "invalid_grant":
		return say("Google no longer takes the code that the browser brought: it is good once, and for a few minutes. Nothing was changed.", hintOver)
	default:
		return say("Google refused the sign-in ("+named(code)+"). Nothing was changed.", hintClient)
	}
}

// named is a code of the protocol, or what is not one.
func named(code string) string {
	plain := func(r rune) bool { return r == '_' || 'a' <= r && r <= 'z' }
	if code == "" || len(code) > 64 || strings.ContainsFunc(code, func(r rune) bool { return !plain(r) }) {
		return "without saying why"
	}
	return code
}

// notGiven is why the token endpoint gave nothing. What it says beside the code is
// left out: it is somebody's text.
func notGiven(err error) error {
	if said, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		switch {
		case said.ErrorCode != "":
			return refused(said.ErrorCode)
		case said.Response != nil && said.Response.StatusCode >= 500:
			return refused("server_error")
		default:
			return strangeAnswer()
		}
	}
	if asked, ok := errors.AsType[*url.Error](err); ok {
		return account.Unreachable(name, asked)
	}
	return strangeAnswer()
}

// notRenewed is notGiven for a refresh, where a grant that is no longer good is
// the end of the sign-in.
func notRenewed(err error) error {
	if said, ok := errors.AsType[*oauth2.RetrieveError](err); ok && said.ErrorCode == "invalid_grant" {
		return over("Google has ended this sign-in, or you have taken it back.")
	}
	return notGiven(err)
}

// upper begins a sentence with a hint that also stands inside of one.
func upper(hint string) string {
	if hint == "" {
		return ""
	}
	return strings.ToUpper(hint[:1]) + hint[1:]
}
