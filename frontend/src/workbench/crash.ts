import type { CrashEntry, CrashNotice } from '../bridge'
import { exactTime } from '../lib/format'
import type { PickItem, WindowHost } from '../ui/host'
import { ShownTexts } from './shownTexts'

type CrashHost = Pick<WindowHost, 'bridge' | 'notify' | 'pick'>

const told = {
  program:
    'Keel ended unexpectedly last time. Your files and the conversations are as they were, and unsaved text is there again.',
  page: 'The part of Keel that draws the window ended unexpectedly, and was started again. Your files and the conversations are as they were, and unsaved text is there again.',
}

const texts = new ShownTexts('keel-crash-report')

/** tellCrash says what has ended by a fault, and offers the report about it. */
export function tellCrash(host: CrashHost, { kind, report }: CrashNotice): void {
  if (kind === '') return
  if (!report) {
    host.notify.info(told[kind])
    return
  }
  host.notify.info(`${told[kind]} A report lies on this machine; nothing was sent.`, [
    { label: 'Show Report', run: () => showReport(host, report) },
    { label: 'Delete', run: () => host.bridge.Crashes.Delete(report) },
  ])
}

/** showCrashReports lists the reports that are kept, and shows the chosen one. */
export async function showCrashReports(host: CrashHost): Promise<void> {
  const kept = await host.bridge.Crashes.List()
  if (kept.length === 0) {
    host.notify.info('No crash report is kept on this machine.')
    return
  }
  const chosen = await host.pick(kept.map(toItem), {
    title: 'Crash Reports',
    placeholder: 'Show one of the reports that are kept on this machine',
  })
  if (chosen !== undefined) await showReport(host, chosen)
}

function toItem({ name, kind, at }: CrashEntry): PickItem<string> {
  return { label: exactTime(at), description: kind === 'page' ? 'the window' : 'Keel itself', value: name }
}

/** Only a report that was shown can be copied: nobody passes on what they have not seen. */
async function showReport({ bridge, notify }: CrashHost, name: string): Promise<void> {
  const { text } = await bridge.Crashes.Read(name)
  const place = `${name}/Crash Report.txt`
  await texts.open(place, text)
  notify.info('This crash report lies on this machine only; Keel sends it nowhere.', [
    { label: 'Copy', run: () => navigator.clipboard.writeText(text) },
    {
      label: 'Delete',
      run: async () => {
        await bridge.Crashes.Delete(name)
        await texts.close(place)
      },
    },
  ])
}
