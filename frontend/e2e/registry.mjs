// A registry of extensions on this machine: it speaks what Open VSX speaks (the
// gallery protocol under /vscode and the REST API under /api), and its packages
// are packed by @vscode/vsce, without a network: out of e2e/extensions/NAME, out
// of what is VS Code's own, and out of packages of npm.
//
//   const registry = await startRegistry()
//   await registry.publish('theme')                                // harbour.theme 1.0.0
//   await registry.publish('theme', { version: '1.1.0' })          // an update of it
//   await registry.publish('web', { change: (manifest) => { … } }) // with another manifest
//   await registry.publish('theme', { wrong: 'hash' })             // or 'signature'
//   await registry.publish('theme', { hashed: false, signed: false, webTag: false })
//   await registry.publish('theme-seti', { from: builtin, change })
//   registry.publishFile(vsix, { manifest, wrong, … })             // any bytes
//   await writeSettings(home, registry.settings)                   // before Keel starts
//   … registry.down() / registry.fail(500) / registry.up(), registry.asked(/part of an address/)
//   await registry.end()
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { createVSIX } from '@vscode/vsce'
import { top } from './harness.mjs'

const sources = join(top, 'frontend/e2e/extensions')

const modules = join(top, 'frontend/node_modules')

/** Sources of our own. */
const own = (name, to) => cp(join(sources, name), to, { recursive: true })

/** Sources that are a package of npm. */
export const npm = (name, to) => cp(join(modules, name), to, { recursive: true })

/**
 * Sources of an extension that is VS Code's own. The package that it comes in has
 * all its files in one folder, and says in its code where each of them belongs.
 */
export async function builtin(name, to) {
  const from = join(modules, `@codingame/monaco-vscode-${name}-default-extension`)
  const places = await readFile(join(from, 'index.js'), 'utf8')
  for (const [, path, file] of places.matchAll(/registerFileUrl\('([^']+)', new URL\('([^']+)'/g)) {
    await mkdir(dirname(join(to, path)), { recursive: true })
    await cp(join(from, file), join(to, path))
  }
}

/** Packs an extension; change may alter its manifest. Returns its bytes, its manifest and its texts. */
export async function pack(name, { from = own, version, change } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'keel-pack-'))
  try {
    const source = join(folder, 'source')
    await from(name, source)
    const file = join(source, 'package.json')
    const manifest = JSON.parse(await readFile(file, 'utf8'))
    if (version) manifest.version = version
    change?.(manifest)
    await writeFile(file, JSON.stringify(manifest, null, 2))
    const packagePath = join(folder, 'packed.vsix')
    await createVSIX({
      cwd: source,
      packagePath,
      dependencies: false,
      allowMissingRepository: true,
      skipLicense: true,
      rewriteRelativeLinks: false,
    })
    const text = (path) =>
      existsSync(join(source, path)) ? readFile(join(source, path), 'utf8') : Promise.resolve('')
    return {
      vsix: await readFile(packagePath),
      manifest,
      readme: await text('README.md'),
      changelog: await text('CHANGELOG.md'),
      icon: manifest.icon ? await readFile(join(source, manifest.icon)) : undefined,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** An archive with these [name, text] entries as they stand, whatever the names are. */
export function archive(entries) {
  const parts = []
  const directory = []
  let offset = 0
  for (const [name, content] of entries) {
    const bytes = Buffer.from(content)
    const path = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0) // the version that is needed
    common.writeUInt16LE(0x800, 2) // names are UTF-8
    common.writeUInt16LE(0x5a21, 8) // a date
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(bytes.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(path.length, 22)
    parts.push(Buffer.from('PK\x03\x04'), common, path, bytes)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, place, path)
    offset += 4 + common.length + path.length + bytes.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}

/** Adds to the user's settings, and keeps what is in them. */
export async function writeSettings(home, settings) {
  const file = join(home.config, 'settings.json')
  await mkdir(home.config, { recursive: true, mode: 0o700 })
  const now = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {}
  await writeFile(file, JSON.stringify({ ...now, ...settings }, null, 2), { mode: 0o600 })
}

const assets = {
  'Microsoft.VisualStudio.Code.Manifest': ['application/json', (e) => JSON.stringify(e.manifest)],
  'Microsoft.VisualStudio.Services.Content.Details': ['text/markdown', (e) => e.readme],
  'Microsoft.VisualStudio.Services.Content.Changelog': ['text/markdown', (e) => e.changelog],
  'Microsoft.VisualStudio.Services.Icons.Default': ['image/png', (e) => e.icon],
  'Microsoft.VisualStudio.Services.VSIXPackage': ['application/octet-stream', (e) => e.vsix],
  'Microsoft.VisualStudio.Services.VsixSignature': ['application/octet-stream', (e) => e.sigzip],
  'Microsoft.VisualStudio.Services.PublicKey': ['application/octet-stream', (e) => e.publicKey],
}

/** Whether vsce would mark it for the web, which Open VSX takes over as a tag. */
const forWeb = (manifest) => Boolean(manifest.browser) || !manifest.main

export async function startRegistry() {
  const keys = generateKeyPairSync('ed25519')
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' })
  /** The versions of each extension, the newest first. */
  const extensions = new Map()
  const asked = []
  const waiting = new Set()
  let isDown = false
  let failure = 0
  let slow = () => false

  const server = createServer((request, response) => {
    asked.push(request.url)
    if (isDown) return void request.socket.destroy()
    if (failure) return void response.writeHead(failure).end()
    const answer = () => route(request, response).catch((cause) => response.writeHead(500).end(String(cause)))
    if (!slow(request.url)) return void answer()
    waiting.add(answer)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${server.address().port}`

  const find = (publisher, name, version = 'latest') => {
    const versions = extensions.get(`${publisher}.${name}`.toLowerCase()) ?? []
    if (version !== 'latest') return versions.find((each) => each.manifest.version === version)
    return versions.find((each) => !each.preRelease) ?? versions[0]
  }

  async function route(request, response) {
    const { pathname } = new URL(request.url, address)
    const [area, ...rest] = decodeURI(pathname).slice(1).split('/')
    const json = (value) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
    if (area === 'vscode' && rest[0] === 'gallery' && rest[1] === 'extensionquery') {
      let body = ''
      for await (const part of request) body += part
      return json(query(JSON.parse(body)))
    }
    if (area === 'vscode' && rest[0] === 'gallery' && rest[1] === 'vscode') {
      const found = find(rest[2], rest[3])
      return found ? json(galleryExtension([found], true)) : response.writeHead(404).end()
    }
    if (area === 'vscode' && rest[0] === 'asset') {
      const [, publisher, name, version, type] = rest
      return send(response, find(publisher, name, version), type)
    }
    if (area === 'api' && rest[0] === '-' && rest[1] === 'public-key') {
      return response.writeHead(200, { 'Content-Type': 'text/plain' }).end(publicKey)
    }
    if (area === 'api') {
      const [publisher, name, ...more] = rest
      // A version may have a target platform before it, and a file after it.
      const words = more.filter((each) => each !== 'universal')
      if (words[1] === 'file') return sendFile(response, find(publisher, name, words[0]), words[2])
      const found = find(publisher, name, words[0])
      return found ? json(restExtension(found)) : response.writeHead(404).end('{"error":"not found"}')
    }
    response.writeHead(404).end()
  }

  function send(response, extension, type) {
    const [contentType, content] = assets[type] ?? []
    const body = extension && content?.(extension)
    if (!body) return response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': contentType }).end(body)
  }

  function sendFile(response, extension, file) {
    if (!extension) return response.writeHead(404).end()
    if (file.endsWith('.sha256')) return response.writeHead(200).end(extension.sha256)
    if (file.endsWith('.sigzip'))
      return send(response, extension, 'Microsoft.VisualStudio.Services.VsixSignature')
    if (file.endsWith('.vsix'))
      return send(response, extension, 'Microsoft.VisualStudio.Services.VSIXPackage')
    const types = {
      'package.json': 'Microsoft.VisualStudio.Code.Manifest',
      'README.md': 'Microsoft.VisualStudio.Services.Content.Details',
      'CHANGELOG.md': 'Microsoft.VisualStudio.Services.Content.Changelog',
      'icon.png': 'Microsoft.VisualStudio.Services.Icons.Default',
    }
    send(response, extension, types[file])
  }

  const filter = { tag: 1, id: 4, category: 5, name: 7, text: 10 }
  const flag = { latestOnly: 0x200 }

  function query({ filters: [{ criteria, pageNumber = 1, pageSize = 50 }], flags }) {
    const values = (type) =>
      criteria.filter((each) => each.filterType === type).map((each) => each.value.toLowerCase())
    const text = values(filter.text).join(' ')
    const matches = (versions) => {
      const { manifest, id } = versions[0]
      const fullName = `${manifest.publisher}.${manifest.name}`.toLowerCase()
      const inText = [fullName, manifest.displayName, manifest.description, ...(manifest.categories ?? [])]
        .join(' ')
        .toLowerCase()
      const named = values(filter.name)
      const ids = values(filter.id)
      if (named.length || ids.length) return named.includes(fullName) || ids.includes(id)
      const categories = (manifest.categories ?? []).map((each) => each.toLowerCase())
      return (
        values(filter.category).every((each) => categories.includes(each)) &&
        text.split(/\s+/).every((word) => inText.includes(word))
      )
    }
    const found = [...extensions.values()].filter(matches)
    const page = found.slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
    return {
      results: [
        {
          extensions: page.map((each) => galleryExtension(each, (flags & flag.latestOnly) !== 0)),
          pagingToken: null,
          resultMetadata: [
            { metadataType: 'ResultCount', metadataItems: [{ name: 'TotalCount', count: found.length }] },
          ],
        },
      ],
    }
  }

  function galleryExtension(versions, latestOnly) {
    const [newest] = versions
    const { manifest } = newest
    return {
      extensionId: newest.id,
      extensionName: manifest.name,
      displayName: manifest.displayName,
      shortDescription: manifest.description,
      publisher: {
        displayName: newest.publisherName,
        publisherId: `publisher-${manifest.publisher}`,
        publisherName: manifest.publisher,
        ...(newest.verified
          ? { domain: `https://${manifest.publisher}.example`, isDomainVerified: true }
          : {}),
      },
      versions: (latestOnly ? versions.slice(0, 1) : versions).map(galleryVersion),
      statistics: [
        { statisticName: 'install', value: 1234 },
        { statisticName: 'averagerating', value: 4.5 },
        { statisticName: 'ratingcount', value: 8 },
      ],
      tags: [...(manifest.keywords ?? []), ...(newest.webTag ? ['__web_extension'] : [])],
      releaseDate: newest.time,
      publishedDate: newest.time,
      lastUpdated: newest.time,
      categories: manifest.categories ?? [],
      flags: '',
    }
  }

  function galleryVersion(extension) {
    const { manifest } = extension
    const base = `${address}/vscode/asset/${manifest.publisher}/${manifest.name}/${manifest.version}`
    const property = (name, value) => (value ? [{ key: `Microsoft.VisualStudio.${name}`, value }] : [])
    return {
      version: manifest.version,
      lastUpdated: extension.time,
      assetUri: base,
      fallbackAssetUri: base,
      targetPlatform: 'universal',
      files: Object.entries(assets)
        .filter(([, [, content]]) => content(extension))
        .map(([assetType]) => ({ assetType, source: `${base}/${assetType}` })),
      properties: [
        ...property('Code.Engine', manifest.engines.vscode),
        ...property('Code.ExtensionDependencies', manifest.extensionDependencies?.join(',')),
        ...property('Code.ExtensionPack', manifest.extensionPack?.join(',')),
        ...property('Code.PreRelease', extension.preRelease ? 'true' : ''),
      ],
    }
  }

  function restExtension(extension) {
    const { manifest } = extension
    const home = `${address}/api/${manifest.publisher}/${manifest.name}`
    const file = `${home}/${manifest.version}/file`
    const base = `${manifest.publisher}.${manifest.name}-${manifest.version}`
    const named = (id) => {
      const [namespace, name] = id.split('.')
      return { url: `${address}/api/${namespace}/${name}`, namespace, extension: name }
    }
    return {
      namespaceUrl: `${address}/api/${manifest.publisher}`,
      reviewsUrl: `${home}/reviews`,
      files: {
        download: `${file}/${base}.vsix`,
        manifest: `${file}/package.json`,
        ...(extension.sha256 ? { sha256: `${file}/${base}.sha256` } : {}),
        ...(extension.readme ? { readme: `${file}/README.md` } : {}),
        ...(extension.changelog ? { changelog: `${file}/CHANGELOG.md` } : {}),
        ...(extension.icon ? { icon: `${file}/icon.png` } : {}),
        ...(extension.sigzip
          ? { signature: `${file}/${base}.sigzip`, publicKey: `${address}/api/-/public-key/test` }
          : {}),
      },
      name: manifest.name,
      namespace: manifest.publisher,
      namespaceDisplayName: extension.publisherName,
      targetPlatform: 'universal',
      version: manifest.version,
      preRelease: extension.preRelease,
      publishedBy: { loginName: manifest.publisher },
      active: true,
      verified: extension.verified,
      unrelatedPublisher: !extension.verified,
      namespaceAccess: 'restricted',
      allVersions: {},
      averageRating: 4.5,
      downloadCount: 1234,
      reviewCount: 8,
      versionAlias: ['latest'],
      timestamp: extension.time,
      displayName: manifest.displayName,
      description: manifest.description,
      engines: manifest.engines,
      categories: manifest.categories ?? [],
      extensionKind: manifest.extensionKind ?? [],
      tags: manifest.keywords ?? [],
      license: manifest.license,
      dependencies: (manifest.extensionDependencies ?? []).map(named),
      bundledExtensions: (manifest.extensionPack ?? []).map(named),
      downloads: { universal: `${file}/${base}.vsix` },
    }
  }

  function publishFile(vsix, options) {
    const { manifest, readme = '', changelog = '', icon, wrong, preRelease = false } = options
    const { verified = true, signed = true, hashed = true, webTag = forWeb(manifest) } = options
    const { publisherName = manifest.publisher[0].toUpperCase() + manifest.publisher.slice(1) } = options
    const over = wrong === 'signature' ? Buffer.concat([vsix, Buffer.from('more')]) : vsix
    const sigzip = archive([
      ['.signature.sig', sign(null, over, keys.privateKey)],
      ['.signature.manifest', '{}'],
      ['.signature.p7s', ''],
    ])
    const id = createHash('sha256').update(`${manifest.publisher}.${manifest.name}`).digest('hex')
    const hash = createHash('sha256')
      .update(wrong === 'hash' ? 'something else' : vsix)
      .digest('hex')
    const extension = {
      vsix,
      manifest,
      readme,
      changelog,
      icon,
      preRelease,
      verified,
      webTag,
      publisherName,
      publicKey,
      sha256: hashed ? hash : undefined,
      sigzip: signed ? sigzip : undefined,
      id: [8, 4, 4, 4, 12]
        .reduce(([text, at], n) => [`${text}-${id.slice(at, at + n)}`, at + n], ['', 0])[0]
        .slice(1),
      time: '2026-10-01T12:00:00.000Z',
    }
    const key = `${manifest.publisher}.${manifest.name}`.toLowerCase()
    const others = (extensions.get(key) ?? []).filter((each) => each.manifest.version !== manifest.version)
    extensions.set(key, [extension, ...others])
    return extension
  }

  return {
    address,
    settings: { 'keelExtensions.gallery': address },
    /** Packs sources, those of e2e/extensions/NAME where nothing else is said, and offers them; what was published last is the newest. */
    async publish(name, options = {}) {
      const { vsix, ...packed } = await pack(name, options)
      return publishFile(vsix, { ...packed, ...options })
    },
    publishFile,
    /** The addresses that were asked for and match. */
    asked: (pattern) => asked.filter((each) => pattern.test(each)),
    /** From now on it answers everybody with this status. */
    fail(status) {
      failure = status
    },
    /** From now on it answers nobody. */
    down() {
      isDown = true
    },
    up() {
      isDown = false
      failure = 0
    },
    /** Holds back the answers to addresses that match, until release is called. */
    hold(pattern) {
      slow = (url) => pattern.test(url)
    },
    release() {
      slow = () => false
      for (const answer of waiting) void answer()
      waiting.clear()
    },
    end() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      return closed
    },
  }
}
