import type { ImportEditor, ImportRequest, ImportState } from '../../bridge'

/** What of an editor comes over; a choice is made anew for each list that is shown. */
export interface Chosen {
  readonly settings: ReadonlySet<string>
  /** places in the list */
  readonly bindings: ReadonlySet<number>
  readonly snippets: ReadonlySet<string>
}

export const none: ReadonlySet<string> = new Set()
export const nothing: Chosen = { settings: none, bindings: new Set(), snippets: none }

/** chosenAtFirst is what changes nothing that is here: what differs stays as it is. */
export function chosenAtFirst({ settings, bindings, snippets }: ImportEditor): Chosen {
  return {
    settings: new Set(settings.filter(isNew).map(({ key }) => key)),
    bindings: new Set(bindings.flatMap((each, index) => (isNew(each) ? [index] : []))),
    // A file whose name is taken comes under another one.
    snippets: new Set(snippets.filter(({ state }) => state !== 'same').map(({ name }) => name)),
  }
}

function isNew({ state }: { state: ImportState }): boolean {
  return state === 'new'
}

export function requestOf({ id, preview }: ImportEditor, chosen: Chosen): ImportRequest {
  return {
    editor: id,
    preview,
    settings: [...chosen.settings],
    bindings: [...chosen.bindings].sort((a, b) => a - b),
    snippets: [...chosen.snippets],
  }
}

/** One with something taken in or out of it. */
export function toggled<T>(set: ReadonlySet<T>, item: T, on: boolean): ReadonlySet<T> {
  const next = new Set(set)
  if (on) next.add(item)
  else next.delete(item)
  return next
}
