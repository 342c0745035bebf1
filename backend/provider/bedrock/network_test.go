package bedrock_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/account/accounttest"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock"
)

// The real names of AWS, through a proxy, with a certificate of a company's own.
func TestNetwork(t *testing.T) {
	server := newServer(t)
	setenv(t, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME=", "AWS_ENDPOINT_URL_BEDROCK=", "AWS_REGION=us-east-1")
	w, err := accounttest.New(accounttest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Handle("bedrock-runtime.*.amazonaws.com", server)
	w.Handle("bedrock.*.amazonaws.com", server)
	settings := outbound.Settings{Proxy: w.Proxy(), Certificates: []string{w.Certificates()}}
	through := outbound.New(outbound.Options{Settings: func() outbound.Settings { return settings }})
	defer through.Close()
	p := bedrock.New(bedrock.Options{Outbound: through})
	works := func(name string) {
		t.Helper()
		if _, err := ask(t.Context(), p, question("Hello")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := p.Models(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	fails := func(name string, class provider.Class, words string) {
		t.Helper()
		_, err := ask(t.Context(), p, question("Hello"))
		said, ok := errors.AsType[*provider.Error](err)
		if !ok || said.Class != class || !strings.Contains(said.Message+" "+said.Hint, words) {
			t.Errorf("%s: %#v, %v", name, said, err)
		}
	}
	works("at first")
	if got := w.Requests(); len(got) == 0 || got[0].Host != "bedrock-runtime.us-east-1.amazonaws.com" {
		t.Errorf("asked for %+v", got)
	}
	settings.Certificates = nil
	fails("without the certificate", provider.ClassValidation, "keelAgent.network.certificates")
	setenv(t, "AWS_CA_BUNDLE="+w.Certificates())
	works("with that of AWS_CA_BUNDLE")
	settings.Certificates = []string{os.DevNull, w.Certificates()}
	works("with both")
	// The credentials come from a service too.
	noKeys(t, "[default]\nrole_arn = arn:aws:iam::123456789012:role/keel\nweb_identity_token_file = "+w.Certificates()+"\n", "")
	w.Handle("sts.us-east-1.amazonaws.com", server)
	setenv(t, "AWS_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1") // else the SDK waits between its attempts
	w.Switch(accounttest.Switches{Refusing: true})
	fails("a proxy that refuses the sign-in service", provider.ClassAccess, "makes no connection to sts.us-east-1.amazonaws.com")
	w.Switch(accounttest.Switches{Unknown: true})
	fails("a sign-in service that nobody vouches for", provider.ClassValidation, "keelAgent.network.certificates")
	w.Switch(accounttest.Switches{})
	setenv(t, "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b")
	w.Switch(accounttest.Switches{Name: "me", Password: "secret"})
	fails("a proxy that wants a password", provider.ClassAuth, "wants a name and a password")
	w.Switch(accounttest.Switches{Refusing: true})
	fails("a proxy that refuses", provider.ClassAccess, "makes no connection to bedrock-runtime.us-east-1.amazonaws.com")
	settings.Proxy = "http://127.0.0.1:1"
	fails("a proxy that is down", provider.ClassBounded, "The proxy 127.0.0.1:1 on the way")
}
