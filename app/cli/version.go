package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
)

// Build is what a build brings along that its sources do not say.
type Build struct {
	Tag     string         // the version that the commit is tagged with; empty for none
	Clients folder.Clients // to sign in with
	Feed    string         // the address of the update feed; empty for none
	FeedKey string         // the minisign public key that the feed is signed with
}

// Version is the build's version: the tag's, else the module's where it was built
// as one, else the commit's.
func (b Build) Version() string {
	if b.Tag != "" {
		return b.Tag
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return defaultVersion
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
			return defaultVersion + "+" + setting.Value[:12]
		}
	}
	return defaultVersion
}

// Commit is what the build was made of, and whether it was changed since; "" where
// that is not known.
func (b Build) Commit() (commit string, changed bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", false
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			commit = setting.Value
		case "vcs.modified":
			changed = setting.Value == "true"
		}
	}
	return commit, changed
}

type versionReport struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

func newVersion(options *shared) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			r := versionReport{Version: options.build.Version(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
			if options.json {
				return options.print(r)
			}
			_, err := fmt.Fprintf(options.stdout, "keel %s (%s, %s)\n", r.Version, r.Go, r.System)
			return err
		},
	}
}
