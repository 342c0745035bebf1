//go:build !windows

package link

import "path"

func slashes(name string) string   { return name }
func native(slashed string) string { return slashed }
func absolute(slashed string) bool { return path.IsAbs(slashed) }
func drive(string) bool            { return false }
