package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	kernel "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// oldest is the first version of Landlock that is enough: before it files
// outside could be cut to nothing (truncate(2)).
const oldest = 3

// newest is the last version whose rights are asked for here.
const newest = 7

// readable is everything that leaves a file as it is.
const readable = kernel.AccessFSExecute | kernel.AccessFSReadFile | kernel.AccessFSReadDir

// deviceFiles lead to what a file system cannot refuse: nobody makes them.
const deviceFiles = kernel.AccessFSMakeBlock | kernel.AccessFSMakeChar

// ofFiles are the rights that mean something for what is not a folder.
const ofFiles = kernel.AccessFSExecute | kernel.AccessFSReadFile | kernel.AccessFSWriteFile | kernel.AccessFSTruncate | kernel.AccessFSIoctlDev

// devices are written by programs of all kinds, and keep nothing. Terminals are
// not among them: through /dev/pts a command could write on those of the user.
var devices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/random", "/dev/urandom"}

// config is the whole of what a version of Landlock can restrict of files and
// processes; what goes over the network is left to [refuseSockets].
func config(version int) landlock.Config {
	all := map[int]landlock.Config{
		3: landlock.V3, 4: landlock.V4, 5: landlock.V5, 6: landlock.V6, 7: landlock.V7,
	}[min(version, newest)]
	all.HandledAccessNet = 0
	return all
}

func closeOnStart(file int) { unix.CloseOnExec(file) }

// become restricts the calling thread and turns the process into a program,
// which ends all its other threads.
func become(policy Policy, arguments []string) error {
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("giving up new rights: %w", err)
	}
	if !policy.Open {
		if err := giveUpCapabilities(); err != nil {
			return err
		}
		if err := restrictFiles(policy); err != nil {
			return err
		}
	}
	if !policy.Network {
		if err := refuseSockets(); err != nil {
			return err
		}
	}
	if err := syscall.Exec(arguments[0], arguments, os.Environ()); err != nil {
		return fmt.Errorf("starting %q: %w", arguments[0], err)
	}
	return nil
}

func restrictFiles(policy Policy) error {
	version, err := kernel.LandlockGetABIVersion()
	if err != nil || version < oldest {
		return fmt.Errorf("restricting files: %w", ErrUnavailable)
	}
	restricted := config(version)
	rules, err := rulesFor(policy, restricted.HandledAccessFS)
	if err != nil {
		return err
	}
	ruleset, flags, err := restricted.NewRulesetFD(rules...)
	if err != nil {
		return fmt.Errorf("restricting files: %w", err)
	}
	if ruleset < 0 {
		return fmt.Errorf("restricting files: %w", ErrUnavailable)
	}
	if err := kernel.LandlockRestrictSelf(ruleset, flags); err != nil {
		return fmt.Errorf("restricting files: %w", err)
	}
	return unix.Close(ruleset)
}

// rulesFor lists what is allowed; all else is refused.
func rulesFor(policy Policy, all landlock.AccessFSSet) ([]landlock.Rule, error) {
	kept, hidden := real(policy.Keep), real(policy.Hide)
	// Names can be seen everywhere, so that looking around works as ever.
	rules := []landlock.Rule{landlock.PathAccess(kernel.AccessFSReadDir, "/")}
	read, err := outline("/", hidden)
	if err != nil {
		return nil, err
	}
	for _, path := range read {
		rules = append(rules, allow(path, readable, all))
	}
	for _, root := range policy.Write {
		write, err := outline(root, append(kept, hidden...))
		if err != nil {
			return nil, err
		}
		for _, path := range write {
			rules = append(rules, allow(path, all&^deviceFiles, all))
		}
	}
	for _, path := range devices {
		rules = append(rules, allow(path, all, all))
	}
	return rules, nil
}

func allow(path string, rights, all landlock.AccessFSSet) landlock.Rule {
	rights &= all
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		rights &= ofFiles
	}
	return landlock.PathAccess(rights, path).IgnoreIfMissing()
}
