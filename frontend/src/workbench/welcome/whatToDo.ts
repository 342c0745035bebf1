/** No extension is called so: each has a publisher, with a dot behind it. */
export const welcomeId = 'keel#getStarted'

/** What a start does about the walkthrough. */
export type FirstStart = 'open' | 'offer' | 'nothing'

/**
 * whatToDo decides it. At the very first start the walkthrough opens where nothing was
 * asked for; a folder that was asked for is not to be buried, so there it is offered.
 * It goes on where one of its buttons has opened the folder.
 */
export function whatToDo(start: { isFirst: boolean; folder: string; goesOn: boolean }): FirstStart {
  if (start.goesOn) return 'open'
  if (!start.isFirst) return 'nothing'
  return start.folder ? 'offer' : 'open'
}
