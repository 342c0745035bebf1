package instance_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/keel-ide/keel/app/instance"
)

func TestSecondStartHandsItsRequestToTheFirst(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	folder := t.TempDir()
	got := make(chan instance.Request, 1)
	first, err := instance.Claim(folder, func(r instance.Request) { got <- r })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := instance.Claim(folder, nil); !errors.Is(err, instance.ErrTaken) {
		t.Fatalf("a second claim returned %v, want ErrTaken", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := instance.Tell(ctx, folder, instance.Request{Path: "/some/folder"}); err != nil {
		t.Fatal(err)
	}
	if r := <-got; r.Path != "/some/folder" {
		t.Errorf("the first start was given %q", r.Path)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := instance.Claim(folder, nil)
	if err != nil {
		t.Fatalf("claiming after the first has closed: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTellWithoutAnOwnerSaysSo(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if err := instance.Tell(t.Context(), t.TempDir(), instance.Request{}); err == nil {
		t.Error("Tell found an owner where there is none")
	}
}
