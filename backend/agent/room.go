package agent

import (
	"context"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// When and how room is made in a model's context, in percent of its limit.
// Between them lies enough that room is made seldom: whatever changes early in
// a conversation costs its reading anew.
const (
	fullPercent    = 80 // room is made
	relaxedPercent = 60 // leaving out old results must bring it to this, or there is a summary
	keptPercent    = 50 // what may be left beside a summary
	gainPercent    = 10 // what a summary must at least stand for, where nobody asked for it
	keptSteps      = 3  // the last steps stay as they are where they fit
)

// reason is why room is made.
type reason int

const (
	notFull  reason = iota
	full            // the budget says so
	refused         // the service says so
	demanded        // the user says so
)

// next gets the model's next reply, and makes room in its context first where
// that is needed. Where the service refuses the conversation as too long, room
// is made and it is asked once more.
func (t *turn) next(ctx context.Context, m model, step int) (provider.Reply, []*session.Item, error) {
	why := notFull
	if t.live.takeCompact() {
		why = demanded
	}
	request, _ := t.fit(ctx, m, step-1, why)
	for again := false; ; again = true {
		if ctx.Err() != nil {
			return provider.Reply{}, nil, context.Cause(ctx)
		}
		reply, calls, err := t.ask(ctx, m, request, step)
		if again || ctx.Err() != nil || !tooLong(reply, err) {
			return reply, calls, err
		}
		if _, made := t.fit(ctx, m, step-1, refused); !made || ctx.Err() != nil {
			return reply, calls, err
		}
		t.clear(step)
		request = t.request(m)
	}
}

func tooLong(reply provider.Reply, err error) bool {
	return provider.ClassOf(err) == provider.ClassContext || err == nil && reply.StopReason == provider.StopContextExceeded
}

// clear takes back what a reply left that is asked for again.
func (t *turn) clear(step int) {
	var items []string
	t.live.read(func(s session.Session) {
		for _, item := range s.Turn(t.head.ID).Items {
			if said(&item) && item.Kind != session.ItemNotice && item.Step == step {
				items = append(items, item.ID)
			}
		}
	})
	for _, id := range items {
		t.remove(id)
	}
}

// fit returns the next request, after making room for it, and whether room was
// made. done is the turn's last whole step.
func (t *turn) fit(ctx context.Context, m model, done int, why reason) (provider.Request, bool) {
	request := t.request(m)
	limit := t.agent.limit(m)
	tokens := t.live.gauge.tokens(m, requestTokens(request))
	if why == notFull && limit > 0 && tokens*100 >= limit*fullPercent {
		why = full
	}
	made := false
	if why != notFull {
		if made = t.makeRoom(ctx, m, room{request: request, done: done, why: why, tokens: tokens, limit: limit}); made {
			t.talk = conversation{} // what it has taken in has changed
			request = t.request(m)
			tokens = t.live.gauge.tokens(m, requestTokens(request))
		}
	}
	t.meter(session.Context{Tokens: tokens, Limit: limit, Estimated: true}, made)
	return request, made
}

// meter shows how full the context is. What hardly differs waits for the next
// change of the turn.
func (t *turn) meter(now session.Context, always bool) {
	t.mu.Lock()
	was := t.head.Context
	t.head.Context = now
	t.mu.Unlock()
	if off := now.Tokens - was.Tokens; always || was.Limit != now.Limit || max(off, -off)*50 > was.Tokens {
		t.change(func(*session.Turn) {})
	}
}

// measured takes in what the service counted for a reply.
func (t *turn) measured(m model, request provider.Request, reply provider.Reply, usage provider.Usage) {
	if !t.live.gauge.count(m, request, reply.Message, usage) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head.Context = session.Context{Tokens: t.live.gauge.counted, Limit: t.agent.limit(m)}
}

// room is what there is to make room for.
type room struct {
	request provider.Request
	done    int // the turn's last whole step
	why     reason
	tokens  int64 // of the request
	limit   int64 // of the model; 0 when not known
}

// target is what counts as the whole: the limit, or the request that the
// service refused below it.
func (r room) target() int64 {
	if r.limit == 0 || r.why != full && r.tokens < r.limit {
		return r.tokens
	}
	return r.limit
}

// makeRoom makes the conversation shorter, and returns whether it did: by
// leaving out old results where that is enough, else by a summary, else by
// leaving out what a summary would have stood for.
func (t *turn) makeRoom(ctx context.Context, m model, r room) bool {
	if r.why != demanded && t.alone(r) && t.elideOwn(r) {
		return true
	}
	guess := max(1, requestTokens(r.request))
	left, saved := t.elision(r.done-keptSteps, false)
	relaxed := func() bool { return (r.tokens*(guess-saved)/guess)*100 <= r.target()*relaxedPercent }
	enough := relaxed()
	if !enough {
		left, saved = t.elision(r.done-keptSteps, true)
		enough = relaxed()
	}
	upTo, worth := t.reach(r)
	if !left.empty() && (r.why != demanded || !worth) && (enough || !worth) {
		t.elide(left)
		t.notice(noticeElided(r.tokens, r.limit, len(left.references) > 0))
		return true
	}
	if !worth {
		return r.why != full && t.elideOwn(r)
	}
	err := t.summarise(ctx, m, upTo, r.limit)
	switch {
	case err == nil:
		return true
	case ctx.Err() != nil:
		return false
	case unreachable(err):
		// The next request meets the same, and says so.
		return false
	}
	t.notice(noticeNoSummary(err))
	t.replace(session.Item{ID: t.agent.o.NewID(), Step: upTo, Kind: session.ItemSummary}, "", r.limit)
	return true
}

// unreachable reports whether the service would answer nothing at all now.
func unreachable(err error) bool {
	switch provider.ClassOf(err) {
	case provider.ClassAuth, provider.ClassAccess, provider.ClassQuota, provider.ClassThrottle:
		return true
	}
	return false
}

// reach returns up to which step of the turn a summary is to stand, 0 for
// earlier turns alone, and whether it would be worth while.
func (t *turn) reach(r room) (upTo int, worth bool) {
	t.read(func(s session.Session) {
		last := len(s.Turns) - 1
		from, before := lastSummary(s)
		turn := s.Turns[last]
		sizes := stepSizes(turn, r.done)
		fixed := overheadTokens(r.request) + openingTokens(turn)
		left := func(upTo int) int64 {
			tokens := fixed
			for _, size := range sizes[min(upTo, len(sizes)):] {
				tokens += size
			}
			return tokens
		}
		upTo = max(0, r.done-keptSteps)
		if r.why == demanded {
			upTo = r.done
		}
		guess := max(1, requestTokens(r.request))
		allowed := r.target() * keptPercent / 100 * guess / max(1, r.tokens)
		for upTo < r.done && left(upTo) > allowed {
			upTo++
		}
		anew := from < last && last > 0 || upTo > 0 && (before.ID == "" || from < last || upTo > before.Step)
		gain := guess - left(upTo)
		worth = anew && (r.why != full || gain*100 >= guess*gainPercent)
	})
	return upTo, worth
}

// stepSizes estimates the steps of a turn up to one.
func stepSizes(turn session.Turn, done int) []int64 {
	sizes := make([]int64, done)
	for _, item := range turn.Items {
		if !said(&item) || item.Step < 1 || item.Step > done {
			continue
		}
		size := tokensIn(len(item.Text) + len(item.Signature) + len(item.Redacted))
		size += saidTokens(item.Images, item.References, item.Step <= turn.Elided, turn.ImagesRefused)
		if item.Tool != nil {
			size += 2*callTokens + tokensOf(item.Tool.Arguments)
			if result := item.Tool.Result; item.Step <= turn.Elided && elidable(result) {
				size += tokensOf(textElided)
			} else {
				size += tokensOf(result)
			}
		}
		sizes[item.Step-1] += size
	}
	return sizes
}
