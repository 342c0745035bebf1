import { toFailure, type SessionSummary } from '../../../bridge'
import { plainVisible } from '../../../lib/visible'
import type { Chat } from '../context'

/** Starts a session and gives the keyboard to its input. */
export async function newSession({ store, focusInput }: Pick<Chat, 'store' | 'focusInput'>): Promise<void> {
  if (await store.create()) focusInput()
}

/** Asks for a session's new title. */
export async function renameSession({ host, store }: Chat, session: SessionSummary): Promise<void> {
  const title = await host.ask({
    title: 'Rename session',
    value: session.title,
    placeholder: 'What this session is about',
  })
  if (title?.trim()) await store.rename(session.id, title.trim())
}

/** Deletes a session, asking first when it is at work; a toast offers to bring it back. */
export async function deleteSession({ host, store }: Chat, session: SessionSummary): Promise<void> {
  if (session.running || session.waiting) {
    const agreed = await host.confirm({
      message: `Stop and delete “${plainVisible(session.title || 'New session')}”?`,
      detail: 'Keel is still at work in it. What it has done to your files stays.',
      primary: 'Stop and Delete',
      danger: true,
    })
    if (!agreed) return
  }
  if (!(await store.delete(session.id))) return
  host.notify.info(`Deleted the session “${plainVisible(session.title || 'New session')}”.`, [
    { label: 'Undo', run: () => store.undelete(session.id).then(() => undefined) },
  ])
}

/** Opens a session as Markdown in an editor, to be read or saved. */
export async function exportSession(
  { host, store }: Pick<Chat, 'host' | 'store'>,
  session: Pick<SessionSummary, 'id'>,
): Promise<void> {
  try {
    await host.openText(await store.bridge.Sessions.Export(session.id), 'markdown')
  } catch (cause) {
    const { message, hint } = toFailure(cause)
    host.notify.error(`${message} ${hint}`.trim())
  }
}
