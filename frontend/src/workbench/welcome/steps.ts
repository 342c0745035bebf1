import { showWhatIsSent } from '../../features/about'
import { showAccounts } from '../../features/account'
import { importCommand } from '../../features/import'
import type { Walkthrough } from '../../features/walkthrough'
import type { WalkthroughManifest } from '../extension'
import { chooseOther, use, useAws } from './connections'
import { welcomeId } from './whatToDo'
import { asName, button } from './markdown'

/** Context keys that the steps depend on. */
export const editorsKey = 'keel.welcomeEditors'
export const localKey = 'keel.welcomeLocal'

/** The names of the buttons' acts. */
export const openFolder = 'keel.welcome.openFolder'
export const openSample = 'keel.welcome.sample'
export const openRecent = 'keel.welcome.recent'
export const tryPrompt = 'keel.welcome.try'

/** What the steps tell of. */
export interface Facts {
  /** absolute; empty while none is open */
  readonly folder: string
  readonly recent: readonly RecentFolder[]
}

export interface RecentFolder {
  readonly path: string
  readonly name: string
}

/** What is looked for when a step is opened. */
export interface Finds {
  model(): Promise<string>
  prompts(): Promise<string>
  editors(): Promise<string>
}

interface OwnStep {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly when?: string
  readonly events: readonly string[]
  readonly found?: () => Promise<string>
}

/** Commands of the window, and acts once they were done. */
const commands = (...names: readonly string[]): string[] => names.map((name) => `onCommand:${name}`)

/** Recent folders that have a button. */
const mostRecent = 3

/** welcome is Keel's own walkthrough, in the form of those that extensions bring. */
export function welcome(facts: Facts, finds: Finds): { manifest: WalkthroughManifest; whole: Walkthrough } {
  const title = 'Get Started with Keel'
  const description =
    'Keel is an editor with an agent that plans, edits files and runs commands in your folder. You see every step, nothing runs that you did not agree to, and everything can be taken back.'
  const steps = stepsOf(facts, finds)
  const media = { altText: '' }
  return {
    manifest: {
      id: 'getStarted',
      title,
      description,
      steps: steps.map(({ id, title, description, when, events }) => ({
        id,
        title,
        description,
        ...(when ? { when } : {}),
        completionEvents: events,
        media,
      })),
    },
    whole: {
      id: welcomeId,
      extension: undefined,
      title,
      description,
      steps: steps.map(({ id, title, description, found }) => ({
        id,
        title,
        description,
        found,
        media: { words: '' },
      })),
    },
  }
}

function stepsOf(facts: Facts, finds: Finds): OwnStep[] {
  return [
    folderStep(facts),
    {
      id: 'model',
      title: 'Choose what answers',
      description: facts.folder
        ? 'What stands here was found on this machine, and no other was asked. Nothing is chosen before you press a button. You can choose otherwise at any time, beside the chat’s input.'
        : `A model works in a folder, so open one first.\n${button('Open Folder…', openFolder)}`,
      events: [...commands(use, useAws, chooseOther), 'onSettingChanged:keelAgent.provider'],
      ...(facts.folder ? { found: finds.model } : {}),
    },
    {
      id: 'signIn',
      title: 'Sign in, where your choice needs it',
      when: `!${localKey}`,
      description: [
        'A model on this machine, the practice model, an AWS profile and a key need no account. For the others your browser opens, you agree there, and come back.',
        'Signing in asks GitHub and Google for your name and email address, and AWS IAM Identity Center for the accounts and roles that are yours there. Whatever needs more, such as GitHub’s private repositories, asks for it when you switch it on. Tokens are kept in the system’s keychain, or where you choose in its place, and in no settings, logs or environment of commands. The Accounts page says what each account is used for, and signs you out.',
        button('Show Accounts', showAccounts),
        button('Where Secrets Are Kept', 'keel.showSecrets'),
      ].join('\n'),
      events: commands(showAccounts),
    },
    {
      id: 'try',
      title: 'Try a few things',
      description: facts.folder
        ? 'A button here puts a request into the chat’s input. Nothing is sent before you press Enter: change it as you like.'
        : `What can be tried depends on the folder, so open one first; the sample is made for it.\n${button('Open the Sample…', openSample)}`,
      events: commands(tryPrompt),
      ...(facts.folder ? { found: finds.prompts } : {}),
    },
    {
      id: 'import',
      title: 'Bring your settings along',
      when: editorsKey,
      description:
        'Settings, key bindings, snippets and extensions of another editor can come along. You see each of them first, only what you tick comes, and it can be taken back.',
      events: commands(importCommand),
      found: finds.editors,
    },
    handsStep,
    telemetryStep,
  ]
}

function folderStep({ folder, recent }: Facts): OwnStep {
  const before = recent
    .filter(({ path }) => path !== folder)
    .map(({ name, path }) => button(`${name} (${path})`, openRecent, path))
    .filter((line) => line !== '')
    .slice(0, mostRecent)
  return {
    id: 'folder',
    title: 'Open a folder',
    description: [
      folder
        ? `${asName(folder)} is open. You can open another one in its place.`
        : 'Keel works in one folder at a time, and touches nothing outside it without asking. Reading and editing needs no trust; before what a folder holds may run, Keel asks whether you trust it.',
      ...(folder ? [] : [button('Open Folder…', openFolder)]),
      'The sample is a small calculator in Go, with tests. A copy of it is made where you say, and never over anything that is there.',
      button('Open the Sample…', openSample),
      ...(folder ? [button('Open Folder…', openFolder)] : []),
      ...(before.length > 0 ? ['Opened before:', ...before] : []),
    ].join('\n'),
    events: ['onContext:workbenchState == folder'],
  }
}

const handsStep: OwnStep = {
  id: 'hands',
  title: 'Keep everything in your hands',
  description: [
    '- **Approvals.** A command asks before it runs, and shows itself whole. In Supervised mode every change of a file waits for you, too.',
    '- **Trust.** Commands that you trust run unasked, but only in folders that you trust. You see what is trusted, where, and when it was last used.',
    '- **Taking back.** Each change of the agent can be rejected after it was made: a file, or a single hunk of it.',
    '- **Checkpoints.** Before and after everything that the agent does, Keel keeps the folder as it is, whatever changed it. What is left out, such as an ignored `node_modules` or a file above 256 MiB, it says. A restore can be undone.',
    button('Edit Trusted Commands', 'keel.editTrustedCommands'),
    button('Show What the Agent Can Access', 'keel.showAccess'),
    button('Show the Checkpoints', 'keel.showTimeline'),
  ].join('\n'),
  events: ['stepSelected'],
}

const telemetryStep: OwnStep = {
  id: 'telemetry',
  title: 'Keel sends no telemetry',
  description: [
    'There is no usage data, no crash report that goes out by itself, no identifier of you or this machine, and no server that would collect any of it. What leaves this machine goes to whom you chose:',
    '- **To the model that you chose:** your message, what you point at, what the agent reads, and what its tools answer. Its service is asked for its list of models; the other services that are set up are, when you open the list. With a model on this machine none of it leaves.',
    '- **To a service that you sign in to:** the sign-in, and from time to time the renewal of its token.',
    '- **To a web page:** its address, after you named or allowed it; and your sign-in there, where you switched that on.',
    '- **To Open VSX:** what you search, look at and install in the Extensions view, once you open it; and, once you have installed some, whether there are newer versions, unless `extensions.autoCheckUpdates` is off. Extensions may send for themselves; *Keel Extensions: Network* stops them.',
    '- **To Keel’s update feed,** where this Keel has one: a question for one file, once a day if you said yes to that, and whenever you look for updates yourself. It shows your network address, as any request does; a newer version is downloaded only when you say so.',
    '- **Commands** may use the network as they do in any terminal; a folder can be without.',
    'The audit log lists every call of the agent, what was decided about it and what came of it. What Keel sends has every connection with its switch; it is among the texts of Help > About, too.',
    button('Show What Keel Sends', showWhatIsSent),
    button('Show the Audit Log', 'keel.showAuditLog'),
  ].join('\n'),
  events: ['stepSelected'],
}
