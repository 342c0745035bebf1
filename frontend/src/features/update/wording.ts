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
export function detail({ kind, way, running, feed, manager, path, old }: UpdatesState): string {
  if (!feed && kind !== 'ready')
    return `It is ${running}, built from source, and has no update feed: it asks nobody. Build it anew from newer sources, or take a released version.`
  switch (kind) {
    case 'offered':
      if (way === 'manager')
        return `This Keel was installed by ${manager}, which keeps it up to date. If you installed a package that you had downloaded, download the newer one and install it the same way.`
      if (way === 'none') return 'There is no file of it for this system.'
      return `You have ${running}. It is downloaded when you say so, checked, and installed only after you have agreed to it.`
    case 'downloaded':
      if (way === 'hand') return `The file is at ${path}. Close Keel, then open it.`
      return `It takes the place of Keel ${running} the next time you start Keel. Until then nothing changes.`
    case 'ready':
      return `Close all windows of Keel, and end its commands, then start it again. This version is kept at ${old}.`
    default:
      return ''
  }
}

/** "12.5 MB" */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
