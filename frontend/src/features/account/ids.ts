/** The ids of the page and of the command that shows it. */
export const accountsPage = 'keel.accounts'
export const showAccounts = 'keel.showAccounts'

/** The command that shows where keys and tokens are kept, which another feature has. */
export const showSecrets = 'keel.showSecrets'
