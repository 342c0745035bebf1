package bedrock

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/config"
)

// Choices is what a person can choose from, and what is in force.
type Choices struct {
	Profiles []string // of the AWS configuration files, "default" first
	Regions  []string // that serve Bedrock; the setting takes others
	Profile  string   // in force; empty for the default chain
	Region   string   // in force; empty when none is chosen
	Account  string   // whose credentials are used where no profile is chosen; empty for none
	Unread   []string // configuration files that are there and could not be read, or not to their end
}

// Choices reads the AWS configuration files, and nothing else. What cannot be
// read is left out, and the file named: [Provider.Info] says what is wrong with it.
func (p *Provider) Choices(ctx context.Context) Choices {
	settings := p.options.Settings()
	environment, err := config.NewEnvConfig()
	if err != nil {
		environment = config.EnvConfig{}
	}
	name, profile := "", cmp.Or(settings.Profile, environment.SharedConfigProfile)
	if used := p.options.Account(ctx); used != nil {
		name, profile = used.Name, settings.Profile
	}
	profiles, unread := profileNames(environment)
	return Choices{
		Account:  name,
		Profiles: profiles,
		Unread:   unread,
		Regions:  regions(),
		Profile:  profile,
		Region:   p.signs(ctx, settings, p.accountInForce(ctx, settings), "").region,
	}
}

// regions lists the regions with an endpoint of Bedrock, as in "Regional
// availability by endpoints" of its user guide.
func regions() []string {
	return []string{
		"us-east-1", "us-east-2", "us-west-1", "us-west-2",
		"af-south-1",
		"ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
		"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
		"ca-central-1", "ca-west-1",
		"eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
		"il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1",
		"us-gov-east-1", "us-gov-west-1",
	}
}

// profileNames returns the names of the profiles in the files that the SDK
// reads, and those of the files that cannot be read. It has no function for that.
func profileNames(environment config.EnvConfig) (names, unread []string) {
	configs, credentials := config.DefaultSharedConfigFiles, config.DefaultSharedCredentialsFiles
	if environment.SharedConfigFile != "" {
		configs = []string{environment.SharedConfigFile}
	}
	if environment.SharedCredentialsFile != "" {
		credentials = []string{environment.SharedCredentialsFile}
	}
	names, unread = []string{}, []string{}
	read := func(file string) []string {
		found, err := sections(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			unread = append(unread, file)
		}
		return found
	}
	for _, file := range configs {
		for _, section := range read(file) {
			if name, ok := configProfile(section); ok {
				names = append(names, name)
			}
		}
	}
	for _, file := range credentials {
		for _, section := range read(file) {
			if !strings.HasPrefix(section, "profile ") {
				names = append(names, section)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if i := slices.Index(names, config.DefaultSharedConfigProfile); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, config.DefaultSharedConfigProfile)
	}
	return names, unread
}

// configProfile returns the profile that a section of the file "config" is
// for: only the default one may go without the word.
func configProfile(section string) (string, bool) {
	if strings.EqualFold(section, config.DefaultSharedConfigProfile) {
		return config.DefaultSharedConfigProfile, true
	}
	return strings.CutPrefix(section, "profile ")
}

// maxConfiguration is how much of a configuration file is read, 1 MiB.
const maxConfiguration = 1 << 20

// sections returns the names of a file's sections, as the SDK reads them: one
// on a line of its own, in brackets, before a comment. Names that cannot be a
// profile's are left out. What came before an error serves.
func sections(file string) (names []string, err error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	defer func() { _ = opened.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(opened, maxConfiguration))
	if err != nil {
		err = fmt.Errorf("reading the AWS configuration %q: %w", file, err)
	}
	for line := range bytes.Lines(text) {
		section, _, _ := strings.Cut(string(line), "#")
		section, _, _ = strings.Cut(section, ";")
		section = strings.TrimSpace(section)
		if len(section) < 2 || section[0] != '[' || section[len(section)-1] != ']' {
			continue
		}
		name := strings.TrimSpace(section[1 : len(section)-1])
		if kind, rest, ok := strings.Cut(strings.ReplaceAll(name, "\t", " "), " "); ok {
			name = kind + " " + strings.TrimLeft(rest, " ")
		}
		if isName(name) {
			names = append(names, name)
		}
	}
	return names, err
}

// isName reports whether s can be shown and chosen.
func isName(s string) bool {
	return s != "" && len(s) <= 256 && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
