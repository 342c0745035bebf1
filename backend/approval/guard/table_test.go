package guard

import (
	"strings"
	"testing"
)

// TestEveryRowAsks tries each option of each row as the table writes it.
func TestEveryRowAsks(t *testing.T) {
	g := New()
	nothing := func(string) bool { return false }
	tried := 0
	for _, r := range table() {
		for _, name := range strings.Fields(r.programs) {
			for _, command := range commandsOf(name, r, g.programs[name].interpreter) {
				tried++
				if ask, _ := g.Check(command, name+" *", nothing); !ask {
					t.Errorf("%q does not ask, although the table says that it can %s", command, r.does)
				}
			}
		}
	}
	if tried < 2000 {
		t.Errorf("only %d commands were tried", tried)
	}
}

// commandsOf returns a command for each way to use a row of one program.
func commandsOf(name string, r row, interpreter bool) []string {
	beginnings := []string{name}
	end := ""
	switch r.under {
	case "":
	case "^":
		end = " status"
	default:
		beginnings = nil
		for _, path := range strings.Split(r.under, "|") {
			beginnings = append(beginnings, name+" "+path)
		}
	}
	var commands []string
	for _, beginning := range beginnings {
		for _, option := range strings.Fields(r.options) {
			switch text, only, conditional := strings.Cut(option, "="); {
			case option[0] == ':':
				commands = append(commands, beginning+" x y")
			case conditional && only == "":
				commands = append(commands, beginning+" "+text+"=x", beginning+" "+text+":=x")
			case conditional:
				commands = append(commands, beginning+" "+text+" 'a"+only[:1]+"b'")
			case strings.HasSuffix(text, "…"):
				commands = append(commands, beginning+" "+strings.TrimSuffix(text, "…")+"x")
			case text[0] != '-':
				commands = append(commands, beginning+" "+text+"x")
			default:
				commands = append(commands, beginning+" "+text+" x"+end)
				if r.under != "^" && !interpreter { // which stop at their first operand
					commands = append(commands, beginning+" x "+text)
				}
				if strings.HasPrefix(text, "--") {
					commands = append(commands, beginning+" "+text+"=x"+end, beginning+" '"+text+"'"+end)
				}
			}
		}
	}
	return commands
}

func TestEveryRowHasItsSource(t *testing.T) {
	for _, r := range table() {
		if r.programs == "" || r.does == "" || len(r.source) < 3 {
			t.Errorf("%+v lacks the programs, what it does or its source", r)
		}
	}
}

// TestHabitsBelongToTheTable finds programs whose habits are known, but of which
// the table says nothing, and letters that are said both to be an option of the
// table and to be looked past.
func TestHabitsBelongToTheTable(t *testing.T) {
	g := New()
	for _, h := range habits() {
		for _, name := range strings.Fields(h.programs) {
			if p := g.programs[name]; len(p.rows) == 0 && p.judge == nil && !p.interpreter {
				t.Errorf("habits know %s, the table does not", name)
			}
		}
	}
}

// TestMoreTextNeverHelps holds for what asks by its characters or its options: a
// command that asks still asks when harmless words follow.
func TestMoreTextNeverHelps(t *testing.T) {
	g := New()
	everything := func(string) bool { return true }
	for _, command := range []string{"git diff --output=x", "npm test > x", "npm exec x", "find . -delete", "echo $(id)", "sed -i p x", "tar -I x -f y"} {
		name := strings.Fields(command)[0]
		for _, more := range []string{" x", " -- x", " && true", "; true", " | cat", " 2>&1", " --help"} {
			if ask, _ := g.Check(command+more, name+" *", everything); !ask {
				t.Errorf("%q asks, %q does not", command, command+more)
			}
		}
	}
}
