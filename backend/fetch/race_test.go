//go:build race

package fetch

// racing is set where the race detector makes the interpreter of PDF documents too
// slow for its limit.
const racing = true
