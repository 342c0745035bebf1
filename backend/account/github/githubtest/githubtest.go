// Package githubtest is GitHub for tests: the sign-in pages of github.com, the
// part of api.github.com that Keel asks, avatars, and git over HTTPS.
//
// It keeps to GitHub's documentation of OAuth apps, of the device flow, of
// expiring user tokens and of the REST API, and is strict where GitHub is: about
// the Accept header of token requests, the interval of polling, the verifier of
// PKCE, redirects to anything but the registered loopback address, and a missing
// User-Agent. Its pages are plain forms, so that a browser can sign in by them.
//
// # Promises
//
// Every token and code is made up anew and belongs to nobody. What a test
// changes about it, such as the next refusal, holds for the next request only
// where the method says so.
package githubtest
