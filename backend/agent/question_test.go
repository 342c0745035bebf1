package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// asked waits for an open question of a turn that waits.
func (b *bench) asked() session.Question {
	b.t.Helper()
	var asked session.Question
	b.until(func(s session.Session) bool {
		turn := s.Turns[len(s.Turns)-1]
		for _, item := range turn.Items {
			if turn.Status == session.Waiting && item.Question != nil && item.Question.Open {
				asked = *item.Question
				return true
			}
		}
		return false
	})
	return asked
}

// reply answers the question that waits, or will.
func (b *bench) reply(answer string) session.Question {
	b.t.Helper()
	asked := b.asked()
	if err := b.AnswerQuestion(b.t.Context(), b.id, asked.ID, answer); err != nil {
		b.t.Fatal(err)
	}
	return asked
}

func questionsOf(turn session.Turn) []session.Question {
	questions := []session.Question{}
	for _, item := range turn.Items {
		if item.Question != nil {
			q := *item.Question
			q.ID = ""
			questions = append(questions, q)
		}
	}
	return questions
}

// asks makes the tool "host" with the command "ask" put a question.
func (b *bench) asks(question session.Question) {
	b.disk.hosted["ask"] = func(ctx context.Context, host Host) Result {
		answer, err := host.Ask(ctx, question)
		if err != nil {
			return Result{Text: err.Error(), IsError: true}
		}
		return Result{Text: answer}
	}
}

func TestQuestionOfTheModel(t *testing.T) {
	for _, test := range []struct {
		name     string
		question session.Question
		wrong    map[string]error
		answer   string
		want     string
	}{
		{
			"choices", session.Question{Text: "Which?", Choices: []string{"red", "blue"}},
			map[string]error{"green": ErrAnswer, " ": ErrEmpty}, " blue ", "blue",
		},
		{
			"choices or any text", session.Question{Text: "Which?", Choices: []string{"red"}, Free: true},
			map[string]error{"\n": ErrEmpty}, "green", "green",
		},
		{"no choices", session.Question{Text: "Which?"}, map[string]error{"": ErrEmpty}, "green", "green"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, setup{}, calls("host", `{"command":"ask"}`), says("ok"))
			b.asks(test.question)
			id := b.send("go")
			asked := b.asked()
			for wrong, want := range test.wrong {
				if err := b.AnswerQuestion(t.Context(), b.id, asked.ID, wrong); !errors.Is(err, want) {
					t.Errorf("answer %q: %v", wrong, err)
				}
			}
			if err := b.AnswerQuestion(t.Context(), b.id, "none", "x"); !errors.Is(err, approval.ErrGone) {
				t.Errorf("question that is not there: %v", err)
			}
			b.reply(test.answer)
			if err := b.AnswerQuestion(t.Context(), b.id, asked.ID, test.answer); !errors.Is(err, approval.ErrGone) {
				t.Errorf("answered twice: %v", err)
			}
			turn := b.ended(id)
			want := test.question
			want.Kind, want.Answer = session.QuestionModel, test.want
			want.Free = want.Free || len(want.Choices) == 0
			want.Choices = append([]string{}, want.Choices...)
			if d := cmp.Diff([]session.Question{want}, questionsOf(turn)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff([]string{"host completed: " + test.want}, callsOf(turn)); d != "" {
				t.Error(d)
			}
			if turn.StopReason != "end_turn" {
				t.Errorf("ended with %q", turn.StopReason)
			}
		})
	}
}

func TestNobodyToAsk(t *testing.T) {
	auth := scriptedReply{refuse: &provider.Error{Class: provider.ClassAuth, Message: "Expired.", Hint: "Sign in."}}
	b := newBench(t, setup{headless: true}, calls("host", `{"command":"ask"}`), auth)
	b.asks(session.Question{Text: "Which?"})
	turn := b.turn("go")
	if d := cmp.Diff([]string{"host failed: " + ErrNobody.Error()}, callsOf(turn)); d != "" {
		t.Error(d)
	}
	if turn.StopReason != session.StopFailed || turn.Outcome != "Expired." || turn.Hint != "Sign in." || len(questionsOf(turn)) != 0 {
		t.Errorf("ended with %q: %q %q, %v", turn.StopReason, turn.Outcome, turn.Hint, questionsOf(turn))
	}
}

// TestQuestionsBesideEachOther: the turn waits until the last one is answered.
func TestQuestionsBesideEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{}, calls("host", `{"command":"ask"}`, "host", `{"command":"ask"}`), says("ok"))
		b.asks(session.Question{Text: "Which?"})
		id := b.send("go")
		synctest.Wait()
		b.reply("one")
		synctest.Wait()
		if state := b.state(); state.Turns[0].Status != session.Waiting {
			t.Errorf("after one of two answers the turn is %s", state.Turns[0].Status)
		}
		b.reply("two")
		turn := b.ended(id)
		got := strings.Join(callsOf(turn), ", ")
		if !strings.Contains(got, "completed: one") || !strings.Contains(got, "completed: two") {
			t.Error(got)
		}
	})
}

// TestCrashWhileAQuestionWaits: it is shown as not answered.
func TestCrashWhileAQuestionWaits(t *testing.T) {
	b := newBench(t, setup{}, calls("host", `{"command":"ask"}`))
	b.asks(session.Question{Text: "Which?", Choices: []string{"red"}})
	b.send("go")
	b.asked()
	journal, err := os.ReadFile(filepath.Join(b.dir, b.id+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "crashed.jsonl"), journal, 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := b.store.Load(t.Context(), "crashed")
	if err != nil {
		t.Fatal(err)
	}
	want := []session.Question{{Kind: session.QuestionModel, Text: "Which?", Choices: []string{"red"}}}
	if d := cmp.Diff(want, questionsOf(loaded.Turns[0])); d != "" {
		t.Error(d)
	}
	if loaded.Turns[0].StopReason != session.StopInterrupted {
		t.Errorf("ended with %q", loaded.Turns[0].StopReason)
	}
}

func TestStepLimitAsks(t *testing.T) {
	read := func(path string) scriptedReply { return calls("read", `{"path":"`+path+`"}`) }
	b := newBench(t, setup{maxSteps: 2}, read("a"), read("b"), read("c"), read("d"), read("e"))
	id := b.send("go")
	b.reply("Continue")
	b.reply("Stop here")
	turn := b.ended(id)
	if turn.StopReason != session.StopStepLimit || turn.Outcome != "The turn reached its limit of 4 steps." || len(callsOf(turn)) != 4 {
		t.Errorf("got %q, %q, %v", turn.StopReason, turn.Outcome, callsOf(turn))
	}
	texts := []string{}
	for _, q := range questionsOf(turn) {
		texts = append(texts, string(q.Kind)+" "+q.Text+" "+q.Answer)
	}
	want := []string{"steps This turn has taken 2 steps. Go on? Continue", "steps This turn has taken 4 steps. Go on? Stop here"}
	if d := cmp.Diff(want, texts); d != "" {
		t.Error(d)
	}
}

// TestSignIn: the same turn goes on when the credentials are there again, with
// the same request and without a trace of what was cut.
func TestSignIn(t *testing.T) {
	expired := &provider.Error{Class: provider.ClassAuth, Message: "The sign-in has expired.", Hint: "Run aws sso login."}
	cut := scriptedReply{events: textEvents(0, "Half"), end: expired}
	again := []scriptedReply{calls("read", `{"path":"a"}`), {refuse: expired}, cut, says("Whole.")}
	want := session.Question{
		Kind: session.QuestionSignIn, Text: expired.Message, Hint: expired.Hint, Choices: []string{"Try again", "Stop here"},
	}
	t.Run("try again", func(t *testing.T) {
		b := newBench(t, setup{}, again...)
		id := b.send("go")
		b.reply("Try again")
		b.reply("Try again")
		turn := b.ended(id)
		if turn.StopReason != "end_turn" || len(b.state().Turns) != 1 || turn.NoSignIn {
			t.Errorf("ended with %q: %q", turn.StopReason, turn.Outcome)
		}
		want := want
		want.Answer = "Try again"
		if d := cmp.Diff([]session.Question{want, want}, questionsOf(turn)); d != "" {
			t.Error(d)
		}
		for _, item := range turn.Items {
			if item.Kind == session.ItemText && item.Text != "Whole." {
				t.Errorf("text %q", item.Text)
			}
		}
		for n, request := range b.model.requests[2:] {
			if d := cmp.Diff(b.model.requests[1], request); d != "" {
				t.Errorf("request %d differs:\n%s", n+2, d)
			}
		}
	})
	t.Run("stop here", func(t *testing.T) {
		b := newBench(t, setup{}, again...)
		id := b.send("go")
		b.reply("Stop here")
		turn := b.ended(id)
		if turn.StopReason != session.StopFailed || turn.Outcome != expired.Message || turn.Hint != expired.Hint || !turn.NoSignIn {
			t.Errorf("ended with %q: %q %q", turn.StopReason, turn.Outcome, turn.Hint)
		}
	})
}

// TestSignInBeginsTheAttemptsAnew: what was refused before it does not count.
func TestSignInBeginsTheAttemptsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := scriptedReply{refuse: &provider.Error{Class: provider.ClassThrottle, Message: "Busy."}}
		replies := slices.Repeat([]scriptedReply{busy}, maxAttempts-1)
		replies = append(replies, scriptedReply{refuse: &provider.Error{Class: provider.ClassAuth, Message: "Expired."}})
		b := newBench(t, setup{}, append(append(replies, slices.Repeat([]scriptedReply{busy}, maxAttempts-1)...), says("ok"))...)
		id := b.send("go")
		<-time.After(time.Minute)
		b.reply("Try again")
		if turn := b.ended(id); turn.StopReason != "end_turn" {
			t.Errorf("ended with %q: %s", turn.StopReason, turn.Outcome)
		}
	})
}

// TestApprovedTurnRuns: once an answer is there the turn waits no longer.
func TestApprovedTurnRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{policy: policy{asks: []string{"run"}}}, calls("run", `{"command":"x"}`), says("ok"))
		hold := make(chan struct{})
		b.disk.commands["x"] = func(context.Context, func([]byte)) Result { <-hold; return Result{} }
		id := b.send("go")
		b.answer(true, "")
		synctest.Wait()
		if status := b.state().Turns[0].Status; status != session.Running {
			t.Errorf("the turn is %s", status)
		}
		close(hold)
		b.ended(id)
	})
}

// TestNotReady: a turn whose provider is not ready waits at its beginning, and
// takes the model that the user chooses meanwhile.
func TestNotReady(t *testing.T) {
	b := newBench(t, setup{}, says("Hello."))
	away := named{newScripted(), provider.Info{ID: "away", Name: "Away", Hint: "Sign in."}}
	b.o.Providers = append([]provider.Provider{away}, b.o.Providers...)
	if err := b.SetModel(t.Context(), b.id, "away", "m"); err != nil {
		t.Fatal(err)
	}
	id := b.send("go")
	if asked := b.reply("Try again"); asked.Text != "Away is not ready." || asked.Hint != "Sign in." {
		t.Errorf("asked %+v", asked)
	}
	b.until(func(s session.Session) bool { return len(s.Turns[0].Items) == 2 })
	if err := b.SetModel(t.Context(), b.id, "fake", "m1"); err != nil {
		t.Fatal(err)
	}
	b.reply("Try again")
	turn := b.ended(id)
	if turn.StopReason != "end_turn" || turn.Provider != "fake" || turn.Model != "m1" {
		t.Errorf("%s/%s ended with %q: %q", turn.Provider, turn.Model, turn.StopReason, turn.Outcome)
	}
}

// Signing in answers every question that waits for it, and no other one.
func TestSignedIn(t *testing.T) {
	expired := &provider.Error{Class: provider.ClassAuth, Message: "The sign-in has expired.", Hint: "Sign in again."}
	b := newBench(t, setup{}, scriptedReply{refuse: expired}, says("Whole."))
	id := b.send("go")
	b.asked()
	b.SignedIn()
	turn := b.ended(id)
	if turn.StopReason != "end_turn" || len(b.state().Turns) != 1 {
		t.Errorf("ended with %q: %q", turn.StopReason, turn.Outcome)
	}
	if asked := questionsOf(turn); len(asked) != 1 || asked[0].Answer != "Try again" || asked[0].Open {
		t.Errorf("asked %+v", asked)
	}
	b.SignedIn() // nothing waits
}
