package main

import (
	"errors"
	"math"
)

// ErrDivideByZero is returned when the divisor is zero.
var ErrDivideByZero = errors.New("cannot divide by zero")

// Add returns a plus b.
func Add(a, b float64) float64 {
	return a + b
}

// Subtract returns a minus b.
func Subtract(a, b float64) float64 {
	return a - b
}

// Multiply returns a times b.
func Multiply(a, b float64) float64 {
	return a * b
}

// Divide returns a divided by b.
func Divide(a, b float64) (float64, error) {
	if b == 0 {
		return 0, ErrDivideByZero
	}
	return a / b, nil
}

// Round rounds x to the given number of decimal places.
func Round(x float64, places int) float64 {
	factor := math.Pow(10, float64(places))
	return math.Round(x*factor) / factor
}
