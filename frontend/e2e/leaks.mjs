// Where a secret could turn up, and the ways it could be written there.
import { readdir, readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { bytesOf, pathsBelow } from './files.mjs'

/** base64 of a text wherever it begins in what is encoded, such as behind a name and a colon. */
function* inBase64(text) {
  for (const [before, skip] of [0, 2, 3].entries()) {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
    const whole = bytes.toString('base64').replace(/=+$/, '')
    // The letters at either end also depend on what stands beside it.
    yield whole.slice(skip, bytes.length % 3 === 0 ? undefined : -1)
  }
}

/** The ways in which a secret could be written. */
export function forms(secret) {
  const all = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  all.add(Buffer.from(secret).toString('hex'))
  for (const text of inBase64(secret)) {
    all.add(text)
    all.add(text.replaceAll('+', '-').replaceAll('/', '_'))
    all.add(encodeURIComponent(text))
  }
  return [...all]
}

/**
 * Where secrets are in sinks, each { name, text }: one line for each sink and
 * secret, which names the secret by its beginning only.
 */
export function leaks(sinks, secrets) {
  const wanted = secrets.map((secret) => ({ secret, forms: forms(secret) }))
  return sinks.flatMap(({ name, text }) =>
    wanted
      .filter((each) => each.forms.some((form) => text.includes(form)))
      .map(({ secret }) => `${name}: ${secret.slice(0, 8)}…`),
  )
}

/** Every file below a folder, but those below the folders that are left out. */
export async function filesBelow(folder, leftOut = []) {
  const paths = await pathsBelow(folder)
  return Promise.all(
    paths
      .filter((path) => !leftOut.some((out) => path.startsWith(`${out}/`)))
      .map(async (path) => ({ name: `file ${relative(folder, path)}`, text: await bytesOf(path) })),
  )
}

/** Keeps everything that goes between a page and Keel: every frame and every body. */
export function recordPage(page) {
  const sinks = []
  const pending = []
  const keep = (name, text) => sinks.push({ name, text: String(text) })
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => keep('frame to Keel', payload))
    socket.on('framereceived', ({ payload }) => keep('frame from Keel', payload))
  })
  page.on('request', (request) =>
    keep(`request ${request.url()}`, request.url() + (request.postData() ?? '')),
  )
  page.on('response', (response) => {
    const body = response.body().then(
      (bytes) => keep(`response ${response.url()}`, bytes.toString('latin1')),
      () => undefined, // a redirect has none
    )
    pending.push(body)
  })
  return {
    async sinks() {
      await Promise.all(pending)
      return sinks
    },
  }
}

/** The parent of every process. */
async function parents() {
  const found = new Map()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1]
    if (parent) found.set(name, parent)
  }
  return found
}

/** Looks again and again at the environments and command lines of all that a process has started. */
export function recordProcesses(pid) {
  const sinks = new Map()
  let ended = false
  const looking = (async () => {
    while (!ended) {
      const all = await parents()
      const below = (each) => each !== undefined && (each === String(pid) || below(all.get(each)))
      for (const each of all.keys()) {
        if (!below(each)) continue
        for (const what of ['environ', 'cmdline']) {
          const text = await readFile(`/proc/${each}/${what}`, 'latin1').catch(() => '')
          sinks.set(`${what} ${text}`, { name: `${what} of process ${each}`, text })
        }
      }
      await new Promise((done) => setTimeout(done, 20))
    }
  })()
  return {
    async sinks() {
      ended = true
      await looking
      return [...sinks.values()]
    },
  }
}
