package main

import "testing"

func TestEvaluate(t *testing.T) {
	for expression, want := range map[string]float64{
		"2 + 3":  5,
		"7 - 10": -3,
		"4 * 2":  8,
		"9 / 3":  3,
	} {
		got, err := Evaluate(expression)
		if err != nil || got != want {
			t.Errorf("Evaluate(%q) = %v, %v; want %v", expression, got, err, want)
		}
	}
	for _, expression := range []string{"", "2", "2 + x", "2 ^ 3", "1 / 0"} {
		if _, err := Evaluate(expression); err == nil {
			t.Errorf("Evaluate(%q) gave no error", expression)
		}
	}
}
