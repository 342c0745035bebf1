package app

import (
	"log/slog"
	"os"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/shellenv"
)

// loginShell is the environment for commands and terminals. A window that was
// started from the desktop asks the user's login shell for what is missing.
func loginShell(log *slog.Logger) *shellenv.Environment {
	if shellenv.FromTerminal(os.Environ()) {
		return shellenv.AsIs(os.Environ)
	}
	asked := shellenv.Start(folder.HelperProgram(), shellenv.Options{})
	go func() {
		state := asked.Wait()
		if state.Problem != "" {
			log.Warn("asking the login shell for its environment", "shell", state.Shell, "problem", state.Problem)
			return
		}
		log.Info("asked the login shell for its environment", "shell", state.Shell, "took", state.Duration, "changed", state.Changed)
	}()
	return asked
}
