// What the page and the script in a webview's frame say to one another.
import type { WebviewStyles } from '@codingame/monaco-vscode-api/vscode/vs/workbench/contrib/webview/browser/webview'

/** Theme is how the workbench looks: custom properties without their dashes, and classes of the body. */
export interface Theme {
  styles: WebviewStyles
  kind: string
  id: string
  label: string
  reducedMotion: boolean
  screenReader: boolean
}

/** GuestInit is what the script in the frame starts from. */
export interface GuestInit {
  scripts: boolean
  /** acquireVsCodeApi may be called again */
  multiple: boolean
  /** as JSON; undefined: none */
  state: string | undefined
  theme: Theme
  /** how far the document before this one was scrolled, in pixels */
  scrollY: number
  /** how far it was scrolled when it was last shown, as a part of its height */
  progress: number | undefined
}

export interface Key {
  key: string
  keyCode: number
  code: string
  shiftKey: boolean
  altKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  repeat: boolean
}

export interface Wheel {
  deltaMode: number
  deltaX: number
  deltaY: number
  deltaZ: number
  detail: number
  type: string
}

export type FromGuest =
  | { type: 'loaded' }
  | { type: 'message'; message: unknown; transfer: readonly ArrayBuffer[] | undefined }
  | { type: 'state'; state: string }
  | { type: 'link'; address: string }
  | { type: 'key'; event: 'keydown' | 'keyup'; key: Key }
  | { type: 'focus'; focused: boolean }
  | { type: 'scroll'; progress: number; scrollY: number }
  | { type: 'wheel'; wheel: Wheel }
  | { type: 'menu'; x: number; y: number; context: Record<string, unknown> }
  | { type: 'size'; width: number; height: number }
  | { type: 'drag'; event: 'start' | 'drag'; shiftKey: boolean }
  | { type: 'found'; found: boolean }

export type ToGuest =
  | { type: 'message'; message: unknown; transfer: readonly ArrayBuffer[] | undefined }
  | { type: 'theme'; theme: Theme }
  | { type: 'focus' }
  | { type: 'command'; command: string }
  | { type: 'menu'; visible: boolean }
  | { type: 'find'; value: string; previous: boolean }
  | { type: 'stopFind'; keep: boolean }
