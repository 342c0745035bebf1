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
    loaded: reached('loaded'),
    answered: reached('answered'),
    initialized: reached('initialized'),
    firstPaint: Math.round(firstPaint()),
    editorUsable: Math.round(performance.now()),
  })
}

/** The steps of a start that are told apart. */
type Step = 'loaded' | 'answered' | 'initialized' | 'restored'

/** reach notes when a step of the start was done. */
export function reach(step: Step): void {
  performance.mark(`keel.${step}`)
}

function reached(step: Step): number {
  return Math.round(performance.getEntriesByName(`keel.${step}`)[0]?.startTime ?? 0)
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
