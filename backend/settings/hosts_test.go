package settings

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What cannot be a trusted host has no effect and is said; the folder has no say.
func TestTrustedHosts(t *testing.T) {
	read := func(text string, workspace bool) (layer, []Problem) {
		d, err := parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return readLayer(d, "settings.json", nil, workspace)
	}
	user, problems := read(`{"keelAgent.trustedHosts": ["docs.python.org", "*", "*.example.com", "*.com", "https://a.example/"]}`, false)
	folder, refused := read(`{"keelAgent.trustedHosts": ["evil.example"]}`, true)
	if d := cmp.Diff([]string{"docs.python.org", "*.example.com"}, merge(user, folder).TrustedHosts); d != "" {
		t.Errorf("trusted (-want +got):\n%s", d)
	}
	var said []string
	for _, p := range append(problems, refused...) {
		said = append(said, p.Message)
	}
	want := []string{
		`"*" in keelAgent.trustedHosts would trust every host: write each by its name; it has no effect.`,
		`"*.com" in keelAgent.trustedHosts would trust hosts that anybody can have: write each by its name; it has no effect.`,
		`"https://a.example/" in keelAgent.trustedHosts has to be a host without https://; only http:// can stand before it; it has no effect.`,
		`An opened folder cannot set keelAgent.trustedHosts; this has no effect. Set it in your own settings.`,
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
	if p, _ := propertyOf(KeyTrustedHosts); !strings.Contains(p.Description, "never asked") {
		t.Error("the description does not say what a person's own addresses are")
	}
}
