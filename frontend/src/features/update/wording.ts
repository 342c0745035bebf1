import type { UpdatesState } from '../../bridge'

/** What stands in the first line about a newer version. */
export function headline({ kind, version, running, feed }: UpdatesState): string {
  switch (kind) {
    case 'checking':
      return 'Looking for a newer version…'
    case 'current':
      return `Keel ${running} is the newest version.`
    case 'offered':
    case 'downloading':
      return `Keel ${version} is there.`
    case 'downloaded':
      return `Keel ${version} is downloaded and checked.`
    case 'installing':
      return `Unpacking Keel ${version}…`
    case 'ready':
      return `Keel ${version} starts the next time you start Keel.`
    default:
      return feed ? `This is Keel ${running}.` : 'This build of Keel looks for no updates.'
  }
}

/** What stands below it: what is to be done, and what happens then. */
export function detail(state: UpdatesState): string {
  const { kind, way, running, feed, manager, source, old } = state
  if (!feed && kind !== 'ready')
    return `It is ${running}, built from source, and has no update feed: it asks nobody. Build it anew from newer sources, or take a released version.`
  switch (kind) {
    case 'offered':
      if (way === 'manager')
        return `This Keel was installed by ${manager}, which keeps it up to date. If you installed a package that you had downloaded, download the newer one and install it the same way.`
      if (way === 'none')
        return `There is no file of it for this system in ${source}. What is new, below, may say where else to get it; Keel ${running} goes on working.`
      return `You have ${running}. It is downloaded when you say so, checked, and installed only after you have agreed to it.`
    case 'downloaded':
      if (way === 'hand') return byHand(state)
      return `It takes the place of Keel ${running} the next time you start Keel. Until then nothing changes.`
    case 'ready':
      return `Close all windows of Keel, and end its commands, then start it again. This version is kept at ${old}.`
    default:
      return ''
  }
}

/** How a person replaces this Keel, which does not do so itself. */
function byHand({ path, folder }: UpdatesState): string {
  if (!path.endsWith('.gz')) return 'Close Keel, then open the file.'
  if (folder)
    return `Keel may not write beside ${folder}, so it cannot replace itself. Close Keel, unpack the file, and put what it holds in the place of that folder, as somebody who may.`
  return 'Unpack the file into a folder of its own, close Keel, and start bin/keel in that folder.'
}

/** When the feed was last believed; empty where it never was. */
export function lastLook({ checkedAt }: UpdatesState): string {
  if (!checkedAt) return ''
  const at = new Date(checkedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
  return `Last looked, with an answer signed by Keel: ${at}.`
}

/** "12.5 MB" */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
