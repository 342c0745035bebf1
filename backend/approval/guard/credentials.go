package guard

import (
	"fmt"
	"slices"
	"strings"
)

// credentialPlaces are the parts of paths below which programs keep keys and
// tokens. One with a slash stands for these parts in a row.
var credentialPlaces = []string{
	".aws", ".azure", ".ssh", ".gnupg", ".password-store", ".netrc", "_netrc", ".git-credentials", ".pgpass", ".vault-token",
	".config/gh", ".config/gcloud", ".config/git/credentials", ".config/op", ".kube/config", ".docker/config.json",
	".local/share/keyrings", "library/keychains",
}

// processSecrets are the files of a process that hold what it keeps to itself.
var processSecrets = []string{"environ", "mem", "auxv", "fd", "root", "cwd", "map_files", "task"}

// credentials says which word of a call, behind those that the pattern shows,
// names a place of keys and tokens. `cat *` trusts to read files, which nobody
// takes for these; the sandbox cannot hide them, as git and others need them.
func (c call) credentials(shown int) string {
	for i := max(shown, 1); i < len(c.words); i++ {
		if namesCredentials(c.words[i].text) {
			return fmt.Sprintf("%s is a place where keys and tokens are kept, and the trusted command does not show it.", quote(c.words[i].text))
		}
	}
	return ""
}

// namesCredentials looks at the parts of a word, whatever it is a value of. Letter
// case does not count, as it does not for some file systems.
func namesCredentials(word string) bool {
	parts := strings.FieldsFunc(strings.ToLower(word), func(r rune) bool { return strings.ContainsRune(`/\=:,@`, r) })
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "." })
	path := "/" + strings.Join(parts, "/") + "/"
	for _, place := range credentialPlaces {
		if strings.Contains(path, "/"+place+"/") {
			return true
		}
	}
	at := slices.Index(parts, "proc")
	return at >= 0 && strings.Contains(word, "/proc/") && slices.ContainsFunc(parts[at+1:], func(part string) bool { return slices.Contains(processSecrets, part) })
}
