import type { Account, AccountService, ProviderState } from '../../bridge'
import { showAccounts } from '../../features/account'
import { asName, asWords, button } from './markdown'

/** What is known about the ways to a model. Only this machine was asked. */
export interface Connections {
  /** model servers that run here */
  readonly local: readonly ProviderState[]
  readonly aws: AWSFiles
  readonly accounts: readonly Account[]
  readonly services: readonly AccountService[]
  /** names of endpoints in the settings */
  readonly endpoints: readonly string[]
}

/** What the AWS configuration files of this machine hold. */
export interface AWSFiles {
  readonly profiles: readonly string[]
  /** what could not be read of them, as a sentence; empty where all was */
  readonly trouble: string
}

/** The names of the buttons' acts. */
export const use = 'keel.welcome.use'
export const useAws = 'keel.welcome.useAws'
export const chooseOther = 'keel.welcome.chooseModel'
export const nameService = 'keel.welcome.endpoints'

/** More profiles than these have no buttons of their own. */
const mostProfiles = 3

/** connectionsText offers the ways to a model, those first that were found on this machine. */
export function connectionsText(known: Connections): string {
  const found = [
    ...known.local.flatMap(server),
    ...profiles(known.aws.profiles),
    ...centres(known.services),
    ...signedIn(known.accounts),
    ...endpoints(known.endpoints),
  ]
  const { trouble } = known.aws
  return [
    ...(found.length > 0 ? ['**Found on this machine**', ...found] : [nothing(trouble !== '')]),
    ...(trouble ? [`${trouble} There may be profiles in it that are not offered here.`] : []),
    '**Other ways**',
    ...others(known),
    '**Without any of these**',
    'The practice model needs no account and no network. It is not a language model: it follows fixed rules, and is labelled as practice wherever it shows.',
    button('Use the Practice Model', use, 'practice', ''),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Of what could not be read nobody knows that it is not there. */
function nothing(isUnread: boolean): string {
  const missing = isUnread
    ? 'On this machine no model server runs (Ollama, LM Studio, llama.cpp, vLLM).'
    : 'On this machine there is neither a running model server (Ollama, LM Studio, llama.cpp, vLLM) nor an AWS profile.'
  return `${missing} Start a server and look again, or choose another way.`
}

function server({ id, name, models, problem, problemHint }: ProviderState): string[] {
  const model = models.find(({ noTools }) => !noTools) ?? models[0]
  if (!model) {
    const why = problem ? `${problem} ${problemHint}`.trim() : 'It has no model yet.'
    return [`**${asName(name)}** runs here. ${asWords(why)}`]
  }
  const others = models.length > 1 ? ` and ${models.length - 1} more` : ''
  const deaf = model.noTools ? ' It cannot use tools: it can only talk.' : ''
  return [
    `${asName(name)} runs here, with ${asName(model.name || model.id)}${others}.${deaf} What you write stays on this machine, and costs nothing.`,
    button(`Use ${name}`, use, id, model.id),
  ]
}

function profiles(names: readonly string[]): string[] {
  if (names.length === 0) return []
  const more = names.length > mostProfiles ? ', and others that you can choose from' : ''
  return [
    `The AWS command line has ${names.length === 1 ? 'a profile' : `${names.length} profiles`} here${more}. With one, Amazon Bedrock answers: what you send goes to AWS in the region that you choose next, and AWS bills the profile’s account. The keys stay where they are.`,
    ...names.slice(0, mostProfiles).map((name) => button(`Use AWS Profile ${name}…`, useAws, name)),
  ]
}

function centres(services: readonly AccountService[]): string[] {
  const starts = services.flatMap(({ starts }) => starts)
  const [first] = starts
  if (!first) return []
  return [
    `The AWS configuration names an identity centre, ${asName(first.name || first.startUrl)}. Signing in there opens your browser; then Amazon Bedrock answers with the role that you choose.`,
    button('Sign In to AWS…', showAccounts),
  ]
}

function signedIn(accounts: readonly Account[]): string[] {
  return accounts.flatMap(({ service, label, expired }) =>
    expired
      ? []
      : [
          `${asName(service)}: you are signed in as ${asName(label)}. What the account is used for, you switch on there.`,
          button(`Show ${service}…`, showAccounts),
        ],
  )
}

function endpoints(names: readonly string[]): string[] {
  if (names.length === 0) return []
  return [
    `Your settings name ${names.length === 1 ? 'a service' : 'services'} of your own: ${names.slice(0, 5).map(asName).join(', ')}. The list of models asks each service that is set up for what it has.`,
    button('Choose a Model…', chooseOther),
  ]
}

function others({ aws, services, accounts, endpoints }: Connections): string[] {
  const has = (kind: string): boolean => accounts.some((account) => account.kind === kind)
  const knowsCentre = services.some(({ starts }) => starts.length > 0)
  return [
    'An account, on the Accounts page: your browser opens, you agree there, and come back. Nothing is sent to a model by signing in.',
    ...(has('github') ? [] : [button('GitHub Models…', showAccounts)]),
    ...(has('google') ? [] : [button('Google, for Amazon Bedrock…', showAccounts)]),
    ...(aws.profiles.length > 0 || knowsCentre ? [] : [button('AWS, for Amazon Bedrock…', showAccounts)]),
    ...(endpoints.length > 0
      ? []
      : [
          'An API key, for Bedrock or any service that speaks OpenAI’s Chat Completions: a line in the list of models takes it. It is kept in the system’s keychain, and goes to the address that it was entered for and to no other. The list asks each service that is set up for what it has.',
          button('Choose a Model or Enter a Key…', chooseOther),
          button('Name a Service in the Settings…', nameService),
        ]),
  ]
}
