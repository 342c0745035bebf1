package folder

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/settings"
)

// defaultUses are switched on at a first sign-in, where no other account has them.
// What gives commands an account never is.
func defaultUses(one account.Account) []account.Use {
	switch one.Kind {
	case account.GitHub:
		return []account.Use{account.UseModels, account.UsePages}
	case account.Google:
		return []account.Use{account.UseBedrock}
	}
	return nil // of AWS: once a role is chosen
}

// useWords is how a use is called, and what switching it on means.
func useWords(one account.Account, use account.Use) (title, detail string) {
	switch use {
	case account.UseModels:
		return "GitHub Models", "Its models are in the model picker, on this account's plan."
	case account.UsePages:
		return "Private pages on GitHub", "The agent reads private issues, pull requests and files whose address you let it fetch."
	case account.UseGitTerminal:
		return "git in the terminal", fmt.Sprintf("What you run in Keel's terminal signs in at %s as this account when git asks for a password.", one.Host)
	case account.UseGitAgent:
		return "git in the agent's commands", fmt.Sprintf("A command that you let run can read and push at %s as this account.", one.Host)
	case account.UseBedrock:
		if one.Kind == account.Google {
			return "Amazon Bedrock", "Keel takes the AWS role that the settings name, for an hour at a time, to reach the models there."
		}
		return "Amazon Bedrock", "Keel takes the AWS account and role that you have chosen to reach the models there."
	}
	return string(use), ""
}

// obstacle is why a use cannot be switched on whatever the account's rights are.
func (a *Accounts) obstacle(one account.Account, use account.Use) string {
	switch {
	case use != account.UseBedrock:
	case one.Kind == account.Google && a.values().BedrockRole == "":
		return fmt.Sprintf("Name the AWS role in the setting %s first.", settings.KeyBedrockRole)
	case one.Kind == account.AWS && one.Role == "":
		return "Choose an AWS account and a role first."
	}
	return ""
}

// lacks are the rights that an account's token would need for a use.
func (a *Accounts) lacks(one account.Account, use account.Use) []string {
	return missing(one, a.services.needs(one.Kind, use))
}

// missing are the scopes that an account's token does not hold. Tokens of GitHub
// Apps name none, so that only GitHub knows: they lack nothing.
func missing(one account.Account, wanted []string) []string {
	if len(one.Scopes) == 0 {
		return nil
	}
	return uncovered(one.Scopes, wanted)
}

// refusal is why a use is not switched on.
func (a *Accounts) refusal(one account.Account, use account.Use) string {
	if why := a.obstacle(one, use); why != "" {
		return why
	}
	if lacking := a.lacks(one, use); len(lacking) > 0 {
		return fmt.Sprintf("The sign-in did not give Keel the right %q. Switch it on again, and agree to that.", strings.Join(lacking, " "))
	}
	return ""
}

// uncovered returns the scopes of wanted that granted does not hold. Only those of
// GitHub hold others, and no other service has scopes of such names.
func uncovered(granted, wanted []string) []string {
	held := github.Held(granted)
	return slices.DeleteFunc(slices.Clone(wanted), func(scope string) bool { return slices.Contains(held, scope) })
}

func (a *Accounts) useStates(one account.Account) []wire.AccountUse {
	uses := []wire.AccountUse{}
	for _, use := range account.UsesOf(one) {
		title, detail := useWords(one, use)
		state := wire.AccountUse{Use: string(use), Title: title, Detail: detail, On: one.Has(use)}
		if !state.On {
			state.Blocked = a.obstacle(one, use)
			state.Asks = state.Blocked == "" && len(a.lacks(one, use)) > 0
		}
		uses = append(uses, state)
	}
	return uses
}
