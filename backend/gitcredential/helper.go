package gitcredential

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"
	"time"
)

// Argument is the first argument of the program that git asks.
const Argument = "__git-credential"

// Is tells whether the arguments of a program are meant for [Run].
func Is(arguments []string) bool { return len(arguments) > 0 && arguments[0] == Argument }

// Run is git's credential helper: it reads git's question, asks the socket that the
// second argument names, and prints the answer. Without one it prints nothing, and
// git goes on as it does without helpers; why is said on standard error. A third
// argument, git's, says what to do.
func Run(arguments []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(arguments) != 3 || arguments[0] != Argument {
		fmt.Fprintln(stderr, "keel: git starts this program; there is nothing to do with it by hand")
		return 2
	}
	operation := arguments[2]
	if operation != operationGet && operation != operationErase {
		return 0 // Keel keeps the token itself; git may have operations one day that are not known here
	}
	asked, err := readAttributes(stdin, false)
	if err != nil {
		fmt.Fprintf(stderr, "keel: %v\n", err)
		return 1
	}
	if asked["protocol"] != "https" {
		return 0
	}
	answer, err := ask(arguments[1], operation, asked)
	switch {
	case err != nil && operation == operationGet:
		fmt.Fprintln(stderr, "keel: "+why(err))
	case answer[keyNote] != "":
		fmt.Fprintln(stderr, "keel: "+answer[keyNote])
	}
	if answer["password"] == "" {
		return 0
	}
	for _, key := range []string{"username", "password", "password_expiry_utc"} {
		if value := answer[key]; value != "" {
			fmt.Fprintf(stdout, "%s=%s\n", key, value)
		}
	}
	return 0
}

func ask(address, operation string, asked attributes) (attributes, error) {
	text, err := encode(
		[2]string{keyOperation, operation}, [2]string{"protocol", asked["protocol"]}, [2]string{"host", asked["host"]},
		[2]string{"username", asked["username"]}, [2]string{"password", asked["password"]},
	)
	if err != nil {
		return nil, err
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: address, Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(2 * answerLimit)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(text); err != nil {
		return nil, err
	}
	if err := conn.CloseWrite(); err != nil {
		return nil, err
	}
	return readAttributes(conn, true)
}

// why says what a failure means to the person in front of git.
func why(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return "Keel gives git no credentials here any more; open a new terminal in Keel."
	case errors.Is(err, fs.ErrPermission):
		return "git gets no credentials: the network is switched off for commands in this folder."
	}
	return "Keel gave git no credentials; try again."
}
