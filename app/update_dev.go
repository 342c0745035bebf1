//go:build dev

package app

import (
	"os"
	"time"

	"github.com/keel-ide/keel/app/updates"
)

// underTest has a build for tests look at a feed on this machine.
func underTest(o *updates.Options) {
	if feed := os.Getenv("KEEL_TEST_FEED"); feed != "" {
		o.Update.Feed, o.Update.Key, o.Update.Loopback = feed, os.Getenv("KEEL_TEST_FEED_KEY"), true
		o.First = time.Second
	}
}
