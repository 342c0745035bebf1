package tool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

// What a question may hold.
const (
	fewestChoices   = 2
	mostChoices     = 6
	longestQuestion = 4000 // bytes
)

func (s *Set) askUser() definition {
	return definition{
		name: "ask_user", spare: true, kind: session.KindOther, plan: s.planAsk,
		arguments: []argument{
			{name: "question", kind: textArgument, required: true, description: "The question, as plain text."},
			{name: "choices", kind: listArgument, minimum: fewestChoices, maximum: mostChoices, description: "2 to 6 short answers to choose from."},
			{name: "free", kind: booleanArgument, description: "The user may also answer in their own words. Default true."},
		},
	}
}

func (s *Set) planAsk(_ context.Context, _ SessionView, a values) (plan, error) {
	text := strings.TrimSpace(a.texts["question"])
	choices, err := cleanChoices(a.lists["choices"])
	switch {
	case text == "":
		return plan{}, refuse("ask_user: the question is empty. Say what you want to know.")
	case len(text) > longestQuestion:
		return plan{}, refuse("ask_user: the question has %d bytes; at most %d are taken. Say the rest in your reply, then ask.", len(text), longestQuestion)
	case err != nil:
		return plan{}, err
	}
	question := session.Question{
		Kind: session.QuestionModel, Text: text, Choices: choices,
		Free: a.boolean("free", true) || len(choices) == 0,
	}
	parts := append([]string{"ask_user", text, fmt.Sprint(question.Free)}, choices...)
	return plan{
		Prepared: Prepared{Title: "Ask: " + firstLine(text), Hash: digest(parts...)},
		act: func(ctx context.Context, host Host) (Result, error) {
			answer, err := host.Ask(ctx, question)
			switch {
			case errors.Is(err, ErrNobody):
				return Result{Text: "There is nobody to ask in this run. Go on by your own judgement, choose what is easiest to take back, and say in your answer what you assumed."}, nil
			case err != nil && ctx.Err() != nil:
				return Result{}, ctx.Err()
			case err != nil:
				return Result{}, refuse("The question was not answered: %v. Go on by your own judgement, and say so.", err)
			}
			return Result{Text: answer}, nil
		},
	}, nil
}

// cleanChoices returns the choices without white space around them; each must
// say something of its own.
func cleanChoices(given []string) ([]string, error) {
	var choices []string
	for i, choice := range given {
		choice = strings.TrimSpace(choice)
		if choice == "" || slices.Contains(choices, choice) {
			return nil, refuse("ask_user: choice %d is empty or stands there twice. Give choices that differ.", i+1)
		}
		choices = append(choices, choice)
	}
	return choices, nil
}
