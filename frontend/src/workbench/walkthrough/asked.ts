/** VS Code's name for the command, by which extensions run it too. */
export const openWalkthrough = 'workbench.action.openWalkthrough'

/** Asked is which walkthrough is to be shown, publisher.name#id, and at which step. */
export interface Asked {
  readonly id: string
  readonly step?: string
}

/**
 * askedFor reads what the command is given, in the forms that VS Code takes:
 * "publisher.name#id", or { category, step }, where a step may be named in full.
 * Undefined where it is given nothing that names one.
 */
export function askedFor(given: unknown): Asked | undefined {
  if (typeof given === 'string') return readName(given)
  if (typeof given !== 'object' || given === null) return undefined
  const category: unknown = Reflect.get(given, 'category')
  const step: unknown = Reflect.get(given, 'step')
  const asked = typeof category === 'string' ? readName(category) : undefined
  const last = typeof step === 'string' ? step.split('#').at(-1) : undefined
  return asked && last ? { ...asked, step: last } : asked
}

function readName(text: string): Asked | undefined {
  const [extension, name, step] = text.split('#')
  if (!extension || !name) return undefined
  return { id: `${extension}#${name}`, ...(step ? { step } : {}) }
}

/** Whether a walkthrough is meant; the names of extensions do not tell capitals apart. */
export function isMeant(id: string, asked: Asked): boolean {
  return id.toLowerCase() === asked.id.toLowerCase()
}
