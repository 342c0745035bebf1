package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/data"
)

// dataReport is one kind of what is kept, as a script sees it.
type dataReport struct {
	Kind  string           `json:"kind"`
	Title string           `json:"title"`
	Size  int64            `json:"size"` // bytes
	Files int              `json:"files"`
	Lost  string           `json:"lost"`  // by clearing it
	Clear bool             `json:"clear"` // it can be cleared
	Final bool             `json:"final"` // once cleared it cannot be had again
	Items []dataItemReport `json:"items"`
}

type dataItemReport struct {
	Path   string `json:"path"`
	Link   string `json:"link,omitempty"` // where a link leads, which was not looked into
	Folder string `json:"folder"`         // the opened folder that it is about; empty for none, its id where it is not known any more
	Size   int64  `json:"size"`
	Files  int    `json:"files"`
	Partly string `json:"partly,omitempty"` // it may be removed in part, and what is left of it lies here
}

func newData(options *shared) *cobra.Command {
	root := &cobra.Command{
		Use:   "data",
		Short: "Show what Keel keeps on this machine, how much it is, and clear it",
		RunE: func(command *cobra.Command, given []string) error {
			if len(given) > 0 {
				return usage{fmt.Errorf("there is no keel data %s; see keel data --help", given[0])}
			}
			return options.showData(command.Context())
		},
	}
	yes := false
	clearing := &cobra.Command{
		Use:   "clear KIND...",
		Short: "Remove what is kept of some kinds (without --yes it asks, or says what it would do and exits with 3)",
		Args:  arguments(cobra.MinimumNArgs(1)),
		RunE: func(command *cobra.Command, given []string) error {
			return options.clearData(command.Context(), given, yes)
		},
	}
	clearing.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	root.AddCommand(clearing)
	return root
}

// listData measures what is kept, and names the folders it belongs to.
func listData(ctx context.Context) (data.Places, []data.Entry, map[string]string, error) {
	paths, err := folder.DefaultPaths()
	if err != nil {
		return data.Places{}, nil, nil, err
	}
	places := data.Places{Config: paths.Config, Data: paths.Data}
	entries, err := data.List(ctx, places)
	names := map[string]string{}
	for _, recent := range folder.ReadRecent(paths) {
		names[recent.ID] = recent.Path
	}
	return places, entries, names, err
}

func (s *shared) showData(ctx context.Context) error {
	places, entries, names, err := listData(ctx)
	if err != nil {
		return err
	}
	if s.json {
		return s.print(dataReports(entries, names))
	}
	fmt.Fprintf(s.stdout, "settings  %s\ndata      %s\n\n", oneLine(places.Config), oneLine(places.Data))
	total := int64(0)
	for _, entry := range entries {
		total += entry.Size
		if entry.Kind.Fixed && entry.Size == 0 {
			continue
		}
		fmt.Fprintf(s.stdout, "%-12s %10s  %s\n", entry.Kind.Name, size(entry.Size), entry.Kind.Title)
		s.sayItems(entry.Items, names)
		fmt.Fprintf(s.stdout, "%25sClearing it loses: %s\n", "", entry.Kind.Lost)
	}
	fmt.Fprintf(s.stdout, "%-12s %10s\n\nClear a kind with `keel data clear KIND`.\n", "all", size(total))
	return nil
}

// sayItems lists places; those of the opened folders that are empty say nothing.
func (s *shared) sayItems(items []data.Item, names map[string]string) {
	for _, item := range items {
		if item.Size == 0 {
			continue
		}
		if item.Link != "" {
			fmt.Fprintf(s.stdout, "%25s%s\n", "", aboutLink(item))
			continue
		}
		of := ""
		if item.Folder != "" {
			of = "  of " + oneLine(folderName(item.Folder, names))
		}
		fmt.Fprintf(s.stdout, "%25s%s, %s%s\n", "", oneLine(item.Path), size(item.Size), of)
	}
}

// aboutLink says what was not counted.
func aboutLink(item data.Item) string {
	return fmt.Sprintf("%s is a link to %s, which was not looked into", oneLine(item.Path), oneLine(item.Link))
}

func folderName(id string, names map[string]string) string {
	if name := names[id]; name != "" {
		return name
	}
	return id
}

func dataReports(entries []data.Entry, names map[string]string) []dataReport {
	reports := []dataReport{}
	for _, entry := range entries {
		report := dataReport{
			Kind: entry.Kind.Name, Title: entry.Kind.Title, Size: entry.Size, Files: entry.Files, Lost: entry.Kind.Lost,
			Clear: !entry.Kind.Fixed, Final: entry.Kind.Final, Items: itemReports(entry.Items, names),
		}
		reports = append(reports, report)
	}
	return reports
}

func itemReports(items []data.Item, names map[string]string) []dataItemReport {
	reports := []dataItemReport{}
	for _, item := range items {
		report := dataItemReport{Path: item.Path, Link: item.Link, Size: item.Size, Files: item.Files}
		if item.Folder != "" {
			report.Folder = folderName(item.Folder, names)
		}
		reports = append(reports, report)
	}
	return reports
}

func (s *shared) clearData(ctx context.Context, names []string, yes bool) error {
	var kinds []data.Kind
	for _, name := range names {
		kind, ok := data.Named(name)
		if !ok {
			return usage{fmt.Errorf("there is no kind %q; `keel data` lists them", name)}
		}
		kinds = append(kinds, kind)
	}
	places, entries, folders, err := listData(ctx)
	if err != nil {
		return err
	}
	if !yes {
		for _, kind := range kinds {
			s.sayLoss(kind, entries)
		}
		if err := s.sayLeftovers(ctx, places, kinds); err != nil {
			return err
		}
		if s.json || !isatty.IsTerminal(os.Stdin.Fd()) {
			fmt.Fprintln(s.stderr, "keel: nothing was removed; add --yes to do this.")
			return exit{exitDenied}
		}
		if err := s.askToClear(os.Stdin); err != nil {
			return err
		}
	}
	done, err := data.Clear(ctx, places, kinds)
	if errors.Is(err, data.ErrInUse) {
		return fmt.Errorf("nothing was removed: a window or a command of Keel is using it (%w). Close Keel and try again; caches and crashes can be cleared at any time", err)
	}
	if s.json {
		return errors.Join(s.print(clearedReports(done, folders)), err)
	}
	s.sayCleared(done, err)
	if err != nil {
		return err
	}
	s.sayLinks(entries)
	if len(done.Gone) == 0 {
		fmt.Fprintf(s.stdout, "There was nothing to remove in %s.\n", oneLine(filepath.Clean(places.Data)))
		return nil
	}
	total := int64(0)
	for _, item := range done.Gone {
		total += item.Size
	}
	fmt.Fprintf(s.stdout, "%s freed.\n", size(total))
	return nil
}

// sayCleared says what has gone, what has not quite and, where it failed or was
// cancelled, that all else has not.
func (s *shared) sayCleared(done data.Cleared, failed error) {
	for _, item := range done.Gone {
		fmt.Fprintf(s.stdout, "Removed %s, %s.\n", oneLine(item.Path), size(item.Size))
	}
	for _, rest := range done.Partly {
		if rest.Path == rest.Item.Path {
			fmt.Fprintf(s.stdout, "Removed only a part of %s.\n", oneLine(rest.Path))
			continue
		}
		fmt.Fprintf(s.stdout, "Removed no more than a part of %s. The rest is set aside in %s, and goes with the next clear of more than caches and crashes.\n",
			oneLine(rest.Item.Path), oneLine(rest.Path))
	}
	switch {
	case failed == nil:
	case len(done.Gone)+len(done.Partly) == 0:
		fmt.Fprintln(s.stderr, "keel: nothing was removed, all is where it was.")
	default:
		fmt.Fprintln(s.stderr, "keel: what is not listed above is where it was.")
	}
}

// clearedReports are what has gone, and what has not quite.
func clearedReports(done data.Cleared, names map[string]string) []dataItemReport {
	reports := itemReports(done.Gone, names)
	for _, rest := range done.Partly {
		report := itemReports([]data.Item{rest.Item}, names)[0]
		report.Partly = rest.Path
		reports = append(reports, report)
	}
	return reports
}

// sayLeftovers says what else goes.
func (s *shared) sayLeftovers(ctx context.Context, places data.Places, kinds []data.Kind) error {
	if !slices.ContainsFunc(kinds, func(kind data.Kind) bool { return !kind.Live }) {
		return nil // it stays then
	}
	left, err := data.Leftovers(ctx, places)
	for _, item := range left {
		fmt.Fprintf(s.stderr, "What an earlier clear has set aside and not removed goes, too: %s, %s.\n", oneLine(item.Path), size(item.Size))
	}
	return err
}

// sayLinks says where more of what was cleared may lie, which stays. A link that
// is of a kind itself goes with it.
func (s *shared) sayLinks(entries []data.Entry) {
	for _, entry := range entries {
		for _, item := range entry.Items {
			if entry.Kind.Fixed && item.Link != "" {
				fmt.Fprintf(s.stdout, "%s; what is there stays.\n", aboutLink(item))
			}
		}
	}
}

func (s *shared) sayLoss(kind data.Kind, entries []data.Entry) {
	for _, entry := range entries {
		if entry.Kind.Name != kind.Name {
			continue
		}
		fmt.Fprintf(s.stderr, "%s (%s, %s): %s\n", kind.Name, kind.Title, size(entry.Size), kind.Lost)
		if kind.Final {
			fmt.Fprintln(s.stderr, "  This cannot be undone.")
		}
	}
}

// askToClear asks on the terminal; anything but a yes leaves all as it is.
func (s *shared) askToClear(in io.Reader) error {
	fmt.Fprintln(s.stderr, "Remove it? Type yes:") // a whole line: they go on one at a time
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if strings.TrimSpace(answer) != "yes" {
		fmt.Fprintln(s.stderr, "keel: nothing was removed.")
		return exit{exitDenied}
	}
	return nil
}
