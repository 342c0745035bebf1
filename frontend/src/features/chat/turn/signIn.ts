/** The services that an account of the Accounts page can give credentials for. */
const withAccounts: readonly string[] = ['bedrock', 'github-models']

/** Whether signing in on the Accounts page helps where this provider takes no credentials. */
export function takesAccounts(provider: string): boolean {
  return withAccounts.includes(provider)
}
