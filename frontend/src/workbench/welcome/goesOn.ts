const key = 'keel.welcome.goesOn'

/**
 * goingOn does what opens another folder in this window, for which the page starts anew,
 * and has the walkthrough be there again in that one. It is kept with this window alone,
 * and ends with it: another window, or the next start, has nothing to do with it.
 */
export async function goingOn(open: () => Promise<boolean>): Promise<boolean> {
  keep()
  let goes = false
  try {
    goes = await open()
    return goes
  } finally {
    if (!goes) takeGoesOn()
  }
}

/** takeGoesOn says, once, whether the page before was left by the walkthrough. */
export function takeGoesOn(): boolean {
  try {
    const goesOn = sessionStorage.getItem(key) !== null
    sessionStorage.removeItem(key)
    return goesOn
  } catch {
    return false
  }
}

/** Without it the walkthrough is in the Help menu. */
function keep(): void {
  try {
    sessionStorage.setItem(key, 'true')
  } catch {
    // There is no room.
  }
}
