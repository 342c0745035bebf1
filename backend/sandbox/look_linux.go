package sandbox

import (
	"fmt"

	kernel "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// Look says what confines commands on this machine.
func Look() State {
	version, err := kernel.LandlockGetABIVersion()
	state := State{Version: version, Network: filters()}
	switch {
	case err != nil:
		state.Version = 0
		state.Detail = "This system's kernel has no Landlock, or it is switched off; commands run with all your rights."
		state.Hint = "Use a kernel from 6.2 on with Landlock switched on (lsm=landlock,… on its command line)."
	case version < oldest:
		state.Detail = fmt.Sprintf("This system's Landlock (version %d) is too old to confine commands; they run with all your rights.", version)
		state.Hint = "Use a kernel from 6.2 on."
	default:
		state.Available, state.Signals = true, version >= 6
		state.Detail = fmt.Sprintf("Commands can write only the workspace, temporary files and the caches of tools (Landlock, version %d).", version)
		if !state.Signals {
			state.Detail += " They can signal other programs of yours, which a kernel from 6.12 on prevents."
		}
	}
	return state
}

// filters tells whether the kernel takes filters of system calls here.
func filters() bool {
	mode, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0)
	return machine != 0 && err == nil && mode >= 0
}
