package bedrock

// For the tests of this package alone.
var (
	BadAccount = badAccount
	Cached     = cached
)
