//go:build unix

package shellenv

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// outputLimit is far more than an environment has; what a shell prints after
// that is thrown away.
const outputLimit = 4 << 20

// runShell runs one line in the user's shell and returns what it has printed.
func runShell(ctx context.Context, o Options, line string) ([]byte, error) {
	command := exec.CommandContext(ctx, o.Shell, shellArguments(o.Shell, line)...)
	var output capped
	command.Stdout = &output
	command.Env = append(o.Environ(), "TERM=dumb")
	if home, err := os.UserHomeDir(); err == nil {
		command.Dir = home
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = 200 * time.Millisecond // for what a start-up file left running with the output open
	err := command.Run()
	if command.Process != nil {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // the same, where it has not let go
	}
	return output.data, err
}

// shellArguments has a shell read the start-up files that it reads in a
// terminal. The C shells take -l only alone, and read the rest without.
func shellArguments(shell, line string) []string {
	if name := filepath.Base(shell); name == "csh" || name == "tcsh" {
		return []string{"-i", "-c", line}
	}
	return []string{"-l", "-i", "-c", line}
}

// loginShell is the shell that the environment or the account names.
func loginShell(environ map[string]string) string {
	if shell := environ["SHELL"]; filepath.IsAbs(shell) {
		return shell
	}
	name := environ["USER"]
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	file, err := os.Open("/etc/passwd")
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	for scanner := bufio.NewScanner(file); scanner.Scan(); { // passwd(5)
		if fields := strings.Split(scanner.Text(), ":"); len(fields) == 7 && fields[0] == name {
			return fields[6]
		}
	}
	return ""
}

// capped keeps the beginning of what is written to it.
type capped struct{ data []byte }

func (c *capped) Write(data []byte) (int, error) {
	c.data = append(c.data, data[:min(len(data), outputLimit-len(c.data))]...)
	return len(data), nil
}
