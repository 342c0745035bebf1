package outline

import "golang.org/x/sys/unix"

// mostMemory is how much memory the parser's process may write to. A text of 1 MB
// takes some 100 MB at worst.
const mostMemory = 1 << 30

// limitMemory makes the system refuse what a hostile text would have the parser
// take. Where it cannot, the time limit is what remains.
func limitMemory() {
	limit := unix.Rlimit{Cur: mostMemory, Max: mostMemory}
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &limit)
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}
