import type { ExtensionPlan, ImportDone } from '../../bridge'
import { count, listed } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import type { Question } from '../../ui/host'
import { powers } from '../extension'
import type { Chosen } from './choice'
import { along, newPublishers, type Found } from './lookup'

/** "3 settings, 1 key binding and 2 files of snippets"; empty for nothing. */
export function amounts(settings: number, bindings: number, snippets: number): string {
  return listed([
    ...(settings > 0 ? [count(settings, 'setting')] : []),
    ...(bindings > 0 ? [count(bindings, 'key binding')] : []),
    ...(snippets > 0 ? [count(snippets, 'file of snippets', 'files of snippets')] : []),
  ])
}

/** What the button says that imports. */
export function actOf({ settings, bindings, snippets }: Chosen, extensions: number): string {
  const files = amounts(settings.size, bindings.size, snippets.size)
  const all = [files, extensions > 0 ? count(extensions, 'extension') : ''].filter(Boolean)
  return all.length === 0 ? 'Import' : `Import ${all.join(' and ')}`
}

/** What an import did. */
export function saidOf({ editor, settings, bindings, snippets }: ImportDone): string {
  const what = amounts(settings, bindings, snippets.length)
  return what === '' ? `Nothing came from ${editor}.` : `From ${editor}: ${what}.`
}

/** What is known of an extension, in a few words. */
export function stateOf(found: Found | undefined): string {
  switch (found?.kind) {
    case undefined:
      return ''
    case 'here':
      return 'installed already'
    case 'ready':
      return readyOf(found.plan)
    case 'refused':
      return plainVisible(found.reason)
    case 'absent':
      return 'the registry does not have it'
    case 'failed':
      return `${found.failure.message} ${found.failure.hint}`.trim()
    case 'installing':
      return 'installing…'
    case 'installed':
      return 'installed'
  }
}

function readyOf(plan: ExtensionPlan): string {
  const asked = plan.items.find(({ why }) => why === 'asked')
  const more = along([plan]).length
  return [
    asked ? `by ${plainVisible(asked.publisherName || (asked.id.split('.')[0] ?? ''))}` : '',
    asked?.verified ? 'verified' : 'not verified',
    asked?.kind === 'declarative' ? 'no code' : 'has code',
    more > 0 ? `brings ${count(more, 'other')} along` : '',
  ]
    .filter(Boolean)
    .join(', ')
}

/** Asks once about all extensions: each publisher by name. */
export function installQuestion(plans: readonly ExtensionPlan[]): Question {
  const publishers = newPublishers(plans).map((name) => `“${plainVisible(name)}”`)
  const more = along(plans)
  return {
    message:
      publishers.length === 0
        ? `Install ${count(plans.length, 'extension')}?`
        : `Trust ${count(publishers.length, 'publisher')} and install ${count(plans.length, 'extension')}?`,
    detail: [
      publishers.length > 0 ? `Nothing of ${listed(publishers)} has been installed yet.` : '',
      more.length > 0 ? `Along with them come ${listed(more)}.` : '',
      plans.map(powers).find(Boolean),
    ]
      .filter(Boolean)
      .join(' '),
    primary: publishers.length > 0 ? 'Trust and Install' : 'Install',
  }
}
