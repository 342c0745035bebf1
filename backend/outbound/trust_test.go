package outbound_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account/accounttest"
	"github.com/keel-ide/keel/backend/outbound"
)

func TestCertificates(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "company.pem")
	c := &chosen{settings: outbound.Settings{Proxy: w.Proxy()}}
	transport := c.transport(t)
	works := func() {
		t.Helper()
		if got, err := get(t, transport, api); got != "from the world" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	fails := func(words string) {
		t.Helper()
		_, err := get(t, transport, api)
		wants(t, err, outbound.Untrusted, words)
	}
	authority, err := os.ReadFile(w.Certificates())
	if err != nil {
		t.Fatal(err)
	}

	before := transport.Trust()
	fails("keelAgent.network.certificates")
	c.set(outbound.Settings{Proxy: w.Proxy(), Certificates: []string{w.Certificates()}})
	works()
	if transport.Trust() == before {
		t.Error("the trust is said to be the same")
	}
	c.set(outbound.Settings{Proxy: w.Proxy()})
	fails("keelAgent.network.certificates")

	// A file that appears, is broken, and is mended.
	c.set(outbound.Settings{Proxy: w.Proxy(), Certificates: []string{file}})
	fails("there is no such file")
	fails("there is no such file")
	write(t, file, "no certificate")
	fails("it holds no certificate in PEM form")
	write(t, file, "text before\n"+string(authority)+"text after\n")
	works()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	fails("there is no such file")
	var told []string
	for _, p := range c.told() {
		_, why, _ := strings.Cut(p.Message, "do not count: ")
		told = append(told, why)
	}
	want := []string{"there is no such file. Nothing else has changed.", "it holds no certificate in PEM form. Nothing else has changed.", "there is no such file. Nothing else has changed."}
	if d := cmp.Diff(want, told); d != "" {
		t.Error(d)
	}

	// One that cannot be read takes no trust away.
	c.set(outbound.Settings{Proxy: w.Proxy(), Certificates: []string{file, "relative.pem", t.TempDir(), w.Certificates()}})
	works()
	if got := transport.State(); len(got.Problems) != 3 || got.Certificates != 1 {
		t.Errorf("%+v", got)
	}
	w.Switch(accounttest.Switches{Unknown: true})
	c.set(outbound.Settings{Proxy: w.Proxy(), Certificates: []string{w.Certificates()}})
	fails("keelAgent.network.certificates")
}

func TestPipesAreNotRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the path is of Unix")
	}
	c := &chosen{settings: outbound.Settings{Certificates: []string{"/dev/zero"}}}
	if got := c.transport(t).State(); len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Message, "it is not a file") {
		t.Errorf("%+v", got)
	}
}
