import type { Bridge, CrashNotice } from '../bridge'
import { notify } from './notify'
import { ShownTexts } from './shownTexts'

const told = {
  program:
    'Keel ended unexpectedly last time. Your files, your unsaved text and the conversations are as they were.',
  page: 'The part of Keel that draws the window ended unexpectedly, and was started again. Your files, your unsaved text and the conversations are as they were.',
}

/** tellCrash says what has ended by a fault, and offers the report about it. */
export function tellCrash(bridge: Bridge, { kind, report }: CrashNotice): void {
  if (kind === '') return
  if (!report) {
    notify.info(told[kind])
    return
  }
  const texts = new ShownTexts('keel-crash-report')
  notify.info(`${told[kind]} A report lies on this machine; nothing was sent.`, [
    {
      label: 'Show Report',
      run: async () => texts.open(`${report}/Crash Report.txt`, (await bridge.Crashes.Read(report)).text),
    },
    {
      label: 'Copy',
      run: async () => navigator.clipboard.writeText((await bridge.Crashes.Read(report)).text),
    },
    { label: 'Delete', run: () => bridge.Crashes.Delete(report) },
  ])
}
