package terminal

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// eraseWholeCharacters lets backspace remove all bytes of a character in
// programs that leave editing to the system, such as cat.
func eraseWholeCharacters(tty *os.File) {
	settings, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		return
	}
	settings.Iflag |= unix.IUTF8
	_ = unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, settings)
}

// signalSession signals every living process of a session, each job's group
// among them, and says whether there was one. The shell's process id stays
// taken as long as its session has a member.
func signalSession(session int, signals ...unix.Signal) bool {
	paths, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return false
	}
	found := false
	for _, path := range paths {
		id, err := strconv.Atoi(filepath.Base(path))
		if err != nil || sessionOf(id) != session {
			continue
		}
		found = true
		for _, signal := range signals {
			_ = unix.Kill(id, signal)
		}
	}
	return found
}

// sessionOf reads a process's session from /proc (proc_pid_stat(5)); 0 for one
// that is gone or dead.
func sessionOf(id int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	if err != nil {
		return 0
	}
	// The program's name, in brackets, may hold any character.
	text := string(data)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 18 || fields[0] == "X" || fields[0] == "Z" && fields[17] == "1" {
		return 0
	}
	session, err := strconv.Atoi(fields[3])
	if err != nil {
		return 0
	}
	return session
}
