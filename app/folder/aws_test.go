package folder_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
)

func TestAWSChoicesComeFromTheFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[profile work]\nregion = eu-north-1\n[default]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": file, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "work",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_DEFAULT_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	got, err := open(t).Providers.AWS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(got.Regions, "eu-north-1") {
		t.Errorf("regions %v", got.Regions)
	}
	got.Regions = nil
	want := wire.AWSChoices{Profiles: []string{"default", "work"}, Profile: "work", Region: "eu-north-1", Unread: []string{}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("choices (-want +got):\n%s", diff)
	}
}
