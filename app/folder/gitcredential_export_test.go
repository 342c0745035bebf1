package folder

// SetGitAccounts puts other accounts in the place of those that git is given.
func (f *Folder) SetGitAccounts(accounts GitAccounts) { f.git.accounts = accounts }
