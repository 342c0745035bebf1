package folder

import (
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

// models is a Bedrock that checks every signature, as the accounts reach it.
func (w *awsWorld) models() *bedrock.Provider {
	w.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			w.Setenv(name, "")
		}
	}
	server, err := bedrocktest.New(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := server.Close(); err != nil {
			w.Error(err)
		}
	})
	guard := httptest.NewServer(w.aws.Guard(server))
	w.Cleanup(guard.Close)
	for _, variable := range server.Environment() {
		name, value, _ := strings.Cut(variable, "=")
		w.Setenv(name, value)
	}
	w.Setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", guard.URL)
	w.Setenv("AWS_ENDPOINT_URL_BEDROCK", guard.URL)
	return bedrock.New(bedrock.Options{Account: w.bedrock().find, OnInstance: func() bool { return false }})
}

// say asks the model and returns what it says.
func say(t *testing.T, p *bedrock.Provider) (string, error) {
	t.Helper()
	stream, err := p.Stream(t.Context(), provider.Request{Model: "us.anthropic.claude-sonnet-4-20250514-v1:0", Messages: []provider.Message{{
		Role: provider.RoleUser, Blocks: []provider.Block{{Kind: provider.BlockText, Text: "Hello"}},
	}}})
	if err != nil {
		return "", err
	}
	reply, err := provider.Assemble(stream, nil)
	if err = errors.Join(err, stream.Close()); err != nil {
		return "", err
	}
	return reply.Message.Blocks[0].Text, nil
}

// A turn goes on while credentials and tokens come to their end; taken back, it
// waits for the person, and goes on once they have signed in again.
func TestTurnByIdentityCenter(t *testing.T) {
	w := newAWSWorld(t)
	p := w.models()
	request := account.Request{Kind: account.AWS, Start: w.aws.Start(), Region: "us-east-1"}
	one := w.signIn(request)
	if err := w.accounts.SetRole(t.Context(), one.ID, "123456789012/ReadOnly"); err != nil {
		t.Fatal(err)
	}
	speaks := func() {
		t.Helper()
		if text, err := say(t, p); err != nil || text != "Hello from the stand-in." {
			t.Fatalf("%q: %v", text, err)
		}
	}
	speaks()
	w.aws.EndKeys()
	speaks()
	w.aws.EndTokens()
	w.aws.EndKeys()
	speaks()
	if n := len(w.aws.Keys()); n != 3 {
		t.Errorf("%d keys were given out", n)
	}
	w.aws.Revoke()
	w.aws.EndKeys()
	_, err := say(t, p)
	if failure, ok := errors.AsType[*provider.Error](err); !ok || failure.Class != provider.ClassAuth || !strings.Contains(failure.Hint, "Keel: Show Accounts") {
		t.Fatalf("taken back: %v", err)
	}
	if info := p.Info(t.Context()); info.Ready || !strings.Contains(info.Hint, "Keel: Show Accounts") {
		t.Errorf("info %+v", info)
	}
	if again := w.signIn(request); again.ID != one.ID || again.Role != "123456789012/ReadOnly" {
		t.Fatalf("signed in again as %+v", again)
	}
	speaks()
}

func TestTurnByGoogle(t *testing.T) {
	w := newAWSWorld(t)
	p := w.models()
	w.signIn(account.Request{Kind: account.Google}) // which is switched on for Bedrock
	if info := p.Info(t.Context()); !info.Ready || info.Account != "Google, ada@example.com, role keel" {
		t.Errorf("info %+v", info)
	}
	for range 2 {
		if text, err := say(t, p); err != nil || text != "Hello from the stand-in." {
			t.Fatalf("%q: %v", text, err)
		}
		w.aws.EndKeys()
	}
}
