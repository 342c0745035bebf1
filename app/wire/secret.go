package wire

// SecretsState is where keys and tokens are kept.
type SecretsState struct {
	Seq     int64        `json:"seq"`
	Place   SecretsPlace `json:"place"`
	Locked  bool         `json:"locked"`  // what is kept cannot be read yet: the keychain or the passphrase is wanted
	Message string       `json:"message"` // what is wrong with the keychain; empty when it can be used
	Hint    string       `json:"hint"`
	// Undecided: something has to be kept, there is no keychain, and the person has
	// not said what to do instead.
	Undecided bool `json:"undecided"`
	Kept      int  `json:"kept"` // how many are kept in Place, as far as that is known
}

// SecretsPlace is a place for keys and tokens.
type SecretsPlace string

const (
	SecretsKeychain   SecretsPlace = "keychain"
	SecretsPassphrase SecretsPlace = "passphrase" // a file, sealed with the person's passphrase
	SecretsMemory     SecretsPlace = "memory"     // until Keel closes
)
