export const word = 'ran'
