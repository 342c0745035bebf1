package gitcredential

import (
	"slices"
	"strconv"
	"strings"
)

const (
	countVariable = "GIT_CONFIG_COUNT"
	keyVariable   = "GIT_CONFIG_KEY_"
	valueVariable = "GIT_CONFIG_VALUE_"
	settingsMost  = 1 << 12
)

// Environ returns an environment in which git asks program, over the socket at
// address, for the hosts and for no others. The settings are added to those that
// stand in the environment already (git-config(1), GIT_CONFIG_COUNT), in which those
// of a Keel further out give way; an environment whose count is none is returned as
// it is, as git refuses to run in it.
//
// For each host an empty helper stands first. It takes the helpers of the user's
// own configuration off the list, for this host only: git would hand them the
// token to keep. What the user gives git on its command line (git -c) comes later
// and counts.
func Environ(environ []string, program, address string, hosts []string) []string {
	if strings.ContainsRune(program+address, 0) {
		return environ
	}
	helper := "!" + quote(program) + " " + Argument + " " + quote(address)
	var added []setting
	for _, host := range hosts {
		if !plainHost(host) {
			continue
		}
		section := "credential.https://" + host
		added = append(added, setting{section + ".helper", ""}, setting{section + ".helper", helper}, setting{section + ".useHttpPath", "false"})
	}
	return change(environ, added)
}

// Without returns an environment without what [Environ] has added to it.
func Without(environ []string) []string { return change(environ, nil) }

type setting struct{ key, value string }

func change(environ []string, added []setting) []string {
	before, ok := settings(environ)
	if !ok {
		return environ
	}
	after := append(foreign(before), added...)
	if slices.Equal(before, after) {
		return environ
	}
	result := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		return strings.HasPrefix(entry, countVariable+"=") || strings.HasPrefix(entry, keyVariable) || strings.HasPrefix(entry, valueVariable)
	})
	for i, each := range after {
		n := strconv.Itoa(i)
		result = append(result, keyVariable+n+"="+each.key, valueVariable+n+"="+each.value)
	}
	if len(after) == 0 {
		return result
	}
	return append(result, countVariable+"="+strconv.Itoa(len(after)))
}

// settings reads the settings in an environment; false where git would not run in
// it.
func settings(environ []string) ([]setting, bool) {
	values := map[string]string{}
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, "GIT_CONFIG_") {
			values[name] = value
		}
	}
	if values[countVariable] == "" {
		return nil, true
	}
	count, err := strconv.Atoi(values[countVariable])
	if err != nil || count < 0 || count > settingsMost {
		return nil, false
	}
	found := make([]setting, count)
	for i := range found {
		n := strconv.Itoa(i)
		key, hasKey := values[keyVariable+n]
		value, hasValue := values[valueVariable+n]
		if !hasKey || !hasValue {
			return nil, false
		}
		found[i] = setting{key, value}
	}
	return found, true
}

// foreign returns the settings that are not of a Keel: its helper, the empty one in
// front of it, and what stands behind it.
func foreign(all []setting) []setting {
	var kept []setting
	for i := 0; i < len(all); i++ {
		if i+2 < len(all) && all[i].value == "" && all[i].key == all[i+1].key && strings.Contains(all[i+1].value, "' "+Argument+" '") {
			i += 2
			continue
		}
		kept = append(kept, all[i])
	}
	return kept
}

// plainHost reports whether a host, with its port, can stand in the name of a
// setting.
func plainHost(host string) bool {
	for i := range len(host) {
		c := host[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(".-:[]", c) < 0 {
			return false
		}
	}
	return host != ""
}

// quote writes a word for a POSIX shell, which git has read the setting.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
