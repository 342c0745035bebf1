// Command feed makes the signed feed by which Keel learns of a newer version.
//
//	feed key FILE         makes a secret key that a password seals, and prints the public one
//	feed open-key FILE    the same without a password, for tests and for keys in a vault
//	feed make -key FILE -version 1.2.3 -at https://example.com/1.2.3/ [FLAGS] FILE...
//
// The password of the secret key is KEEL_FEED_PASSWORD. The feed goes to the file
// that -out names, its signature beside it with .minisig; what no Keel would take is not
// written. A feed that is made anew before it expires says with -released on which
// day its version came out. The files are those that
// task package makes; their systems and kinds are read from their names.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"aead.dev/minisign"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/update"
)

func main() {
	if err := run(os.Args[1:], os.Getenv("KEEL_FEED_PASSWORD"), os.Stdout, time.Now()); err != nil {
		fmt.Fprintf(os.Stderr, "feed: %v\n", err)
		os.Exit(1)
	}
}

func run(arguments []string, password string, out io.Writer, now time.Time) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "key" && password == "":
		return errNoPassword
	case len(arguments) == 2 && arguments[0] == "key":
		return makeKey(arguments[1], func(key minisign.PrivateKey) ([]byte, error) { return minisign.EncryptKey(password, key) }, out)
	case len(arguments) == 2 && arguments[0] == "open-key":
		return makeKey(arguments[1], minisign.PrivateKey.MarshalText, out)
	case len(arguments) > 1 && arguments[0] == "make":
		return makeFeed(arguments[1:], password, now)
	}
	return errors.New("usage: feed key FILE, feed open-key FILE, or feed make -key FILE -version VERSION -at ADDRESS [-notes FILE] [-minimum VERSION] [-days DAYS] [-released DAY] [-out FILE] FILE")
}

var errNoPassword = errors.New("set KEEL_FEED_PASSWORD, the password of the secret key")

func makeKey(name string, seal func(minisign.PrivateKey) ([]byte, error), out io.Writer) error {
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("making a key: %w", err)
	}
	sealed, err := seal(private)
	if err != nil {
		return fmt.Errorf("sealing the key: %w", err)
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // never over another one
	if err != nil {
		return fmt.Errorf("keeping the key: %w", err)
	}
	_, err = file.Write(sealed)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("keeping the key: %w", err)
	}
	_, err = fmt.Fprintln(out, public)
	return err
}

func makeFeed(arguments []string, password string, now time.Time) error {
	flags := flag.NewFlagSet("feed make", flag.ContinueOnError)
	key := flags.String("key", "", "the file with the secret key")
	version := flags.String("version", "", "the version, as 1.2.3")
	at := flags.String("at", "", "the address below which the files are served")
	notes := flags.String("notes", "", "the file with what is new, in Markdown")
	minimum := flags.String("minimum", "", "the oldest version that can be updated by itself")
	days := flags.Int("days", 90, "how long the feed is good; it has to be made anew before")
	released := flags.String("released", "", "the day of the release, as 2026-01-31, where the feed is made anew; today by default")
	to := flags.String("out", "feed.json", "where the feed goes")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *key == "" || *version == "" || *at == "" || flags.NArg() == 0 || *days < 1 {
		return errors.New("-key, -version, -at and the files are needed")
	}
	private, err := readKey(*key, password)
	if err != nil {
		return fmt.Errorf("reading the key: %w", err)
	}
	today := now.UTC().Truncate(time.Second)
	feed := update.Feed{Version: *version, Minimum: *minimum, ReleasedAt: today, ExpiresAt: today.AddDate(0, 0, *days)}
	if *released != "" {
		if feed.ReleasedAt, err = time.Parse(time.DateOnly, *released); err != nil {
			return fmt.Errorf("reading the day of the release: %w", err)
		}
		if feed.ReleasedAt.After(today) {
			return fmt.Errorf("reading the day of the release: %s is to come", *released)
		}
	}
	if *notes != "" {
		text, err := os.ReadFile(*notes)
		if err != nil {
			return fmt.Errorf("reading the notes: %w", err)
		}
		feed.Notes = string(text)
	}
	for _, name := range flags.Args() {
		artifact, err := describe(name, *at)
		if err != nil {
			return err
		}
		feed.Files = append(feed.Files, artifact)
	}
	text, err := json.MarshalIndent(feed, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the feed: %w", err)
	}
	signature, err := sign(private, text)
	if err != nil {
		return err
	}
	// What this cannot read, no Keel can: the feed that stands there stays then.
	public, ok := private.Public().(minisign.PublicKey)
	if !ok {
		return errors.New("the key has no public one")
	}
	if err := update.Verify(public.String(), text, signature, now); err != nil {
		return err
	}
	for name, content := range map[string][]byte{*to: text, *to + ".minisig": signature} {
		if err := atomicfile.Write(name, content, 0o644); err != nil {
			return fmt.Errorf("writing the feed: %w", err)
		}
	}
	return nil
}

func readKey(name, password string) (minisign.PrivateKey, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return minisign.PrivateKey{}, err
	}
	if minisign.IsEncrypted(text) {
		if password == "" {
			return minisign.PrivateKey{}, errNoPassword
		}
		return minisign.DecryptKey(password, text)
	}
	var key minisign.PrivateKey
	err = key.UnmarshalText(text)
	return key, err
}

// sign signs as Keel wants it: prehashed, and as a feed.
func sign(private minisign.PrivateKey, text []byte) ([]byte, error) {
	reader := minisign.NewReader(bytes.NewReader(text))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		return nil, fmt.Errorf("hashing the feed: %w", err)
	}
	return reader.SignWithComments(private, update.Comment, ""), nil
}

// names are those that the packages' recipes give.
var names = regexp.MustCompile(`^keel[-_].+[-_.](amd64|arm64|x86_64|aarch64)\.(tar\.gz|deb|rpm|dmg|exe)$`)

// describe reads the system off a file's name, and its size and hash off the file.
func describe(name, at string) (update.File, error) {
	parts := names.FindStringSubmatch(filepath.Base(name))
	if parts == nil {
		return update.File{}, fmt.Errorf("describing %q: its name does not say which system it is for", name)
	}
	systems := map[string]string{"tar.gz": "linux", "deb": "linux", "rpm": "linux", "dmg": "darwin", "exe": "windows"}
	archs := map[string]string{"x86_64": "amd64", "aarch64": "arm64"}
	arch, kind := parts[1], parts[2]
	if known, ok := archs[arch]; ok {
		arch = known
	}
	file, err := os.Open(name)
	if err != nil {
		return update.File{}, fmt.Errorf("describing a file: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return update.File{}, fmt.Errorf("describing %q: %w", name, err)
	}
	return update.File{
		OS: systems[kind], Arch: arch, Kind: kind, Size: size, SHA256: hex.EncodeToString(hash.Sum(nil)),
		URL: strings.TrimSuffix(at, "/") + "/" + filepath.Base(name),
	}, nil
}
