import type { WindowHost } from '../../ui/host'

/** What updates need of the window. */
export type UpdateHost = Pick<
  WindowHost,
  'bridge' | 'notify' | 'registerPage' | 'registerCommand' | 'openPage' | 'openSettings' | 'confirm'
>
