/** What trusting a pattern means, in a sentence. */
export function explainPattern(pattern: string): string {
  if (pattern === '*') return 'Every command. Nothing is asked any more.'
  if (pattern.endsWith(' *')) return `Every command that starts with “${pattern.slice(0, -2)}”`
  return 'Exactly this command'
}
