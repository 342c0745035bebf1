/** What a key does in the chat alone. */
export type KeyAct = 'find' | 'in' | 'out' | 'reset'

/** The plus is with Shift on many keyboards, and a key of its own on others. */
const acts: Readonly<Record<string, KeyAct>> = {
  f: 'find',
  '=': 'in',
  '+': 'in',
  '-': 'out',
  _: 'out',
  '0': 'reset',
}

/** What a key does; undefined when it is none of the chat's. */
export function keyAct(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): KeyAct | undefined {
  if (event.altKey || event.ctrlKey === event.metaKey) return undefined
  const act = acts[event.key.toLowerCase()]
  return act === 'find' && event.shiftKey ? undefined : act
}
