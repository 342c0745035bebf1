import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { asciiScripts } from './vite.ascii'
import { shippedExtensions } from './vite.shipped'
import { withoutNotebooks } from './vite.unused'

const workbench = (folders: string) => new RegExp(`monaco-vscode-api/vscode/src/vs/(${folders})/`)

/** The parts of what is read at each start, from the bottom up; our own code is what is left. */
const atStart = [
  { name: 'base', test: workbench('base|platform') },
  { name: 'editor', test: workbench('editor') },
  { name: 'workbench', test: workbench('workbench') },
  { name: 'services', test: /node_modules/ },
].map((part, i) => ({ ...part, tags: ['$initial' as const], priority: 4 - i }))

export default defineConfig({
  plugins: [svelte(), shippedExtensions(), withoutNotebooks(), asciiScripts()],
  build: {
    target: 'esnext',
    outDir: 'dist',
    emptyOutDir: true, // public/.gitkeep comes back with each build: go:embed needs the folder
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 20000,
    reportCompressedSize: false,
    // What every start reads comes in parts, each of which needs only those before it:
    // the engine reads one while it parses another.
    rolldownOptions: { output: { codeSplitting: { groups: atStart } } },
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
