/** isInside reports whether a path that the chat names is one of the folder, spelt as the folder spells it. */
export function isInside(path: string): boolean {
  if (path === '' || path.length > 1000 || /[\\\0-\x1f\x7f]/.test(path) || /^[a-z]:/i.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}
