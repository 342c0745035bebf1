import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * shippedExtensions leaves out of the extensions that come with Keel what only their
 * makers need, and lets them start no earlier than somebody needs them.
 */
function shippedExtensions() {
  const lines = /^registerFileUrl\('[^']*\.map',.*\n/gm
  const edits: Record<string, readonly [from: string, to: string]> = {
    // Any language would do, and with it the host of extensions would start for every file.
    emmet: [
      '"onCommand:emmet.expandAbbreviation","onLanguage"',
      ['html', 'css', 'scss', 'less', 'sass', 'stylus', 'xml', 'xsl', 'pug', 'slim', 'haml', 'jade']
        .concat(['handlebars', 'php', 'vue', 'svelte', 'javascriptreact', 'typescriptreact', 'razor', 'twig'])
        .map((language) => `"onLanguage:${language}"`)
        .concat('"onCommand:emmet.expandAbbreviation"')
        .join(),
    ],
    // It does nothing for settings.json but to be there.
    'typescript-language-features': ['"onLanguage:jsonc",', ''],
  }
  return {
    name: 'shipped-extensions',
    transform(code: string, id: string) {
      const name = /monaco-vscode-(.+)-default-extension\/index\.js$/.exec(id)?.[1]
      if (name === undefined) return undefined
      const [from, to] = edits[name] ?? ['', '']
      if (!code.includes(from)) throw new Error(`${name} does not have ${from} any more`)
      return { code: code.replace(lines, '').replace(from, to), map: null }
    },
  }
}

export default defineConfig({
  plugins: [svelte(), shippedExtensions()],
  build: {
    target: 'esnext',
    outDir: 'dist',
    emptyOutDir: true, // public/.gitkeep comes back with each build: go:embed needs the folder
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 20000,
    reportCompressedSize: false,
  },
  worker: { format: 'iife' }, // each one file: the extensions' one is started from its text
  resolve: {
    // Diagrams are drawn without formulas: what would draw them stays out.
    alias: {
      katex: fileURLToPath(new URL('src/features/chat/markdown/diagram/noFormulas.ts', import.meta.url)),
    },
    dedupe: ['vscode', 'monaco-editor'],
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
