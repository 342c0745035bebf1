package main

import (
	"fmt"
	"strconv"
	"strings"
)

// Evaluate computes an expression of two numbers and an operator, "2 + 3".
func Evaluate(expression string) (float64, error) {
	fields := strings.Fields(expression)
	if len(fields) != 3 {
		return 0, fmt.Errorf("reading %q: want a number, an operator and a number", expression)
	}
	a, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return 0, fmt.Errorf("reading %q: %w", fields[0], err)
	}
	b, err := strconv.ParseFloat(fields[2], 64)
	if err != nil {
		return 0, fmt.Errorf("reading %q: %w", fields[2], err)
	}
	switch fields[1] {
	case "+":
		return Add(a, b), nil
	case "-":
		return Subtract(a, b), nil
	case "*":
		return Multiply(a, b), nil
	case "/":
		return Divide(a, b)
	}
	return 0, fmt.Errorf("reading %q: unknown operator %q", expression, fields[1])
}
