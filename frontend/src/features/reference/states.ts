import type { SessionContent, SessionReference } from '../../bridge'
import { count, tokens } from '../../lib/format'
import { hostOf } from './address'
import type { Looked } from './looks.svelte'

/** ChipState is what a chip shows beside the name. */
export interface ChipState {
  tone: 'plain' | 'looking' | 'warning' | 'cut' | 'kept'
  /** beside the name, short */
  note: string
  /** the whole of it, as sentences: the tooltip, and what is read out */
  detail: string
}

/** What a chip shows: of a sent prompt by its content, else by what was looked at. */
export function chipState(reference: SessionReference, looked: Looked | undefined): ChipState {
  const content = reference.content ?? (looked?.state === 'known' ? looked.content : undefined)
  if (content) return contentState(content, reference)
  if (looked?.state === 'looking') return { tone: 'looking', note: '', detail: 'Keel is looking at it…' }
  if (looked?.state === 'failed') return { tone: 'warning', note: '', detail: looked.message }
  if (reference.kind === 'url' && reference.address) {
    const from = hostOf(reference.address)
    return {
      tone: 'plain',
      note: 'Fetch and use',
      detail: `This device fetches it from ${from} when you send, or when you look at it.`,
    }
  }
  return { tone: 'plain', note: '', detail: '' }
}

function contentState(content: SessionContent, reference: SessionReference): ChipState {
  const problem = [content.problem, content.hint].filter(Boolean).join(' ')
  if (content.kept) return { tone: 'kept', note: 'Kept back', detail: problem }
  if (problem) return { tone: 'warning', note: 'Not available', detail: problem }
  const size = tokens(content.tokens)
  const agreed = reference.agreed ? 'You let it go although it is kept from the agent.' : ''
  const detail = [content.cut, content.note, agreed, `About ${count(content.tokens, 'token')}.`]
    .filter(Boolean)
    .join(' ')
  return content.cut ? { tone: 'cut', note: `${size}, cut`, detail } : { tone: 'plain', note: size, detail }
}

/** A message whose references take more than this part of the model's context is warned of. */
const share = 4

/**
 * The sentence that warns of references that take much of the model's context;
 * empty when they do not, or how much it takes is not known.
 */
export function sizeWarning(contents: readonly SessionContent[], contextTokens: number): string {
  const sum = contents.reduce((total, content) => total + content.tokens, 0)
  if (contextTokens <= 0 || sum * share <= contextTokens) return ''
  const part = sum > contextTokens ? 'more than' : `${Math.round((100 * sum) / contextTokens)} % of`
  return `These take about ${tokens(sum)} tokens, ${part} what the model can take (${tokens(contextTokens)}).`
}
