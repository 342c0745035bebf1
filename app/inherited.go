package app

import "os"

// leaveLauncher drops from this process's environment what whoever started it meant
// for one command only, and terminals and other windows must not be given. It
// returns whether that was another window.
//
// Git starts its editor with the variables of the repository and the commit that it
// is at work on: a terminal with GIT_DIR or GIT_INDEX_FILE would change that one
// wherever it stands. GIT_CONFIG_COUNT and what belongs to it stay, since they are
// a user's own way to configure git, and carry Keel's credential helper.
func leaveLauncher() (launched bool) {
	launched = os.Getenv(launchedVariable) != ""
	for _, name := range []string{
		launchedVariable,
		// git rev-parse --local-env-vars, of git 2.39 to 2.51 (environment.c,
		// local_repo_env), without GIT_CONFIG_COUNT.
		"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_OBJECT_DIRECTORY",
		"GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE",
		"GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_INTERNAL_SUPER_PREFIX",
		"GIT_SHALLOW_FILE", "GIT_COMMON_DIR",
		// What it sets beside them: where its own programs are, and what the reflog says.
		"GIT_EXEC_PATH", "GIT_REFLOG_ACTION",
	} {
		_ = os.Unsetenv(name) // it fails for odd names only
	}
	return launched
}
