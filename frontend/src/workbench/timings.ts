import { getService, IEditorService, IWorkbenchLayoutService } from '@codingame/monaco-vscode-api'
import type { Bridge } from '../bridge'

/** reportTimings tells Go when something was first drawn and when a person could type. */
export async function reportTimings(bridge: Bridge): Promise<void> {
  const layout = await getService(IWorkbenchLayoutService)
  await layout.whenRestored
  const editors = await getService(IEditorService)
  if (editors.activeTextEditorControl)
    await until(() => document.querySelector('.monaco-editor .view-line span'))
  await nextFrame()
  await bridge.Window.Timing({
    startedAt: Math.round(performance.timeOrigin),
    firstPaint: Math.round(firstPaint()),
    editorUsable: Math.round(performance.now()),
  })
}

/** Some engines do not report paints; then it is when the page's style was there. */
function firstPaint(): number {
  const [paint] = performance.getEntriesByName('first-contentful-paint')
  if (paint) return paint.startTime
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return navigation?.domInteractive ?? 0
}

async function until(ready: () => unknown): Promise<void> {
  const patience = performance.now() + 10_000
  while (!ready() && performance.now() < patience) await nextFrame()
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()))
}
