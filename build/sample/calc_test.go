package main

import (
	"errors"
	"testing"
)

func TestAdd(t *testing.T) {
	if got := Add(2, 3); got != 5 {
		t.Errorf("Add(2, 3) = %v, want 5", got)
	}
}

func TestDivide(t *testing.T) {
	tests := []struct {
		name    string
		a, b    float64
		want    float64
		wantErr error
	}{
		{"whole", 6, 3, 2, nil},
		{"fraction", 1, 4, 0.25, nil},
		{"by zero", 1, 0, 0, ErrDivideByZero},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Divide(test.a, test.b)
			if got != test.want || !errors.Is(err, test.wantErr) {
				t.Errorf("Divide(%v, %v) = %v, %v; want %v, %v", test.a, test.b, got, err, test.want, test.wantErr)
			}
		})
	}
}

func TestRound(t *testing.T) {
	if got := Round(3.14159, 2); got != 3.14 {
		t.Errorf("Round(3.14159, 2) = %v, want 3.14", got)
	}
}
