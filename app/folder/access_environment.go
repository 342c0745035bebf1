package folder

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/command"
)

// accessEnvironment lists the variables by name, and which of them commands get.
func accessEnvironment(environ, allow []string) wire.AccessSection {
	names := map[string]bool{}
	for _, entry := range environ {
		if name, _, ok := strings.Cut(entry, "="); ok && name != "" {
			names[name] = true
		}
	}
	for _, name := range allow {
		if !names[name] {
			names[name] = false // allowed, but not set
		}
	}
	section := wire.AccessSection{ID: "environment", Title: "Environment variables", Items: []wire.AccessItem{}}
	passed, withheld := 0, 0
	for _, name := range slices.Sorted(maps.Keys(names)) {
		item := variableItem(name, allow)
		if !names[name] {
			item.Detail = "Commands would get it; it is not set now."
		}
		if item.Level == wire.AccessOpen {
			passed++
		} else {
			withheld++
		}
		section.Items = append(section.Items, item)
	}
	section.Summary = fmt.Sprintf("Commands get %d of your variables; %d are withheld.", passed, withheld)
	return section
}

func variableItem(name string, allow []string) wire.AccessItem {
	item := wire.AccessItem{Name: name, Level: wire.AccessNone}
	change := wire.AccessChange{Kind: changeVariable, Target: name}
	switch command.FateOf(name, allow) {
	case command.Passed:
		item.Level = wire.AccessOpen
		if slices.Contains(allow, name) && command.FateOf(name, nil) != command.Passed {
			change.On = true
			item.Detail, item.Change = "You let it through.", change
		}
	case command.Credential:
		item.Detail, item.Change = "Withheld: its name is that of a credential.", change
	case command.Never:
		item.Detail = "Never passed on: it could change what a command does."
	case command.Replaced:
		item.Detail = "Commands get a value that keeps programs from asking."
	default:
		item.Detail, item.Change = "Withheld: commands hardly need it.", change
	}
	return item
}

// passing are the credentials that commands get, by name.
func passing(environ, allow []string) []string {
	var names []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if command.FateOf(name, nil) == command.Credential && command.FateOf(name, allow) == command.Passed {
			names = append(names, name)
		}
	}
	return names
}

func variable(environ []string, name string) string {
	value := ""
	for _, entry := range environ {
		if found, ok := strings.CutPrefix(entry, name+"="); ok {
			value = found // the last one counts
		}
	}
	return value
}
