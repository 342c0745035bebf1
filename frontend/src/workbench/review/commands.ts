import { register } from '../commands'
import type { Layers } from './layers'

/** hunkCommands adds what the keyboard can do at the hunk of the cursor. */
export function hunkCommands(layers: Layers): void {
  register({
    id: 'keel.hunk.showOld',
    title: 'Keel: Show What Was There Before the Change',
    key: 'ctrl+alt+o',
    when: 'editorTextFocus',
    run: () => layers.activeEditor()?.toggleOldAtCursor(),
  })
  register({
    id: 'keel.hunk.focusButtons',
    title: 'Keel: Go to the Buttons of the Change',
    key: 'ctrl+alt+k',
    when: 'editorTextFocus',
    run: () => layers.activeEditor()?.focusToolbar(),
  })
}
