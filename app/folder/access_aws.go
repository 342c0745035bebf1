package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/command"
)

// awsProfile is a profile and how it comes to its credentials.
type awsProfile struct {
	name, how string
	static    bool // the keys themselves lie in the file, until somebody takes them out
}

// awsAccess is what there is of Amazon's cloud on this machine.
type awsAccess struct {
	files     []string
	profiles  []awsProfile
	variables []string // those that are set
}

// static tells whether a profile has keys that do not expire.
func (a awsAccess) static() bool {
	return slices.ContainsFunc(a.profiles, func(p awsProfile) bool { return p.static })
}

// findAWS reads the names of profiles. Where the files lie is as the AWS SDKs
// and tools reference guide says.
func findAWS(environ []string) awsAccess {
	var found awsAccess
	for _, path := range []string{awsConfig(environ), awsFile(environ, "AWS_SHARED_CREDENTIALS_FILE", "credentials")} {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		found.files = append(found.files, path)
		for _, section := range readSections(path) {
			found.add(section)
		}
	}
	for _, entry := range environ {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			found.variables = append(found.variables, name)
		}
	}
	slices.Sort(found.variables)
	return found
}

// awsConfig is where the AWS configuration is.
func awsConfig(environ []string) string { return awsFile(environ, "AWS_CONFIG_FILE", "config") }

// awsFile is where a variable says that a file of AWS is, else its usual place.
func awsFile(environ []string, name, usual string) string {
	if path := variable(environ, name); path != "" {
		return path
	}
	return filepath.Join(variable(environ, "HOME"), ".aws", usual)
}

func (a *awsAccess) add(section namedSection) {
	name := strings.TrimSpace(strings.TrimPrefix(section.name, "profile "))
	if name == "" || strings.HasPrefix(section.name, "sso-session ") || strings.HasPrefix(section.name, "services ") {
		return
	}
	p := awsProfile{name: name, how: howOf(section.values), static: isStatic(section.values)}
	i := slices.IndexFunc(a.profiles, func(other awsProfile) bool { return other.name == name })
	switch {
	case i < 0:
		a.profiles = append(a.profiles, p)
	case p.static || a.profiles[i].how == "":
		a.profiles[i] = p
	}
}

func isStatic(values map[string]string) bool {
	return values["aws_access_key_id"] != "" && values["aws_session_token"] == ""
}

func howOf(values map[string]string) string {
	switch {
	case isStatic(values):
		return "Keys that do not expire lie in the file."
	case values["aws_access_key_id"] != "":
		return "Temporary keys lie in the file."
	case values["sso_session"] != "" || values["sso_start_url"] != "":
		return "Signs in through IAM Identity Center."
	case values["login_session"] != "":
		return "Signs in through the AWS console."
	case values["role_arn"] != "":
		return "Takes on a role."
	case values["credential_process"] != "":
		return "A program gives the credentials."
	}
	return ""
}

func accessAWS(found awsAccess, allow []string) wire.AccessSection {
	section := wire.AccessSection{
		ID: "aws", Title: "AWS profiles and credentials", Items: []wire.AccessItem{},
		Summary: "Nothing of AWS was found on this machine.",
	}
	if len(found.files)+len(found.variables) == 0 {
		return section
	}
	section.Summary = "The agent's own tools cannot read these files. A command that you let run can, and with them acts as you do."
	for _, path := range found.files {
		section.Items = append(section.Items, wire.AccessItem{Name: path, Detail: "A file that commands can read.", Level: wire.AccessAsks})
	}
	for _, p := range found.profiles {
		section.Items = append(section.Items, wire.AccessItem{Name: p.name, Detail: strings.TrimSpace("Profile. " + p.how), Level: wire.AccessAsks})
	}
	given := 0
	for _, name := range found.variables {
		if command.FateOf(name, allow) == command.Passed {
			given++
		}
		section.Items = append(section.Items, variableItem(name, allow))
	}
	if len(found.variables) > 0 {
		section.Summary += fmt.Sprintf(" Of the %d AWS variables that are set, commands get %d.", len(found.variables), given)
	}
	return section
}
