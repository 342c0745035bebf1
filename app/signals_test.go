//go:build unix

package app

import (
	"syscall"
	"testing"
)

// Work that does not heed the context holds nobody who presses Ctrl+C.
func TestTheFirstCtrlCEndsAStartThatHangs(t *testing.T) {
	exited := make(chan int, 1)
	ctx, done := endsOnSignal(func(code int) { exited <- code })
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	if code := <-exited; code != 130 {
		t.Errorf("it ends with %d", code)
	}
	done()
}

func TestAStartThatHasEndedIsNotEndedAgain(t *testing.T) {
	ctx, done := endsOnSignal(func(code int) { t.Errorf("it ends with %d", code) })
	done()
	<-ctx.Done()
}
