/** The same object without one of its fields. */
export function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  const left = Object.entries(object).filter(([name]) => name !== key)
  return Object.fromEntries(left) as Omit<T, K>
}
