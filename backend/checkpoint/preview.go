package checkpoint

import (
	"context"
	"fmt"
)

// Preview says what [Store.Restore] would do if nothing changed until then.
func (s *Store) Preview(ctx context.Context, r RestoreRequest) (Plan, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return Plan{}, err
	}
	defer leave()
	makePlan, at, err := s.planner(ctx, r)
	if err != nil {
		return Plan{}, err
	}
	now, err := s.presentFor(ctx, at)
	if err != nil {
		return Plan{}, err
	}
	p, err := makePlan(now)
	if err != nil {
		return Plan{}, err
	}
	return p.export(), nil
}

// planner reads what a request refers to; the plan is made of the state before.
func (s *Store) planner(ctx context.Context, r RestoreRequest) (func(now *tree) (*plan, error), *aim, error) {
	in, err := newScope(r.Paths)
	if err != nil {
		return nil, nil, err
	}
	texts, err := unsavedTexts(r.Unsaved)
	if err != nil {
		return nil, nil, err
	}
	target, err := s.treeOf(ctx, r.ID)
	if err != nil {
		return nil, nil, err
	}
	at, err := s.aimAt(ctx, r.ID, in)
	if err != nil {
		return nil, nil, err
	}
	trees := []*tree{target}
	make := func(p *plan) { p.exact(target, in) }
	switch r.Verb {
	case Exact, "":
	case Agent:
		after, err := s.treeOf(ctx, r.After)
		if err != nil {
			return nil, nil, fmt.Errorf("the state after the changes: %w", err)
		}
		trees = append(trees, after)
		make = func(p *plan) { p.agent(target, after, in) }
	default:
		return nil, nil, fmt.Errorf("restoring: unknown verb %q", r.Verb)
	}
	return func(now *tree) (*plan, error) {
		p := newPlan(now)
		p.texts, p.mergeToo, p.content = texts, r.Merge, s.bytes
		p.disk = func(raw string) ([]byte, error) {
			content, _, err := s.readDisk(raw)
			return content, err
		}
		make(p)
		return p, p.check(append(trees, now)...)
	}, at, nil
}

// unsavedTexts is what editors hold, by raw path.
func unsavedTexts(all []Unsaved) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, u := range all {
		raw, err := given(u.Path)
		if err != nil {
			return nil, fmt.Errorf("unsaved text: %w", err)
		}
		out[raw] = u.Content
	}
	return out, nil
}
