// Reads traces of the browser.

/** The processor time of the page's tasks in a trace: of all together, and of the longest. */
export function mainTasks(trace) {
  const { traceEvents } = JSON.parse(trace.toString())
  const main = new Map()
  for (const event of traceEvents) {
    if (event.name === 'thread_name' && event.args.name === 'CrRendererMain')
      main.set(`${event.pid} ${event.tid}`, { all: 0, longest: 0 })
  }
  for (const { name, pid, tid, tdur } of traceEvents) {
    const times = main.get(`${pid} ${tid}`)
    if (!times || !tdur || !name.endsWith('RunTask')) continue
    times.all += tdur / 1000
    times.longest = Math.max(times.longest, tdur / 1000)
  }
  return [...main.values()].reduce((one, other) => (one.all > other.all ? one : other), {
    all: 0,
    longest: 0,
  })
}
