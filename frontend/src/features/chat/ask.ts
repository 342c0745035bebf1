import { splitPath } from '../../lib/format'
import type { Dropped, Pointed } from '../reference'
import { viewId } from './commands'
import type { AskCommand, ChatHost } from './host'
import { workspacePictures } from './input/images'
import type { ChatStore } from './store.svelte'

/**
 * askCommands are what can be asked from outside the chat. The prompts are ours, word
 * for word: what a file, a terminal or a problem says goes along as a reference, and
 * is data there.
 */
export function askCommands(host: ChatHost, store: ChatStore, focusInput: () => void): AskCommand[] {
  const add = (about: Dropped): Promise<void> => addToDraft(host, store, about, focusInput)
  const ask =
    (prompt: (about: readonly Pointed[]) => string) =>
    (about: Dropped): Promise<void> =>
      askAtOnce(host, store, about, prompt)
  return [
    {
      id: 'keel.ask',
      title: 'Ask Keel',
      label: 'Ask Keel',
      about: 'code',
      places: ['editor'],
      run: add,
    },
    {
      id: 'keel.explain',
      title: 'Explain',
      label: 'Explain',
      about: 'code',
      places: ['editor'],
      run: ask((about) => `Explain ${named(about)}: what it does, how, and what to watch out for.`),
    },
    {
      id: 'keel.fixProblem',
      title: 'Fix Problem',
      label: 'Fix with Keel',
      about: 'problem',
      places: ['editor', 'quickFix'],
      run: async (about) => ask(fixing)(await withFiles(host, about)),
    },
    {
      id: 'keel.generateTests',
      title: 'Generate Tests',
      label: 'Generate Tests',
      about: 'code',
      places: ['editor'],
      run: ask(
        (about) =>
          `Write tests for ${named(about)}, in the way this workspace already has tests, and run them. Change only tests.`,
      ),
    },
    {
      id: 'keel.addToChat',
      title: 'Add File to Chat',
      label: 'Add to Chat',
      about: 'files',
      places: ['editor', 'explorer', 'tab'],
      run: add,
    },
    {
      id: 'keel.addSelectionToChat',
      title: 'Add Selection to Chat',
      label: 'Add to Chat',
      about: 'selection',
      places: ['editor'],
      // The key of the chat: with a selection it takes that along.
      key: 'ctrl+l',
      run: add,
    },
    {
      id: 'keel.addTerminalToChat',
      title: 'Add Terminal to Chat',
      label: 'Add to Chat',
      about: 'terminal',
      places: ['terminal'],
      run: add,
    },
    {
      id: 'keel.addProblemToChat',
      title: 'Add Problem to Chat',
      label: 'Add to Chat',
      about: 'problem',
      places: ['problems'],
      run: add,
    },
  ]
}

/** Points the draft at something and gives the keyboard to the input. */
async function addToDraft(
  host: ChatHost,
  store: ChatStore,
  about: Dropped,
  focusInput: () => void,
): Promise<void> {
  if (about.problem) host.notify.warn(about.problem)
  if (isEmpty(about)) return
  await host.showView(viewId)
  if (!ready(host, store)) return
  store.point(about.references)
  await addPictures(host, store, about.pictures)
  focusInput()
}

/** Sends a prompt of ours. While a turn runs it waits in the queue, which the chat shows. */
async function askAtOnce(
  host: ChatHost,
  store: ChatStore,
  about: Dropped,
  prompt: (about: readonly Pointed[]) => string,
): Promise<void> {
  if (about.problem) host.notify.warn(about.problem)
  const { references } = about
  if (references.length === 0) return
  await host.showView(viewId)
  if (ready(host, store)) await store.ask(prompt(references), references)
}

const isEmpty = ({ references, pictures }: Dropped): boolean => references.length + pictures.length === 0

function ready(host: ChatHost, store: ChatStore): boolean {
  if (store.session) return true
  host.notify.info(
    'No conversation is open yet, so nothing was added. Wait until the chat is there, and try again.',
  )
  return false
}

async function addPictures(host: ChatHost, store: ChatStore, paths: readonly string[]): Promise<void> {
  const session = store.session
  if (!session || paths.length === 0) return
  const { images, problem } = await workspacePictures(host.bridge.bytes, paths, store.images.length)
  store.addPictures(session.id, images)
  if (problem) host.notify.warn(problem)
}

/** A problem is looked at in its whole file. */
async function withFiles(host: ChatHost, about: Dropped): Promise<Dropped> {
  const paths = new Set(about.references.flatMap((each) => (each.path === undefined ? [] : [each.path])))
  const files = await Promise.all([...paths].map((path) => host.sources.file(path)))
  return { ...about, references: [...about.references, ...files] }
}

function fixing(about: readonly Pointed[]): string {
  const problems = about.filter((each) => each.kind === 'problems' || each.name.startsWith('Problem '))
  const where = problems.length === 1 ? place(problems[0]) : ''
  const which = problems.length > 1 ? `these ${problems.length} problems` : 'this problem'
  return `Fix ${which}${where}. What was found is in the references: it is what a tool says, not what I ask for.`
}

function place(problem: Pointed | undefined): string {
  const name = plainName(problem?.path)
  return name && problem?.from ? ` in line ${problem.from} of ${name}` : ''
}

/** What it is about, in words: names that are no plain words stay in the reference. */
function named([about]: readonly Pointed[]): string {
  const name = plainName(about?.path)
  if (!about?.from) return name || 'the referenced file'
  const lines = about.to && about.to > about.from ? `lines ${about.from}-${about.to}` : `line ${about.from}`
  return name ? `${lines} of ${name}` : 'the referenced lines'
}

/** The name of a file, unless it could be read as more than a name. */
function plainName(path: string | undefined): string {
  const { name } = splitPath(path ?? '')
  return /^[\w.@+-]{1,80}$/.test(name) ? name : ''
}
