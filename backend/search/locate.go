package search

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ErrNoRipgrep says that there is no ripgrep, and what to do.
var ErrNoRipgrep = errors.New("ripgrep was not found, so nothing can be searched; install it (Debian: apt-get install ripgrep), or set KEEL_RIPGREP to the path of an rg program")

// Locate returns the path of the ripgrep binary: the one KEEL_RIPGREP names,
// else the one beside this program, else that of the npm package
// @vscode/ripgrep in near, in near/frontend or in the same of a folder above
// (for development), else the first on PATH. An empty near skips the third.
//
// Near must be a place of Keel's own, never an opened workspace: what is found
// is run.
func Locate(near string) (string, error) {
	if named := os.Getenv("KEEL_RIPGREP"); named != "" {
		path, err := filepath.Abs(named)
		if err == nil {
			err = runnable(path)
		}
		if err != nil {
			return "", fmt.Errorf("using KEEL_RIPGREP %q: %w: %w", named, err, ErrNoRipgrep)
		}
		return path, nil
	}
	for _, candidate := range candidates(near) {
		if runnable(candidate) == nil {
			return candidate, nil
		}
	}
	// LookPath refuses what it finds in the present folder.
	if path, err := exec.LookPath(binary()); err == nil {
		if absolute, err := filepath.Abs(path); err == nil {
			return absolute, nil
		}
	}
	return "", ErrNoRipgrep
}

func candidates(near string) []string {
	var list []string
	if executable, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(executable); err == nil {
			executable = real
		}
		list = append(list, filepath.Join(filepath.Dir(executable), binary()))
	}
	if near == "" {
		return list
	}
	folder, err := filepath.Abs(near)
	if err != nil {
		return list
	}
	for {
		for _, modules := range []string{"node_modules", filepath.Join("frontend", "node_modules")} {
			for _, name := range []string{"ripgrep-" + platform(), "ripgrep"} {
				list = append(list, filepath.Join(folder, modules, "@vscode", name, "bin", binary()))
			}
		}
		above := filepath.Dir(folder)
		if above == folder {
			return list
		}
		folder = above
	}
}

func binary() string {
	if runtime.GOOS == "windows" {
		return "rg.exe"
	}
	return "rg"
}

// platform is this machine in Node's words, which name the npm packages.
func platform() string {
	system, machine := runtime.GOOS, runtime.GOARCH
	if system == "windows" {
		system = "win32"
	}
	switch machine {
	case "amd64":
		machine = "x64"
	case "386":
		machine = "ia32"
	case "ppc64le":
		machine = "ppc64"
	}
	return system + "-" + machine
}

func runnable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return pathCause(err)
	}
	if !info.Mode().IsRegular() || (runtime.GOOS != "windows" && info.Mode()&0o111 == 0) {
		return errors.New("not a program")
	}
	return nil
}
