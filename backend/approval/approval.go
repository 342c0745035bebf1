// Package approval decides what the agent may do, and holds the questions it
// asks a person.
//
// # Promises
//
// [Policy.Decide] is the program's only way to allow an act: it looks at the
// request alone, never at what the model says about it, and what it does not
// know it asks about. Rules are read again for every decision, so a change of
// the settings counts at once. Where no person can be asked, every question is
// a no.
//
// For commands the order is: deny list, then trusted commands, then ask. The
// deny list means "always asks": nothing trusts a command that is on it, not
// even a pattern given for one run, but a person may still approve it. Of the
// patterns that match, the narrowest counts, whoever gave it; among equals the
// user's own before the folder's, the session's and the run's. A [Guard] may
// object to a pattern with a star, never to one that is the whole command. With
// the guard on, a pattern with a star does not cover a command that names a file
// which is not read unasked either, unless the pattern names it.
//
// Every decision says whose rule it is and how it came about, step by step. The
// opened folder's own settings and files can only make it ask: they add to the
// deny list, and a .keelignore file names what is not read unasked.
//
// For files the agent's tools may never write outside the workspace or in
// Keel's own folders, and always ask before writing what other programs run or
// obey by themselves. Paths are compared after resolving symbolic links,
// folding case and normalising Unicode, for creating, changing, moving and
// deleting alike. A file with more than one name is asked about before it is
// changed.
//
// A web address is asked about, since what is in it leaves the machine and what
// comes back is read by the model, unless the user's settings or the run trust its
// host. No host is trusted for what would be read with a sign-in, and the opened
// folder can trust none.
//
// A [Queue] hands an answer to one question, once, and only together with the
// hash of what the person was shown.
package approval

// Effect is what a decision allows.
type Effect string

const (
	Allow Effect = "allow"
	Ask   Effect = "ask"
	Deny  Effect = "deny"
)

// Kinds of act, in the words of the session's tool kinds.
const (
	kindRead    = "read"
	kindSearch  = "search"
	kindEdit    = "edit"
	kindDelete  = "delete"
	kindMove    = "move"
	kindExecute = "execute"
	kindFetch   = "fetch"
	kindOther   = "other"
)

// autopilot is the mode in which file changes are not asked about. Every other
// mode, the empty one too, asks.
const autopilot = "autopilot"

// Names of the rules that a [Decision] can come from.
const (
	RuleDenyList    = "deny list"         // the command holds a text from the deny list
	RuleTrusted     = "trusted command"   // a pattern matches the command
	RuleUntrusted   = "untrusted command" // no pattern matches the command
	RuleGuard       = "command guard"     // the command holds more than the pattern shows
	RuleOutside     = "outside workspace" // a path leaves the workspace
	RuleKeel        = "keel data"         // Keel's own configuration or data
	RuleProtected   = "protected path"    // what other programs run or obey by themselves
	RuleSecret      = "secret file"       // a file that usually holds secrets
	RuleIgnored     = "ignored file"      // .keelignore keeps it from the agent
	RuleLinked      = "hard link"         // a file with more than one name
	RuleSupervised  = "supervised"        // file changes are asked about
	RuleAutopilot   = "autopilot"         // file changes in the workspace are not
	RuleRead        = "read"              // looking at the workspace is allowed
	RuleTrustedHost = "trusted host"      // a pattern names the host of a web address
	RuleWeb         = "web address"       // no pattern does
	RuleOwn         = "conversation"      // what stays within the conversation is allowed
	RuleUnknownKind = "unknown act"       // nothing is known about such an act
	RuleMalformed   = "malformed request" // a request without what it must have
	RuleHeadless    = "nobody to ask"     // of a [Step] only: a question where nobody can be asked
)

// Request is an act that waits for a decision.
type Request struct {
	Kind     string   // read, search, edit, delete, move, execute or fetch; other asks but for a few of Keel's tools
	Tool     string   // the tool's name, for the reason
	Paths    []string // workspace-relative, forward slashes: every path the act touches
	Command  string   // the whole command, for execute
	Folder   string   // where the command runs, workspace-relative; "" and "." are the top
	Address  string   // the whole address, for fetch
	SignedIn string   // with whose sign-in the address would be read, such as "@octocat"; empty: without one
	Mode     string   // autopilot or supervised; anything else counts as supervised
	Headless bool     // there is nobody to ask
	Grants   []string // patterns trusted for this run only
	Session  []string // patterns trusted for this session only
	Hosts    []string // patterns of hosts trusted for this run only; see [webhost.Match]
}

// Tier is who says something about an act. What is built in counts before what
// the user says, that before what the opened folder says, which can only
// tighten, and that before what was agreed to for one session or run.
type Tier string

const (
	TierBuiltIn   Tier = "built in"
	TierUser      Tier = "user"
	TierWorkspace Tier = "workspace" // the user, for this folder; or the folder's own settings, which only tighten
	TierSession   Tier = "session"
	TierRun       Tier = "run" // --trust and --trust-host on the command line
)

// Step is one thing that was looked at on the way to a decision.
type Step struct {
	Tier   Tier
	Rule   string // one of the Rule constants
	Effect Effect // what it said; empty when it had no say
	Text   string // what was found, one sentence for a person
}

// Decision says whether an act may happen and why, in plain words.
type Decision struct {
	Effect  Effect
	Rule    string // one of the Rule constants
	Pattern string // the trusted pattern or host, or the text of the deny list, that matched; may be empty
	Reason  string // one or two sentences for a person
	Tier    Tier   // whose rule it is
	Steps   []Step // how it came about, in order
}

// Rules is what the user's settings say about commands and hosts.
type Rules struct {
	TrustedCommands []string // the user's patterns; see [Match]
	FolderCommands  []string // patterns that the user trusts in this folder only
	Denylist        []string // texts; a command that holds one always asks; empty texts count for nothing
	FolderDenylist  []string // those of Denylist that only the opened folder asks for
	// DenylistUnknown says that the deny list cannot be read: a pattern that is
	// stored somewhere, [Request.Session] among them, then counts for nothing, since
	// what it matches may be on the list.
	DenylistUnknown bool
	GuardOff        bool // matching a pattern is enough
	// FolderUntrusted turns TrustedCommands and FolderCommands off: what a stored
	// pattern runs is decided by the folder's own files. [Request.Grants] and
	// [Request.Session] still count.
	FolderUntrusted bool
	TrustedHosts    []string // the user's; see [webhost.Match]. They count in every folder
}

// Guard looks at a command that a pattern with a star has matched and says
// whether to ask all the same, with the reason as one sentence. trusted tells
// whether some pattern matches a command by itself, which is asked for every
// further command that it holds.
type Guard interface {
	Check(command, pattern string, trusted func(command string) bool) (ask bool, reason string)
}
