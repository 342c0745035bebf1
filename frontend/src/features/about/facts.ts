import type { About } from '../../bridge'
import { plainVisible } from '../../lib/visible'

/** factsOf are the lines of About, also for pasting into a report. */
export function factsOf(about: About, workbench: string): readonly (readonly [string, string])[] {
  const commit = about.commit && `${about.commit}${about.changed ? ', changed since' : ''}`
  const all: [string, string][] = [
    ['Version', about.version],
    ['Commit', commit],
    ['VS Code workbench', workbench],
    ['Window', about.engine],
    ['Go', about.go.replace(/^go/, '')],
    ['System', about.system],
  ]
  return all.filter(([, value]) => value).map(([name, value]) => [name, plainVisible(value)])
}

/** textOf is what Copy puts into the clipboard. */
export function textOf(facts: readonly (readonly [string, string])[]): string {
  return ['Keel', ...facts.map(([name, value]) => `${name}: ${value}`)].join('\n')
}
