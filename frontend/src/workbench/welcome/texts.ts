import type { Example, ImportEditor } from '../../bridge'
import { importCommand } from '../../features/import'
import { asName, asWords, button } from './markdown'
import { openSample, tryPrompt } from './steps'

/** As many prompts as the step offers. */
const mostPrompts = 3

/** promptsText offers requests that work in the folder as it is now. */
export function promptsText(examples: readonly Example[]): string {
  // Those of the practice model are plain enough for any other.
  const fitting = examples.filter(({ practice }) => practice).slice(0, mostPrompts)
  if (fitting.length === 0)
    return `None of the examples fits this folder. Type into the chat what you want of it, or try them on the sample.\n${button('Open the Sample…', openSample)}`
  return fitting
    .map(
      ({ prompt, what }) =>
        `${what ? `${asWords(capital(what))}\n` : ''}${button(prompt, tryPrompt, prompt)}`,
    )
    .join('\n\n')
}

/** editorsText offers what other editors on this machine have. */
export function editorsText(found: readonly Pick<ImportEditor, 'name'>[]): string {
  if (found.length === 0) return 'No other editor with anything to bring along was found here.'
  const names = found.map(({ name }) => asName(name)).join(', ')
  return `Found here: ${names}.\n${button('Import from Another Editor…', importCommand)}`
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
