package guard

import "slices"

// row says what one program's options do besides what the program is known for.
type row struct {
	programs string // their names
	// under are the subcommands for which the row counts, as in `config|submodule
	// foreach`; empty: everywhere; "^": before the subcommand.
	under string
	// options, as they are written: "-o" may stand in a bundle, "--output" may be
	// shortened, "-exec" is one word, "-o…" has its value attached, "+" begins a
	// word and so does all else without a dash, "NAME=" sets NAME, "-d=@" counts when the value holds one of the
	// characters behind the "=". ":1" means the program or the subcommand itself,
	// unless the pattern shows that many words behind it. Empty: a judge of its own
	// finds it.
	options string
	does    string // completes "-o makes tar …", or for ":1" "npx can …"
	source  string
}

// table is the one list of options that run another program, write somewhere
// else, or take their orders from somewhere else.
func table() []row {
	return slices.Concat(versionControl(), searching(), text(), building(), packages(), languages(), archives(), network(), launching())
}

const (
	runs      = "run another program"
	writes    = "write to the file that it names"
	elsewhere = "work in another folder, by that folder's configuration"
	obeys     = "take settings from it that can name programs to run"
	loads     = "load code from what it names"
)

func versionControl() []row {
	return []row{
		{"git", "^", "-c --config-env", obeys, "git(1); CVE-2025-66032"},
		{"git", "^", "--exec-path", "take its own programs from another folder", "git(1)"},
		{"git", "^", "--git-dir --work-tree -C --super-prefix --namespace --attr-source", elsewhere, "git(1); safe.bareRepository in git-config(1)"},
		{"git", "", "--ext-diff", "run the program that the configuration names for comparing", "git-diff(1); CVE-2025-66032"},
		{"git", "", "--textconv", "run the program that the configuration names for showing files as text", "git-diff(1)"},
		{"git", "", "--output --output-directory", writes, "git-diff(1), git-format-patch(1)"},
		{"git", "grep", "-O --open-files-in-pager", "run the program that it names on the files found", "git-grep(1)"},
		{"git", "", "--upload-pack --receive-pack --exec", "run the program that it names, here or on the other machine", "git-fetch(1), git-push(1), git-archive(1), git-rebase(1); CVE-2025-66032"},
		{"git", "clone|fetch|ls-remote|pull|fetch-pack", "-u", "run the program that it names in place of git-upload-pack", "git-clone(1)"},
		{"git", "clone|init", "--template -c --config --separate-git-dir --reference --recurse-submodules --recursive", "copy hooks or settings that name programs to run", "git-clone(1), git-init(1)"},
		{"git", "difftool", ":9", runs, "git-difftool(1)"},
		{"git", "mergetool", ":9", runs, "git-mergetool(1)"},
		{"git", "rebase", "-x -i --interactive --edit-todo", "run commands between the steps", "git-rebase(1)"},
		{"git", "rebase|merge|pull", "-s --strategy", "run the program git-merge-… that it names", "git-merge(1)"},
		{"git", "cherry-pick|revert", "--strategy", "run the program git-merge-… that it names", "git-cherry-pick(1)"},
		{"git", "bisect run|bisect view|bisect visualize|bisect start|bisect replay", ":1", runs, "git-bisect(1)"},
		{"git", "filter-branch|hook|instaweb|gui|send-email|for-each-repo|remote-ext", ":9", runs, "git-filter-branch(1), git-hook(1), git-instaweb(1), git-send-email(1), git-remote-ext(1)"},
		{"git", "submodule foreach|submodule add|submodule update|submodule init|submodule sync", ":1", "run commands in other repositories", "git-submodule(1)"},
		{"git", "config", ":1", "set what git runs (core.pager, core.fsmonitor, an alias)", "git-config(1)"},
		{"git", "maintenance|daemon|upload-pack|receive-pack", ":9", "go on in the background or serve the repository", "git-maintenance(1), git-daemon(1)"},
		{"git", "help", ":9", "open a viewer", "git-help(1)"},
		{"git", "", "--help", "open a viewer", "git-help(1)"},
		{"git", "archive", "-o --remote", writes, "git-archive(1)"},
		{"git", "archive", "--add-file --add-virtual-file", "take in files from anywhere", "git-archive(1)"},
		{"git", "format-patch", "-o", writes, "git-format-patch(1)"},
		{"git", "bundle create|pack-objects|merge-file", ":1", writes, "git-bundle(1), git-pack-objects(1), git-merge-file(1)"},
		{"git", "index-pack", "-o", writes, "git-index-pack(1)"},
		{"git", "worktree add|worktree move|worktree repair", ":1", "write a copy of the files to another folder", "git-worktree(1)"},
		{"git", "checkout-index", "--prefix", "write files to another folder", "git-checkout-index(1)"},
		{"git", "fast-export|fast-import", ":9", "write or take in whole repositories", "git-fast-import(1)"},
		{"git", "diff", "--no-index", "compare files anywhere", "git-diff(1)"},
		{"git", "blame|annotate", "--contents", "read a file anywhere", "git-blame(1)"},
		{"git", "interpret-trailers", "--trailer --in-place", "run the program that the configuration names for it", "git-interpret-trailers(1)"},
		{"git", "", "", "run the program that the address names", "git-remote-ext(1); see judgeGit"},
		{"git", "push", "--repo", "send the repository to another place", "git-push(1)"},
		{"git", "remote add|remote set-url|submodule set-url", ":1", "set where the repository's content is sent to", "git-remote(1), git-submodule(1)"},
		{"git", "apply", "--unsafe-paths --directory", "write outside the folder", "git-apply(1)"},
		{"git", "update-index", "--fsmonitor", "run the program that the configuration names", "git-update-index(1)"},
		{"git", "credential|credential-cache|credential-cache--daemon|credential-store|credential-libsecret|credential-osxkeychain|credential-wincred|credential-manager", ":9", "show, take in or delete the passwords that git uses", "git-credential(1), gitcredentials(7)"},
		{"keel-helper", "", ":9", "hand out the account that git signs in with, or run another program", "backend/gitcredential, app/helper"},
		{"secret-tool security keyctl keyring kwallet-query kwalletcli lssecret pass gopass op bw vault lpass cmdkey vaultcmd", "", ":9", "show or change what is in a keychain", "secret-tool(1), security(1), keyctl(1), kwallet-query(1), pass(1)"},
		{"gdbus busctl dbus-send dbus-monitor qdbus qdbus6 dbus-run-session", "", ":9", "speak with services of the desktop, the keychain among them", "gdbus(1), busctl(1), dbus-send(1), dbus-monitor(1)"},
		{"gcore", "", ":9", "write down the memory of another program", "gcore(1)"},
		{"git", "var", ":9", "show settings that name programs", "git-var(1)"},

		{"gh", "alias|extension|extensions|ext|config|codespace|cs|auth|ssh-key|secret|variable|gpg-key|browse", ":1", "change what gh runs, or hand out access", "gh alias, gh extension: manual at cli.github.com/manual"},
		{"gh", "api", ":1", "change anything that the account may change", "gh api: manual at cli.github.com/manual"},
		{"gh", "", "-D --dir --output -O --editor --web", writes, "gh release download, gh run download: manual at cli.github.com/manual"},
		{"hg", "", "--config --config-file -R --repository --cwd --debugger -o --output", obeys, "hg(1)"},
		{"svn", "", "--config-option --config-dir --diff-cmd --diff3-cmd --editor-cmd", obeys, "svn help; the Subversion book, \"svn Options\""},
	}
}

func searching() []row {
	return []row{
		{"find", "", "-exec -execdir -ok -okdir", "run the program that it names on every file found", "find(1); Claude Code CVE-2026-24887"},
		{"find", "", "-delete", "delete every file found", "find(1)"},
		{"find", "", "-fprint -fprint0 -fprintf -fls", writes, "find(1)"},
		{"fd fdfind", "", "-x --exec -X --exec-batch", "run the program that it names on every file found", "fd(1)"},
		{"rg", "", "--pre", "run the program that it names on every file", "rg(1); GUIDE.md, \"Preprocessor\""},
		{"rg", "", "--hostname-bin", "run the program that it names", "rg(1)"},
		{"rg", "", "-z --search-zip", "run the programs that unpack files", "rg(1)"},
		{"ag", "", "--pager -z --search-zip", runs, "ag(1)"},
		{"ack", "", "--pager --output --ackrc --filter", obeys, "ack(1)"},
		{"bat batcat", "", "--pager --diff --config-file", runs, "bat(1)"},
		{"bat batcat", "cache", ":9", loads, "bat(1)"},
		{"delta", "", "--pager --config", obeys, "delta --help"},
		{"less more most zless bzless xzless lzless zstdless", "", "+ -o -O --log-file --LOG-FILE -k --lesskey-file --lesskey-src --lesskey-content", "run commands of the viewer, or write a log", "less(1): +cmd, ! and s commands; more(1)"},
		{"man", "", "-P --pager -H --html -X --gxditview -l --local-file -C --config-file -p --preprocessor -T", "run the program that it names", "man(1)"},
		{"locate updatedb", "", "-o --output --prunepaths", writes, "updatedb(8)"},
		{"tree", "", "-o --output -R", writes, "tree(1)"},
		{"fzf sk", "", "--preview --bind --execute --history", runs, "fzf(1)"},
		{"ctags", "", "-o -f --options --_xformat", obeys, "ctags(1)"},
	}
}

func text() []row {
	return []row{
		{"sed gsed", "", "-i --in-place", "change the files themselves", "sed(1); Claude Code CVE-2025-64755"},
		{"sed gsed", "", "-f --file", "take its script from a file, which may run programs", "sed(1)"},
		{"awk gawk mawk nawk original-awk", "", "-f --file -E --exec -i --include -l --load -W", loads, "gawk(1), mawk(1): -W exec"},
		{"awk gawk mawk nawk original-awk", "", "-o --pretty-print -p --profile -d --dump-variables -D --debug", writes, "gawk(1)"},
		{"sort gsort", "", "-o --output", writes, "sort(1)"},
		{"sort gsort", "", "--compress-program", "run the program that it names", "sort(1)"},
		{"sort gsort", "", "-T --temporary-directory", "write to the folder that it names", "sort(1)"},
		{"uniq xxd", "", "", "write to its second file", "uniq(1): uniq [OPTION]... [INPUT [OUTPUT]]; xxd(1)"},
		{"tee", "", ":9", "write to any file", "tee(1); Claude Code CVE-2025-58764"},
		{"split csplit", "", "--filter", "run the program that it names on every piece", "split(1)"},
		{"patch", "", "-o --output -d --directory -r --reject-file -B --prefix -i --input -e --ed", "write somewhere else, or run ed", "patch(1); CVE-2018-1000156"},
		{"diff", "", "--to-file --from-file --output", "compare files anywhere", "diff(1)"},
		{"sdiff", "", "-o --output --diff-program", runs, "sdiff(1)"},
		{"diff3", "", "--diff-program", runs, "diff3(1)"},
		{"shuf", "", "-o --output --random-source", writes, "shuf(1)"},
		{"yq", "", "-i --inplace -s --split-exp --split-exp-file --from-file", "change or write files", "yq --help"},
		{"yq", "", "--security-enable-system-operator", "run the programs that its expression names", "yq --help"},
		{"iconv", "", "-o --output", writes, "iconv(1)"},
		{"jq", "", "-L --library-path -f --from-file", loads, "jq(1)"},
		{"xmllint", "", "-o --output --shell", writes, "xmllint(1)"},
		{"xsltproc", "", "-o --output", writes, "xsltproc(1)"},
		{"pandoc", "", "-F --filter -L --lua-filter --pdf-engine -o --output -d --defaults -H --extract-media --data-dir", loads, "pandoc(1)"},
		{"vim vi nvim view ex emacs emacsclient nano ed", "", ":9", "run commands of the editor, which can start programs", "vim(1): -c, +cmd, -S, :!; emacs(1): --eval; ed(1): !"},
		{"dd", "", "of=", writes, "dd(1)"},
		{"install cp mv ln", "", "-t --target-directory --strip-program -b --suffix", "write to another folder or run a program", "install(1), cp(1)"},
		{"date", "", "-s --set", "set the clock", "date(1)"},
		{"file", "", "-m --magic-file -C --compile -f --files-from -z --uncompress -Z", loads, "file(1)"},
	}
}

func building() []row {
	return []row{
		{"go", "", "-exec -toolexec -vettool -fixtool", "run the program that it names", "go help build, go help test, go help vet, go help fix"},
		{"go", "", "-o -coverprofile -cpuprofile -memprofile -blockprofile -mutexprofile -trace -outputdir -pkgdir -testlogfile", writes, "go help build, go help testflag"},
		{"go", "", "-test.cpuprofile -test.memprofile -test.blockprofile -test.mutexprofile -test.trace -test.coverprofile -test.outputdir -test.testlogfile -test.gocoverdir -test.fuzzcachedir", writes, "go help testflag"},
		{"go", "", "-C", elsewhere, "go help build"},
		{"go", "", "-overlay -modfile -modcacherw -pgo=/.", "use other source files or modules than the folder's", "go help build"},
		{"go", "", "-gccgoflags -compiler -linkshared", "pass options to compilers and linkers, which can run programs", "go help build; for -ldflags, -gcflags and -asmflags see judgeGo"},
		{"go", "run|generate|tool|get|install|bug|telemetry|work", ":1", runs, "go help run, go help generate, go help tool"},
		{"go", "env", "-w -u", "change settings that stay, such as the compilers it runs", "go help env"},
		{"go", "mod edit", ":1", "change the modules that are built", "go help mod"},
		{"go", "fmt|clean", "-modcache -cache -testcache -fuzzcache", "delete what other folders use", "go help clean"},
		{"go", "doc", "-http", "open a server", "go help doc"},
		{"gofmt goimports", "", "-cpuprofile -srcdir", writes, "gofmt -help"},
		{"golangci-lint", "", "--config -c --path-prefix --output.json.path --output.text.path --cpu-profile-path --mem-profile-path --trace-path", obeys, "golangci-lint help run"},
		{"golangci-lint", "custom", ":1", loads, "golangci-lint help custom"},

		{"cargo", "", "--config", obeys, "cargo(1): build.rustc-wrapper, target.runner"},
		{"cargo", "", "-Z -C --open --manifest-path --target-dir --lockfile-path --artifact-dir --out-dir", elsewhere, "cargo(1), cargo-build(1)"},
		{"cargo", "", "+", "use another toolchain", "rustup book, \"Overrides\""},
		{"cargo", "run|r|install|uninstall|publish|login|logout|owner|yank|config|rustc|rustdoc|fix|new|init|vendor|package", ":1", "run, install, publish or write what it names", "cargo-run(1), cargo-install(1), cargo-publish(1)"},
		{"rustc", "", "-C --codegen -Z -o --out-dir -l -L --extern --sysroot --emit=/ @", loads, "rustc(1): -C linker=, @path"},
		{"rustup", "run|install|toolchain|override|default|self|component|set", ":1", runs, "rustup help"},

		{"make gmake", "", "SHELL= .SHELLFLAGS= MAKEFLAGS= MAKEFILES= MAKE= CC= CXX= CPP= LD= AR= AS= FC= RM= YACC= LEX= CFLAGS= CXXFLAGS= LDFLAGS= GOFLAGS= PATH=", "run another program than the makefile names", "GNU make manual, \"Overriding Variables\", \"Choosing the Shell\""},
		{"make gmake", "", "--eval -E", "run commands that it holds", "GNU make manual, \"Options Summary\""},
		{"make gmake", "", "-f --file --makefile -C --directory -I --include-dir", "take its rules from another file or folder", "GNU make manual, \"Options Summary\""},
		{"cmake", "", "-P -E -C -S -B --install-prefix --prefix --toolchain --graphviz --trace-redirect -D…", "run scripts, or take its rules from another place", "cmake(1)"},
		{"ninja", "", "-C -f -t", elsewhere, "ninja manual"},
		{"task", "", "-t --taskfile -d --dir -g --global --output", "take its tasks from another file", "task --help"},
		{"just", "", "-f --justfile -d --working-directory --shell --shell-arg --chooser -c --command --set -g --global-justfile", runs, "just --help"},
		{"meson", "", "-C --native-file --cross-file --wrap-mode", elsewhere, "meson(1)"},
		{"bazel", "run", ":1", runs, "bazel help run"},
		{"bazel", "", "--bazelrc --run_under --override_repository --shell_executable --output_base --output_user_root", obeys, "bazel help"},

		{"gcc g++ cc c++ c89 c99 clang clang++", "", "-fplugin… -wrapper -B… -specs… -specs --specs -o… -o -save-temps… -dumpdir @ -fuse-ld… --ld-path -Xclang -load -include -imacros -iplugindir… -Wl,… -Wa,… -Xlinker -Xassembler -T… -ffile-prefix-map… -MF… -MF -fdump… -fprofile… -d… --config --config-user-dir", "load code, run another program or write to a file", "gcc(1): -wrapper, -B, -specs, -fplugin; clang(1)"},
		{"nm ranlib strip objcopy objdump size addr2line readelf", "", "--plugin @", loads, "nm(1), objdump(1): --plugin, @file"},
		{"clang-tidy clang-check clang-query", "", "--load -load --extra-arg --extra-arg-before -extra-arg -extra-arg-before --config-file --export-fixes --vfsoverlay -fplugin… -Xclang @", loads, "clang-tidy --help"},
		{"cppcheck", "", "--addon --addon-python --clang --clang-tidy --project --library --rule-file --output-file --plist-output --cppcheck-build-dir", "run the program that it names, or load code", "cppcheck --help"},
		{"ctest", "", "-S -SP --script --script-new-process --build-and-test -D --dashboard -O --output-log --output-junit", "run scripts, or write to a file", "ctest(1)"},
		{"doxygen", "", ":1", "run the filters that its settings name", "doxygen manual, INPUT_FILTER"},
		{"protoc", "", "--plugin --descriptor_set_out --dependency_out @", "run the program that it names, or write to a file", "protoc --help"},
		{"ld ld.lld ld.gold", "", "-o… -o -plugin --plugin -T… -dynamic-linker --dynamic-linker -Map… @", loads, "ld(1)"},

		{"mvn mvnw", "", "-f… --file -D… -s… --settings -gs… --global-settings -t… --toolchains -l… --log-file", obeys, "mvn --help"},
		{"mvn mvnw", "exec:java|exec:exec|antrun:run|deploy|release:perform|archetype:generate", ":1", runs, "exec-maven-plugin, maven-antrun-plugin"},
		{"gradle gradlew", "", "-I… --init-script -D… -b… --build-file -c… --settings-file -p… --project-dir -g… --gradle-user-home --include-build --project-cache-dir", obeys, "gradle --help"},
		{"ant", "", "-f -file -buildfile -lib -D… -propertyfile -logfile -l -logger -listener", obeys, "ant -help"},
		{"dotnet", "run|exec|script|fsi|tool|new|nuget|msbuild|dev-certs|workload", ":1", runs, "dotnet help"},
		{"dotnet", "", "/p: /property: /logger: -p… -property… --property --logger=/. -l=/. --settings -s=/ -o --output --additionalprobingpath --artifacts-path --results-directory --test-adapter-path @", obeys, "dotnet build, dotnet test: learn.microsoft.com/dotnet/core/tools"},
		{"swift", "run|package|repl", ":1", runs, "swift help"},
		{"zig", "run|cc|c++|fetch|init", ":1", runs, "zig help"},
		{"java javac kotlinc scalac", "", "-javaagent… -agentlib… -agentpath… -jar -cp -classpath --class-path -XX… -processor -processorpath --processor-path -J… @ -d -Xplugin…", loads, "java(1), javac(1)"},
	}
}

func packages() []row {
	return []row{
		{"npm", "exec|x|explore|init|innit|create|c", ":1", runs, "npm help exec, npm help explore, npm help init"},
		{"npm", "config|set|get|edit|publish|unpublish|login|adduser|logout|token|owner|access|link|ln|shrinkwrap|pack|profile|dist-tag|deprecate|hook|org|team|star|bugs|docs|repo|home|fund|help|help-search|cache|pkg set|pkg delete|pkg fix", ":1", "change settings that name programs, publish, or write elsewhere", "npm help config"},
		{"npm", "exec|x", "-c --call -p --package", "run a command that a shell reads, or another package", "npm help exec"},
		{"npm pnpm yarn", "", "--script-shell --shell --node-options --git --editor --browser --viewer --node-gyp --python --userconfig --globalconfig --npmrc --init-module --init.module --scripts-prepend-node-path --use-yarnrc --use-node-version --shell-emulator --reporter=/.", "run another program than the script names", "npm help config; pnpm.io/settings; classic.yarnpkg.com/docs/cli"},
		{"npm", "", "-C --prefix -g --global --location --cache --logs-dir --pack-destination", elsewhere, "npm help config"},
		{"npm pnpm yarn", "", "--registry --proxy --https-proxy --cafile --ca --strict-ssl", "fetch packages from another place", "npm help config"},
		{"pnpm", "exec|dlx|create|init|config|c|set|store|env|publish|link|ln|patch-commit|deploy|setup|server|self-update|recursive exec|recursive dlx|multi exec|m exec", ":1", runs, "pnpm.io/cli/exec, pnpm.io/cli/dlx"},
		{"pnpm", "", "-C --dir -g --global --global-dir --store-dir --virtual-store-dir --modules-dir --config.script-shell --pnpmfile --global-pnpmfile -c --shell-mode", elsewhere, "pnpm.io/pnpm-cli"},
		{"yarn", "exec|dlx|create|node|config|global|link|publish|login|plugin|set|init|policies|npm|pack|patch-commit|unplug|workspace exec|workspace node|workspace dlx|workspace create|workspace add|workspace config|workspaces exec|workspaces node", ":1", runs, "yarnpkg.com/cli"},
		{"yarn", "", "--cwd --use-yarnrc --modules-folder --global-folder --cache-folder --link-folder --preferred-cache-folder --mutex --yarn-path --inspect --inspect-brk -T -B", elsewhere, "classic.yarnpkg.com/docs/cli; yarnpkg.com/cli/run"},
		{"npx pnpx bunx uvx pipx corepack dlx", "", ":1", runs, "npm help npx; docs.astral.sh/uv/guides/tools"},
		{"bun deno", "x|run|exec|create|eval|repl|install|upgrade|task|serve|compile|bundle|init|publish", ":1", runs, "bun --help; deno --help"},
		{"bun deno", "", "-e --eval -p --print --preload -r --require --config -c --cwd --import-map --allow-run --allow-all -A --outfile --outdir --output -o", loads, "bun --help; deno --help"},

		{"pip", "install|download|wheel|config|uninstall|cache|debug", ":1", "run the build scripts of packages, or change settings", "pip install --help; pip.pypa.io, \"Build System Interface\""},
		{"pip", "", "--index-url -i --extra-index-url -f --find-links --trusted-host --python --log --report --target -t --prefix --root --proxy --cert", "fetch packages from another place or write elsewhere", "pip --help"},
		{"uv", "run|tool|pip|add|sync|init|python|build|publish|venv|cache|self|lock", ":1", runs, "docs.astral.sh/uv/reference/cli"},
		{"uv", "", "--directory --project --config-file --index-url --index --default-index --python -p", elsewhere, "docs.astral.sh/uv/reference/cli"},
		{"poetry pipenv hatch conda mamba micromamba pdm rye pixi", "run|shell|config|install|add|publish|self|env|create|python|exec|init|update|activate", ":1", runs, "poetry run: python-poetry.org/docs/cli; conda run: docs.conda.io"},
		{"poetry pipenv hatch", "", "-C --directory -P --project", elsewhere, "python-poetry.org/docs/cli"},
		{"gem", "install|exec|update|push|build|unpack|fetch", ":1", loads, "gem help commands"},
		{"gem", "", "--config-file -r -e -P --install-dir -i --bindir -n --source -s", obeys, "gem help"},
		{"bundle bundler", "exec|config|install|console|open|gem|plugin|add|update|init|package|cache", ":1", runs, "bundle(1)"},
		{"bundle bundler", "", "--gemfile --path --binstubs --shebang", loads, "bundle-install(1)"},
		{"stack cabal opam dune", "exec|run|ghc|ghci|repl|runghc|runhaskell|script|eval|utop|install|init|upgrade", ":1", runs, "stack exec, cabal exec, opam exec, dune exec: their --help"},
		{"mix lein", "run|cmd|do|eval|exec|repl|shell|archive.install|escript.install|update-in", ":1", runs, "mix help run, lein help run"},
		{"rake", "", "-e -E -f --rakefile -r --require -I --libdir -p -g --system -R --rakelibdir --execute --execute-print --execute-continue", loads, "rake --help"},
		{"composer", "exec|config|create-project|global|run-script|require|install|update|self-update|init", ":1", runs, "getcomposer.org/doc/03-cli.md"},
		{"composer", "", "-d --working-dir", elsewhere, "getcomposer.org/doc/03-cli.md"},
		{"brew apt apt-get dnf yum pacman apk snap flatpak port choco winget", "install|upgrade|tap|edit|sh|ruby|bundle|services|remove|purge|dist-upgrade|update|run|add|autoremove|uninstall|reinstall|full-upgrade|source|cask", ":1", "install or remove programs", "brew(1), apt(8)"},
		{"apt apt-get", "", "-o --option -c --config-file", obeys, "apt-get(8): APT::Update::Pre-Invoke"},
	}
}

func languages() []row {
	return []row{
		{"python pypy", "", "-c -m -i - -X -W=.:", "run code or a module that the arguments hold", "python(1)"},
		{"node nodejs", "", "-e --eval -p --print -r --require --import --loader --experimental-loader --experimental-config-file --env-file --env-file-if-exists -i --interactive -pe --run --build-sea --experimental-sea-config --snapshot-blob --diagnostic-dir --report-dir --report-directory --cpu-prof-dir --heap-prof-dir --openssl-config --icu-data-dir --inspect --inspect-brk --inspect-wait --test-reporter=/. --test-reporter-destination --redirect-warnings --trace-event-file-pattern -C -", "run code that the arguments hold, or load it", "node(1)"},
		{"sh bash dash zsh ksh mksh fish", "", "-c -s -i -l --login --init-file --rcfile --init-command -C -O +O -o -", "run commands that the arguments or the input hold", "bash(1)"},
		{"ruby", "", "-e -r -I -C -x -i -S -n -p -", "run code that the arguments hold, or load it", "ruby(1)"},
		{"perl", "", "-e -E -M… -m… -I -i -x -d -n -p -s -S -", "run code that the arguments hold, or load it", "perlrun(1)"},
		{"php", "", "-r -B -R -F -E -d -c -z -a -S -t -", "run code that the arguments hold, or settings", "php(1)"},
		{"lua luajit tclsh rscript julia groovy", "", "-e -l -i -E -L -p -J -H -t -m --eval --load --project -", "run code that the arguments hold, or load it", "lua(1), julia(1), Rscript(1)"},
		{"ipython irb jshell ghci runghc runhaskell iex erl elixir escript guile racket clojure clj scala kotlin osascript wish expect ts-node tsx dart rscript swift-frontend", "", ":1", "run any code", "their manual pages"},
		{"m4 dc gnuplot octave jrunscript jjs yash posh", "", ":1", "run programs by commands of their language", "m4(1): syscmd; dc(1): !; gnuplot: system"},
		{"cowsay cowthink", "", "-f", loads, "cowsay(1)"},
		{"exiftool", "", "-if… -p -fileNUM… -config -execute… -stay_open -@ -o -w… -W…", "run code that the arguments hold, or write to a file", "exiftool(1): -if EXPR"},
		{"tex latex pdftex pdflatex xetex xelatex luatex lualatex", "", "-shell-escape -enable-write18 -output-directory -output-dir -ini -fmt -lua -cnf-line -jobname", "run the programs that the document names, or write elsewhere", "tex(1), luatex(1)"},
		{"latexmk", "", "-e -r -shell-escape -latex -pdflatex… -lualatex… -xelatex… -latex… -pretex… -usepretex… -outdir… -output-directory… -auxdir… -aux-directory… -cd", "run code or programs that the arguments name", "latexmk(1)"},
		{"gdb lldb", "", ":9", "run any program and commands of the debugger", "gdb(1): -ex, -x, --args"},
		{"sqlite sqlite3 psql mysql mariadb mongosh redis-cli duckdb", "", ":9", "run programs or write files by commands of their own", "sqlite3(1): .shell, .output; psql(1): \\!, \\o; mysql(1): system"},

		{"pytest py.test", "", "-p -c --config-file --rootdir -o --override-ini --confcutdir --basetemp --junit-xml --junitxml --log-file --pastebin --debug --pyargs --import-mode --cov-config --cov-report=: --resultlog --html --pdbcls --pdb --trace --tx --px --rsyncdir --report-log @", "load code, take settings, or write to a file", "pytest --help; pytest-xdist, --tx popen//python="},
		{"tox nox", "", "-c --conf --workdir --root -f --noxfile -x --override --runner --result-json --default-venv-backend --force-python", obeys, "tox --help; nox --help"},
		{"mypy", "", "--config-file --python-executable --cache-dir --junit-xml --html-report --txt-report --xml-report --install-types --shadow-file --any-exprs-report --cobertura-xml-report --linecount-report --linecoverage-report --lineprecision-report --xslt-html-report --xslt-txt-report --custom-typing-module --custom-typeshed-dir @", loads, "mypy --help: plugins, @file"},
		{"ruff black isort flake8 pylint", "", "--config --settings-path --settings-file --sp --rcfile --init-hook --load-plugins --append-config --output-file -o --cache-dir --isolated-config --virtual-env --output @", obeys, "their --help: --init-hook, --load-plugins"},
		{"coverage", "run|debug", ":1", runs, "coverage help run"},
		{"coverage", "", "--rcfile -o --directory -d --data-file", writes, "coverage help"},
		{"eslint", "", "-c --config --no-config-lookup --rulesdir --resolve-plugins-relative-to --plugin --parser -o --output-file --init --cache-location --cache-file --stdin-filename=/ --inspect-config --mcp", "load code, start another program, or write to a file", "eslint --help: --inspect-config, --mcp"},
		{"eslint", "", "-f=/.@ --format=/.@", loads, "eslint --help: a formatter is a module"},
		{"tsc", "", "--outDir --outFile --declarationDir --tsBuildInfoFile --generateTrace --generateCpuProfile --rootDir --baseUrl -p=/ --project=/ --plugins --init --locale --outdir --outfile @", "write somewhere else, or take settings from another file", "tsc --all"},
		{"prettier", "", "--config --plugin --plugin-search-dir --cache-location --ignore-path --config-path --find-config-path", loads, "prettier --help"},
		{"vite vitest jest mocha rollup webpack esbuild playwright cypress ava tap c8 nyc rspec phpunit", "", "-c --config --configLoader --root --dir --rootDir -r --require --import --loader --file --reporter=/.@ --reporters=/.@ --outputFile --outDir --outdir --outfile -o --output --output-path --report-dir --reporter-dir --globalSetup --setupFiles --setupFilesAfterEnv --setup-files-after-env --testRunner --runner --transform --environment --env=/. --testEnvironment --resolver --bootstrap --configuration --coverageDirectory --coverage-directory --cacheDirectory --plugin --plugins --ui-port --api --project=/ --watchPlugins --node-arguments --servedir --node-option --extension -I --spec --package -n", "load code or settings from what it names, or write elsewhere", "their --help"},
	}
}

func archives() []row {
	return []row{
		{"tar gtar bsdtar", "", "--checkpoint-action --to-command -I --use-compress-program -F --info-script --new-volume-script --rsh-command --rmt-command", "run the program that it names", "tar(1); GTFOBins, tar"},
		{"tar gtar bsdtar", "", "-C --directory -P --absolute-names --one-top-level --index-file -g --listed-incremental --remove-files --transform --xform -s --recursive-unlink --unlink-first --keep-directory-symlink --volno-file", "write or delete somewhere else", "tar(1)"},
		{"tar gtar bsdtar", "", "-T --files-from -X=/", "read names, and options, from a file", "tar(1): --verbatim-files-from"},
		{"tar gtar bsdtar", "", "-f=: --file=:", "start a program that reaches another machine", "tar(1): \"archive name has a colon\""},
		{"zip", "", "-T -TT --test --unzip-command -m --move -O --output-file --out -b --temp-path -lf --logfile-path", "run the program that tests the archive, or write or delete elsewhere", "zip(1); GTFOBins, zip"},
		{"unzip", "", "-d -:", "write somewhere else", "unzip(1)"},
		{"7z 7za 7zr", "", "-o… -w… -si -so -sdel -t… @", "write somewhere else", "7z manual"},
		{"cpio", "", "-i -p -F -O -I -D --extract --pass-through --file --rsh-command --to-stdout --absolute-filenames --directory", "write files by the names in the archive, or start a program", "cpio(1)"},
		{"gzip gunzip bzip2 xz zstd", "", "--output-dir-flat --output-dir-mirror -o --filelist --files", writes, "zstd(1), xz(1)"},
		{"ar", "", "--plugin --output -N @", loads, "ar(1)"},
		{"ffmpeg", "", "-i=:| -vstats_file -report -progress -dump_attachment… -passlogfile -filter_complex_script -filter_script -init_hw_device -filter_complex=/", "read or write other files and addresses", "ffmpeg(1); ffmpeg-protocols(1)"},
		{"openssl", "", "-engine -provider -provider-path -config -out -keyout -CAserial -writerand -rand -sess_out -proxy -outdir -batch", loads, "openssl(1)"},
		{"convert magick mogrify identify", "", "-write -path -set @", writes, "imagemagick.org, \"Security Policy\"; CVE-2016-3714"},
	}
}

func network() []row {
	return []row{
		{"curl", "", "-o --output -O --remote-name --remote-name-all --output-dir -J --remote-header-name -D --dump-header -c --cookie-jar --trace --trace-ascii --stderr --libcurl --etag-save --hsts --alt-svc --create-dirs --skip-existing --ip-tos --ssl-sessions --netrc-file -j", writes, "curl(1)"},
		{"curl", "", "", writes, "curl(1), --write-out; see judgeCurl"},
		{"curl", "", "-w=@ --write-out=@", "take a format from a file, which can name files to write", "curl(1), --write-out"},
		{"curl", "", "-K --config --engine --proto-redir -q", "take settings or code from what it names", "curl(1)"},
		{"curl", "", "-T --upload-file -F=@< --form=@< -d=@ --data=@ --data-binary=@ --data-raw=@ --data-ascii=@ --data-urlencode=@ --json=@ --url-query=@ -H=@ --header=@ --proxy-header=@ -b=/. --cookie=/. -E --cert --key --expand-data --mail-from --upload-flags", "send a file away", "curl(1)"},
		{"curl", "", "-n --netrc --netrc-optional -u --user -x --proxy --preproxy --socks5 --doh-url --resolve --connect-to --unix-socket --abstract-unix-socket -k --insecure --interface --telnet-option -Q --quote", "use passwords, or another way than the address shows", "curl(1)"},
		{"curl", "", "--variable", "send what a file or the environment holds", "curl(1), \"Variables\""},
		{"wget", "", "-O --output-document -o --output-file -a --append-output -P --directory-prefix --save-cookies --warc-file --rejected-log --hsts-file --warc-tempdir --warc-dedup -N -r --recursive -m --mirror -p --page-requisites -i --input-file -B --base --ca-directory --certificate -x --force-directories --content-disposition", "write to files that it or the other machine names", "wget(1)"},
		{"wget", "", "--use-askpass -e --execute --config --post-file --body-file --post-data --load-cookies", "run a program, take settings, or send a file away", "wget(1)"},
		{"ssh slogin autossh", "", ":9", "run any command on another machine, whose shell reads the words once more", "ssh(1)"},
		{"ssh slogin autossh", "", "-o -F -E -I -i -L -R -D -w -W -J -P -O -S", "run a program on this machine, or open a way through it", "ssh(1), ssh_config(5): ProxyCommand, LocalCommand"},
		{"scp sftp", "", "-o -F -S -D -J -b -P -i -s", "run the program that it names", "scp(1), sftp(1)"},
		{"ssh-keygen ssh-add ssh-agent ssh-keyscan", "", ":9", "load code, start programs, or write keys", "ssh-keygen(1): -D, -w; ssh-agent(1)"},
		{"rsync", "", "-e --rsh --rsync-path --daemon --config --password-file --log-file --files-from --write-batch --only-write-batch --read-batch -T --temp-dir --backup-dir --partial-dir --delete --delete-before --delete-after --delete-excluded --delete-during --del --remove-source-files --copy-dest --link-dest --early-input --filter -f --dparam -M --remote-option --debug=/", "run the program that it names, or write or delete elsewhere", "rsync(1)"},
		{"nc ncat netcat socat telnet ftp mosh sshpass tftp lftp", "", ":9", "start programs and carry data to other machines", "nc(1): -e, -c; socat(1): EXEC, SYSTEM"},
		{"aws", "configure|ssm|ecr|codeartifact|sts|lambda|ec2-instance-connect|eks|emr|deploy|gamelift", ":1", "hand out access, or run a program elsewhere", "docs.aws.amazon.com/cli"},
		{"aws", "", "--endpoint-url --cli-input-json --cli-input-yaml --ca-bundle --profile --cli-binary-format --no-verify-ssl", "reach another machine or account", "docs.aws.amazon.com/cli"},
		{"gcloud az doctl heroku flyctl fly vercel netlify firebase", "", ":1", "change what the account may change", "their manuals"},
	}
}

func launching() []row {
	return []row{
		{"env", "", ":1", runs, "env(1)"},
		{"env", "", "-S --split-string -C --chdir -i -u", "read a command from one word, or run it elsewhere", "env(1)"},
		{"sudo doas runuser pkexec run0 gosu su-exec", "", ":1", "run a program as another user", "sudo(8), su(1)"},
		{"xargs gxargs", "", ":1", runs, "xargs(1); Claude Code CVE-2025-54795"},
		{"parallel watch script su at batch crontab screen tmux", "", ":9", "run any command, whose words a shell reads once more", "parallel(1), watch(1), script(1), su(1), at(1), tmux(1)"},
		{"nohup nice ionice renice stdbuf setsid unbuffer time gtime catchsegv fakeroot proot firejail bwrap systemd-run systemd-inhibit dbus-run-session xvfb-run unshare nsenter valgrind strace ltrace perf rlwrap torify proxychains caffeinate arch linux32 linux64 setarch numactl prlimit capsh chronic tini dumb-init", "", ":1", runs, "nohup(1), nice(1), strace(1), perf(1), and the like"},
		{"timeout gtimeout flock chroot chrt taskset entr start-stop-daemon ld.so ld-linux-x86-64.so", "", ":2", runs, "timeout(1), flock(1), chroot(1), taskset(1)"},
		{"flock", "", "-c --command", "run a command that a shell reads", "flock(1)"},
		{"strace ltrace perf valgrind script time gtime", "", "-o --output --log-file --trace-children -c --command --log-out --log-in -O -I -B -T", writes, "strace(1), script(1), time(1)"},
		{"busybox toybox", "", ":1", runs, "busybox(1)"},
		{"hyperfine watchexec nodemon concurrently cross-env cross-env-shell dotenv dotenvx env-cmd foreman honcho overmind hivemind cpulimit choom grc run-parts run-mailcap multitime pexec setlock softlimit sg xcrun xdotool", "", ":1", runs, "their --help"},
		{"tcpdump", "", "-z -w -F -V", "run the program that it names, or write to a file", "tcpdump(8)"},
		{"lerna nx rush", "exec|init|add|release|publish|migrate", ":1", runs, "lerna.js.org, lerna exec; nx.dev, nx exec"},
		{"cmd powershell pwsh wsl nu elvish xonsh csh tcsh", "", ":9", "run any command", "their manual pages"},
		{"systemctl service launchctl xdg-open open start direnv mise asdf nix nix-shell nix-build volta fnm nvm gio osascript loginctl", "", ":1", "start programs, now or later", "systemctl(1), direnv(1), nix(1)"},
		{"docker podman nerdctl", "run|exec|compose run|compose exec|compose up|compose build|compose start|compose cp|compose watch|compose create|compose restart|create|build|buildx|cp|plugin|context|stack|service|swarm|load|import|save|export|commit|attach|login|push|system|builder|container run|container exec|container cp|container create|debug|init|model|mcp|ai|extension|sandbox|desktop|offload|compose publish|compose commit|compose attach|image build|image load|image save|update|start|restart|secret|config", ":2", "run programs or reach files of this machine", "docker run: docs.docker.com/reference/cli/docker"},
		{"docker podman nerdctl", "", "-v=/. --volume=/. --mount --privileged --device --pid --userns --security-opt --cap-add --entrypoint -H --host --config -c --context --env-file --volumes-from --ipc --network=h --net=h --url --connection --root --runtime --hooks-dir --cidfile --iidfile --uts --cgroupns --cgroup-parent --tlscacert --tlscert --tlskey", "reach files of this machine or another one", "docker run: docs.docker.com/reference/cli/docker"},
		{"docker podman nerdctl", "compose config|compose convert|compose export", "-o --output", writes, "docker compose config: docs.docker.com/reference/cli/docker/compose"},
		{"docker-compose", "run|exec|up|build|start|cp|watch|create|restart", ":1", runs, "docs.docker.com/reference/cli/docker/compose"},
		{"docker-compose", "", "-f --file --project-directory --env-file -H --host", obeys, "docs.docker.com/reference/cli/docker/compose"},
		{"buildah lxc lxd incus vagrant ansible ansible-playbook chef puppet salt packer multipass qemu-system-x86_64", "", ":1", "run programs here or elsewhere", "their manuals"},
		{"kubectl oc", "exec|run|cp|debug|attach|proxy|port-forward|apply|create|edit|replace|delete|patch|plugin|config|set|scale|rollout|drain|label|annotate|kustomize|certificate|auth|taint|expose|autoscale|cordon|uncordon", ":2", "run programs elsewhere, or change the cluster", "kubernetes.io/docs/reference/kubectl"},
		{"kubectl oc helm k9s", "", "--kubeconfig --server -s --token --as --insecure-skip-tls-verify --raw --post-renderer --cache-dir --profile-output --template=/ --kuberc --output-directory --kube-apiserver --repository-config --registry-config", "obey settings that can name programs to run", "kubernetes.io/docs/reference/kubectl: exec credential plugins"},
		{"helm", "plugin|install|upgrade|uninstall|repo|registry|push|pull|package|rollback|create|delete|dependency|dep", ":1", runs, "helm.sh/docs/helm"},
		{"terraform tofu terragrunt", "apply|destroy|console|import|state|taint|untaint|login|logout|force-unlock|workspace|init|get|test|refresh|env", ":1", "change what it manages, or load code", "developer.hashicorp.com/terraform/cli"},
		{"terraform tofu terragrunt", "", "-chdir -out -state -state-out -backup -plugin-dir -from-module -backend-config -var-file -destroy -generate-config-out -config -json-into -auto-approve", "work elsewhere, load code or write to a file", "developer.hashicorp.com/terraform/cli"},
		{"gpg gpg2", "", "-o --output --homedir --options --exec-path --photo-viewer --agent-program --dirmngr-program --pinentry-mode --load-extension --keyserver --import --edit-key --delete-keys --export-secret-keys --status-file --logger-file --attribute-file --log-file", "run a program, or write keys or files", "gpg(1)"},
		{"code cursor codium", "", ":1", "open an editor, which runs extensions", "code --help"},
		{"keel", "", ":9", "change what Keel may do", "keel --help"},
	}
}
