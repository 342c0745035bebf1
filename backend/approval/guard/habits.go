package guard

// habit is how a group of programs reads its arguments, as far as it differs
// from most: short options in bundles, long ones behind two dashes, which may be
// shortened, and `--` before what are no options.
type habit struct {
	programs string // their names
	// oneDash: long options have one dash and are not shortened; a second dash
	// changes nothing.
	oneDash bool
	// ignoresDashes: options count behind "--" too.
	ignoresDashes bool
	// anyDashes: long options may have one dash or two, besides short ones.
	anyDashes bool
	// foldsCase: capital letters do not count.
	foldsCase bool
	// abbreviates: subcommands may be shortened.
	abbreviates bool
	// interpreter: the program's first operand is a file with a program in it.
	interpreter bool
	// values are the short options that take a value: what follows such a letter
	// in the same word is no option. A letter that is missing here asks too often;
	// one that stands here wrongly hides options, so only what is certain does.
	values string
	// flags are options without a value. Where known is set, or the program is an
	// interpreter, every other option before the first operand asks.
	flags string
	// exact are names that are complete although longer ones begin so.
	exact string
	// known are the subcommands that the program has itself; every other one asks.
	known string
	// judge looks at what options alone do not tell.
	judge func(c call, shown int) string
}

func habits() []habit {
	return []habit{
		{programs: "git", judge: judgeGit,
			flags: "--no-pager -P -p --paginate --no-replace-objects --no-lazy-fetch --no-optional-locks --no-advice --literal-pathspecs --glob-pathspecs --noglob-pathspecs --icase-pathspecs --version -v -q --quiet --stat --cached --staged --oneline --name-only --name-status --numstat --shortstat",
			exact: "--text",
			known: "add am annotate apply archive bisect blame branch bundle cat-file check-attr check-ignore check-mailmap checkout checkout-index cherry cherry-pick clean clone column commit commit-graph commit-tree config count-objects daemon describe diff diff-files diff-index diff-tree difftool fast-export fast-import fetch filter-branch for-each-ref for-each-repo format-patch fsck gc grep gui hash-object help hook index-pack init instaweb interpret-trailers log ls-files ls-remote ls-tree maintenance merge merge-base merge-file merge-tree mergetool mktree mv name-rev notes pack-objects pack-refs patch-id prune pull push range-diff read-tree rebase reflog remote remote-ext repack replace request-pull rerere reset restore rev-list rev-parse revert rm send-email send-pack shortlog show show-branch show-index show-ref sparse-checkout stage stash status stripspace submodule switch symbolic-ref tag unpack-file unpack-objects update-index update-ref update-server-info upload-pack receive-pack var verify-commit verify-pack verify-tag version whatchanged worktree write-tree"},
		{programs: "cargo", values: "pjF",
			flags: "-q --quiet -v --verbose -vv --version -V --locked --offline --frozen --list",
			known: "add b bench build c check clean clippy d doc fetch fix fmt generate-lockfile help init install info locate-project login logout metadata new owner package pkgid publish r read-manifest remove rm run rustc rustdoc search t test tree uninstall update vendor verify-project version yank report config miri"},
		{programs: "find", oneDash: true, ignoresDashes: true},
		{programs: "fd fdfind", values: "dteEcoSj"},
		{programs: "rg", values: "ABCdeEfgjmMrtT"},
		{programs: "sed gsed", judge: judgeSed, ignoresDashes: true},
		{programs: "awk gawk mawk nawk original-awk", judge: judgeAwk, values: "Fv"},
		{programs: "go", oneDash: true, ignoresDashes: true, judge: judgeGo},
		{programs: "gofmt goimports", oneDash: true},
		{programs: "mvn mvnw gradle gradlew ant", oneDash: true, exact: "-DskipTests -DskipITs -Dmaven.test.skip -Dtest -Dit.test -fae -fn -ff"},
		{programs: "uniq xxd", judge: judgeSecondFile},
		{programs: "npm", abbreviates: true, anyDashes: true, exact: "i in ins inst insta instal install s se sea sear search t tst e ex r rm run"},
		{programs: "pnpm", anyDashes: true},
		{programs: "tar gtar bsdtar", judge: judgeTar, values: "bfHVL"},
		{programs: "gcc g++ cc c++ c89 c99 clang clang++ clang-tidy clang-check clang-query ld ld.lld ld.gold", oneDash: true, ignoresDashes: true},
		{programs: "terraform tofu", oneDash: true},
		{programs: "tex latex pdftex pdflatex xetex xelatex luatex lualatex latexmk exiftool ffmpeg openssl java javac kotlinc scalac", oneDash: true, ignoresDashes: true},
		{programs: "pytest", values: "kmrcpnW", exact: "--co --cov"},
		{programs: "dd", ignoresDashes: true},
		{programs: "curl", judge: judgeCurl, values: "AbceHmuXQrtwyYzEPC"},
		{programs: "python pypy", interpreter: true, flags: "-u -B -O -OO -I -E -s -S -b -bb -q -d"},
		{programs: "node nodejs", interpreter: true, flags: "--check --watch --trace-warnings --no-warnings --enable-source-maps --experimental-strip-types --trace-uncaught --max-old-space-size --stack-trace-limit", exact: "--test"},
		{programs: "sh bash dash zsh ksh mksh fish", interpreter: true, flags: "-e -x -u -n -v -eu -ex -eux -ux"},
		{programs: "ruby perl php lua luajit tclsh rscript julia groovy", interpreter: true, flags: "-w -W -T -t"},
		{programs: "make gmake", values: "jloW", ignoresDashes: true, judge: judgeMake},
		{programs: "sort", values: "kSt"},
		{programs: "tsc", anyDashes: true, foldsCase: true, ignoresDashes: true},
		{programs: "eslint prettier", exact: "--cache --no-config"},
		{programs: "vite vitest jest mocha rollup webpack esbuild playwright cypress ava tap c8 nyc rspec phpunit",
			exact: "--coverage --watch --reporter --run --ui --test --env --project"},
	}
}
