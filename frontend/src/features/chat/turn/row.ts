import type { SessionItem } from '../../../bridge'
import { isPlain, showsItself } from '../call/present'

/** isRow reports whether an item is drawn as one small row, close to other rows. */
export function isRow(item: SessionItem | undefined): boolean {
  return item?.tool !== undefined && isPlain(item.tool) && !showsItself(item.tool)
}
