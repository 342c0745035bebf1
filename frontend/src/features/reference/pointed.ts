import type { SessionReference, SessionReferenceKind } from '../../bridge'
import { without } from '../../lib/without'
import type { Pointed, ReferenceSources } from './host'

interface Look {
  /** a codicon's name without "codicon-" */
  icon: string
  /** what it is, in a word or two */
  noun: string
}

const looks: Readonly<Record<SessionReferenceKind, Look>> = {
  file: { icon: 'file', noun: 'File' },
  folder: { icon: 'folder', noun: 'Folder' },
  code: { icon: 'code', noun: 'Lines' },
  codebase: { icon: 'library', noun: 'Codebase' },
  'git-diff': { icon: 'git-compare', noun: 'Git changes' },
  terminal: { icon: 'terminal', noun: 'Terminal' },
  problems: { icon: 'issues', noun: 'Problems' },
  url: { icon: 'globe', noun: 'Web page' },
  text: { icon: 'note', noun: 'Text' },
}

/** How a kind is shown; a newer Go may know more kinds than this page. */
export function lookOf(kind: SessionReferenceKind): Look {
  return (looks as Readonly<Record<string, Look>>)[kind] ?? { icon: 'references', noun: 'Reference' }
}

/** What two references have in common that point at the same thing. */
function place(each: Pointed): string {
  // A terminal and a text are nothing but what they hold.
  const held = each.kind === 'terminal' || each.kind === 'text' ? [each.name, each.given ?? ''] : []
  return JSON.stringify([
    each.kind,
    each.path ?? '',
    each.from ?? 0,
    each.to ?? 0,
    each.address ?? '',
    ...held,
  ])
}

/**
 * Adds to references what they do not hold yet. What is pointed at again keeps its
 * place, its id and what was agreed, and takes over the newer unsaved text.
 */
export function joined(
  known: readonly SessionReference[],
  more: readonly (Pointed & { id?: string })[],
  newId: () => string = () => crypto.randomUUID(),
): readonly SessionReference[] {
  const all = [...known]
  for (const each of more) {
    const at = all.findIndex((other) => place(other) === place(each))
    const other = all[at]
    if (other) all[at] = withGiven(other, each.given)
    else all.push({ ...each, id: each.id ?? newId() })
  }
  return all
}

/** A reference with other unsaved text, or with none; the same one where nothing changes. */
export function withGiven(reference: SessionReference, given: string | undefined): SessionReference {
  if (reference.given === given) return reference
  return given === undefined ? without(reference, 'given') : { ...reference, given }
}

/** References as they are sent and kept: without what was read of them. */
export function unread(references: readonly SessionReference[]): SessionReference[] {
  return references.map((each) => without(each, 'content'))
}

/** References as they go: unread, and files with the text that their editors hold now. */
export function renewed(
  references: readonly SessionReference[],
  sources: Pick<ReferenceSources, 'file'> | undefined,
): Promise<SessionReference[]> {
  const renewing = unread(references).map(async (each) => {
    if (each.kind !== 'file' || !each.path || !sources) return each
    try {
      return withGiven(each, (await sources.file(each.path)).given)
    } catch {
      return each // as it was when it was added
    }
  })
  return Promise.all(renewing)
}
