import { register } from 'node:module'

// Imported first by tests that use whole parts of the workbench: Node knows no style sheets.
const hook = `
export async function load(url, context, next) {
  return url.endsWith('.css') ? { format: 'module', source: '', shortCircuit: true } : next(url, context)
}`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
