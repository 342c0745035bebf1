package command

import (
	"os"
	"strings"
)

// identify returns this process as an owner without a mark.
func identify() (owner, bool) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return owner{}, false
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return owner{}, false
	}
	self, ok := readProcess(os.Getpid())
	return owner{
		Process: self.id, Started: self.started, Boot: strings.TrimSpace(string(boot)), Namespace: namespace,
	}, ok
}

// lives reports whether the owner's process still runs.
func (o owner) lives() bool {
	found, ok := readProcess(o.Process)
	return ok && found.started == o.Started
}
