package bedrock_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider/bedrock"
)

func TestChoices(t *testing.T) {
	const configText = `# comment
[default]
region = eu-west-1
[profile work] ; the office
region = eu-north-1
  [profile indented] ; the office
[profile	tabbed]
[profile two words]
[ profile spaced ]
[plain]
[sso-session corp]
sso_region = us-east-1
[services local]
[profile ünïcode]
s3 =
  endpoint_url = http://x
[profile work]
output = [json]
[profile broken
[profile ]
[]
]
=
`
	const credentialsText = "\n[work]\naws_access_key_id = A\naws_secret_access_key = s\n[keys] # old\n[profile ignored]\n[default]\n"
	isolate(t)
	noKeys(t, configText, credentialsText)
	names := []string{"default", "indented", "keys", "spaced", "tabbed", "two words", "work", "ünïcode"}
	tests := map[string]struct {
		settings        bedrock.Settings
		environment     []string
		profile, region string
	}{
		"default chain":            {region: "eu-west-1"},
		"profile of the settings":  {settings: bedrock.Settings{Profile: "work"}, environment: []string{"AWS_PROFILE=default"}, profile: "work", region: "eu-north-1"},
		"profile of the variables": {environment: []string{"AWS_PROFILE=work"}, profile: "work", region: "eu-north-1"},
		"region of the settings":   {settings: bedrock.Settings{Region: "us-west-2"}, environment: []string{"AWS_REGION=us-east-1"}, region: "us-west-2"},
		"region of the variables":  {environment: []string{"AWS_REGION=us-east-1"}, region: "us-east-1"},
		"profile that is gone":     {settings: bedrock.Settings{Profile: "gone", Region: "us-west-2"}, profile: "gone", region: "us-west-2"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setenv(t, test.environment...)
			got := newProvider(&test.settings).Choices(t.Context())
			if !slices.Contains(got.Regions, "us-east-1") || !slices.Contains(got.Regions, "eu-central-1") {
				t.Errorf("regions %v", got.Regions)
			}
			got.Regions = nil
			want := bedrock.Choices{Profiles: names, Profile: test.profile, Region: test.region, Unread: []string{}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("choices (-want +got):\n%s", diff)
			}
		})
	}
	// The SDK knows each of them, and none of the others.
	for _, name := range append([]string{"plain", "corp", "local", "ignored", "broken"}, names...) {
		_, err := config.LoadSharedConfigProfile(t.Context(), name, func(o *config.LoadSharedConfigOptions) {
			o.Logger = logging.NewStandardLogger(io.Discard)
			o.ConfigFiles, o.CredentialsFiles = []string{os.Getenv("AWS_CONFIG_FILE")}, []string{os.Getenv("AWS_SHARED_CREDENTIALS_FILE")}
		})
		if known := slices.Contains(names, name); known != (err == nil) {
			t.Errorf("profile %q: SDK says %v, listed %v", name, err, known)
		}
	}
}

// Whatever the files are, there is an answer.
func TestChoicesOfBrokenFiles(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		write(t, path, text)
		return path
	}
	for name, test := range map[string]struct {
		path   string
		want   []string
		unread bool
	}{
		"missing":       {path: filepath.Join(folder, "none"), want: []string{}},
		"folder":        {path: folder, want: []string{}, unread: true},
		"empty":         {path: file("empty", ""), want: []string{}},
		"binary":        {path: file("binary", "\x00\xff\n[profile \xff]\n[profile a\x00b]\n[profile good]\n"), want: []string{"good"}},
		"Windows lines": {path: file("windows", "[profile a]\r\nregion = x\r\n[profile b]\r\n"), want: []string{"a", "b"}},
		"no last line":  {path: file("last", "[profile a]"), want: []string{"a"}},
		"long line":     {path: file("long", strings.Repeat("x", 200_000)+"\n[profile a]\n"), want: []string{"a"}},
		"long name":     {path: file("name", "[profile "+strings.Repeat("x", 300)+"]\n"), want: []string{}},
		"huge":          {path: file("huge", "[profile a]\n"+strings.Repeat("#\n", 1<<20)+"[profile far]\n"), want: []string{"a"}},
	} {
		isolate(t)
		setenv(t, "AWS_CONFIG_FILE="+test.path)
		got := newProvider(&bedrock.Settings{Region: "us-east-1"}).Choices(t.Context())
		if !cmp.Equal(test.want, got.Profiles) || got.Region != "us-east-1" {
			t.Errorf("%s: %q in %q, want %q in us-east-1", name, got.Profiles, got.Region, test.want)
		}
		if slices.Contains(got.Unread, test.path) != test.unread {
			t.Errorf("%s: unread %q", name, got.Unread)
		}
	}
}

// FuzzChoices: no file is too strange, and what is listed can be shown.
func FuzzChoices(f *testing.F) {
	f.Add("[default]\n[profile a b]\n[ profile\tx ] # y\n[profile \x00]\n")
	f.Fuzz(func(t *testing.T, text string) {
		isolate(t)
		noKeys(t, text, text)
		for _, name := range newProvider(nil).Choices(t.Context()).Profiles {
			if name == "" || strings.ContainsAny(name, "\n\r\x00") {
				t.Errorf("listed %q", name)
			}
		}
	})
}
