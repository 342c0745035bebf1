import type { ExtensionPlan, ExtensionPlanItem } from '../../bridge'
import { listed, size } from '../../lib/format'
import { plainVisible } from '../../lib/visible'

/** What an extension is called: its own words, with nothing hidden in them. */
export function nameOf({ displayName, id }: ExtensionPlanItem): string {
  return plainVisible(displayName.trim() || id)
}

export function publisherOf({ publisherName, id }: ExtensionPlanItem): string {
  return plainVisible(publisherName.trim() || (id.split('.')[0] ?? id))
}

/** The items that can be installed. */
export function wanted(plan: ExtensionPlan): readonly ExtensionPlanItem[] {
  return plan.items.filter((item) => !item.refused)
}

/** What was asked for, as opposed to what comes along. */
export function askedFor(plan: ExtensionPlan): ExtensionPlanItem | undefined {
  return plan.items.find((item) => item.why === 'asked') ?? plan.items[0]
}

/** The publishers of which nothing has been installed yet. */
export function newPublishers(plan: ExtensionPlan): readonly string[] {
  return [
    ...new Set(
      wanted(plan)
        .filter((item) => item.newPublisher)
        .map(publisherOf),
    ),
  ]
}

/** The question at the top. */
export function title(plan: ExtensionPlan): string {
  const asked = askedFor(plan)
  if (!asked) return 'There is nothing to install'
  if (asked.refused) return `“${nameOf(asked)}” cannot be installed`
  const [publisher, ...others] = newPublishers(plan)
  if (publisher === undefined) {
    return asked.installed ? `Update “${nameOf(asked)}”?` : `Install “${nameOf(asked)}”?`
  }
  if (others.length === 0) return `Do you trust the publisher “${publisher}”?`
  return `Do you trust the publishers ${listed([publisher, ...others].map((each) => `“${each}”`))}?`
}

/** What agreeing means, in a sentence or two. */
export function explain(plan: ExtensionPlan): string {
  const asked = askedFor(plan)
  if (!asked) return ''
  if (asked.refused) return sentence(asked.refused)
  const along = wanted(plan).length - 1
  const publishers = newPublishers(plan)
  return [
    publishers.length === 0
      ? ''
      : publishers.length === 1
        ? 'Nothing of this publisher has been installed yet.'
        : 'Nothing of these publishers has been installed yet.',
    along > 0 ? 'This is everything that would be installed:' : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** What the code of what is installed can do; empty when nothing of it has any. */
export function powers(plan: ExtensionPlan): string {
  if (wanted(plan).every((item) => item.kind === 'declarative')) return ''
  return 'Code of an extension can read and change the files of the open folder and use the network. It runs closed in, with no way to other files, to your keys or to Keel itself.'
}

/** Why an extension is in the list. */
export function reason({ why, installed, version }: ExtensionPlanItem): string {
  const words: Record<string, string> = {
    pack: 'comes with the pack',
    dependency: 'is needed by it',
  }
  const change = installed && installed !== version ? `replaces ${installed}` : ''
  return [words[why] ?? '', change].filter(Boolean).join(', ')
}

export interface Fact {
  readonly icon: string
  readonly text: string
  readonly warns: boolean
}

/** What is known of an extension before it is downloaded. */
export function facts(item: ExtensionPlanItem): readonly Fact[] {
  const known: Fact[] = [
    item.verified
      ? { icon: 'verified-filled', text: 'verified publisher', warns: false }
      : { icon: 'unverified', text: 'publisher not verified', warns: true },
    signedness(item),
    item.kind === 'declarative'
      ? { icon: 'file', text: 'has no code', warns: false }
      : { icon: 'code', text: 'has code', warns: false },
  ]
  return item.size > 0 ? [...known, { icon: 'cloud-download', text: size(item.size), warns: false }] : known
}

function signedness({ signed, unchecked }: ExtensionPlanItem): Fact {
  if (signed) return { icon: 'shield', text: 'signed by the registry', warns: false }
  if (!unchecked) return { icon: 'unlock', text: 'not signed', warns: true }
  return {
    icon: 'warning',
    text: 'not checked on its way here: the registry gives neither checksum nor signature',
    warns: true,
  }
}

/** What the button says that agrees. */
export function agreement(plan: ExtensionPlan): string {
  const publishers = newPublishers(plan).length
  if (publishers === 0) return askedFor(plan)?.installed ? 'Update' : 'Install'
  return publishers === 1 ? 'Trust Publisher and Install' : 'Trust Publishers and Install'
}

/** A sentence as Go says it, with a capital at its beginning and a stop at its end. */
export function sentence(text: string): string {
  const visible = plainVisible(text.trim())
  const whole = visible.charAt(0).toUpperCase() + visible.slice(1)
  return /[.!?]$/.test(whole) ? whole : `${whole}.`
}
