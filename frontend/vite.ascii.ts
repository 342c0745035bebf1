import type { Plugin } from 'vite'

/**
 * One letter beyond Latin-1 makes the engine keep a whole script in two bytes a letter:
 * 13 MB become 26, and reading them takes half as long again. Written as escapes, the
 * few that there are cost nothing.
 */
export function asciiScripts(): Plugin {
  return {
    name: 'keel-ascii-scripts',
    apply: 'build',
    transform(code, id) {
      if (/[^\0-\x7f]/.test(code) && hasRawTemplate(code))
        this.error(`${id} has letters beyond ASCII, and a template that is read as it is written`)
    },
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = escaped(file.code)
    },
  }
}

/** The same script in ASCII: such an escape means the same in texts, templates, patterns and names. */
export function escaped(code: string): string {
  return code.replace(/(\\*)([^\0-\x7f])/g, (_, slashes: string, letter: string) => {
    // A letter that was escaped for no reason is escaped once, not its backslash.
    const before = slashes.length % 2 === 1 ? slashes.slice(1) : slashes
    return `${before}\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Only a template's tag can tell a letter from its escape. */
function hasRawTemplate(code: string): boolean {
  return /\bString\s*\.\s*raw\b/.test(code)
}
