import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'esnext',
    outDir: 'dist',
    emptyOutDir: true, // public/.gitkeep comes back with each build: go:embed needs the folder
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 20000,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  resolve: {
    dedupe: ['vscode', 'monaco-editor'],
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
