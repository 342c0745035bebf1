import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

/** Languages that Emmet has something for. */
const emmetLanguages = [
  'html',
  'css',
  'scss',
  'less',
  'sass',
  'stylus',
  'xml',
  'xsl',
  'pug',
  'slim',
  'haml',
].concat([
  'jade',
  'handlebars',
  'php',
  'vue',
  'svelte',
  'javascriptreact',
  'typescriptreact',
  'razor',
  'twig',
])

/** What is otherwise in the manifests of extensions: they start no earlier than somebody needs them. */
const edits: Record<string, readonly [from: string, to: string]> = {
  // Any language would do, and with it the host of extensions would start for every file.
  emmet: ['"onLanguage"', emmetLanguages.map((language) => `"onLanguage:${language}"`).join()],
  // It does nothing for settings.json but to be there.
  'typescript-language-features': ['"onLanguage:jsonc",', ''],
}

/**
 * The server for TypeScript reads its libraries at once, while it waits. Where
 * extensions run nothing may be read in that way, but scripts of extensions may be
 * started: so each library is a script that leaves its text behind.
 */
const readScripts = `self.XMLHttpRequest = class {
  status = 0
  responseText = ''
  open(method, address) { this.address = String(address) }
  send() {
    self.shippedText = undefined
    try { self.importScripts(this.address) } catch { /* it is not there */ }
    this.status = self.shippedText === undefined ? 404 : 200
    this.responseText = self.shippedText ?? ''
  }
};
`

const typescriptFile =
  /new URL\('(\.\/resources\/(tsserver\.web\.js|lib\.[\w.]+\.d\.ts\.txt|lib\.d\.ts\.txt))', import\.meta\.url\)/g

/**
 * Files of extensions that nothing here reads: for those who look for mistakes in
 * them, in languages that Keel does not speak, for notebooks, of the kinds that an
 * engine takes only where it has no better one.
 */
const unread = [
  /\.map/,
  /diagnosticMessages\.generated\.json/,
  /typescript\/typescript\.d\.ts/,
  /notebook-out\/[^']+/,
  /markdown-editor-src\/[^']+/,
  /KaTeX_[^']+\.(?:ttf|woff)/,
]

/**
 * shippedExtensions makes the extensions that come with Keel fit for it. It leaves
 * out what only their makers need; of what it changes, the build fails when it is
 * not there any more.
 */
export function shippedExtensions(): Plugin {
  const files = unread.map(({ source }) => new RegExp(`^registerFileUrl\\('[^']*${source}',.*\\n`, 'gm'))
  const left = new Set(files)
  return {
    name: 'shipped-extensions',
    apply: 'build',
    transform(code, id) {
      const name = /monaco-vscode-(.+)-default-extension\/index\.js$/.exec(id)?.[1]
      if (name === undefined) return undefined
      const [from, to] = edits[name] ?? ['', '']
      if (!code.includes(from)) throw new Error(`${name} does not have ${from} any more`)
      let kept = code.replace(from, to)
      for (const each of files) {
        const less = kept.replace(each, '')
        if (less !== kept) left.delete(each)
        kept = less
      }
      if (name === 'typescript-language-features') {
        const emitted = new Map<string, string>()
        kept = kept.replaceAll(typescriptFile, (_, path: string, file: string) => {
          const text = readFileSync(join(dirname(id), path), 'utf8')
          const script = file.endsWith('.js')
            ? readScripts + text
            : `self.shippedText = ${JSON.stringify(text)}\n`
          const known = emitted.get(file)
          const reference =
            known ?? this.emitFile({ type: 'asset', name: file.replace(/\.txt$/, '.js'), source: script })
          emitted.set(file, reference)
          return `new URL(import.meta.ROLLUP_FILE_URL_${reference}, import.meta.url)`
        })
        if (emitted.size < 50) throw new Error(`${name} does not have its libraries where they were`)
      }
      return { code: kept, map: null }
    },
    buildEnd(error) {
      const [gone] = left
      if (gone && !error) throw new Error(`there is nothing like ${gone.source} to leave out any more`)
    },
  }
}
