package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// offerFile holds the last right answer of the feed, with its signature.
const offerFile = "offer.json"

type kept struct {
	Feed      []byte `json:"feed"`
	Signature []byte `json:"signature"`
}

func (u *Updates) keepOffer(feed, signature []byte) error {
	text, err := json.Marshal(kept{feed, signature})
	if err != nil {
		return fmt.Errorf("encoding the answer of the feed: %w", err)
	}
	if err := os.MkdirAll(u.o.Folder, 0o700); err != nil {
		return fmt.Errorf("making %q: %w", u.o.Folder, err)
	}
	return atomicfile.Write(filepath.Join(u.o.Folder, offerFile), text, 0o600)
}

// Known returns a newer version that the feed has offered before, without asking
// it. What it said is checked as when it came: its signature, whether it is still
// good, and that nothing newer was offered since.
func (u *Updates) Known() (feed Feed, ok bool, err error) {
	if u.o.Feed == "" || u.o.Key == "" || canonical(u.o.Version) == "" {
		return Feed{}, false, nil
	}
	name := filepath.Join(u.o.Folder, offerFile)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Feed{}, false, nil
	}
	var k kept
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	if err == nil {
		feed, err = u.read(k.Feed, k.Signature)
	}
	if err != nil {
		return Feed{}, false, fmt.Errorf("reading %q: %w", name, err)
	}
	seen, err := u.seen()
	if err != nil || seen != "" && semver.Compare(canonical(feed.Version), seen) < 0 {
		return Feed{}, false, err
	}
	offer, err := u.offer(feed)
	if err != nil || offer.Current {
		return Feed{}, false, err
	}
	return feed, true, nil
}

// seen is the newest version that was ever offered. A record that cannot be read
// is an error: without it an old version could be offered as a new one.
func (u *Updates) seen() (string, error) {
	text, err := os.ReadFile(u.o.Seen)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	version := canonical(strings.TrimSpace(string(text)))
	if err == nil && version == "" {
		err = errors.New("it holds no version; delete it to have it made anew")
	}
	if err != nil {
		return "", fmt.Errorf("reading %q: %w", u.o.Seen, err)
	}
	return version, nil
}

func (u *Updates) remember(version string) error {
	if err := os.MkdirAll(filepath.Dir(u.o.Seen), 0o700); err != nil {
		return fmt.Errorf("making the folder of %q: %w", u.o.Seen, err)
	}
	return atomicfile.Write(u.o.Seen, []byte(strings.TrimPrefix(version, "v")+"\n"), 0o600)
}
