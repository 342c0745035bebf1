package agent_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
	"github.com/keel-ide/keel/backend/session"
	"golang.org/x/tools/txtar"
)

// TestScripts runs the turns in testdata/*.txtar on the real tools, policy and
// checkpoints, with a replayed model. A script's files are
//
//	settings      lines "mode supervised", "trust PATTERN", "deny TEXT", "untrusted", "headless"
//	workspace/…   the folder to begin with
//	replay.jsonl  the model's replies
//	pages/…       what is at the addresses that start with https://pages.example/
//	user          what the user does, a line each; see [stage.do]
//	want/…        the folder at the end, whole
//	transcript    what was shown, and what the user's steps said
//	audit         what the audit log has, where the script asks for it
//
// go test -run TestScripts -update writes the last three.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := newStage(t, archive)
			for line := range strings.Lines(s.part("user")) {
				s.do(strings.TrimSpace(line))
			}
			s.end()
			if *update {
				s.rewrite(file)
				return
			}
			if d := cmp.Diff(s.under("want/"), s.disk()); d != "" {
				t.Errorf("workspace (-want +got):\n%s", d)
			}
			if d := cmp.Diff(s.part("transcript"), s.transcript()); d != "" {
				t.Errorf("transcript (-want +got):\n%s", d)
			}
			if d := cmp.Diff(s.part("audit"), s.audited()); s.part("audit") != "" && d != "" {
				t.Errorf("audit log (-want +got):\n%s", d)
			}
		})
	}
}

var update = flag.Bool("update", false, "write the expected parts of testdata/*.txtar")

// stage is one running script.
type stage struct {
	t        *testing.T
	archive  *txtar.Archive
	root     string // the workspace
	data     string // Keel's own folder
	model    provider.Provider
	agent    *agent.Agent
	close    func()
	session  string
	turn     string            // the session's last one
	turns    map[string]string // the same of the other sessions
	sessions []string          // in the order of their making
	undo     []string
	said     bytes.Buffer        // by the user's steps
	pointed  []session.Reference // what the next prompt points at
}

func newStage(t *testing.T, archive *txtar.Archive) *stage {
	s := &stage{t: t, archive: archive, data: t.TempDir(), root: filepath.Join(t.TempDir(), "work")}
	for name, content := range s.under("workspace/") {
		s.write(name, content)
	}
	if err := os.MkdirAll(s.root, 0o755); err != nil {
		t.Fatal(err)
	}
	lines, err := replay.Read(strings.NewReader(s.part("replay.jsonl")))
	if err != nil {
		t.Fatal(err)
	}
	s.model = replay.New(lines)
	s.start()
	t.Cleanup(func() { s.close() })
	s.turns = map[string]string{}
	s.enter(1)
	return s
}

// enter goes on with the n-th session, which is made where it is missing.
func (s *stage) enter(n int) {
	s.turns[s.session] = s.turn
	if n > len(s.sessions) {
		created, err := s.agent.CreateSession(s.t.Context())
		s.check(err)
		s.sessions = append(s.sessions, created.ID)
	}
	s.session = s.sessions[n-1]
	s.turn = s.turns[s.session]
}

// start builds an agent as the application does.
func (s *stage) start() {
	o := options{root: s.root, data: s.data, model: s.model, mode: session.Autopilot, references: reader{s.root, s.under("pages/")}}
	for line := range strings.Lines(s.part("settings")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "mode":
			o.mode = session.Mode(rest)
		case "trust":
			o.rules.TrustedCommands = append(o.rules.TrustedCommands, rest)
		case "deny":
			o.rules.Denylist = append(o.rules.Denylist, rest)
		case "untrusted":
			o.rules.FolderUntrusted = true
		case "headless":
			o.headless = true
		case "":
		default:
			s.t.Fatalf("unknown setting %q", line)
		}
	}
	s.agent, s.close = build(s.t, o)
}

// do does one of the user's steps.
func (s *stage) do(line string) {
	s.t.Helper()
	ctx := s.t.Context()
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "", "#":
	case "prompt":
		id, err := s.agent.Send(ctx, s.session, agent.Prompt{Text: rest, References: s.pointed})
		s.check(err)
		s.pointed = nil
		if id != "" {
			s.turn = id
		}
	case "point": // file PATH, url ADDRESS, text WORDS …: the next prompt points at it
		s.point(rest)
	case "reading": // waits until what a prompt points at is being read
		s.turnUntil(func(turn *session.Turn) bool { return turn.Reading })
	case "crash": // the disk as it is now is all that is left
		copied := s.t.TempDir()
		s.check(os.CopyFS(copied, os.DirFS(s.data)))
		s.close()
		s.data = copied
		s.start()
	case "end":
		s.end()
	case "session":
		n, err := strconv.Atoi(rest)
		s.check(err)
		s.enter(n)
	case "asked": // waits until something is asked
		s.until(func(call *session.ToolCall) bool { return call.Status == session.CallWaiting })
	case "approve":
		s.answer(agent.Answer{Approved: true})
	case "reject":
		s.answer(agent.Answer{Feedback: rest})
	case "hunks": // accept 1 reject 2 "why" undecide 1, each a click
		s.hunks(rest)
	case "edit-proposal": // the whole text, quoted
		s.editProposal(rest)
	case "again": // waits until a question says this
		s.until(func(call *session.ToolCall) bool {
			return call.Status == session.CallWaiting && strings.Contains(call.Approval.Reason, rest)
		})
	case "ended": // waits until a call of this tool has ended like this
		s.until(func(call *session.ToolCall) bool { return call.Name+" "+string(call.Status) == rest })
	case "change": // the command, before it runs; a quoted one for what a line cannot say
		if command, err := strconv.Unquote(rest); err == nil {
			rest = command
		}
		s.answer(agent.Answer{Approved: true, Command: rest})
	case "trust": // a pattern in the session
		s.answer(agent.Answer{Approved: true, Grant: rest})
	case "reply": // to the question that waits, or that will
		s.reply(rest)
	case "output": // waits until a command has said this
		s.until(func(call *session.ToolCall) bool { return strings.Contains(call.Output, rest) })
	case "stop":
		s.check(s.agent.Stop(ctx, s.session))
	case "mode":
		s.check(s.agent.SetMode(ctx, s.session, session.Mode(rest)))
	case "write", "save", "touch-file": // by another program, in Keel, or by another program that the watcher has seen
		name, content, _ := strings.Cut(rest, " ")
		if text, err := strconv.Unquote(content); err == nil {
			s.write(name, text)
		} else {
			s.write(name, content+"\n")
		}
		switch word {
		case "save":
			s.agent.NoteUserChange(name)
		case "touch-file":
			s.agent.NoteFilesChanged()
		}
	case "remove": // by another program that the watcher has seen
		s.check(os.RemoveAll(filepath.Join(s.root, rest)))
		s.agent.NoteFilesChanged()
	case "folder": // the same, with a folder in the place of a file
		s.check(os.RemoveAll(filepath.Join(s.root, rest)))
		s.check(os.MkdirAll(filepath.Join(s.root, rest), 0o755))
		s.agent.NoteFilesChanged()
	case "link": // gives a file another name
		from, to, _ := strings.Cut(rest, " ")
		s.check(os.Link(filepath.Join(s.root, from), filepath.Join(s.root, to)))
	case "appears": // waits until a file is there
		s.appears(rest)
	case "revert":
		s.end()
		restored, err := s.agent.RevertTurn(ctx, s.session, s.turn, strings.Fields(rest))
		s.report("revert", err, restored)
	case "undo":
		results, err := s.agent.UndoRevert(ctx, s.session, s.undo...)
		s.report("undo", err, results...)
	case "take", "redo": // the last act back; what was taken back
		turn := s.agent.UndoReview
		if word == "redo" {
			turn = s.agent.RedoReview
		}
		act, results, err := turn(ctx, s.session)
		s.report(fmt.Sprintf("%s %q", word, act.Title), err, results...)
	case "review": // says what is decided about each turn
		s.reviewed()
	case "restore":
		s.end()
		restored, err := s.agent.RestoreTo(ctx, s.session, s.turn)
		s.report("restore", err, restored)
	case "restart":
		s.close()
		s.start()
	default:
		s.t.Fatalf("unknown step %q", line)
	}
}

func (s *stage) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) end() {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	s.check(s.agent.Wait(ctx, s.session))
}

func (s *stage) report(what string, err error, results ...agent.Restored) {
	if err != nil {
		fmt.Fprintf(&s.said, "%s: %s\n", what, strings.ReplaceAll(err.Error(), s.turn, "TURN"))
		return
	}
	s.undo = nil
	for _, r := range results {
		s.undo = append(s.undo, r.Undo)
		fmt.Fprintf(&s.said, "%s: %d written, %d deleted\n", what, r.Written, r.Deleted)
		for _, c := range r.Conflicts {
			fmt.Fprintf(&s.said, "  kept %s: %s\n", c.Path, c.Reason)
		}
	}
}

func (s *stage) reviewed() {
	s.t.Helper()
	state, err := s.agent.Session(s.t.Context(), s.session)
	s.check(err)
	for i, turn := range state.Turns {
		fmt.Fprintf(&s.said, "turn %d: reverted %t\n", i+1, turn.Reverted != "")
		for _, r := range turn.Reviews {
			fmt.Fprintf(&s.said, "  %s: accepted %q, rejected %q\n", r.Path, r.Accepted, r.Rejected)
		}
		for _, l := range turn.Left {
			fmt.Fprintf(&s.said, "  left %s: %s\n", l.Path, l.Reason)
		}
	}
	for _, act := range state.Acts {
		fmt.Fprintf(&s.said, "act %q, undone %t\n", act.Title, act.Undone)
	}
}

// hunks decides about hunks of the change that waits.
func (s *stage) hunks(clicks string) {
	s.t.Helper()
	call := s.until(func(call *session.ToolCall) bool { return call.Status == session.CallWaiting })
	words := map[string]session.Decision{"accept": session.Accepted, "reject": session.Rejected, "undecide": session.Undecided}
	asked := *call.Approval
	for _, m := range regexp.MustCompile(`(\w+) (\w+)(?: "([^"]*)")?`).FindAllStringSubmatch(clicks, -1) {
		d := agent.Decision{
			SessionID: s.session, ApprovalID: asked.ID, Hash: asked.Hash, Decision: words[m[1]], Reason: m[3], Hunks: []string{m[2]},
		}
		if _, known := words[m[1]]; !known {
			d.Decision = session.Decision(m[1])
		}
		if n, err := strconv.Atoi(m[2]); err == nil && n <= len(asked.Hunks) {
			d.Hunks[0] = asked.Hunks[n-1].ID
		}
		if err := s.agent.DecideProposal(s.t.Context(), d); err != nil {
			fmt.Fprintf(&s.said, "hunks: %s\n", strings.ReplaceAll(err.Error(), asked.ID, "QUESTION"))
		}
	}
}

// editProposal puts a text in the place of the proposal that waits.
func (s *stage) editProposal(quoted string) {
	s.t.Helper()
	text, err := strconv.Unquote(quoted)
	s.check(err)
	call := s.until(func(call *session.ToolCall) bool { return call.Status == session.CallWaiting })
	if _, err := s.agent.EditProposal(s.t.Context(), s.session, call.Approval.ID, call.Approval.Hash, []byte(text)); err != nil {
		fmt.Fprintf(&s.said, "edit: %s\n", strings.ReplaceAll(err.Error(), call.Approval.ID, "QUESTION"))
	}
}

// answer answers the question that waits, or that will.
func (s *stage) answer(answer agent.Answer) {
	s.t.Helper()
	call := s.until(func(call *session.ToolCall) bool { return call.Status == session.CallWaiting })
	answer.SessionID, answer.ApprovalID, answer.Hash = s.session, call.Approval.ID, call.Approval.Hash
	if err := s.agent.Answer(s.t.Context(), answer); err != nil {
		fmt.Fprintf(&s.said, "answer: %s\n", strings.ReplaceAll(err.Error(), call.Approval.ID, "QUESTION"))
		return
	}
	s.until(func(c *session.ToolCall) bool {
		return c.ID == call.ID && (c.Approval.ID != call.Approval.ID || c.Approval.Answer != "")
	})
}

// reply answers a question of the turn.
func (s *stage) reply(answer string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	events := s.agent.Subscribe(ctx)
	defer events.Close()
	for {
		state, err := s.agent.Session(ctx, s.session)
		s.check(err)
		for _, item := range state.Turns[len(state.Turns)-1].Items {
			if item.Question != nil && item.Question.Open {
				s.check(s.agent.AnswerQuestion(ctx, s.session, item.Question.ID, answer))
				return
			}
		}
		if _, err := events.Next(ctx); err != nil {
			s.t.Fatalf("waiting for a question: %v in %+v", err, state)
		}
	}
}

func (s *stage) point(at string) {
	kind, where, _ := strings.Cut(at, " ")
	r := session.Reference{ID: fmt.Sprintf("r%d", len(s.pointed)+1), Kind: session.ReferenceKind(kind), Name: where}
	switch r.Kind {
	case session.ReferenceURL:
		r.Address = where
	case session.ReferenceText:
		r.Name, r.Given = "a text", &where
	case session.ReferenceProblems:
	default:
		r.Path = where
	}
	s.pointed = append(s.pointed, r)
}

// turnUntil waits for the last turn to be as ready says.
func (s *stage) turnUntil(ready func(*session.Turn) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	events := s.agent.Subscribe(ctx)
	defer events.Close()
	for {
		state, err := s.agent.Session(ctx, s.session)
		s.check(err)
		if ready(&state.Turns[len(state.Turns)-1]) {
			return
		}
		if _, err := events.Next(ctx); err != nil {
			s.t.Fatalf("waiting for a turn: %v in %+v", err, state)
		}
	}
}

// reader reads files from the disk and pages from a script. One at an address that
// holds "slow" never comes.
type reader struct {
	root  string
	pages map[string]string
}

func (r reader) Read(ctx context.Context, request agent.ReferenceRequest) []session.Reference {
	read := slices.Clone(request.References)
	for i := range read {
		content := r.content(ctx, read[i])
		read[i].Content = &content
	}
	return read
}

func (r reader) content(ctx context.Context, reference session.Reference) session.Content {
	text, hash := "2 problems", ""
	switch reference.Kind {
	case session.ReferenceURL:
		if strings.Contains(reference.Address, "slow") {
			<-ctx.Done()
		}
		page, ok := r.pages[strings.TrimPrefix(reference.Address, "https://pages.example/")]
		if ctx.Err() != nil {
			// As the agent says it of a reader that takes too long to end.
			return session.Content{Problem: "The turn ended before it was read.", Hint: session.HintUnread}
		}
		if !ok {
			return session.Content{Problem: "There is nothing at this address.", Hint: "Look at the address."}
		}
		text = page
	case session.ReferenceFile:
		data, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(reference.Path)))
		if err != nil {
			return session.Content{Problem: "There is no such file.", Hint: "Look at the path."}
		}
		sum := sha256.Sum256(data)
		text, hash = string(data), hex.EncodeToString(sum[:])
	default:
		if reference.Given != nil {
			text = *reference.Given
		}
	}
	return session.Content{Text: text, Size: int64(len(text)), Tokens: len(text) / 3, Hash: hash, At: 1}
}

// until waits for a tool call of which ready is true.
func (s *stage) until(ready func(*session.ToolCall) bool) *session.ToolCall {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	events := s.agent.Subscribe(ctx)
	defer events.Close()
	for {
		state, err := s.agent.Session(ctx, s.session)
		s.check(err)
		for _, item := range state.Turns[len(state.Turns)-1].Items {
			if item.Tool != nil && ready(item.Tool) {
				return item.Tool
			}
		}
		if _, err := events.Next(ctx); err != nil {
			s.t.Fatalf("waiting for a tool call: %v in %+v", err, state)
		}
	}
}

func (s *stage) appears(name string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(name))); err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.t.Fatalf("%q does not appear", name)
		}
	}
}

func (s *stage) write(name, content string) {
	path := filepath.Join(s.root, filepath.FromSlash(name))
	s.check(os.MkdirAll(filepath.Dir(path), 0o755))
	s.check(os.WriteFile(path, []byte(content), 0o644))
}

func (s *stage) part(name string) string {
	for _, file := range s.archive.Files {
		if file.Name == name {
			return string(file.Data)
		}
	}
	return ""
}

func (s *stage) under(prefix string) map[string]string {
	found := map[string]string{}
	for _, file := range s.archive.Files {
		if name, ok := strings.CutPrefix(file.Name, prefix); ok {
			found[name] = string(file.Data)
		}
	}
	return found
}

// disk is the workspace as it is; a file that is not empty and ends without a
// newline gets one, since txtar cannot say it otherwise.
func (s *stage) disk() map[string]string {
	found := map[string]string{}
	s.check(filepath.WalkDir(s.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == s.root {
			return err
		}
		name, err := filepath.Rel(s.root, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if below, err := os.ReadDir(path); err != nil || len(below) > 0 {
				return err
			}
			found[filepath.ToSlash(name)+"/"] = ""
			return nil
		}
		content, err := os.ReadFile(path)
		if len(content) > 0 && !bytes.HasSuffix(content, []byte("\n")) {
			content = append(content, '\n')
		}
		found[filepath.ToSlash(name)] = string(content)
		return err
	}))
	return found
}

func (s *stage) rewrite(file string) {
	asked := s.part("audit") != ""
	kept := slices.DeleteFunc(s.archive.Files, func(f txtar.File) bool {
		return f.Name == "transcript" || f.Name == "audit" || strings.HasPrefix(f.Name, "want/")
	})
	disk := s.disk()
	for _, name := range slices.Sorted(maps.Keys(disk)) {
		kept = append(kept, txtar.File{Name: "want/" + name, Data: []byte(disk[name])})
	}
	kept = append(kept, txtar.File{Name: "transcript", Data: []byte(s.transcript())})
	if asked {
		kept = append(kept, txtar.File{Name: "audit", Data: []byte(s.audited())})
	}
	s.check(os.WriteFile(file, txtar.Format(&txtar.Archive{Comment: s.archive.Comment, Files: kept}), 0o644))
}

// audited is the audit log, the oldest record first.
func (s *stage) audited() string {
	log, err := audit.Open(filepath.Join(s.data, "audit"), audit.Options{})
	s.check(err)
	defer log.Close()
	page, err := log.Query(s.t.Context(), audit.Query{})
	s.check(err)
	var b strings.Builder
	for _, r := range slices.Backward(page.Records) {
		fmt.Fprintf(&b, "%s: %s %s %s %s %q\n", r.Outcome, r.Tool, r.Kind, r.Status, r.Title, r.Command)
		fmt.Fprintf(&b, "  %s by %s (%s) in %s: %s\n", r.Effect, r.Rule, r.Tier, r.Mode, r.Reason)
		if r.Answer != "" {
			fmt.Fprintf(&b, "  answer: %s %s\n", r.Answer, r.Feedback)
		}
		if r.Original != "" {
			fmt.Fprintf(&b, "  changed from %q\n", r.Original)
		}
		if r.HasExit {
			fmt.Fprintf(&b, "  exit code %d\n", r.ExitCode)
		}
	}
	return s.steady(b.String())
}

// transcript is the session for a reader's eye, without times and ids.
func (s *stage) transcript() string {
	var b strings.Builder
	for i, id := range s.sessions {
		if i > 0 {
			fmt.Fprintf(&b, "session %d\n", i+1)
		}
		s.transcribe(&b, id)
	}
	b.Write(s.said.Bytes())
	return s.steady(b.String())
}

func (s *stage) transcribe(b *strings.Builder, id string) {
	state, err := s.agent.Session(s.t.Context(), id)
	s.check(err)
	for _, turn := range state.Turns {
		fmt.Fprintf(b, "> %s\n", turn.Prompt)
		transcribeReferences(b, turn.References)
		for _, item := range turn.Items {
			transcribe(b, item)
		}
		fmt.Fprintf(b, "= %s", turn.StopReason)
		if turn.Outcome != "" {
			fmt.Fprintf(b, ": %s %s", turn.Outcome, turn.Hint)
		}
		b.WriteString("\n")
		for _, c := range turn.Changes {
			fmt.Fprintf(b, "  %s\n", changed(c))
		}
		for _, c := range turn.Drift {
			fmt.Fprintf(b, "  before it: %s\n", changed(c))
		}
		if turn.Reverted != "" {
			b.WriteString("  reverted\n")
		}
	}
	if len(state.Grants) > 0 {
		fmt.Fprintf(b, "trusted: %q\n", state.Grants)
	}
	for _, queued := range state.Queue {
		fmt.Fprintf(b, "queued (held %t): %s\n", queued.Held, queued.Text)
		transcribeReferences(b, queued.References)
	}
	if state.Draft != "" {
		fmt.Fprintf(b, "draft: %s\n", state.Draft)
	}
}

func changed(c session.FileChange) string {
	also := ""
	if c.AlsoUser {
		also = fmt.Sprintf(" and %s", c.Also)
	}
	return fmt.Sprintf("%s %s %s by %s%s +%d -%d", c.Kind, c.Path, c.From, c.By, also, c.Added, c.Removed)
}

func transcribeReferences(b *strings.Builder, references []session.Reference) {
	for _, r := range references {
		switch {
		case r.Content == nil:
			fmt.Fprintf(b, "  points at %s %s\n", r.Kind, r.Name)
		case r.Content.Problem != "":
			fmt.Fprintf(b, "  points at %s %s: %s %s\n", r.Kind, r.Name, r.Content.Problem, r.Content.Hint)
		default:
			fmt.Fprintf(b, "  points at %s %s: %q\n", r.Kind, r.Name, r.Content.Text)
		}
	}
}

func transcribe(b *strings.Builder, item session.Item) {
	if q := item.Question; q != nil {
		fmt.Fprintf(b, "question (%s): %s %s %q %s\n", q.Kind, q.Text, q.Hint, q.Choices, q.Answer)
		return
	}
	if item.Tool == nil {
		fmt.Fprintf(b, "%s: %s\n", item.Kind, item.Text)
		transcribeReferences(b, item.References)
		return
	}
	call := item.Tool
	fmt.Fprintf(b, "%s %s (%s; %s)\n", call.Name, call.Status, call.Title, call.Rule)
	if call.Approval != nil {
		fmt.Fprintf(b, "  asked: %s %q %s %s\n", call.Approval.Reason, call.Approval.Patterns, call.Approval.Answer, call.Approval.Feedback)
		for i, h := range call.Approval.Hunks {
			fmt.Fprintf(b, "  hunk %d: -%d,%d +%d,%d %s %s\n", i+1, h.OldStart, h.OldLines, h.NewStart, h.NewLines, h.Decision, h.Reason)
		}
		if call.Approval.Edited {
			b.WriteString("  edited\n")
		}
		if call.Approval.Original != "" {
			fmt.Fprintf(b, "  changed: %q to %q\n", call.Approval.Original, call.Command)
		}
	}
	if call.Diff != nil {
		fmt.Fprintf(b, "  diff: +%d -%d\n", call.Diff.Added, call.Diff.Removed)
	}
	if call.Output != "" {
		fmt.Fprintf(b, "  output: %q\n", call.Output)
	}
	for line := range strings.Lines(call.Result) {
		fmt.Fprintf(b, "  | %s\n", strings.TrimSuffix(line, "\n"))
	}
}

// steady takes out of text what differs from run to run.
func (s *stage) steady(text string) string {
	text = strings.ReplaceAll(text, s.root, "WORKSPACE")
	text = strings.ReplaceAll(text, s.data, "DATA")
	text = regexp.MustCompile(`[0-9]+ process\(es\)`).ReplaceAllString(text, "N process(es)")
	return regexp.MustCompile(`after [0-9.]+m?s\b`).ReplaceAllString(text, "after TIME")
}

// rules that cannot change while a script runs.
type options struct {
	root, data string
	model      provider.Provider
	mode       session.Mode
	rules      approval.Rules
	headless   bool
	references agent.References
}
