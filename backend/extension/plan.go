package extension

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// planLimit is less than the page waits for an answer.
	planLimit = 100 * time.Second
	// atOnce is how many extensions of a plan are looked at side by side.
	atOnce    = 6
	mostItems = 100
	// mostPlans is more than another editor has extensions: an import asks about all
	// of them before the person chooses.
	mostPlans = 2000
	planTime  = time.Hour
)

// Why an extension is in a plan.
const (
	WhyAsked      = "asked"
	WhyPack       = "pack"
	WhyDependency = "dependency"
)

// PlanRequest asks what installing an extension would bring along.
type PlanRequest struct {
	ID, Version string // the newest that works here where the version is empty
	PreRelease  bool
	File        string // a token; empty: from the registry
}

// Plan is everything that would be installed.
type Plan struct {
	ID    string
	Items []Item
}

// Item is one extension of a plan.
type Item struct {
	ID, Version   string
	DisplayName   string // on one line
	PublisherName string // on one line
	Why           string
	Kind          Kind
	Verified      bool   // the registry knows who the publisher is
	NewPublisher  bool   // nothing of this publisher has been agreed to
	Signed        bool   // there is a signature, which is checked
	Unchecked     bool   // the registry gives nothing to compare it with
	Installed     string // the version that is there
	Size          int64  // bytes of the package; 0: not known
	Refused       string // why it cannot be installed
}

// plan is a plan with what carries it out.
type plan struct {
	Plan
	at       time.Time
	agreed   bool
	registry *registry
	sources  map[string]source // by id in lower case
	started  map[string]bool
}

// source is where an item comes from: a file that was given, or the registry.
type source struct {
	file      *given
	published published
}

// planner makes a plan.
type planner struct {
	e       *Extensions
	plan    *plan
	kept    list
	pre     bool
	links   map[string][]string // dependencies by id in lower case
	wants   map[string]bool     // ids in lower case that are in the plan or will be
	members []string            // of the pack that was asked for
	waiting []wanted
}

type wanted struct{ id, version, why string }

// Plan looks at an extension and at everything that it would bring along. Of what
// is not installed only the manifests are fetched.
func (e *Extensions) Plan(ctx context.Context, request PlanRequest) (Plan, error) {
	kept, err := e.store.load(ctx)
	if err != nil {
		return Plan{}, err
	}
	p := &planner{e: e, kept: kept, pre: request.PreRelease, links: map[string][]string{}, wants: map[string]bool{}}
	p.plan = &plan{Plan: Plan{ID: newID()}, at: e.options.Now(), sources: map[string]source{}, started: map[string]bool{}}
	if p.plan.registry, err = e.registry(); err != nil && request.File == "" {
		return Plan{}, err
	}
	limited, done := context.WithTimeout(ctx, planLimit)
	defer done()
	if request.File != "" {
		err = p.addFile(request.File)
	} else {
		err = p.addAsked(limited, request)
	}
	for err == nil && len(p.waiting) > 0 {
		next := p.waiting[:min(len(p.waiting), atOnce)]
		p.waiting = p.waiting[len(next):]
		err = p.addLinked(limited, next)
	}
	if err != nil {
		return Plan{}, err
	}
	p.settle()
	e.keep(p.plan)
	return p.plan.Plan, nil
}

// keep remembers a plan, and forgets old ones.
func (e *Extensions) keep(made *plan) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, each := range e.plans {
		if made.at.Sub(each.at) > planTime {
			delete(e.plans, id)
		}
	}
	for len(e.plans) >= mostPlans {
		oldest := made
		for _, each := range e.plans {
			if each.at.Before(oldest.at) || oldest == made {
				oldest = each
			}
		}
		delete(e.plans, oldest.ID)
	}
	e.plans[made.ID] = made
}

// addFile adds the package of a file.
func (p *planner) addFile(token string) error {
	g, err := p.e.given(token)
	if err != nil {
		return err
	}
	opened, err := os.Open(g.path())
	if err != nil {
		return fmt.Errorf("opening the package: %w", err)
	}
	defer opened.Close()
	info, err := opened.Stat()
	if err != nil {
		return fmt.Errorf("opening the package: %w", err)
	}
	a, err := openArchive(opened, info.Size())
	if err != nil {
		return err
	}
	p.add(a.manifest, Item{
		Why: WhyAsked, DisplayName: a.manifest.Shown(a.translations), PublisherName: a.manifest.Publisher,
		Size: info.Size(), Refused: a.manifest.Refusal(a.platform),
	}, source{file: g})
	return nil
}

// seen is an extension as the registry has it.
type seen struct {
	wanted
	published published
	manifest  Manifest
	err       error
}

// look fetches the manifest of an extension of the registry.
func (p *planner) look(ctx context.Context, w wanted) seen {
	r := p.plan.registry
	found, err := r.find(ctx, w.id, w.version, p.pre)
	if err != nil {
		return seen{wanted: w, err: err}
	}
	text, err := r.small(ctx, found, "manifest", mostManifest)
	if err != nil {
		return seen{wanted: w, err: err}
	}
	if text == nil || found.Files["download"] == "" {
		return seen{wanted: w, err: down(r.base, errors.New("it names no files of the extension"))}
	}
	m, err := ReadManifest(text)
	if err == nil {
		err = same(m, found.Namespace+"."+found.Name, found.Version)
	}
	return seen{w, found, m, err}
}

// addAsked adds the extension that was asked for.
func (p *planner) addAsked(ctx context.Context, request PlanRequest) error {
	got := p.look(ctx, wanted{request.ID, request.Version, WhyAsked})
	if got.err == nil {
		p.addPublished(got)
	}
	return got.err
}

// addPublished adds an extension of the registry.
func (p *planner) addPublished(got seen) {
	found, m := got.published, got.manifest
	item := Item{
		Why: got.why, DisplayName: Plain(found.DisplayName, mostDisplayName), PublisherName: Plain(found.PublisherName, mostDisplayName),
		Verified: found.Verified, Signed: found.Files["signature"] != "",
		Unchecked: found.Files["signature"] == "" && found.Files["sha256"] == "", Refused: m.Refusal(found.Platform),
	}
	if strings.TrimSpace(item.DisplayName) == "" {
		item.DisplayName = m.Shown(nil)
	}
	if strings.TrimSpace(item.PublisherName) == "" {
		item.PublisherName = m.Publisher
	}
	p.add(m, item, source{published: found})
}

// same refuses a package that says to be another extension than the registry
// says: a name that belongs to somebody else.
func same(m Manifest, id, version string) error {
	if sameID(m.ID(), id) && m.Version == version {
		return nil
	}
	return refuse(fmt.Sprintf("The package says to be %s %s, but the registry has it as %s %s. It was not installed.",
		Plain(m.ID(), 2*mostName), Plain(m.Version, longestVersion), Plain(id, 2*mostName), Plain(version, longestVersion)))
}

// addLinked adds members of a pack or dependencies. What is wrong with one is said
// in the plan: the rest of a pack may be wanted all the same.
func (p *planner) addLinked(ctx context.Context, next []wanted) error {
	if len(p.plan.Items)+len(next) > mostItems {
		return refuse("It would bring along more than a hundred other extensions.")
	}
	got := make([]seen, len(next))
	var group sync.WaitGroup
	for i, w := range next {
		got[i] = seen{wanted: w, err: &Error{Message: "The registry cannot be used.", Err: ErrRegistry}}
		if p.plan.registry != nil {
			group.Go(func() { got[i] = p.look(ctx, w) })
		}
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, each := range got {
		if each.err == nil {
			p.addPublished(each)
			continue
		}
		publisher, name, _ := splitID(each.id)
		item := Item{ID: each.id, DisplayName: name, PublisherName: publisher, Why: each.why, Kind: Declarative, Refused: "It cannot be fetched."}
		if known, ok := errors.AsType[*Error](each.err); ok {
			item.Refused = known.Message
		}
		p.plan.Items = append(p.plan.Items, item)
	}
	return nil
}

// add notes an item with what it brings along.
func (p *planner) add(m Manifest, item Item, from source) {
	item.ID, item.Version, item.Kind = m.ID(), m.Version, m.Kind()
	key := strings.ToLower(item.ID)
	if before, ok := p.kept.find(item.ID); ok {
		item.Installed = before.Version
	}
	item.NewPublisher = !p.kept.knows(m.Publisher)
	p.plan.sources[key] = from
	p.plan.Items = append(p.plan.Items, item)
	p.links[key], p.wants[key] = m.Dependencies, true
	if len(p.plan.Items) == 1 {
		p.members = m.Pack
	}
	if item.Refused != "" {
		return
	}
	for _, id := range m.Dependencies {
		p.want(id, WhyDependency)
	}
	for _, id := range m.Pack {
		p.want(id, WhyPack)
	}
}

// want asks for another extension, once, unless it is there already.
func (p *planner) want(id, why string) {
	key := strings.ToLower(id)
	if _, there := p.kept.find(id); there || builtIn(id) || p.wants[key] {
		return
	}
	p.wants[key] = true
	p.waiting = append(p.waiting, wanted{id: id, why: why})
}

// settle refuses what needs something that is refused, and a pack of which
// nothing could be installed: it would be there and do nothing.
func (p *planner) settle() {
	refused := map[string]*Item{}
	for changed := true; changed; {
		changed = false
		for i := range p.plan.Items {
			item := &p.plan.Items[i]
			key := strings.ToLower(item.ID)
			if item.Refused != "" {
				changed = changed || refused[key] == nil
				refused[key] = item
				continue
			}
			for _, id := range p.links[key] {
				if other, ok := refused[strings.ToLower(id)]; ok {
					item.Refused = fmt.Sprintf("It needs %s, which cannot be installed. %s", other.DisplayName, other.Refused)
					refused[key], changed = item, true
					break
				}
			}
		}
	}
	first := &p.plan.Items[0]
	if len(p.members) == 0 || first.Refused != "" {
		return
	}
	for _, id := range p.members {
		if _, ok := refused[strings.ToLower(id)]; !ok {
			return
		}
	}
	if first.Kind == Declarative {
		first.Refused = "None of the extensions of this pack can be installed."
	}
}

// Agree notes that the person has agreed to a whole plan. Its publishers are
// trusted from now on.
func (e *Extensions) Agree(ctx context.Context, planID string) error {
	agreed, err := e.planOf(planID)
	if err != nil {
		return err
	}
	err = e.store.change(ctx, func(l *list) error {
		for _, item := range agreed.Items {
			if publisher, _, ok := splitID(item.ID); ok && item.Refused == "" {
				l.trust(publisher)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	agreed.agreed = true
	return nil
}

// Look returns a plan once more.
func (e *Extensions) Look(planID string) (Plan, error) {
	found, err := e.planOf(planID)
	if err != nil {
		return Plan{}, err
	}
	return found.Plan, nil
}

func (e *Extensions) planOf(id string) (*plan, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, ok := e.plans[id]
	if !ok || e.options.Now().Sub(found.at) > planTime {
		return nil, &Error{Message: "What was shown is no longer at hand; nothing was installed.", Hint: "Install the extension again, and look at what comes along.", Err: ErrNotFound}
	}
	return found, nil
}
