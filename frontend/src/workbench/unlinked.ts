/**
 * unlinked takes the links out of a notification's text. The workbench makes
 * "[text](command:…)" one that runs the command, and the text may hold a file's
 * name, or what a server said; what a notification offers are its buttons.
 */
export function unlinked(text: string): string {
  return text.replaceAll(/\](?=\((?:https?|command|file):)/gi, '] ')
}
