import {
  KeyChord,
  KeyCode,
  KeyCodeUtils,
  KeyMod,
} from '@codingame/monaco-vscode-api/vscode/vs/base/common/keyCodes'

const modifiers: Record<string, number> = {
  ctrl: KeyMod.CtrlCmd, // Command on a Mac, as in the workbench's own defaults
  shift: KeyMod.Shift,
  alt: KeyMod.Alt,
  meta: KeyMod.WinCtrl,
}

/** parseKey reads VS Code's notation, "ctrl+shift+l" or "ctrl+k ctrl+o". */
export function parseKey(text: string): number {
  const chords = text.trim().toLowerCase().split(/\s+/).map(parseChord)
  const [first, second] = chords
  if (first === undefined || chords.length > 2)
    throw new Error(`key ${JSON.stringify(text)}: not one or two chords`)
  return second === undefined ? first : KeyChord(first, second)
}

function parseChord(text: string): number {
  let result = 0
  const parts = text.split('+')
  const key = parts.pop() ?? ''
  for (const part of parts) {
    const modifier = modifiers[part]
    if (modifier === undefined)
      throw new Error(`key ${JSON.stringify(text)}: no modifier ${JSON.stringify(part)}`)
    result |= modifier
  }
  const code = KeyCodeUtils.fromUserSettings(key)
  if (code === KeyCode.Unknown) throw new Error(`key ${JSON.stringify(text)}: no key ${JSON.stringify(key)}`)
  return result | code
}
