// Package bind is what the page can call: one struct per feature, whose methods
// decode, call a service and encode. It decides nothing.
//
// # Promises
//
// Every method returns: a panic becomes an error with code "internal", because
// a lost reply would leave the page waiting for ever. Every failure is a
// [wire.Error]. Lists are never null. Long work returns at once and reports
// through events.
package bind
