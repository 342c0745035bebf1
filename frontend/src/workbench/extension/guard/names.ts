/**
 * What other programs run or obey by themselves, as backend/approval has it for
 * the agent: version control with its hooks, editors with their tasks, shells at
 * their start, other agents. guard.test.ts compares the two.
 */
const folders = [
  '.git git~1 .hg .svn .husky .githooks',
  '.vscode .vscode-server .idea .vs .zed .fleet .devcontainer',
  '.keel .kiro .cursor .claude .codex .gemini .windsurf .codeium .continue .aider',
  '.roo .cline .amazonq .copilot .opencode .crush .goose .trae .junie .augment .agents',
  '.ssh .gnupg .aws .direnv .autoenv autostart launchagents launchdaemons',
].flatMap((names) => names.split(' '))

const files = [
  '.profile .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .bash_env',
  '.zshrc .zshenv .zprofile .zlogin .zlogout .kshrc .mkshrc .cshrc .tcshrc .login .logout',
  'config.fish config.nu env.nu rc.elv rc.xsh .xonshrc profile.ps1 microsoft.powershell_profile.ps1',
  '.inputrc .pam_environment .xprofile .xinitrc .xsession .xsessionrc .tmux.conf .screenrc',
  '.envrc .autoenv.zsh .vimrc .nvimrc .exrc .gvimrc .emacs .gdbinit .lldbinit',
  '.keelignore .gitconfig .mcp.json mcp.json .cursorrules .windsurfrules .clinerules .roomodes .aider.conf.yml',
].flatMap((names) => names.split(' '))

/** Folders by their name and that of the folder they are in. */
const pairs = [
  'fish/conf.d fish/functions .config/git .config/nvim',
  '.config/environment.d systemd/user .local/bin',
].flatMap((names) => names.split(' '))

const protectedNames = new Set([...folders, ...files])

/** The part of a path that other programs run or obey; undefined where there is none. */
export function obeyedByOthers(path: string): string | undefined {
  // As file systems that do not tell case or composition apart would read it.
  const parts = path
    .normalize('NFKC')
    .toLowerCase()
    .split(/[\\/]/)
    .map((part) => part.replace(/[. ]+$/, ''))
  const two = parts.map((part, at) => `${parts[at - 1] ?? ''}/${part}`)
  const found = parts.find((part) => protectedNames.has(part)) ?? two.find((pair) => pairs.includes(pair))
  if (found !== undefined) return found
  const last = parts.at(-1) ?? ''
  if (last === 'head') return 'the HEAD of a git repository'
  return parts.some((part) => part.endsWith('.code-workspace')) ? '*.code-workspace' : undefined
}
