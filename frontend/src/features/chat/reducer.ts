import type {
  Session,
  SessionChange,
  SessionEvent,
  SessionItem,
  SessionQueued,
  SessionToolCall,
  SessionTurn,
} from '../../bridge'

/** What the page keeps of a command's output, from its end; Go keeps as much. */
export const outputLimit = 64 * 1024

/**
 * Applies an event to a session and returns the new one. Parts that did not
 * change keep their identity, so that only what changed is drawn again. An event
 * that the session already includes changes nothing.
 */
export function applyEvent(session: Session, event: SessionEvent): Session {
  if (event.sessionId !== session.id || event.seq <= session.seq) return session
  let next = session
  for (const change of event.changes) next = applyChange(next, change)
  return { ...next, seq: event.seq }
}

function applyChange(session: Session, change: SessionChange): Session {
  switch (change.kind) {
    case 'session':
      return change.session
        ? {
            ...change.session,
            queue: requeued(change.session.queue, session.queue),
            turns: session.turns,
            seq: session.seq,
          }
        : session
    case 'turn':
      return change.turn ? withTurn(session, change.turn) : session
    case 'item': {
      const item = change.item
      return item ? inTurn(session, change.turnId, (turn) => withItem(turn, item)) : session
    }
    case 'rewound': {
      const at = session.turns.findIndex((turn) => turn.id === change.turnId)
      return at < 0 ? session : { ...session, turns: session.turns.slice(0, at) }
    }
    case 'removed':
      return inTurn(session, change.turnId, (turn) => ({
        ...turn,
        items: turn.items.filter((item) => item.id !== change.itemId),
      }))
    case 'text':
      return inItem(session, change, (item) => ({ ...item, text: item.text + (change.append ?? '') }))
    case 'output':
      return inCall(session, change, (call) => appendOutput(call, change.append ?? ''))
    case 'arguments':
      return inCall(session, change, (call) => ({
        ...call,
        arguments: call.arguments + (change.append ?? ''),
      }))
    default:
      return session // a newer Go may know more kinds than this page
  }
}

/** What is queued already keeps its pictures and references, which are not repeated. */
function requeued(queue: readonly SessionQueued[], before: readonly SessionQueued[]): SessionQueued[] {
  return queue.map((queued) => {
    const known = before.find((other) => other.id === queued.id)
    if (!known || queued.images || queued.references) return queued
    const { images, references } = known
    return { ...queued, ...(images ? { images } : {}), ...(references ? { references } : {}) }
  })
}

/** A turn's header replaces the old one; its items stay, and the pictures and references that are not repeated. */
function withTurn(session: Session, turn: SessionTurn): Session {
  const index = session.turns.findIndex((known) => known.id === turn.id)
  const known = session.turns[index]
  if (!known) return { ...session, turns: [...session.turns, turn] }
  const images = turn.images ?? known.images
  const references = turn.references ?? known.references
  const next = {
    ...turn,
    items: known.items,
    ...(images ? { images } : {}),
    ...(references ? { references } : {}),
  }
  return { ...session, turns: session.turns.with(index, next) }
}

function withItem(turn: SessionTurn, item: SessionItem): SessionTurn {
  const index = turn.items.findIndex((known) => known.id === item.id)
  return { ...turn, items: index < 0 ? [...turn.items, item] : turn.items.with(index, item) }
}

function inTurn(session: Session, id: string | undefined, edit: (turn: SessionTurn) => SessionTurn): Session {
  const index = session.turns.findLastIndex((turn) => turn.id === id)
  const turn = session.turns[index]
  return turn ? { ...session, turns: session.turns.with(index, edit(turn)) } : session
}

function inItem(session: Session, change: SessionChange, edit: (item: SessionItem) => SessionItem): Session {
  return inTurn(session, change.turnId, (turn) => {
    const index = turn.items.findLastIndex((item) => item.id === change.itemId)
    const item = turn.items[index]
    return item ? { ...turn, items: turn.items.with(index, edit(item)) } : turn
  })
}

function inCall(
  session: Session,
  change: SessionChange,
  edit: (call: SessionToolCall) => SessionToolCall,
): Session {
  return inItem(session, change, (item) => (item.tool ? { ...item, tool: edit(item.tool) } : item))
}

function appendOutput(call: SessionToolCall, append: string): SessionToolCall {
  const output = call.output + append
  const over = output.length - outputLimit
  if (over <= 0) return { ...call, output }
  return { ...call, output: output.slice(over), outputAt: call.outputAt + over }
}
